"""What helps a reader along: previews, contents, where one was, keys, lines, paper."""

import re
from functools import cache

import contents
import pytest
from conftest import PAGES, soup
from contents import openings
from playwright.sync_api import expect
from sizes import THOROUGH

CHAPTER = "chapters/linearity"


@pytest.fixture(scope="module")
def visit(visit_page):
    """One chapter, open over http on a desktop."""
    contents.need(CHAPTER)
    with visit_page(CHAPTER) as visit:
        visit.page.emulate_media(reduced_motion="reduce")  # no smooth scrolling
        yield visit


@pytest.fixture
def page(visit):
    """That chapter at its top, with nothing in focus."""
    page, address = visit.page, visit.site.address(CHAPTER, "http")
    page.set_viewport_size({"width": 1280, "height": 800})
    if page.url != address or page.locator("dialog[open]").count():
        visit.load()
    page.mouse.move(1, 1)
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    return page


# Previews

LINKS = {
    "a word of the glossary": ("a[href*='#term-superposition']", "the sum of the responses"),
    "a figure": ("a[href='#fig-lin-four']", "The answers to the puzzle"),
    "a work": ("a[href*='bibliography.html#']", "Discrete-Time Signal Processing"),
    "a formula": ("a.reference[href='#equation-eq-lin-superposition']", r"f(a\,x + c\,z)"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["http", "disk"])
def test_a_link_shows_what_it_leads_to(kind, visit_page):
    """Under the mouse and with the focus; until Escape, and while the mouse is on the card."""
    contents.need(CHAPTER)
    with visit_page(CHAPTER, kind) as visit:
        visit.page.emulate_media(reduced_motion="reduce")
        card = visit.page.locator("#preview")
        tried = LINKS if kind == "http" or THOROUGH else {"a figure": LINKS["a figure"]}
        for what, (selector, words) in tried.items():
            link = visit.page.locator(f"article {selector}").first
            link.hover()
            expect(card, f"{visit}: {what}").to_contain_text(words)
            card.hover()
            visit.page.wait_for_timeout(300)
            expect(card, f"{visit}: {what}: the mouse cannot reach it").to_be_visible()
            visit.page.keyboard.press("Escape")
            expect(card, f"{visit}: {what}: Escape").to_have_count(0)
            visit.page.mouse.move(1, 1)
            visit.page.keyboard.press("Shift")  # from here on the keyboard is in use
            link.focus()
            expect(card, f"{visit}: {what}: focus").to_contain_text(words)
            assert link.get_attribute("aria-describedby") == "preview"
            link.blur()
            expect(card).to_have_count(0)
        own = visit.site.host if kind == "http" else "file:"
        others = [url for url in visit.requests if not url.startswith((own, "data:"))]
        assert not visit.errors + others, f"{visit}: {visit.errors + others}"


def test_a_card_fits_a_phone_and_shows_the_picture(page):
    page.set_viewport_size({"width": 360, "height": 640})
    page.locator(f"article {LINKS['a figure'][0]}").first.hover()
    card = page.locator("#preview")
    page.wait_for_function("document.querySelector('#preview img')?.naturalWidth")
    box = card.bounding_box()
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= 360
    assert box["y"] + box["height"] <= 640


def test_a_finger_follows_the_link(site, browser):
    contents.need(CHAPTER)
    with browser.new_context(has_touch=True, is_mobile=True) as context:
        page = context.new_page()
        page.goto(site.address(CHAPTER, "http"))
        page.locator(f"article {LINKS['a word of the glossary'][0]}").first.tap()
        page.wait_for_url("**/glossary.html#term-superposition")


@cache
def places(file):
    """What a link to a page can lead to, by its id."""
    return {tag["id"]: tag for tag in soup(file).find_all(id=True)}


def previewed(site, name):
    """The links of a page to what has a preview, and those for which the page has one."""
    tree = soup(site.folder / f"{name}.html")
    # not by a selector: it would stop at a <template>
    wanted, shown = set(), {part["data-of"] for part in tree.find_all(attrs={"data-of": True})}
    for link in tree.select("article a.reference.internal[href*='.html#']"):
        file, _, place = link["href"].partition("#")
        target = (site.folder / f"{name}.html").parent.joinpath(file).resolve()
        if target.is_file() and (found := places(target).get(place)):
            kinds = "figure", "term-", "equation-", "citation"
            kind = f"{found.name} {found.get('class')} {place}"
            if any(word in kind for word in kinds) and found.name != "section":
                wanted.add(link["href"])
    return wanted, shown


def test_each_page_holds_the_previews_of_its_links_and_no_others(site):
    for name in PAGES:
        wanted, shown = previewed(site, name)
        assert wanted == shown, f"{name}: {wanted ^ shown}"
        assert wanted or name not in openings.OWN


# The contents beside the text

# A part that has begun, and that the next has not pushed out, is marked; and its link is in sight.
MARKED = """() => {
    const links = [...document.querySelectorAll('.bd-sidebar-secondary nav a')];
    const tops = links.map(link => document.getElementById(link.hash.slice(1))
        .querySelector('h1, h2, h3, h4').getBoundingClientRect().top);
    const marked = links.findIndex(link => link.classList.contains('active'));
    const { top, bottom } = links[Math.max(0, marked)].getBoundingClientRect();
    return tops.filter(top => top < 0).length - 1 <= marked && top >= 0 && bottom <= innerHeight
        && marked <= tops.filter(top => top < innerHeight).length - 1;
}"""


def test_the_contents_show_the_part_that_one_reads(page):
    """Whichever key moves the page."""
    for key in ["PageDown"] * 12 + ["End", "Home"] + ["Space"] * 12 + ["PageUp"] * 6:
        page.keyboard.press(key)
        page.wait_for_timeout(50)
        page.wait_for_function(MARKED)


def test_a_link_of_the_contents_marks_itself(page):
    link = page.locator(".bd-sidebar-secondary nav a", has_text="Further reading")
    link.click()
    expect(link).to_have_class(re.compile(r"\bactive\b"))
    expect(link).to_have_attribute("aria-current", "true")


# Where one was


def test_a_reader_comes_back_to_where_they_were(page, visit):
    part = page.locator("#specks-on-a-photograph")
    part.evaluate("part => part.scrollIntoView({ behavior: 'instant' })")
    page.wait_for_function("Object.values(localStorage).join().includes('#specks')")
    link = page.locator(".reading-place a")
    page.goto(visit.site.address(CHAPTER, "http"))
    expect(link).to_have_text("Continue at “Specks on a photograph”")
    page.goto(visit.site.address("intro", "http"))
    expect(link).to_contain_text("Linearity and shift equivariance")
    link.click()
    page.wait_for_url(f"**/{CHAPTER}.html#specks-on-a-photograph")
    expect(link).to_have_count(0)
    spoil = "key => { if (key.startsWith('reading')) localStorage[key] = '{'; }"
    page.evaluate(f"Object.keys(localStorage).forEach({spoil})")
    page.goto(visit.site.address("intro", "http"))
    expect(link).to_have_count(0)
    assert not visit.errors


def test_the_line_at_the_top_grows_and_moves_nothing(page):
    line = page.locator(".reading-progress")
    for key, width in [("Home", 0), ("End", 1280)]:
        page.keyboard.press(key)
        page.wait_for_function(
            "([line, width]) => Math.abs(line.getBoundingClientRect().width - width) < 20",
            arg=[line.element_handle(), width],
        )
    assert line.evaluate("line => getComputedStyle(line).position") == "fixed"


# Keys


WANT_KEYS = ["article input", "article .cx [tabindex='0']", "article pre"]


def test_keys_turn_the_pages_and_only_when_nothing_else_wants_them(page):
    page.keyboard.press("Control+ArrowRight")
    page.evaluate("document.querySelectorAll('told-part').forEach(part => part.hidden = false)")
    page.evaluate("document.querySelectorAll('article pre').forEach(code => code.tabIndex = 0)")
    for wanted in WANT_KEYS:
        page.locator(f"{wanted}:visible").first.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(100)
        assert page.url.split("#")[0].endswith(f"{CHAPTER}.html"), wanted
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    following = PAGES[PAGES.index(CHAPTER) + 1]
    page.wait_for_url(f"**/{following}.html")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**/{CHAPTER}.html")


# Pictures


def test_pictures_state_their_size_and_wait_below_the_first(site):
    for name in PAGES:
        pictures = soup(site.folder / f"{name}.html").select("article img:not([src^='data:'])")
        unsized = [p["src"] for p in pictures if not (p.get("width") and p.get("height"))]
        assert not unsized, f"{name}: no size: {unsized}"
        # on the landing page the explorer comes first, and all pictures below it
        at_once = [] if name == "intro" else pictures[:1]
        assert [p for p in pictures if p.get("loading") != "lazy"] == at_once, name


def test_pictures_come_when_the_page_is_there(page):
    """A reader may go offline, or print."""
    there = "image => image.complete && image.naturalWidth"
    page.wait_for_function(f"[...document.images].every({there})")


# The look

LINE_LENGTHS = """() => {
    const lengths = [];
    for (const p of document.querySelectorAll('article section > p')) {
        if (p.querySelector('.math, code')) continue;
        const lines = new Map(), texts = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
        for (let text; text = texts.nextNode();) {
            for (let i = 0; i < text.length; i++) {
                const range = document.createRange();
                range.setStart(text, i);
                range.setEnd(text, i + 1);
                const line = Math.round((range.getClientRects()[0]?.bottom ?? 0) / 10);
                lines.set(line, (lines.get(line) ?? 0) + 1);
            }
        }
        lengths.push(...[...lines.values()].slice(0, -1).filter(length => length > 20));
    }
    return lengths.sort((a, b) => a - b);
}"""


@pytest.mark.parametrize("width", [1280, 1440])
def test_a_line_holds_70_to_75_characters(width, page):
    page.set_viewport_size({"width": width, "height": 800})
    lengths = page.evaluate(LINE_LENGTHS)
    assert len(lengths) > 20
    assert 69 <= lengths[len(lengths) // 2] <= 76, lengths


def test_figures_and_code_are_wider_than_the_text(page):
    text, code, drawn = (
        page.locator(f"article section > {part}").first.bounding_box()["width"]
        for part in ["p", "div.cell", "figure, article .explorer"]
    )
    assert code > text + 50
    assert drawn > text + 50


def test_no_width_makes_the_page_scroll_sideways(page):
    for width in [320, 360, 480, 768, 960, 992, 1024, 1199, 1200, 1280, 1440, 1920]:
        page.set_viewport_size({"width": width, "height": 800})
        found = page.evaluate("document.documentElement.scrollWidth")
        assert found <= width, f"at {width} px the page is {found} px wide"


def test_the_button_of_the_sidebar_hides_it_where_it_stands_beside_the_text(page):
    sidebar = page.locator("#pst-primary-sidebar")
    for width in [975, 1100]:
        page.set_viewport_size({"width": width, "height": 800})
        expect(sidebar).to_be_visible()
        page.locator(".primary-toggle").click()
        expect(page.locator("dialog[open]")).to_have_count(0)
        expect(sidebar).to_be_hidden()
        page.locator(".primary-toggle").click()


def test_the_icon_of_the_search_leaves_room_for_the_words(page, visit):
    page.locator(".search-button__button:visible").click()
    dialog = page.locator("#pst-search-dialog[open]")
    expect(dialog).to_be_visible()
    icon, field = (dialog.locator(part).first.bounding_box() for part in ["i", "input"])
    assert icon["x"] + icon["width"] <= field["x"]
    page.goto(visit.site.address("search", "http"))
    icon, field = (
        page.locator(f"main form.bd-search {part}").first.bounding_box() for part in ["i", "input"]
    )
    assert icon["x"] + icon["width"] <= field["x"]


# Paper

ON_PAPER = """() => ({
    theme: document.documentElement.dataset.theme,
    shut: document.querySelectorAll('article details:not([open], .code)').length,
    dead: [...document.querySelectorAll('button, input, select, nav, .headerlink')]
        .filter(e => e.checkVisibility()).map(e => e.outerHTML.slice(0, 80)),
    cut: [...document.querySelectorAll('article pre')]
        .filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1)
        .map(e => e.textContent.slice(0, 60)),
})"""


def test_paper_is_light_unfolded_and_short(visit_page, tmp_path):
    contents.need(CHAPTER)
    with visit_page(CHAPTER, mode="dark") as visit:
        visit.page.wait_for_load_state("networkidle")
        printed = visit.page.pdf(format="A4", prefer_css_page_size=True)
        pages = len(re.findall(rb"/Type\s*/Page\b", printed))
        assert 10 < pages < 25, f"{pages} pages"
        assert visit.page.evaluate("document.documentElement.dataset.theme") == "dark"
        visit.page.emulate_media(media="print")
        visit.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        found = visit.page.evaluate(ON_PAPER)
        assert found == {"theme": "light", "shut": 0, "dead": [], "cut": []}
        visit.page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert not visit.page.locator("article details[open]").count()


# The foot of a page


def test_each_page_tells_its_edition_and_nothing_of_an_unknown_repository(site):
    for name in PAGES:
        tree = soup(site.folder / f"{name}.html")
        foot = " ".join(tree.select_one(".edition").text.split())
        assert re.fullmatch(
            r"Version \d+\.\d+\.\d+, \d{1,2} [A-Z][a-z]+ 20\d\d\. Changes\. .+", foot
        )
    if "does not know its repository" in soup(site.folder / "intro.html").text:
        for name in PAGES:
            assert not soup(site.folder / f"{name}.html").select(".launch, .report"), name
