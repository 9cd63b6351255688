"""What every explorer is: a state with limits, live in a notebook, plain HTML in the built book.

On a built page there is no Python. So while the book is built (`convkit.static`) an explorer
opens no channel to a browser: it shows as an element with its state and a still figure, and the
page's own script brings that to life.
"""

import base64
import html
import io
import json
from abc import abstractmethod
from typing import Any

import anywidget
import traitlets
from matplotlib.figure import Figure

from ..static import is_static
from . import bundle

DOTS_PER_INCH = 110


class Explorer(anywidget.AnyWidget):
    """An interactive figure: its state as traits, and what it says and shows in that state."""

    _limits = traitlets.Dict().tag(sync=True)
    _initial = traitlets.Dict().tag(sync=True)  # the state that the button Reset brings back

    def __init_subclass__(cls, **options: Any) -> None:
        """Give the class its module; anywidget makes a class of each instance, which has it."""
        if "_esm" not in vars(cls):
            cls._esm = bundle.module(cls.name())
        super().__init_subclass__(**options)

    def __init__(self, **state: Any) -> None:
        unknown = state.keys() - self.limits().keys()
        if unknown:
            raise TypeError(
                f"{type(self).__name__} has no {', '.join(sorted(unknown))}; "
                f"it takes {', '.join(self.limits())}"
            )
        super().__init__(_limits=self.limits(), **state)
        self._initial = self.state

    @classmethod
    def name(cls) -> str:
        """Return the name of the explorer's module."""
        return cls.__name__.lower()

    @classmethod
    def limits(cls) -> dict[str, Any]:
        """Return what each trait of the state may be."""
        traits = cls.class_traits(limits=lambda limits: limits is not None)
        return {key: trait.metadata["limits"] for key, trait in traits.items()}

    @property
    def state(self) -> dict[str, Any]:
        """The value of each trait of the state."""
        return {key: getattr(self, key) for key in self.limits()}

    @abstractmethod
    def sentence(self) -> str:
        """Return what the figure says in its present state."""

    @abstractmethod
    def still(self) -> Figure:
        """Return the present state as a figure, for print and for pages without scripts."""

    def open(self) -> None:
        """Open the channel to the browser, except where there will be no one at this end."""
        if not is_static():
            super().open()

    def __repr__(self) -> str:
        """Return the call that makes an explorer in this state, but for its tables and pictures."""
        traits = ", ".join(f"{k}={v!r}" for k, v in self.state.items() if not is_long(v))
        return f"{type(self).__name__}({traits})"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        text = f"{self!r}: {self.sentence()}"
        if is_static():
            return {"text/plain": text, "text/html": self.html()}
        bundle: Any = super()._repr_mimebundle_(**options)
        data, metadata = bundle
        return data | {"text/plain": text}, metadata

    def html(self) -> str:
        """Return the explorer as an element of a page: its state, and the still figure."""
        attributes = {
            "class": "explorer",
            "data-explorer": self.name(),
            "data-state": compact(self.state),
            "data-limits": compact(self.limits()),
        }
        inside = f'<img src="{as_data(self.still())}" alt="{html.escape(self.sentence())}">'
        caption = f"<p>{html.escape(self.sentence())}</p>"
        opening = " ".join(f'{key}="{html.escape(value)}"' for key, value in attributes.items())
        return f'<div {opening}><div class="explorer-still">{inside}{caption}</div></div>'


def is_long(value: Any) -> bool:
    """Tell whether a value of the state is a list of lists, or a picture as text."""
    if isinstance(value, str):
        return len(value) > 100
    return isinstance(value, list) and bool(value) and isinstance(value[0], list)


def compact(value: Any) -> str:
    """Return a value as JSON without spaces."""
    return json.dumps(value, separators=(",", ":"))


def as_data(figure: Figure) -> str:
    """Return a figure as an address that holds the whole picture."""
    stream = io.BytesIO()
    figure.savefig(stream, format="webp", dpi=DOTS_PER_INCH, pil_kwargs={"lossless": True})
    return "data:image/webp;base64," + base64.b64encode(stream.getvalue()).decode()
