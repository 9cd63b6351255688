"""The first page, what every page tells those who link to it, and the addresses that moved."""

import re
from pathlib import Path
from urllib.parse import urljoin

import contents
import nbformat
import pytest
from conftest import CHAPTERS, PAGES, ROOT, soup
from PIL import Image
from playwright.sync_api import expect
from sizes import sized

from sent import weight

FIRST_VISIT = 700_000  # bytes, as a host with gzip sends them
SCREENS = {"desktop": (1280, 800), "phone": (375, 667)}
MOVED = {
    "bibliography": "bibliography",
    "errata": "claims",
    "explorers": "explorers",
    "glossary": "glossary",
    "notation": "notation",
    "teaching": "teaching",
}


def test_first_screen(visit_page):
    """It says what this is, and hands over a picture; on a desktop also kernel and output."""
    with visit_page("intro") as visit:
        page = visit.page
        figure = page.locator("[data-explorer=edges]").first
        canvases, kernel = figure.locator("canvas"), figure.get_by_role("grid", name="Kernel w")
        presets = figure.get_by_label("kernel", exact=True)
        first = [
            page.locator("article h1"),
            page.locator("article h1 + p"),
            presets,
            canvases.nth(0),
        ]
        more = [canvases.nth(1), kernel]
        more += page.locator("a.button").all()
        for screen, (width, height) in SCREENS.items():
            page.set_viewport_size({"width": width, "height": height})
            for element in first + (more if screen == "desktop" else []):
                box = element.bounding_box()
                inside = box["y"] >= 0 and box["y"] + box["height"] <= height
                assert inside, f"{screen}: {element} is at {box}"
                assert box["x"] + box["width"] <= width, f"{screen}: {element} is at {box}"
        assert "onvolution" in page.title()
        assert "onvolution" in first[0].inner_text()
        total = sum(map(weight, visit.files))
        assert total <= FIRST_VISIT, f"{total:,} bytes at first"


def test_another_kernel_changes_the_output(visit_page):
    with visit_page("intro") as visit:
        figure = visit.page.locator("[data-explorer=edges]").first
        output = figure.locator("canvas").nth(1)
        before = output.evaluate("canvas => canvas.toDataURL()")
        figure.get_by_label("kernel", exact=True).select_option("sharpen")
        assert output.evaluate("canvas => canvas.toDataURL()") != before


def test_buttons_lead_on(site):
    links = [a["href"] for a in soup(site.folder / "intro.html").select("a.button")]
    assert links == [f"{CHAPTERS[0]}.html", "back/explorers.html"]


def test_a_card_for_each_chapter(site):
    cards = soup(site.folder / "intro.html").select(".chapter-cards > li")
    assert [card.a["href"] for card in cards] == [f"{chapter}.html" for chapter in CHAPTERS]
    for chapter, card in zip(CHAPTERS, cards, strict=True):
        if chapter in contents.OTHERS:  # they say what they like
            continue
        cells = nbformat.read(ROOT / f"{chapter}.ipynb", as_version=4).cells
        opening = "\n\n".join(c.source for c in cells if c.cell_type == "markdown")
        title, question, minutes = (p.get_text() for p in card.select("p"))
        assert f"# {title}" == opening.splitlines()[0]
        assert question[1:] in " ".join(opening.split())
        assert question.endswith("?")
        assert "#" not in question
        told = re.search(r"Reading time:\*\*\s+about\s+(\d+)\s+minutes", opening)[1]
        assert minutes == f"{told} minutes"
        assert card.img["loading"] == "lazy"
        thumbnail = site.folder / card.img["src"]
        assert weight(thumbnail) <= 40_000
        with Image.open(thumbnail) as picture:
            assert picture.size == (480, 300)
        shown = card.img["style"] if card.img.has_attr("style") else str(card.img)
        assert "240" in shown
        assert "150" in shown


# Every page


def tags(site, name):
    head = soup(site.folder / f"{name}.html").head
    found = head.select("meta[name], meta[property]")
    return {tag.get("name") or tag["property"]: tag.get("content") for tag in found}


def test_every_page_has_a_description_of_its_own(site):
    said = {}
    for name in PAGES:
        words = tags(site, name)["description"]
        assert 25 <= len(words) <= 200, f"{name}: {words!r}"
        assert not re.search(r"[\\$*`]|\s\s", words), f"{name}: {words!r}"
        assert words not in said, f"{name} and {said[words]}: {words!r}"
        said[words] = name


def test_a_link_to_a_page_can_show_its_title_and_picture(site):
    for name in PAGES:
        told = tags(site, name)
        assert told["og:title"] in soup(site.folder / f"{name}.html").title.text
        assert told["og:description"] == told["description"]
        picture = site.file(urljoin(site.address(name, "http"), told["og:image"]))
        own = Path(name).name if name in CHAPTERS else "book"
        assert picture.stem == own or name in contents.OTHERS
        with Image.open(picture) as card:
            assert card.size == (1200, 630)


# Addresses that were there before


def moved():
    """The old addresses of the pages that are there."""
    return {old: new for old, new in MOVED.items() if f"back/{new}" in PAGES}


@pytest.mark.parametrize("kind", ["http", "disk"])
def test_an_old_address_leads_to_the_new_one(kind, site, browser):
    context = browser.new_context()
    page = context.new_page()
    for old, new in list(moved().items())[: sized(2, None)]:  # all are made alike
        page.goto(site.address(old, kind) + "#a-place")
        page.wait_for_url("**/back/*")
        expect(page).to_have_url(site.address(f"back/{new}", kind) + "#a-place")
    context.close()


def test_an_old_address_leads_on_without_scripts(site):
    for old, new in moved().items():
        assert f"url=back/{new}.html" in Path(site.folder, f"{old}.html").read_text()
