"""Which chapters a test is about: all of the contents, or the book's own.

A copy of the book may leave out chapters, and have others in any anatomy. What is asked of the
book's own is skipped for those that were left out.
"""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "_ext"))

from house import openings

PAGES = openings.pages(ROOT)
ALL = openings.chapters(ROOT)
OTHERS = set(ALL) - set(openings.OWN)


def own(name):
    """One of the book's own chapters, as a parameter: skipped where it was left out."""
    reason = f"{name} is not in _toc.yml"
    return pytest.param(name, marks=pytest.mark.skipif(name not in ALL, reason=reason))


OWN = [own(name) for name in openings.OWN]


def need(*names):
    """Skip, where one of the pages that a test or a whole file is about was left out."""
    if missing := [name for name in names if name not in PAGES]:
        reason = f"{', '.join(missing)} is not in _toc.yml"
        pytest.skip(reason, allow_module_level=True)


def path(name):
    """The notebook of a chapter."""
    return ROOT / f"{name}.ipynb"


def unbound(root, pages):
    """The notebooks that follow no rule of style: a lecturer's, and those left out."""
    for file in sorted(root.glob("chapters/**/*.ipynb")):
        page = file.relative_to(root).with_suffix("").as_posix()
        if not {page} <= {*pages} & {*openings.OWN}:
            yield f"{page}.ipynb"


if __name__ == "__main__":  # options of ruff, for `make lint`
    print(*(f"--extend-exclude={name}" for name in unbound(ROOT, PAGES)))
