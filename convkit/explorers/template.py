"""Template: a sliding dot product split into shape and level, beside Pearson's r."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from .. import plotting
from ..arguments import Array
from ..convolution import conv2d
from ..pooling import avg_pool2d
from ..signals import normalized_correlate
from .explorer import Explorer
from .photograph import LARGEST as SIDE
from .photograph import Photograph, beside_the_flag, packed, unpacked
from .still import WIDEST
from .traits import choice, switch, whole

MAPS = ("response", "shape part", "level part", "r")
SAME = 1e-9  # of the largest value: what differs by less is equal


class Scene(Photograph):
    """A picture as Photograph takes it; another cut of the same photograph by default."""

    def default(self, obj: Any = None) -> str:
        """Return Grace Hopper beside a flag with stars."""
        return packed(beside_the_flag())


class Template(Explorer):
    """A template cut out of a photograph and slid over it: what its dot product measures.

    Drag the window. Its response, the dot product with the template, is a shape part plus a level
    part; Pearson's r is what remains of the shape part without the amplitudes. A place is named by
    the row and column of its window's upper left pixel. Every trait can be given as an argument,
    read, set and observed.

    Parameters
    ----------
    map : {"response", "shape part", "level part", "r"}
        What the map shows at every place.
    k : int
        Rows and columns of the template, from 4 to 12.
    shadow : bool
        Whether a shadow falls from the left, which leaves a tenth of the brightness to the first
        column. The template is cut out of the photograph without it.
    r, c : int
        Row and column of the window, from 0 to 60; at most 64 - `k` counts.
    top, left : int
        Row and column from which the template is cut, likewise.
    photo : array_like of int, or str
        The photograph, 64 x 64 from 0 (black) to 15 (white), kept as a base64 string.

    Examples
    --------
    >>> import convkit as ck
    >>> figure = ck.explorers.Template(map="response")
    >>> figure.best
    (5, 40)
    >>> figure.map = "r"
    >>> figure.best == (figure.top, figure.left)
    True
    """

    map = choice("response", *MAPS)
    k = whole(8, 4, 12)
    shadow = switch()
    r = whole(5, 0, SIDE - 4)
    c = whole(40, 0, SIDE - 4)
    top = whole(9, 0, SIDE - 4)
    left = whole(8, 0, SIDE - 4)
    photo = Scene().tag(sync=True, limits={"bytes": SIDE * SIDE // 2})

    @property
    def input(self) -> Array:
        """The photograph, in the shadow if there is one, (64, 64)."""
        light = (7 + np.arange(SIDE)) / 70 if self.shadow else np.ones(SIDE)
        dimmed: Array = unpacked(self.photo) * light
        return dimmed

    @property
    def weights(self) -> Array:
        """The template, (k, k)."""
        top, left = self.cut
        return unpacked(self.photo)[top : top + self.k, left : left + self.k]

    @property
    def place(self) -> tuple[int, int]:
        """Row and column of the window."""
        return min(self.r, SIDE - self.k), min(self.c, SIDE - self.k)

    @property
    def cut(self) -> tuple[int, int]:
        """Row and column from which the template is cut."""
        return min(self.top, SIDE - self.k), min(self.left, SIDE - self.k)

    @property
    def maps(self) -> dict[str, Array]:
        """Each of the maps, (65 - k, 65 - k); r is nan where it has no value."""
        x, w = self.input[None], self.weights.astype(float)
        response = conv2d(x, w[None, None])[0]
        level = w.sum() * avg_pool2d(x, self.k, 1)[0]
        r = normalized_correlate(x[0], w) if np.ptp(w) else np.full(level.shape, np.nan)
        return dict(zip(MAPS, (response, response - level, level, r), strict=True))

    @property
    def output(self) -> Array:
        """The map that is shown."""
        return self.maps[self.map]

    @property
    def best(self) -> tuple[int, int] | None:
        """The first place with the largest value of the map; None where it has no values."""
        y = self.output
        if np.isnan(y).all():
            return None
        row, column = np.argwhere(y >= np.nanmax(y) - SAME * np.nanmax(np.abs(y)))[0]
        return int(row), int(column)

    @property
    def ahead(self) -> int:
        """How many places have a larger value than the one where the template was cut."""
        y = self.output
        if np.isnan(y[self.cut]):
            return 0
        return int(np.count_nonzero(y > y[self.cut] + SAME * np.nanmax(np.abs(y))))

    def sentence(self) -> str:
        """Return what the figure says in its present state."""
        name, best = "Pearson's r" if self.map == "r" else f"The {self.map}", self.best
        if best is None:
            return "The template is constant: r has no value anywhere."
        row, column = best
        if not self.ahead:
            return f"{name} is largest where the template was cut, at [{row}, {column}]."
        beat = "1 place beats" if self.ahead == 1 else f"{self.ahead} places beat"
        return f"{name} is largest at [{row}, {column}]; {beat} the one where the template was cut."

    def still(self) -> Figure:
        """Return photograph, map and parts as a figure."""
        figure = Figure(figsize=(WIDEST, 4.6), layout="constrained", facecolor="white")
        axes = figure.subplot_mosaic([["x", "y"], ["parts", "parts"]], height_ratios=[3, 1])
        plotting.picture(axes["x"], self.input, "photograph x")
        plotting.responses(axes["y"], self.output, self.map)
        for (row, column), style in ((self.place, "-"), (self.cut, "--")):
            for ax, size in ((axes["x"], self.k), (axes["y"], 1)):
                box = Rectangle((column - 0.5, row - 0.5), size, size, fill=False, linestyle=style)
                box.set(edgecolor=plotting.COLOURS["kernel"], linewidth=2)
                ax.add_patch(box)
        green = plotting.COLOURS["output"]
        for line, (name, place) in enumerate({"window": self.place, "template": self.cut}.items()):
            level, shape = (self.maps[part][place] for part in ("level part", "shape part"))
            axes["parts"].barh(line, level, 0.6, color="white", edgecolor=green, hatch="///")
            bar = axes["parts"].barh(line, shape, 0.6, left=level, color=green)
            r = plotting.text_of(round(self.maps["r"][place], 2))
            axes["parts"].bar_label(bar, [f"{level + shape:.0f}, r = {r}"], padding=3)
            axes["parts"].text(0, line, name + " ", ha="right", va="center")
        axes["parts"].set_title("level part (hatched) + shape part", size=11)
        axes["parts"].margins(x=0.3)
        axes["parts"].invert_yaxis()
        axes["parts"].axis("off")
        return figure
