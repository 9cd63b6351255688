"""Whether a reader who uses a keyboard or a screen reader can read an open page."""

import contents
from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from sizes import THOROUGH

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

# The rules of these that a width decides; test_every_explorer.py measures the targets on a phone.
WIDTHS = ["scrollable-region-focusable"]

# What colours decide: the dearest of the rules.
COLOURS = ["color-contrast", "link-in-text-block"]

# What axe has, and does not look for unless it is asked to.
NEW_RULES = {"label-content-name-mismatch": {"enabled": True}}

# Unfold all that folds, and have the theme look again for boxes of code that scroll, which it makes
# stops of the Tab key, a moment later.
UNFOLD = """() => {
    document.querySelectorAll('details').forEach(folded => folded.open = true);
    document.querySelectorAll('pre').forEach(code => code.removeAttribute('tabindex'));
    dispatchEvent(new Event('resize'));
}"""
UNFOLDED = "!document.querySelector('details:not([open]), pre:not([tabindex])')"
# Spare axe what it need not judge a thousand times over: all but one of the words of code that
# share a class and so a colour, and all but one of the formulas that stand in places of one kind.
SPARE = """() => {
    const seen = new Set();
    for (const word of document.querySelectorAll('pre span[class]')) {
        if (!word.isConnected) continue;
        const box = word.closest('pre').parentElement.parentElement;
        const places = [word.parentElement.tagName, box.className, box.parentElement.className];
        const kind = [word.className, ...places].join(' in ');
        if (seen.has(kind)) word.replaceWith(word.textContent);
        seen.add(kind);
    }
    for (const math of document.querySelectorAll('math')) {
        const kind = ['math'];
        for (let part = math.parentElement; part; part = part.parentElement)
            kind.push(part.tagName, part.className);
        if (seen.has(kind.join())) math.replaceChildren('x');
        seen.add(kind.join());
    }
}"""
# Mark the parts whose elements all look, in this mode, like an earlier one in places that look the
# same, here or on a page before: one of each kind is enough for what colours decide, which takes
# most of axe's time.
MARK_REPEATED = """([mode, before]) => {
    document.documentElement.dataset.theme = mode;
    const kinds = new Map(JSON.parse(before));
    function repeats(part, above) {
        const { color, backgroundColor, backgroundImage, opacity, fontSize, fontWeight }
            = getComputedStyle(part);
        const kind = [above, part.tagName, part.checkVisibility(), color, backgroundColor,
                      backgroundImage, opacity, fontSize, fontWeight].join();
        let repeated = kinds.has(kind);
        if (!repeated) kinds.set(kind, kinds.size);
        for (const child of part.children)
            repeated = repeats(child, kinds.get(kind)) && repeated;
        part.toggleAttribute('data-repeated-' + mode, repeated);
        return repeated;
    }
    repeats(document.body, '');
    return JSON.stringify([...kinds]);
}"""
KINDS = {"light": "[]", "dark": "[]"}  # met so far


def violations(page, tags, context=None, **options):
    """What axe-core finds wrong with a page, or with a part of it."""
    rules = NEW_RULES | options.pop("rules", {})
    # Preloading would fetch the style sheets once more, for a rule that is not asked.
    options |= {"runOnly": tags, "rules": rules, "resultTypes": ["violations"], "preload": False}
    script = "'it is there'" if page.evaluate("'axe' in window") else AXE_SCRIPT
    found = Axe(script).run(page, context=context, options=options).response["violations"]
    return "\n".join(map(report, found))


def report(violation):
    places = [
        f"{', '.join(map(str, node['target']))} [{' '.join(node['failureSummary'].split())}]"
        for node in violation["nodes"][:3]
    ]
    return f"{violation['id']} x {len(violation['nodes'])}: " + "; ".join(places)


def prepare(visit):
    if not visit.page.evaluate(UNFOLDED):
        visit.page.evaluate(UNFOLD)
        visit.page.wait_for_function(UNFOLDED)
    visit.page.evaluate(SPARE)


def no_wcag_violation(visit, context=None):
    """axe-core finds no WCAG A or AA violation, with everything that folds unfolded.

    What depends on colours has a check of its own.
    """
    prepare(visit)
    off = {rule: {"enabled": False} for rule in COLOURS}
    found = violations(visit.page, WCAG, context=context, rules=off)
    assert not found, f"{visit}:\n{found}"


def no_wcag_violation_of_the_text(visit):
    """Nor of what a page has for itself.

    Explorers and formulas, which are alike on all pages, go: excluded they would cost as much.
    """
    alike = "document.querySelectorAll('.cx, math').forEach(e => e.replaceChildren())"
    visit.page.evaluate(alike)
    no_wcag_violation(visit, {"exclude": [[".cx"], ["math"]]})


def no_wcag_violation_of_width(visit):
    """Nor has the page, looked at before, any on a screen of another width."""
    prepare(visit)
    found = violations(visit.page, WIDTHS)
    assert not found, f"{visit}:\n{found}"


def no_wcag_violation_of_colour(visit):
    """Nor in either mode, once all else has been looked at. It leaves the page in pieces."""
    for mode, kinds in KINDS.items():
        KINDS[mode] = visit.page.evaluate(MARK_REPEATED, [mode, kinds])
    if not THOROUGH:
        repeated = "[data-repeated-light][data-repeated-dark]"
        visit.page.evaluate(
            "all => document.querySelectorAll(all).forEach(e => e.remove())", repeated
        )
    for mode in ("dark", "light"):
        visit.page.evaluate("mode => document.documentElement.dataset.theme = mode", mode)
        found = violations(visit.page, COLOURS)
        assert not found, f"{visit}, {mode}:\n{found}"


def explorers_have_no_violation_at_900_pixels(visit):
    """Nor in the explorers at a width between the two."""
    visit.page.set_viewport_size({"width": 900, "height": 800})
    prepare(visit)
    found = violations(
        visit.page,
        [*WCAG, "best-practice"],
        context={"include": [[".cx"]]},
        rules={"color-contrast": {"enabled": False}},
    )
    visit.page.set_viewport_size({"width": visit.width, "height": 800})
    assert not found, f"{visit} at 900 px:\n{found}"


def solutions_fold_and_open_by_keyboard(visit):
    page = visit.page
    opened = page.locator("article details[open] > summary").all_inner_texts()
    assert not opened, f"{visit}: open from the start: {opened}"
    solutions = page.locator("details:has(> summary:text-matches('^Solution'))")
    assert solutions.count() or visit.name in contents.OTHERS, f"{visit}: no solution"
    ends = (solutions.first, solutions.last) if solutions.count() else ()
    for solution in ends:  # of a cell, and of an open question
        summary, inside = solution.locator("> summary"), solution.locator("> :not(summary)")
        said = f"{visit}: {summary.inner_text()!r}"
        summary.focus()
        page.keyboard.press("Enter")
        assert inside.first.is_visible(), f"{said} does not open with Enter"
        page.keyboard.press("Space")
        assert not inside.first.is_visible(), f"{said} does not close with Space"
