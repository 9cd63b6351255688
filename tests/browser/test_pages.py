"""What holds for every page, over http and opened from disk."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PHONE = 360


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


def test_no_error(visit):
    assert not visit.errors, f"{visit}: " + "; ".join(visit.errors)


def test_no_request_to_another_host(visit):
    own = ("data:", "blob:", visit.site.host if visit.kind == "http" else "file:")
    others = [url for url in visit.requests if not url.startswith(own)]
    assert not others, f"{visit} asks another host: {others}"


def test_formulas_are_drawn(visit):
    asked = visit.page.locator(".math").count()
    drawn = visit.page.locator(".math mjx-container svg").count()
    assert drawn >= asked, f"{visit}: {asked} formulas, only {drawn} drawn"
    errors = visit.page.locator("[data-mml-node='merror']").evaluate_all(
        "nodes => nodes.map(n => n.dataset.mjxError || n.textContent)"
    )
    assert not errors, f"{visit}: TeX errors: {errors}"


RAW_TEX = re.compile(r"\\[\[\](]|\$\$|\$[^\s$]+\$|\$(?=[^$\n]*\\[a-z])[^$\n]+\$")
PROSE = """() => {
    const copy = document.querySelector('#main-content').cloneNode(true);
    copy.querySelectorAll('pre, code, mjx-container, script, .math').forEach(e => e.remove());
    return copy.textContent;
}"""


def test_no_tex_is_left_raw(visit):
    left = RAW_TEX.findall(visit.page.evaluate(PROSE))
    assert not left, f"{visit}: TeX left in the text: {left}"


def test_every_picture_has_a_sentence_for_those_who_do_not_see_it(visit):
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


def test_fits_a_phone(dressed):
    with dressed.wide(PHONE) as page:
        wide = page.evaluate(OVERFLOWING)
    assert not wide, f"{dressed} overflows {PHONE} px: " + "; ".join(wide[:4])
