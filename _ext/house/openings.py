"""What a chapter says of itself: its title, its question, its minutes.

The cards on the landing page and the page's description are taken from there, so that each is
written once. A chapter may say less: a title is enough.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from sphinx_external_toc.parsing import parse_toc_yaml

FOLDER = "chapters/"
# The chapters that came with the book. A copy may leave out, move or delete any of them; only they
# are bound to the anatomy that CONTRIBUTING describes.
OWN = [
    FOLDER + name
    for name in (
        "why_convolution",
        "correlation_and_convolution",
        "filters",
        "linearity",
        "banded_matrix",
        "frequencies",
        "edges_and_receptive_fields",
        "channels_and_dimensions",
        "stride_and_dilation",
        "pooling",
        "differentiating",
        "four_algorithms",
        "a_small_convnet",
    )
]
ENDINGS = ".ipynb", ".md", ".rst"
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
QUESTION = re.compile(r"^\*\*The question of this chapter:\*\*\s+([^#>*?][^*?]*\?)", re.MULTILINE)
MINUTES = re.compile(r"\*\*Reading time:\*\*\s+about\s+(\d+)\s+minutes")


@dataclass
class Opening:
    """The title of a chapter, the question it answers, and how many minutes reading takes."""

    title: str
    question: str | None = None
    minutes: int | None = None


def pages(source):
    """The pages of a book, in its order."""
    listed = parse_toc_yaml(Path(source, "_toc.yml"))
    return [re.sub(r"\.(ipynb|md|rst)$", "", page) for page in listed]


def patterns(source):
    """The pages of a book that its contents name by a pattern."""
    return parse_toc_yaml(Path(source, "_toc.yml")).globs()


def chapters(source):
    """The chapters of a book, in its order."""
    return [page for page in pages(source) if page.startswith(FOLDER)]


def read(source_folder, chapter):
    """The opening of a chapter."""
    text = prose(source(source_folder, chapter))
    title, question, minutes = (found(pattern, text) for pattern in (TITLE, QUESTION, MINUTES))
    if question:
        question = " ".join(question.split())
        question = question[0].upper() + question[1:]
    name = chapter.rpartition("/")[2].replace("_", " ")
    return Opening(title or name, question, int(minutes) if minutes else None)


def source(folder, page):
    """The file of a page, a notebook if nothing else is there."""
    files = [Path(folder, page + ending) for ending in ENDINGS]
    return next(filter(Path.is_file, files), files[0])


def prose(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError):  # whoever reads the page says what is wrong
        return ""
    return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def found(pattern, text):
    match = pattern.search(text)
    return match and match[1]
