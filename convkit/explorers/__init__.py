"""Interactive figures: live widgets in a notebook, and at work on a page without any kernel.

Each explorer is a class with its state as traits, and an ES module of the same name beside it that
draws it. They need anywidget and matplotlib (``pip install convkit[explorers]``), so convkit loads
them when they are first used.
"""

from ..extras import missing

try:
    from .explorer import Explorer as Explorer
except ModuleNotFoundError as error:
    raise missing("explorers", error) from error

from ..static import STATIC as STATIC
from . import bundle
from .backward import Backward
from .channels import Channels
from .edges import Edges
from .field import Field
from .flip import Flip
from .matrix import Matrix
from .shift import Shift
from .stride import Stride
from .superpose import Superpose
from .template import Template
from .waves import Waves

ALL = (
    Flip,
    Template,
    Superpose,
    Matrix,
    Edges,
    Field,
    Stride,
    Waves,
    Shift,
    Channels,
    Backward,
)
__all__ = [explorer.__name__ for explorer in ALL]


def page_script(*names: str) -> str:
    """Return one script that brings explorers on a page to life: those with these names, or all."""
    chosen = names or [explorer.name() for explorer in ALL]
    return ";\n".join([bundle.library(), *map(bundle.script, chosen)])
