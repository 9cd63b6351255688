"""Every link inside the site leads somewhere, to the very place it names."""

from functools import cache
from urllib.parse import unquote, urljoin, urlsplit

from conftest import soup
from playwright.sync_api import expect

BASE = "http://book"
LINKS = {"a": "href", "link": "href", "script": "src", "img": "src", "source": "src"}


@cache
def places(file):
    """The names of all places in a page that a link may lead to."""
    return {tag.get("id") or tag.get("name") for tag in soup(file).select("[id], a[name]")}


def links(file):
    for tag, attribute in LINKS.items():
        for element in soup(file).select(f"{tag}[{attribute}]"):
            yield element[attribute]


def broken(site, file):
    """Each link of a page that leads nowhere, and why."""
    here = f"{BASE}{site.prefix}{file.relative_to(site.folder).as_posix()}"
    for link in links(file):
        target = urljoin(here, link)
        if not link.strip():
            yield "an empty link"
        if not target.startswith(BASE + "/"):
            continue  # another host, data:, mailto:
        goal = site.file(target)
        if goal is not None and goal.is_dir():
            goal /= "index.html"
        if goal is None or not goal.is_file():
            yield f"{link}: no such file"
        elif (place := unquote(urlsplit(target).fragment)) and place not in places(goal):
            yield f"{link}: no such place in {goal.name}"


def test_links_lead_somewhere(site):
    pages = sorted(file for file in site.folder.rglob("*.html") if "_static" not in file.parts)
    wrong = [f"{p.relative_to(site.folder)}: {why}" for p in pages for why in broken(site, p)]
    assert not wrong, "\n".join(wrong)


def test_a_wrong_address_at_any_depth_gets_the_404_page(site, visit_page):
    with visit_page("chapters/no/such/page") as visit:
        assert "not found" in visit.page.title().lower()
        home = visit.page.get_by_role("main").get_by_role("link", name="first page")
        faults = [error for error in visit.errors if visit.page.url not in error]
        assert not faults, f"{visit}: {faults}"
        home.click()
        expect(visit.page, f"{visit}: its way home").to_have_url(site.address("intro", "http"))
