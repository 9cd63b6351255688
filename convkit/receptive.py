"""Receptive fields: which inputs one output of a stack of layers can see."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from .arguments import PerAxis, integer, per_axis
from .geometry import span


@dataclass(frozen=True, init=False)
class Layer:
    """A convolution or pooling along one axis, as far as receptive fields are concerned.

    Parameters
    ----------
    kernel_size : int
        Taps of the kernel, or size of the pooling window.
    stride : int
        Step between neighbouring windows; unlike a pooling function's it is 1 unless given.
    padding : int or tuple of int
        Positions added on each side, or (before, after) where the sides differ.
    dilation : int
        Distance between neighbouring taps.

    Raises
    ------
    ValueError
        When a number is out of range, or `padding` holds more than two.
    TypeError
        When a number is not an integer.

    Examples
    --------
    >>> Layer(3, stride=2, padding=1)
    Layer(kernel_size=3, stride=2, padding=(1, 1), dilation=1)
    """

    kernel_size: int
    stride: int
    padding: tuple[int, int]  # before, after
    dilation: int

    def __init__(
        self, kernel_size: int, stride: int = 1, padding: PerAxis = 0, dilation: int = 1
    ) -> None:
        before, after = per_axis(padding, 2, "padding", minimum=0)
        self.__dict__.update(  # a frozen object refuses to be assigned to
            kernel_size=integer(kernel_size, "kernel_size", minimum=1),
            stride=integer(stride, "stride", minimum=1),
            padding=(before, after),
            dilation=integer(dilation, "dilation", minimum=1),
        )


class ReceptiveField(NamedTuple):
    """Where an output reads: output ``i`` among the `size` inputs from ``i * stride - padding`` on.

    Inputs before 0, or beyond the last, are padding.
    """

    size: int
    """Number of inputs from the first to the last that an output reads."""
    stride: int
    """Distance between the fields of neighbouring outputs (the effective stride, "jump")."""
    padding: int
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

    Parameters
    ----------
    layers : iterable of Layer
        The layers along one axis, from the input outwards. Where a network branches, its field is
        the largest among its paths, as long as all are centred alike.

    Returns
    -------
    list of ReceptiveField
        (size :math:`r_\ell`, stride :math:`S_\ell`, padding :math:`P_\ell`) after each layer; an
        empty list when there is none.

    Raises
    ------
    TypeError
        When `layers` is not an iterable of :class:`Layer`.

    References
    ----------
    A. Araujo, W. Norris and J. Sim, "Computing receptive fields of convolutional neural networks",
    Distill, 2019, whose three numbers these are.

    Examples
    --------
    >>> layers = [Layer(3, padding=1), Layer(2, stride=2), Layer(3, padding=1)]
    >>> for field in receptive_field(layers):
    ...     print(field)
    ReceptiveField(size=3, stride=1, padding=1)
    ReceptiveField(size=4, stride=2, padding=1)
    ReceptiveField(size=8, stride=2, padding=3)
    """
    size, stride, padding = 1, 1, 0
    fields = []
    for layer in checked(layers):
        size += (span(layer.kernel_size, layer.dilation) - 1) * stride
        padding += layer.padding[0] * stride
        stride *= layer.stride
        fields.append(ReceptiveField(size, stride, padding))
    return fields


def checked(layers: Iterable[Layer]) -> list[Layer]:
    """Return the layers as a list, or raise TypeError."""
    if not isinstance(layers, Iterable):
        raise TypeError(f"layers is {layers!r}; it must be a list of Layer")
    layers = list(layers)
    for number, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise TypeError(
                f"layers[{number}] is {layer!r}, a {type(layer).__name__}; it must be a Layer"
            )
    return layers
