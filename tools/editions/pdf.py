"""Make the whole book one PDF, from its built pages: _build/book.pdf."""

from .pages import BUILD, Page, edition, element, join, place, read, still, take_solutions
from .printing import document, save

HEADING = "Solutions"
PAGED = ".std-numref, .std-doc, .std-ref, .doc"


def page_number(to: str, guess: str = "000"):
    """Return the place of a page number, which the printing fills in."""
    return element("span", guess, data_page=to)


def number_links(page: Page) -> None:
    """Say behind each link to another chapter on which page it is."""
    for link in page.article.select("a.away"):
        listed = link.find_parent(class_="in-chapters")
        named = link.select_one(PAGED) and not link.find_parent(["h1", "h2", "h3", "th", "td"])
        if listed or named:
            number = page_number(link["href"][1:])
            link.insert_after(element("span", " (p.\N{NO-BREAK SPACE}", number, ")", class_="page"))


def solutions(pages: list[Page]) -> Page | None:
    """Move the solutions of all chapters to a page of their own, and say where each is."""
    article = element("article", element("h1", HEADING), id=place("solutions"))
    for page in pages:
        found = take_solutions(page.article)
        if not found:
            continue
        title = f"{page.number}. {page.title}".removeprefix(". ")
        article.append(element("h2", title))
        for section, parts in found:
            here = f"{section['id']}--solution"
            link = element("a", section.find(["h2", "h3"]).get_text(), href=f"#{section['id']}")
            where = element(
                "span", " (p.\N{NO-BREAK SPACE}", page_number(section["id"]), ")", class_="page"
            )
            article.append(element("section", element("h3", link, where), *parts, id=here))
            there = element(
                "a", "Solution: p.\N{NO-BREAK SPACE}", page_number(here), href=f"#{here}"
            )
            section.append(element("p", there, class_="to-solution"))
    return Page("solutions", "", article) if article.find("section") else None


def with_solutions(pages: list[Page]) -> list[Page]:
    """Return the pages with that of the solutions behind the last chapter."""
    solved = solutions(pages)
    if solved is None:
        return pages
    last = max(number for number, page in enumerate(pages) if page.is_chapter)
    solved.part = pages[last].part
    return [*pages[: last + 1], solved, *pages[last + 1 :]]


def contents(pages: list[Page]):
    """Return the table of contents: chapters with their sections, other pages by their titles."""
    nav = element("nav", element("h1", "Contents"), class_="contents")
    part = None
    for page in pages:
        if page.part != part:
            part = page.part
            nav.append(element("p", part, class_="part"))
        nav.append(
            entry(f"{page.number}\N{EM SPACE}{page.title}".strip(), place(page.name), "first")
        )
        for heading in page.article.find_all("h2") if page.is_chapter else []:
            nav.append(entry(heading.get_text(), heading.parent["id"], "second"))
    return nav


def entry(text: str, to: str, level: str):
    title = element("span", text, class_="title")
    return element(
        "a", title, element("span", class_="dots"), page_number(to), href=f"#{to}", class_=level
    )


def title_page(root: Page, told: str):
    """Return the first page: the landing page's title, its first words and its figure."""
    words = root.article.find("p").get_text()
    figure = root.article.select_one(".explorer-still img")
    parts = [element("h1", root.title), element("p", words, class_="subtitle")]
    if figure:
        parts.append(element("img", src=figure["src"], alt=figure.get("alt", "")))
    licence = "Text and figures under CC BY 4.0, code under the MIT licence."
    parts += [
        element("p", "The convkit authors", class_="author"),
        element("p", told, " ", licence),
    ]
    return element("header", *parts, class_="title-page")


def running_heads(pages: list[Page]) -> str:
    """Return the style that gives each page's name to the edge of its sheets."""
    rules = []
    for number, page in enumerate(pages):
        text = f"{page.number}\N{EM SPACE}{page.title}".strip().replace("\\", "").replace('"', "'")
        rules.append(f'@page head{number} {{ @top-left {{ content: "{text}" }} }}')
        rules.append(f"#{place(page.name)} {{ page: head{number} }}")
    return "\n".join(rules)


def main() -> None:
    told = edition()
    root, *pages = read()
    first = title_page(root, told)
    for page in pages:
        still(page.article)
    join(pages)
    for page in pages:
        number_links(page)
    pages = with_solutions(pages)
    body = "".join(map(str, [first, contents(pages), *(page.article for page in pages)]))
    target = BUILD / "book.pdf"
    count = save(document(root.title, body, running_heads(pages)), target, root.title, told)
    print(f"The book is one file of {count} pages: _build/{target.name}")


if __name__ == "__main__":
    main()
