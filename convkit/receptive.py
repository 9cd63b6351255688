"""Receptive fields: which inputs one output of a stack of layers can see."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, NamedTuple, SupportsIndex

from .arguments import PerAxis, flag, integer, per_axis, shown
from .geometry import same_padding, span

PHASES = 2**14  # of the outputs of transposed layers, at most


@dataclass(frozen=True, init=False)
class Layer:
    """A convolution or pooling along one axis, as far as receptive fields are concerned.

    Parameters
    ----------
    kernel_size : int
        Taps of the kernel, or size of the pooling window.
    stride : int
        Step between neighbouring windows; unlike a pooling function's it is 1 unless given. In a
        transposed layer, by how much it samples up.
    padding : int, tuple of int, or "same"
        Positions added on each side, or (before, after) where the sides differ. "same" keeps the
        size, needs stride 1 and puts the odd one after. A transposed layer takes them away from its
        output.
    dilation : int
        Distance between neighbouring taps.
    transposed : bool
        Whether it is a transposed convolution. Upsampling by repetition is one whose kernel is as
        large as its stride.

    Raises
    ------
    ValueError
        When a number is out of range, `padding` holds more than two or another name, or "same"
        meets a stride.
    TypeError
        When a number is not an integer, or `transposed` no bool.

    Examples
    --------
    >>> Layer(3, stride=2, padding=1)
    Layer(kernel_size=3, stride=2, padding=(1, 1), dilation=1, transposed=False)
    >>> Layer(4, padding="same").padding
    (1, 2)
    """

    kernel_size: int
    stride: int
    padding: tuple[int, int]  # before, after
    dilation: int
    transposed: bool

    def __init__(
        self,
        kernel_size: SupportsIndex,
        stride: SupportsIndex = 1,
        padding: PerAxis | Literal["same"] = 0,
        dilation: SupportsIndex = 1,
        *,
        transposed: bool = False,
    ) -> None:
        sizes = {
            "kernel_size": integer(kernel_size, "kernel_size", minimum=1),
            "stride": integer(stride, "stride", minimum=1),
            "dilation": integer(dilation, "dilation", minimum=1),
        }
        pair = padding_pair(padding, **sizes)
        flag(transposed, "transposed")
        self.__dict__.update(sizes, padding=pair, transposed=transposed)  # nothing may be assigned

    def reads(self, first: int, last: int) -> tuple[int, int]:
        """Return the first and last input read by outputs `first` to `last`, all of them."""
        before, reach = self.padding[0], span(self.kernel_size, self.dilation) - 1
        if self.transposed:
            return -((reach - before - first) // self.stride), (last + before) // self.stride
        return first * self.stride - before, last * self.stride - before + reach


def padding_pair(padding: Any, kernel_size: int, stride: int, dilation: int) -> tuple[int, int]:
    """Turn the padding of a layer into (before, after)."""
    if isinstance(padding, str):
        if padding != "same":
            raise ValueError(f"padding is {shown(padding)}; it must be an int, a pair or 'same'")
        if stride != 1:
            raise ValueError(
                f"padding='same' needs stride 1, but stride is {stride}; what keeps the size then "
                "depends on the input: use (before, after)"
            )
        return same_padding((kernel_size,), (dilation,))[0]
    before, after = per_axis(padding, 2, "padding", minimum=0)
    return before, after


class ReceptiveField(NamedTuple):
    """Where an output reads: output ``i`` among the `size` inputs from ``i * stride - padding`` on.

    Inputs before 0, or beyond the last, are padding. Behind transposed layers `stride` and
    `padding` may be fractions and outputs differ; see :func:`receptive_field`.
    """

    size: int
    """Number of inputs from the first to the last that an output reads, at most."""
    stride: int | Fraction
    """Distance between the fields of neighbouring outputs (the effective stride, "jump")."""
    padding: int | Fraction
    """Inputs by which the field of output 0 begins before the input (the effective padding)."""


def receptive_field(layers: Iterable[Layer]) -> list[ReceptiveField]:
    r"""Compute the receptive field of each layer's outputs in the input of the first layer.

    .. math::

        r_\ell &= r_{\ell-1} + d_\ell\,(k_\ell - 1)\,S_{\ell-1} \\
        S_\ell &= s_\ell\,S_{\ell-1} \\
        P_\ell &= P_{\ell-1} + p_\ell\,S_{\ell-1}

    starting from :math:`r_0 = S_0 = 1` and :math:`P_0 = 0`, with kernel size :math:`k_\ell`, stride
    :math:`s_\ell`, dilation :math:`d_\ell` and padding :math:`p_\ell` (before the first value) of
    layer :math:`\ell`. Output :math:`i` of layer :math:`\ell` then reads inputs

    .. math:: i\,S_\ell - P_\ell \quad\text{to}\quad i\,S_\ell - P_\ell + r_\ell - 1

    and none outside. The first and the last of them are read, but not always all between: dilated
    taps, and windows narrower than their stride, leave holes.

    A transposed layer adds input :math:`j` times tap :math:`t` to output :math:`s\,j + d\,t - p`.
    So its outputs :math:`a` to :math:`b` read inputs

    .. math:: \lceil (a + p - d\,(k - 1)) / s \rceil \quad\text{to}\quad \lfloor (b + p) / s \rfloor

    where those of a convolution read :math:`s\,a - p` to :math:`s\,b - p + d\,(k - 1)`. Layer by
    layer down the stack, this gives the first and the last input of every output. In a stack with
    transposed layers, by whose strides :math:`S` is divided, neighbouring outputs may read more and
    less. There :math:`r` is the most that one reads, from first to last, and :math:`P` the least
    for which none reads before :math:`i\,S - P`. Both are bounds, not always reached, where the
    kernel of a transposed layer is dilated or smaller than its stride.

    Parameters
    ----------
    layers : iterable of Layer
        The layers along one axis, from the input outwards. Where a network branches, its field is
        the largest among its paths, as long as all are centred alike.

    Returns
    -------
    list of ReceptiveField
        (size :math:`r_\ell`, stride :math:`S_\ell`, padding :math:`P_\ell`) after each layer; an
        empty list when there is none. Ints, or :class:`fractions.Fraction` where they are not
        whole; size 0 where no output reads anything.

    Raises
    ------
    TypeError
        When `layers` is not an iterable of :class:`Layer`.
    ValueError
        When strides of transposed layers multiply to so much that more than 16,384 outputs differ.

    References
    ----------
    A. Araujo, W. Norris and J. Sim, "Computing receptive fields of convolutional neural networks",
    Distill, 2019, whose three numbers these are; V. Dumoulin and F. Visin, "A guide to convolution
    arithmetic for deep learning", 2016, for transposed layers.

    Examples
    --------
    >>> layers = [Layer(3, padding=1), Layer(2, stride=2), Layer(3, padding=1)]
    >>> for field in receptive_field(layers):
    ...     print(field)
    ReceptiveField(size=3, stride=1, padding=1)
    ReceptiveField(size=4, stride=2, padding=1)
    ReceptiveField(size=8, stride=2, padding=3)

    Up again: two outputs for each of what the transposed layer reads.

    >>> up = Layer(4, stride=2, padding=1, transposed=True)
    >>> receptive_field([*layers, up])[-1]
    ReceptiveField(size=10, stride=1, padding=5)
    """
    layers = checked(layers)
    return [field_of(layers[:depth]) for depth in range(1, len(layers) + 1)]


def field_of(layers: list[Layer]) -> ReceptiveField:
    """Return the receptive field of the outputs of the last layer."""
    stride = Fraction(1)
    for layer in layers:
        stride = stride / layer.stride if layer.transposed else stride * layer.stride
    ends = [(i, seen(layers, i)) for i in range(period(layers))]
    fields = [(i, *pair) for i, pair in ends if pair]
    size = max((last - first + 1 for _, first, last in fields), default=0)
    padding = max((i * stride - first for i, first, _ in fields), default=Fraction(0))
    return ReceptiveField(size, whole(stride), whole(padding))


def seen(layers: list[Layer], output: int) -> tuple[int, int] | None:
    """Return the first and last input that an output of the last layer reads, if any."""
    first = last = output
    for layer in reversed(layers):
        first, last = layer.reads(first, last)
        if first > last:  # between the taps of a transposed layer
            return None
    return first, last


def period(layers: list[Layer]) -> int:
    """Return after how many outputs the fields repeat, some whole number of inputs further on."""
    outputs = shift = 1
    for layer in reversed(layers):
        if layer.transposed:
            more = layer.stride // math.gcd(shift, layer.stride)
            outputs, shift = outputs * more, shift * more // layer.stride
        else:
            shift *= layer.stride
    if outputs > PHASES:
        raise ValueError(
            f"layers has transposed strides for which {shown(outputs)} outputs differ; it may be "
            f"at most {PHASES}"
        )
    return outputs


def whole(number: Fraction) -> int | Fraction:
    """Return an int where there is no fraction."""
    return int(number) if number.denominator == 1 else number


def checked(layers: Iterable[Layer]) -> list[Layer]:
    """Return the layers as a list, or raise TypeError."""
    try:
        found = list(layers)
    except Exception:  # whatever the __iter__ of a foreign object raises
        raise TypeError(f"layers is {shown(layers)}; it must be a list of Layer") from None
    for number, layer in enumerate(found):
        if not isinstance(layer, Layer):
            raise TypeError(
                f"layers[{number}] is {shown(layer)}, a {type(layer).__name__:.40}; "
                "it must be a Layer"
            )
    return found
