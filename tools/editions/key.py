"""Make the answer key: each question of the book with its answer, _build/answers/answers.pdf."""

import copy

from bs4 import Tag

from .pages import (
    BUILD,
    CHAPTERS,
    Page,
    answers,
    edition,
    element,
    is_solution,
    join,
    names,
    page,
    still,
    take_solutions,
)
from .printing import document, save

TITLE = "Answers"


def questions(page: Page) -> list[tuple[Tag, list[str]]]:
    """Return the page's *Predicts*, each with its right answers, or none where any will do."""
    return [(box, answers(box)) for box in page.article.select("div.predict")]


def exercises(page: Page) -> list[tuple[Tag, list[str]]]:
    """Return the sections that have a solution, each with the answers that its check accepts."""
    sections = {
        id(s): s
        for d in page.article.select("details")
        if is_solution(d)
        for s in [d.find_parent("section")]
    }
    return [(section, answers(section)) for section in sections.values()]


def told(found: list[str]) -> list[Tag]:
    return [element("p", element("strong", "Answer: "), "; ".join(found))] if found else []


def predictions(page: Page) -> list[Tag]:
    """Return the page's questions as a list."""
    made = []
    for box, found in questions(page):
        inside = [copy.copy(part) for part in box.find_all(["p", "ul", "ol"], recursive=False)]
        text = [part for part in inside if "admonition-title" not in part.get("class", [])]
        made.append(element("div", *text, *told(found), class_="question"))
    return made


def chapter(page: Page) -> Tag:
    """Return a chapter's part of the key: the predictions, then the exercises with solutions."""
    number = f"{page.number}. " if page.number else ""
    made = element(
        "article", element("h1", f"{number}{page.title}"), id=page.name.replace("/", "-")
    )
    asked, solved = predictions(page), exercises(page)
    told_by = {id(section): found for section, found in solved}
    titles = {id(section): section.find(["h2", "h3"]).get_text() for section, _ in solved}
    still(page.article)
    if asked:
        made.append(element("section", element("h2", "Predictions"), *asked))
    for section, parts in take_solutions(page.article):
        made.append(
            element(
                "section", element("h2", titles[id(section)]), *told(told_by[id(section)]), *parts
            )
        )
    return made


def main() -> None:
    line = edition()
    pages = [page(name) for name, _ in names() if name.startswith(CHAPTERS)]
    keys = [Page(one.name, one.part, chapter(one)) for one in pages]
    join(keys)
    for key in keys:
        for box in key.article.select("ask-question, noscript"):
            box.decompose()
    first = (
        element("h1", TITLE),
        element("p", f"The answers and solutions of all chapters, for instructors. {line}"),
    )
    body = "".join(map(str, [element("header", *first), *(key.article for key in keys)]))
    count = save(document(TITLE, body), BUILD / "answers" / "answers.pdf", TITLE, line)
    print(f"The answer key has {count} pages: _build/answers/answers.pdf")


if __name__ == "__main__":
    main()
