"""What a chapter says of itself: its title, its question, its minutes.

The cards on the landing page and the page's description are taken from there, so that each is
written once.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from sphinx.errors import ExtensionError
from sphinx_external_toc.parsing import parse_toc_yaml

FOLDER = "chapters/"
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
QUESTION = re.compile(
    r"^(?:\*\*The question of this chapter:\*\*\s+|\*)?([^#>*?][^*?]*\?)", re.MULTILINE
)
MINUTES = re.compile(r"\*\*Reading time:\*\*\s+about\s+(\d+)\s+minutes")


@dataclass
class Opening:
    """The title of a chapter, the question it answers, and how many minutes reading takes."""

    title: str
    question: str
    minutes: int


def chapters(source):
    """The chapters of a book, in its order."""
    pages = parse_toc_yaml(Path(source, "_toc.yml"))
    return [page for page in pages if page.startswith(FOLDER)]


def read(source, chapter):
    """The opening of a chapter."""
    path = notebook(source, chapter)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    prose = (cell["source"] for cell in cells if cell["cell_type"] == "markdown")
    text = "\n\n".join(map("".join, prose))
    title, question, minutes = (
        found(pattern, text, path) for pattern in (TITLE, QUESTION, MINUTES)
    )
    question = " ".join(question.split())
    return Opening(title, question[0].upper() + question[1:], int(minutes))


def notebook(source, chapter):
    return Path(source, f"{chapter}.ipynb")


def found(pattern, text, path):
    match = pattern.search(text)
    if match is None:
        raise ExtensionError(f"{path} has nothing like {pattern.pattern}")
    return match[1]
