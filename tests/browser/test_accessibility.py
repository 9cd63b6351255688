"""axe-core finds no WCAG A or AA violation, in light and dark, on a desktop and a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


# Spare axe what it need not judge a thousand times over, which takes most of its time: the strokes
# inside formulas, and all but one of the words of code that share a class and so a colour (a link's
# words are its name).
THIN_OUT = """() => {
    for (const drawn of document.querySelectorAll('mjx-container svg, mjx-assistive-mml'))
        drawn.replaceChildren();
    const seen = new Set();
    for (const word of document.querySelectorAll('pre span[class]:not(a *)')) {
        const box = word.closest('pre').parentElement.parentElement;
        const kind = `${word.className} in ${box.className} in ${box.parentElement.className}`;
        if (seen.has(kind)) word.style.visibility = 'hidden';
        seen.add(kind);
    }
}"""


def report(violation):
    places = [
        f"{', '.join(map(str, node['target']))} [{' '.join(node['failureSummary'].split())}]"
        for node in violation["nodes"][:3]
    ]
    return f"{violation['id']} x {len(violation['nodes'])}: " + "; ".join(places)


@pytest.mark.parametrize("width", [1280, 375])
def test_no_wcag_violation(dressed, width):
    with dressed.wide(width) as page:
        page.evaluate(THIN_OUT)
        options = {"runOnly": WCAG, "resultTypes": ["violations"]}
        found = Axe().run(page, options=options).response["violations"]
    assert not found, f"{dressed} at {width} px:\n" + "\n".join(map(report, found))


def test_mode_is_the_one_asked_for(dressed, request):
    mode = request.node.callspec.params["dressed"][1]
    shown = dressed.page.evaluate("document.documentElement.dataset.theme")
    assert shown == mode, f"{dressed}: the reader prefers {mode}, the page is {shown}"


def test_solutions_fold_and_open_by_keyboard(chapter, visit_page):
    with visit_page(chapter) as visit:
        page = visit.page
        opened = page.locator("article details[open] > summary").all_inner_texts()
        assert not opened, f"{visit}: open from the start: {opened}"
        solutions = page.locator("details:has(> summary:text-matches('^Solution'))")
        assert solutions.count(), f"{visit}: no solution"
        for solution in solutions.all():
            summary, inside = solution.locator("> summary"), solution.locator("> :not(summary)")
            said = f"{visit}: {summary.inner_text()!r}"
            summary.focus()
            page.keyboard.press("Enter")
            assert inside.first.is_visible(), f"{said} does not open with Enter"
            page.keyboard.press("Space")
            assert not inside.first.is_visible(), f"{said} does not close with Space"
