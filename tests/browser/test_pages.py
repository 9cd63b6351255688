"""What holds for every page, all of it looked at in one visit."""

import json
import re
from contextlib import suppress
from functools import cache
from pathlib import Path

import contents
import pytest
from accessibility import (
    UNFOLD,
    explorers_have_no_violation_at_900_pixels,
    no_wcag_violation,
    no_wcag_violation_of_colour,
    no_wcag_violation_of_the_text,
    no_wcag_violation_of_width,
    solutions_fold_and_open_by_keyboard,
)
from conftest import CHAPTERS, DESKTOP, PAGES, PHONE, TEMPLATES
from playwright.sync_api import TimeoutError, expect
from sizes import THOROUGH

from sent import weight

ROOT = Path(__file__).parents[2]
FIRST_VISIT = 700_000  # bytes, as a host with gzip sends them
FURTHER_PAGE = 350_000


def source_title(name):
    """The title that the author wrote, without markup."""
    notebook = ROOT / f"{name}.ipynb"
    if notebook.exists():
        text = "".join(json.loads(notebook.read_text())["cells"][0]["source"])
    else:
        text = (ROOT / f"{name}.md").read_text()
    return re.search(r"^# (.+)$", text, re.MULTILINE)[1].replace("`", "").strip()


def test_page_is_there_under_its_title(page_name, site):
    file = site.folder / f"{page_name}.html"
    assert file.exists(), f"{page_name} is in _toc.yml, but {file} was not built"
    shown = re.search(r"<title>(.*?)</title>", file.read_text(), re.DOTALL)[1]
    title = source_title(page_name)
    assert title in shown, f"{page_name}.html: its title is {shown!r}, the source says {title!r}"


@pytest.fixture(scope="session")
def files_of(visit_page):
    """The files of the site that a visit to a page asks for."""

    @cache
    def files_of(name):
        with visit_page(name) as visit:
            visit.page.wait_for_load_state("networkidle")  # fonts may come late
            return visit.files

    return files_of


def test_page(opening, visit_page, files_of, subtests):
    with visit_page(*opening) as visit:
        if visit.kind == "http" and visit.name in PAGES and visit.name not in contents.OTHERS:
            with subtests.test("as a further page it is light"):
                before = next(name for name in PAGES[1:] if name != visit.name)
                more = visit.files - files_of(before)
                total = sum(map(weight, more))
                assert total <= FURTHER_PAGE, f"{visit}: {total:,} bytes more: {heaviest(more)}"
        for check in checks(visit):
            with subtests.test(check.__name__):
                check(visit)


def checks(visit):
    """What a page opened in this way has to pass; what changes the page comes last."""
    yield no_error
    yield no_request_to_another_host
    yield only_the_search_asks_for_its_index
    yield its_mode_is_the_readers
    yield formulas_are_drawn
    yield no_formula_is_clipped
    yield no_tex_is_left_raw
    if visit.name not in contents.OTHERS:
        yield pictures_have_a_sentence_for_those_who_do_not_see_them
    if visit.name in CHAPTERS and visit.kind == "http":
        if visit.name not in contents.OTHERS:
            yield a_first_visit_is_light
        yield solutions_fold_and_open_by_keyboard
    if visit.name in CHAPTERS:
        yield figures_are_the_same_in_both_modes
    if visit.width == PHONE:
        yield from phone_checks()
    has_explorers = visit.page.locator("[data-explorer]").count()
    if has_explorers:
        yield every_explorer_moves
        if visit.name == "back/explorers" and visit.width == DESKTOP:
            yield explorers_have_no_violation_at_900_pixels
    all_of_it = THOROUGH or (visit.kind == "http" and visit.name in TEMPLATES)
    if all_of_it:
        yield no_wcag_violation
    if visit.width == DESKTOP and visit.kind == "http":
        visit.turn("light" if visit.mode == "dark" else "dark", PHONE)
        visit.page.evaluate(UNFOLD)  # takes its time while other checks run
        yield its_mode_is_the_readers
        yield from phone_checks()
        yield no_formula_is_clipped
        yield no_wcag_violation_of_width if all_of_it else no_wcag_violation_of_the_text
        yield no_error
    yield no_wcag_violation_of_colour


def phone_checks():
    yield it_fits_a_phone
    yield wide_formulas_scroll_and_are_reached_by_keyboard


def no_error(visit):
    assert not visit.errors, f"{visit}: " + "; ".join(visit.errors)


def no_request_to_another_host(visit):
    own = ("data:", "blob:", visit.site.host if visit.kind == "http" else "file:")
    others = [url for url in visit.requests if not url.startswith(own)]
    assert not others, f"{visit} asks another host: {others}"


def only_the_search_asks_for_its_index(visit):
    asked = [url for url in visit.requests if "searchindex.js" in url]
    assert bool(asked) == (visit.name == "search"), f"{visit} asks for {asked}"


def its_mode_is_the_readers(visit):
    """Or soon is: of a change a page hears with its next frame."""
    root = visit.page.locator("html")
    expect(root, f"{visit}: its mode").to_have_attribute("data-theme", visit.mode)


def formulas_are_drawn(visit):
    """As MathML in the book's font, with the TeX behind it and no script."""
    page = visit.page
    asked, drawn = page.locator(".math").count(), page.locator(".math math").count()
    assert drawn == asked, f"{visit}: {asked} formulas, {drawn} drawn"
    assert page.locator("math > semantics > annotation").count() == drawn, f"{visit}: lacks TeX"
    assert not page.locator("merror").count(), f"{visit}: a formula has an error"
    if drawn:
        font = page.evaluate("[...document.fonts].find(f => f.family.includes('Book Math')).status")
        assert font == "loaded", f"{visit}: the font of the formulas is {font}"
    assert not [url for url in visit.requests if "mathjax" in url.lower() or "tex-" in url]


CLIPPED = """() => [...document.querySelectorAll('span.math')].filter(span => {
    const math = span.firstElementChild.getBoundingClientRect();
    for (let box = span; box.matches('span, p, li, td'); box = box.parentElement)
        if (/hidden|clip/.test(getComputedStyle(box).overflow)
            && box.getBoundingClientRect().height < math.height) return true;
}).map(span => span.textContent)"""


def no_formula_is_clipped(visit):
    clipped = visit.page.evaluate(CLIPPED)
    assert not clipped, f"{visit}: clipped: {clipped[:3]}"


STOPS = """() => [...document.querySelectorAll('div.math > .formula')]
    .filter(box => box.checkVisibility())
    .map(box => [box.textContent.slice(0, 40), box.scrollWidth > box.clientWidth,
                 box.getAttribute('tabindex') === '0'])"""


def wide_formulas_scroll_and_are_reached_by_keyboard(visit):
    """Once the page has come to rest."""
    settled = f"({STOPS})().every(([, scrolls, stop]) => scrolls === stop)"
    with suppress(TimeoutError):
        visit.page.wait_for_function(settled, timeout=5_000)
    for formula, scrolls, stop in visit.page.evaluate(STOPS):
        assert scrolls == stop, f"{visit}: {formula!r} scrolls {scrolls}, a stop {stop}"


RAW_TEX = re.compile(r"\\[\[\](]|\$\$|\$[^\s$]+\$|\$(?=[^$\n]*\\[a-z])[^$\n]+\$")
PROSE = """() => {
    const copy = document.querySelector('#main-content').cloneNode(true);
    copy.querySelectorAll('pre, code, script, .math').forEach(e => e.remove());
    return copy.textContent;
}"""


def no_tex_is_left_raw(visit):
    left = RAW_TEX.findall(visit.page.evaluate(PROSE))
    assert not left, f"{visit}: TeX left in the text: {left}"


def pictures_have_a_sentence_for_those_who_do_not_see_them(visit):
    for picture in visit.page.locator("article img").all():
        alt = (picture.get_attribute("alt") or "").strip()
        sentence = len(alt) >= 20 and " " in alt and alt.endswith(".")
        assert sentence, f"{visit}: alt text of {picture.get_attribute('src')} is {alt!r}"


OVERFLOWING = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const scrolls = e => e && (/auto|scroll|hidden/.test(getComputedStyle(e).overflowX)
                               || scrolls(e.parentElement));
    return [...document.querySelectorAll('body *')]
        .filter(e => e.getBoundingClientRect().right > width + 1 && !scrolls(e.parentElement))
        .map(e => `<${e.tagName.toLowerCase()} class="${e.getAttribute('class') || ''}"> ends at `
                  + `${Math.round(e.getBoundingClientRect().right)} px: `
                  + e.textContent.trim().slice(0, 60))
        .concat(`the page is ${document.documentElement.scrollWidth} px wide`);
}"""


def it_fits_a_phone(visit):
    """Unfolded, and in both modes, since a picture may be there in one only."""
    visit.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for mode in ("light" if visit.mode == "dark" else "dark", visit.mode):
        visit.page.evaluate("mode => document.documentElement.dataset.theme = mode", mode)
        wide = visit.page.evaluate(OVERFLOWING)
        assert not wide, f"{visit} overflows in {mode} mode: " + "; ".join(wide[:4])


PAPER = """mode => {
    document.documentElement.dataset.theme = mode;
    const shown = [...document.querySelectorAll('article :is(img, .cx)')]
        .filter(e => e.checkVisibility());
    const filters = shown.filter(e => e.matches('img')).map(e => getComputedStyle(e).filter);
    return { sizes: shown.map(e => `${e.offsetWidth} x ${e.offsetHeight}`),
             filters: [...new Set(filters)] };
}"""


def figures_are_the_same_in_both_modes(visit):
    """Of one size, and on paper of one brightness."""
    other = visit.page.evaluate(PAPER, "light" if visit.mode == "dark" else "dark")
    here = visit.page.evaluate(PAPER, visit.mode)
    assert here["sizes"] == other["sizes"], f"{visit}: figures change their size with the mode"
    assert len(here["filters"]) == len(other["filters"]) <= 1, f"{visit}: {here} and {other}"


def a_first_visit_is_light(visit):
    total = sum(map(weight, visit.files))
    assert total <= FIRST_VISIT, f"{visit}: {total:,} bytes at first: {heaviest(visit.files)}"


def heaviest(files):
    return ", ".join(f"{f.name} {weight(f):,}" for f in sorted(files, key=weight)[:-6:-1])


# One after the other: bring its first slider to an end, or, where it has none, choose the last of a
# list that is not chosen; the buttons Reset bring all back. Words for what goes wrong are returned.
MOVE = """async () => {
    const wrong = [], frame = () => new Promise(requestAnimationFrame);
    const until = async (holds) => {
        for (let t = performance.now(); !holds() && performance.now() < t + 20_000;) await frame();
        return holds();
    };
    const places = [...document.querySelectorAll('[data-explorer]')];
    for (const place of places) {
        const say = words => wrong.push(`${place.dataset.explorer} ${words}`);
        place.scrollIntoView({ behavior: 'instant' });  // the page may load its script only now
        if (!await until(() => 'ready' in place.dataset)) { say('is not drawn'); continue; }
        if (place.querySelector('.explorer-still').checkVisibility()) say('stands still');
        const figure = place.querySelector('.cx'), before = figure.textContent;
        const shown = what => [...figure.querySelectorAll(what)].filter(e => e.checkVisibility());
        const [slider] = shown('input[type=range]'), list = shown('select').pop();
        if (slider) slider.value = slider.value === slider.min ? slider.max : slider.min;
        else list.value = [...list.options].find(one => !one.selected).value;
        const said = slider ? ['input', 'change'] : ['change'];
        for (const name of said) (slider ?? list).dispatchEvent(new Event(name, { bubbles: true }));
        if (!await until(() => figure.textContent !== before)) say('does not move');
    }
    if (!await until(() => location.hash.includes('='))) wrong.push('the address keeps nothing');
    for (const place of places)
        [...place.querySelectorAll('button')].find(b => b.textContent === 'Reset').click();
    scrollTo({ top: 0, behavior: 'instant' });
    return wrong;
}"""


def every_explorer_moves(visit):
    """Each by its first slider, or by its last list."""
    wrong = visit.page.evaluate(MOVE)
    assert not wrong, f"{visit}: " + "; ".join(wrong)
    assert not visit.errors, f"{visit}, moved: " + "; ".join(visit.errors)
