"""Receptive fields: how much a unit sees, and on how many paths."""

import numpy as np
from matplotlib.figure import Figure

from .. import plotting
from ..arguments import Array
from ..convolution import conv1d
from ..geometry import output_size, span
from ..gradients import conv1d_input
from ..receptive import Layer, ReceptiveField, receptive_field
from .explorer import Explorer
from .photograph import Photograph
from .still import WIDEST, counted
from .traits import numbers, whole

LARGEST = 33


class Field(Explorer):
    """A stack of up to four layers along one axis, and what one of its units sees.

    Point at a unit of any layer to see the paths down to the input and up to the last layer; drag
    it to the side, or drag its field over a picture. Every trait can be given as an argument, read,
    set and observed.

    Parameters
    ----------
    depth : int
        Number of layers, from 1 to 4.
    n : int
        Input size, from 5 to 33.
    k, s, d, p : list of 4 int
        For each layer: kernel size, from 1 to 7, stride, from 1 to 3, dilation, from 1 to 8, and
        padding, from 0 to 4. The first `depth` count.
    l, i : int
        Layer and index of the unit that is picked; layer 0 is the input. Beyond the last, the last.
    j : int
        Its index down the picture, along whose rows `i` counts.
    photo : array_like of int, or str
        The picture, 32 x 32 from 0 (black) to 15 (white), kept as a base64 string.

    Examples
    --------
    >>> figure = Field(n=15, depth=3, d=[2, 2, 2, 1], i=1)
    >>> figure.field
    ReceptiveField(size=13, stride=1, padding=0)
    >>> figure.paths(0)
    array([0, 1, 0, 3, 0, 6, 0, 7, 0, 6, 0, 3, 0, 1, 0])
    """

    depth = whole(3, 1, 4)
    n = whole(17, 5, LARGEST)
    k = numbers([3, 3, 3, 3], 1, 7)
    s = numbers([1, 1, 1, 1], 1, 3)
    d = numbers([1, 1, 1, 1], 1, 8)
    p = numbers([0, 0, 0, 0], 0, 4)
    l = whole(4, 0, 4)  # noqa: E741
    i = whole(5, 0, LARGEST + 15)
    j = whole(5, 0, LARGEST + 15)
    photo = Photograph(32)

    @property
    def layers(self) -> list[Layer]:
        """The layers, without any that torch refuses and those above it."""
        return self.all_layers()[: len(self.sizes) - 1]

    def all_layers(self) -> list[Layer]:
        """Return the layers, whether there is room for them or not."""
        settings = list(zip(self.k, self.s, self.p, self.d, strict=True))
        return [Layer(*each) for each in settings[: self.depth]]

    @property
    def sizes(self) -> list[int]:
        """The number of inputs and of units in each layer, up to the first that torch refuses."""
        sizes: list[int] = [self.n]
        for layer in self.all_layers():
            steps = layer.stride, layer.padding[0], layer.dilation
            if reach(layer) > sizes[-1] + 2 * layer.padding[0]:
                break
            sizes.append(int(np.asarray(output_size(sizes[-1], layer.kernel_size, *steps))))
        return sizes

    @property
    def unit(self) -> tuple[int, int]:
        """The layer and the index of the unit that is picked."""
        layer = min(self.l, len(self.sizes) - 1)
        return layer, min(self.i, self.sizes[layer] - 1)

    @property
    def field(self) -> ReceptiveField:
        """The receptive field of the units in the picked unit's layer."""
        layer = self.unit[0]
        return receptive_field(self.layers)[layer - 1] if layer else ReceptiveField(1, 1, 0)

    @property
    def output(self) -> Array:
        """The number of paths from each input to the picked unit, (n,)."""
        return self.paths(0)

    def paths(self, layer: int) -> Array:
        """Return how many paths there are between the picked unit and each unit of a layer.

        They are the unit's gradient, or what a one sent up from it becomes, if every weight is 1.
        """
        own, index = self.unit
        counts = np.zeros((1, 1, self.sizes[own]), int)
        counts[0, 0, index] = 1
        for below in reversed(range(layer, own)):
            size, of = (1, 1, self.sizes[below]), self.layers[below]
            counts = conv1d_input(size, ones(of), counts, of.stride, of.padding[0], of.dilation)
        for of in self.layers[own:layer]:
            counts = conv1d(counts, ones(of), None, of.stride, of.padding[0], of.dilation)
        return np.asarray(counts[0, 0])

    @property
    def seen(self) -> Array:
        """The inputs from the first to the last that the picked unit can see."""
        size, jump, padding = self.field
        first = int(self.unit[1] * jump - padding)
        return np.arange(max(0, first), max(0, min(self.n, first + size)))

    def sentence(self) -> str:
        """Return what the figure says in its present state."""
        if problem := self.problem():
            return problem
        (layer, index), paths, top = self.unit, self.output, len(self.layers)
        if not layer:
            reached = np.count_nonzero(self.paths(top))
            units = f"{self.sizes[-1]} units of layer {top}"
            return f"Input {index} is seen by {reached} of the {units}."
        seen, size = len(self.seen), self.field.size
        padding = f" and {size - seen} of padding" if seen < size else ""
        return (
            f"Unit {index} of layer {layer} sees {counted(seen, 'input')}{padding}, and touches "
            f"{np.count_nonzero(paths)} of them; {self.of_centre()}"
        )

    def of_centre(self) -> str:
        """Return on how many paths the input in the middle of the field is."""
        paths, (size, jump, padding) = self.output, self.field
        middle, all_paths = int(self.unit[1] * jump - padding) + (size - 1) // 2, paths.sum()
        if not 0 <= middle < self.n or not all_paths:
            return "the centre of its field is padding."
        share, even = percent(paths[middle], all_paths), percent(1, int(np.count_nonzero(paths)))
        return (
            f"the centre one is on {paths[middle]} of the {counted(all_paths, 'path')} "
            f"({share}; an even share is {even})."
        )

    def problem(self) -> str:
        """Return why torch raises an error; an empty text if it does not."""
        found = len(self.sizes) - 1
        if found == self.depth:
            return ""
        refused = self.all_layers()[found]
        room = self.sizes[-1] + 2 * refused.padding[0]
        return (
            f"Layer {found + 1}: the kernel spans {reach(refused)} places and its padded input "
            f"has only {room}: torch raises an error."
        )

    def still(self) -> Figure:
        """Return the paths between the picked unit and every other as a figure."""
        fields = [ReceptiveField(1, 1, 0), *receptive_field(self.layers)]
        figure = Figure(figsize=(WIDEST, 0.62 * len(fields) + 0.4), layout="constrained")
        figure.set_facecolor("white")
        ax = figure.subplots()
        ends = [0.0, self.n]
        for layer, (size, jump, padding) in enumerate(fields):
            row = 2.0 * (len(fields) - 1 - layer)
            for index, count in enumerate(self.paths(layer)):
                left = index * jump - padding + (size - 1) / 2
                ends += [left, left + 1]
                role = "output" if (layer, index) == self.unit else "input"
                plotting.cells(ax, [str(count or "")], role, at=(row, left), muted=[count == 0])
            ax.text(min(ends) - 0.4, row + 0.5, str(layer or "x"), ha="right", va="center")
        title = "paths between one unit and all others"
        plotting.frame(ax, (2 * len(fields) - 1, max(ends)), title)
        ax.set_xlim(min(ends) - 1.5, max(ends) + 0.1)
        return figure


def ones(layer: Layer) -> Array:
    """Return a kernel of ones for a layer."""
    return np.ones((1, 1, layer.kernel_size), int)


def reach(layer: Layer) -> int:
    """Return how many places a layer's kernel spans."""
    return span(layer.kernel_size, layer.dilation)


def percent(part: int, whole: int) -> str:
    """Return a share as a text, half a tenth rounded up."""
    return f"{(2000 * part + whole) // (2 * whole) / 10:.1f} %"
