"""What the formulas of the built pages are to those who copy them, hear them or search them."""

import re

import contents
import pytest
from conftest import PHONE

CHAPTER = "chapters/pooling"
contents.need(CHAPTER)
COPY = """() => addEventListener('copy', event => {
    window.copied = event.clipboardData.getData('text/plain');
})"""
FROM_WITHIN_A_FORMULA = """() => {
    const letter = document.querySelector('article p math mi'), text = letter.closest('p');
    getSelection().setBaseAndExtent(letter.firstChild, 0, text, text.childNodes.length);
}"""


@pytest.fixture(scope="module")
def pooling(visit_page):
    with visit_page(CHAPTER) as visit:
        visit.page.evaluate(COPY)
        yield visit.page


def copied(page):
    page.keyboard.press("Control+c")
    return page.evaluate("window.copied")


@pytest.mark.parametrize(("place", "mark"), [("div.math", "$$"), ("p span.math", "$")])
def test_a_clicked_formula_is_copied_as_its_tex(place, mark, pooling):
    formula = pooling.locator(f"article {place}:has(mi)").first
    tex = " ".join(formula.locator("annotation").text_content().split())
    formula.locator("mi").first.click()
    assert copied(pooling) == f"{mark}{tex}{mark}"


def test_copied_text_has_the_tex_of_its_formulas_whole(pooling):
    pooling.evaluate(FROM_WITHIN_A_FORMULA)
    paragraph = pooling.locator("article p:has(math mi)").first
    tex = paragraph.locator("annotation").all_text_contents()
    text = copied(pooling)
    found = re.findall(r"\$([^$]+)\$", text)
    assert found == tex[len(tex) - len(found) :]
    assert text.startswith(f"${found[0]}$")
    assert re.search(r"\$ [a-z]+", text), text


def test_text_without_a_formula_is_copied_as_ever(pooling):
    pooling.evaluate("getSelection().selectAllChildren(document.querySelector('h1'))")
    assert copied(pooling) == ""  # the browser's own copy comes after the event


def test_formulas_are_in_the_accessibility_tree(pooling):
    session = pooling.context.new_cdp_session(pooling)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    roles = [node["role"]["value"] for node in nodes if not node["ignored"]]
    assert roles.count("MathMLMath") == pooling.locator("math:visible").count()
    assert {"MathMLFraction", "MathMLSub", "MathMLIdentifier"} <= set(roles)
    said = " ".join(node.get("name", {}).get("value", "") for node in nodes if not node["ignored"])
    assert "\\frac" not in said, "the TeX is read aloud"


def test_no_formula_within_a_text_is_a_stop_of_the_tab_key(pooling):
    assert not pooling.locator("span.math [tabindex], span.math[tabindex], math button").count()


def test_the_number_stands_beside_its_formula_and_below_it_on_a_phone(visit_page):
    with visit_page(CHAPTER, width=PHONE) as visit:
        block = visit.page.locator("div.math:has(.eqno)").first
        formula, number = (block.locator(part).bounding_box() for part in ("math", ".eqno"))
        assert number["y"] >= formula["y"] + formula["height"]
        visit.page.set_viewport_size({"width": 1280, "height": 800})
        formula, number = (block.locator(part).bounding_box() for part in ("math", ".eqno"))
        assert (
            formula["y"] <= number["y"] + number["height"] / 2 <= formula["y"] + formula["height"]
        )


def test_summaries_of_the_search_are_words(visit_page):
    with visit_page("search") as visit:
        field = visit.page.locator("main input[name=q], #search-documentation input[name=q]").first
        field.fill("handwritten")
        field.press("Enter")
        summary = visit.page.locator("#search-results p.context").first
        summary.wait_for()
        visit.page.wait_for_load_state("networkidle")
        shown = " ".join(visit.page.locator("#search-results p.context").all_inner_texts())
        assert "12×12" in re.sub(r"\s", "", shown)
        assert not re.search(r"\\[a-z(]", shown), shown
