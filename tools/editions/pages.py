"""The built pages, as the editions take them: in the book's order, still, and as one document."""

import json
import os
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bs4 import BeautifulSoup, NavigableString, Tag
from sphinx_external_toc.parsing import parse_toc_yaml

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "_build"
SITE = Path(os.environ.get("BOOK_SITE", BUILD / "html")).resolve()
CHAPTERS = "chapters/"

# What a reader can press, and what only the page's scripts use.
LIVE = ".headerlink, .launch, .viewcode-link, .ask-note, ask-question, button, noscript, template"
UNSEEN = "details.code, details.imports, .toctree-wrapper, ul.chapter-cards, a.button, annotation"
ELSEWHERE = re.compile(r"[a-z][a-z+.-]*:")


@dataclass
class Page:
    """A page of the book: its name, the part it belongs to, its title and its text."""

    name: str
    part: str
    article: Tag

    @property
    def is_chapter(self) -> bool:
        return self.name.startswith(CHAPTERS)

    @property
    def heading(self) -> Tag:
        return self.article.h1

    @property
    def title(self) -> str:
        """The title without its number."""
        number = self.heading.find(class_="section-number")
        return self.heading.get_text().removeprefix(number.get_text() if number else "").strip()

    @property
    def number(self) -> str:
        found = self.heading.find(class_="section-number")
        return found.get_text().strip(" .\N{NO-BREAK SPACE}") if found else ""


def names(source: Path = ROOT) -> Iterator[tuple[str, str]]:
    """Yield the pages of the table of contents in order, each with the part that it stands in."""
    sitemap = parse_toc_yaml(source / "_toc.yml")

    def below(document, part):
        for tree in document.subtrees:
            for item in tree.items:
                caption = part or tree.caption or ""
                yield item, caption
                yield from below(sitemap[item], caption)

    yield sitemap.root.docname, ""
    yield from below(sitemap.root, "")


def tree(file: Path) -> BeautifulSoup:
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


def page(name: str, part: str = "", site: Path = SITE) -> Page:
    """Return a page of the built book."""
    article = tree(site / f"{name}.html").find("article")
    for link in article.select(".headerlink"):
        link.decompose()
    return Page(name, part, article)


def read(site: Path = SITE, source: Path = ROOT) -> list[Page]:
    """Return all pages of the built book."""
    return [page(name, part, site) for name, part in names(source)]


def edition(site: Path = SITE, source: Path = ROOT) -> str:
    """Return what the foot of a page says first: version and date."""
    root, _ = next(names(source))
    return tree(site / f"{root}.html").select_one(".edition").find(string=True).strip()


def edition_day(told: str) -> datetime:
    """Return the date that this line names."""
    return datetime.strptime(re.search(r"\d+ \w+ \d{4}", told)[0], "%d %B %Y").replace(tzinfo=UTC)


# Without scripts


def still(article: Tag) -> None:
    """Leave of a page what paper can show; solutions stay folded, see `take_solutions`."""
    for part in article.select("told-part"):
        part.unwrap()
    for part in article.select(f"{LIVE}, {UNSEEN}"):
        if not part.decomposed:
            part.decompose()
    for folded in article.select("details.check"):
        line = Tag(name="p", attrs={"class": "check"})
        line.string = folded.summary.get_text(strip=True)
        folded.replace_with(line)
    for folded in article.select("details"):
        if not is_solution(folded):
            folded.name = "div"
            folded["class"] = "hint"
            folded.summary.name = "strong"
    for image in article.select("img"):
        for attribute in ("loading", "decoding"):
            del image[attribute]
    remove_empty(article)


def remove_empty(article: Tag) -> None:
    """Remove the cells of which nothing is left to see."""
    for cell in article.select("div.cell"):
        if not cell.get_text(strip=True) and not cell.find(["img", "svg", "table"]):
            cell.decompose()


def is_solution(folded: Tag) -> bool:
    return folded.summary is not None and folded.summary.get_text().startswith("Solution")


def take_solutions(article: Tag) -> list[tuple[Tag, list[Tag]]]:
    """Take the solutions out of a page: each exercise's section with what solves it."""
    found: dict[int, tuple[Tag, list[Tag]]] = {}
    for folded in article.select("details"):
        if is_solution(folded):
            section = folded.find_parent("section")
            folded.extract()
            folded.summary.decompose()
            folded.name = "div"
            folded["class"] = "solution"
            found.setdefault(id(section), (section, []))[1].append(folded)
    remove_empty(article)
    return list(found.values())


# One document


def place(page: str, fragment: str = "") -> str:
    """Return the id in one document of a place on a page."""
    name = page.replace("/", "-")
    return f"{name}--{fragment}" if fragment else name


def join(pages: list[Page], site: Path = SITE) -> None:
    """Make ids differ and links lead from page to page within one document.

    A link to what is not in the book is its text; one that leaves the page has the class `away`.
    """
    titles = {page.name for page in pages}
    ids = {place(page.name) for page in pages}
    for page in pages:
        for part in page.article.select("[id]"):
            part["id"] = place(page.name, part["id"])
            ids.add(part["id"])
        page.article["id"] = place(page.name)
    for page in pages:
        for link in page.article.select("a[href]"):
            join_link(link, page.name, titles, ids)
        for image in page.article.select("img[src]"):
            if not ELSEWHERE.match(image["src"]):
                image["src"] = (site / Path(page.name).parent / image["src"]).resolve().as_uri()


def join_link(link: Tag, page: str, titles: set[str], ids: set[str]) -> None:
    if ELSEWHERE.match(link["href"]):
        return
    file, _, fragment = link["href"].partition("#")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), file)) if file else page
    target = path.removesuffix(".html")
    to = place(target, fragment)
    if target not in titles:
        link.unwrap()
        return
    link["href"] = f"#{to if to in ids else place(target)}"
    if target != page:
        link["class"] = [*link.get("class", []), "away"]


def element(name: str, *content: Tag | str, **attributes: str) -> Tag:
    """Return a new element; `class_` stands for class, `data_x` for data-x."""
    named = {key.strip("_").replace("_", "-"): value for key, value in attributes.items()}
    made = Tag(name=name, attrs=named)
    for part in content:
        made.append(NavigableString(part) if isinstance(part, str) else part)
    return made


# Questions


def answers(box: Tag) -> list[str]:
    """Return the right answers that the page's data hold for the questions of a box, in words."""
    found = []
    for ask in box.select("ask-question"):
        found += [told for field in json.loads(ask["data-ask"])["fields"] if (told := right(field))]
    return found


def right(field: dict) -> str:
    """Return the first right answer to a question, with the question's label."""
    if not field.get("right"):
        return ""
    value = field["right"][0]
    told = field.get("shown") or written(value, field)
    return f"{field['label']}: {told}" if field.get("label") else told


def written(value: list, field: dict) -> str:
    """Write an answer, kept as a flat list, as a reader would."""
    if field["kind"] == "choice":
        return ", ".join(field["choices"][index] for index in value)
    texts = [number(one) if isinstance(one, float) else str(one) for one in value]
    if len(field["shape"]) == 2:
        width = field["shape"][1]
        rows = [texts[start : start + width] for start in range(0, len(texts), width)]
        return "; ".join(", ".join(row) for row in rows)
    return ", ".join(texts)


def number(value: float) -> str:
    """Write a whole number in full, another with six digits."""
    return str(int(value)) if value == round(value) else f"{value:.6g}"
