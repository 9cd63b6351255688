"""Make slides of each chapter from its built page: _build/slides.

On a slide stand the title and the question, the puzzle, each prediction (its answer comes at the
next step), each figure, at work where it is an explorer, each box, and the summary. Two tags of a
notebook's cells change that: `slide` shows a cell with its code, `no-slide` leaves a figure out.
reveal.js shows them; its files come with sphinx-revealjs, so that nothing is asked of another host.
"""

import copy
import re
import shutil
from importlib.util import find_spec
from pathlib import Path

from bs4 import Tag

from .pages import BUILD, CHAPTERS, LIVE, SITE, Page, answers, edition, element, names, page, tree

HERE = Path(__file__).parent
RESULT = BUILD / "slides"
REVEAL = Path(find_spec("sphinx_revealjs").origin).parent / "_static" / "revealjs" / "dist"
SHOWN = "figure, div.admonition, div.cell.tag_slide"
BOXES = {"predict", "summary", "misconception", "goals"}
OURS = re.compile(r'(src|href)="\.\./(_images|_static)/')
ASKED_FOR = re.compile(r"explorers(/\w+)?\.js")


def is_shown(part: Tag) -> bool:
    """Tell whether a part of a page gets a slide of its own."""
    cell = part.find_parent("div", class_="cell") or part
    if "tag_no-slide" in cell.get("class", []) or part.find_parent(["details"]):
        return False
    if part.name == "figure":
        return "tag_slide" not in cell.get("class", []) and part.find_parent("figure") is None
    return "tag_slide" in part["class"] or bool(BOXES & set(part["class"]))


def lectured(page: Page) -> list[Tag]:
    """Return the parts that are lectured on: all that is shown, but of the exercises."""
    found = page.article.section.find_all("section", recursive=False)
    skipped = [section for section in found if section.select_one("details.solution")]
    parts = filter(is_shown, page.article.section.select(SHOWN))
    return [part for part in parts if not any(is_in(part, section) for section in skipped)]


def is_in(part: Tag, section: Tag | None) -> bool:
    return any(parent is section for parent in part.parents)


def slides(page: Page) -> list[Tag]:
    """Return a chapter's slides; the first figure has the text that leads to it, the puzzle."""
    parts = lectured(page)
    made = [slide(part, above=[]) for part in parts]
    first = page.article.section.find("section", recursive=False)
    if parts and parts[0].name == "figure" and is_in(parts[0], first):
        made[0] = slide(parts[0], above=before(parts[0], first))
    return [opening(page), *made]


def opening(page: Page) -> Tag:
    number = [element("p", page.number, class_="number")] if page.number else []
    question = [copy.copy(p) for p in page.article.section.select("p", limit=1)]
    return element("section", *number, element("h1", page.title), *question, class_="opening")


def before(part: Tag, section: Tag) -> list[Tag]:
    """Return the paragraphs of a section that lead to its first figure."""
    return [copy.copy(p) for p in part.find_all_previous("p") if p.parent is section][::-1]


def slide(part: Tag, above: list[Tag]) -> Tag:
    """Return the slide of a part, under the heading that it stands under."""
    heading = part.find_previous(["h1", "h2", "h3"])
    shown = copy.copy(part)
    told = answers(shown) if "predict" in shown.get("class", []) else []
    for live in shown.select(LIVE):
        live.decompose()
    step = [element("p", f"Answer: {'; '.join(told)}", class_="fragment answer")] if told else []
    return element(
        "section", element("h2", *map(copy.copy, heading.contents)), *above, shown, *step
    )


def scripts(page: Page, site: Path) -> list[Tag]:
    """Return what the page asks for to bring its explorers to life."""
    whole = tree(site / f"{page.name}.html")
    return [tag for tag in whole.select("head script[src]") if ASKED_FOR.search(tag["src"])]


def deck(page: Page, told: str, site: Path) -> str:
    """Return the slides of a chapter as a document."""
    body = "".join(map(str, slides(page)))
    alive = "".join(map(str, scripts(page, site)))
    sheets = ["pygments.css", "formulas.css", "reveal.css", "slides.css"]
    links = "".join(f'<link rel="stylesheet" href="_static/{sheet}">' for sheet in sheets)
    html = (
        f'<!DOCTYPE html>\n<html lang="en" data-theme="light"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{page.title}: slides</title>{links}{alive}</head>\n"
        f'<body><div class="reveal"><main class="slides">{body}</main></div>'
        f'<p class="edition">{told}</p>'
        '<script src="_static/reveal.js"></script><script src="_static/slides.js"></script>'
        "</body></html>\n"
    )
    return unlinked(OURS.sub(r'\1="\2/', html))


def unlinked(html: str) -> str:
    """Return the document with the text of its links to pages, which are not beside it."""
    return re.sub(r'<a class="[^"]*internal[^"]*"[^>]*>(.*?)</a>', r"\1", html, flags=re.DOTALL)


def copy_files(decks: dict[str, str], result: Path, site: Path) -> None:
    """Copy what the slides ask for, and no more."""
    static = result / "_static"
    static.mkdir(parents=True)
    for file in (REVEAL / "reveal.css", REVEAL / "reveal.js"):
        shutil.copy(file, static)
    for name in ("slides.css", "slides.js"):
        shutil.copy(HERE / name, static)
    for file in (*site.glob("_static/formulas*"), site / "_static" / "pygments.css"):
        shutil.copy(file, static)
    shutil.copy(site / "_static" / "explorers.js", static)
    shutil.copytree(site / "_static" / "explorers", static / "explorers")
    for image in sorted(
        {name for html in decks.values() for name in re.findall(r'"_images/([^"]+)"', html)}
    ):
        (result / "_images" / image).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(site / "_images" / image, result / "_images" / image)


def contents(pages: list[Page], told: str) -> str:
    """Return the page that lists the decks."""
    items = "".join(
        f'<li><a href="{Path(page.name).name}.html">{page.number} {page.title}</a></li>'
        for page in pages
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Slides</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="_static/slides.css"></head>'
        f'<body class="list"><main><h1>Slides</h1><ul>{items}</ul><p>{told}</p></main>'
        "</body></html>\n"
    )


def main() -> None:
    told = edition()
    chapters = [page(name) for name, _ in names() if name.startswith(CHAPTERS)]
    decks = {Path(one.name).name: deck(one, told, SITE) for one in chapters}
    shutil.rmtree(RESULT, ignore_errors=True)
    copy_files(decks, RESULT, SITE)
    for name, html in decks.items():
        (RESULT / f"{name}.html").write_text(html, encoding="utf-8")
    (RESULT / "index.html").write_text(contents(chapters, told), encoding="utf-8")
    print(f"The slides of {len(decks)} chapters: open _build/slides/index.html")


if __name__ == "__main__":
    main()
