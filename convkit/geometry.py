"""Every question about sizes: what an argument means per axis, and how large the output is."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal, Self, SupportsIndex, TypeAlias, overload

import numpy as np

from .arguments import PerAxis, Shape, Sizes, flag, integer, per_axis, shown

Named: TypeAlias = Literal["valid", "same", "same_upper", "same_lower"]
PairPerAxis: TypeAlias = Sequence[Sequence[SupportsIndex]]  # (before, after) for each axis
BinsPerAxis: TypeAlias = SupportsIndex | Sequence[SupportsIndex | None]  # None: the input's size
Padding: TypeAlias = PerAxis | PairPerAxis | Named


@dataclass(frozen=True)
class Geometry:
    """The sizes of one convolution; every field holds one entry per spatial axis.

    `padding` holds pairs (before, after), because "same" padding may be asymmetric.
    """

    input_size: tuple[int, ...]
    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]

    @classmethod
    def of(
        cls,
        input_size: Sizes,
        kernel_size: PerAxis,
        stride: PerAxis = 1,
        padding: Padding = 0,
        dilation: PerAxis = 1,
        kernel: str = "kernel_size",
    ) -> Self:
        """Normalise torch's arguments and check that the kernel fits into the padded input.

        `kernel` names the kernel's size in the error.
        """
        axes = len(input_size)
        kernel_size = per_axis(kernel_size, axes, "kernel_size", minimum=1)
        stride = per_axis(stride, axes, "stride", minimum=1)
        dilation = per_axis(dilation, axes, "dilation", minimum=1)
        pairs = padding_pairs(padding, input_size, kernel_size, stride, dilation)
        return cls.fitting(tuple(input_size), kernel_size, stride, pairs, dilation, kernel)

    @classmethod
    def of_pooling(
        cls,
        input_size: Sizes,
        kernel_size: PerAxis,
        stride: PerAxis | None = None,
        padding: PerAxis = 0,
        dilation: PerAxis = 1,
        ceil_mode: bool = False,
    ) -> Self:
        """Normalise the arguments of a pooling, whose stride is by default its kernel size.

        `ceil_mode` keeps the last window although it sticks out, unless it would start behind the
        last value of the input: it is more padding at that end.
        """
        axes = len(input_size)
        kernel_size = per_axis(kernel_size, axes, "kernel_size", minimum=1)
        if stride is None or (isinstance(stride, tuple | list) and not stride):  # torch takes both
            stride = kernel_size
        stride = per_axis(stride, axes, "stride", minimum=1)
        padding = per_axis(padding, axes, "padding", minimum=0)
        dilation = per_axis(dilation, axes, "dilation", minimum=1)
        for p, k in zip(padding, kernel_size, strict=True):
            if p > k // 2:
                raise ValueError(
                    f"padding is {p}, more than half of kernel_size {k}; it may be at most {k // 2}"
                )
        after = padding
        if flag(ceil_mode, "ceil_mode"):
            after = tuple(map(padding_of_ceil, input_size, kernel_size, stride, padding, dilation))
        pairs = tuple(zip(padding, after, strict=True))
        return cls.fitting(tuple(input_size), kernel_size, stride, pairs, dilation, "kernel_size")

    @classmethod
    @lru_cache(maxsize=1024)  # the same sizes come again, layer by layer and call by call
    def fitting(
        cls,
        input_size: tuple[int, ...],
        kernel_size: tuple[int, ...],
        stride: tuple[int, ...],
        padding: tuple[tuple[int, int], ...],
        dilation: tuple[int, ...],
        kernel: str,
    ) -> Self:
        """Return the geometry of these sizes if the kernel fits into the padded input."""
        geometry = cls(input_size, kernel_size, stride, padding, dilation)
        geometry.check_fit(kernel)
        return geometry

    @cached_property
    def padded_size(self) -> tuple[int, ...]:
        """Size of the input with its padding."""
        return tuple(
            n + before + after
            for n, (before, after) in zip(self.input_size, self.padding, strict=True)
        )

    @cached_property
    def output_size(self) -> tuple[int, ...]:
        """Size of the output: the number of places where the kernel fits."""
        return places(self.padded_size, self.kernel_size, self.stride, self.dilation)

    def check_fit(self, kernel: str) -> None:
        """Raise ValueError when the kernel is larger than the padded input."""
        for axis, count in enumerate(self.output_size):
            if count < 1:
                k, d, n = self.kernel_size[axis], self.dilation[axis], self.padded_size[axis]
                raise ValueError(
                    f"{kernel} {k} with dilation {d} spans {span(k, d)} positions, more than "
                    f"the {n} of the padded input on spatial axis {axis}; it may be at most "
                    f"{(n - 1) // d + 1} there"
                )


def span(kernel_size: int, dilation: int) -> int:
    """Positions from a kernel's first tap to its last: d (k - 1) + 1.

    >>> span(3, 2)
    5
    """
    return dilation * (kernel_size - 1) + 1


def places(
    padded_size: Sizes, kernel_size: Sizes, stride: Sizes, dilation: Sizes
) -> tuple[int, ...]:
    """Places per axis where the kernel fits into an input that is already padded."""
    return tuple(map(places_on_axis, padded_size, kernel_size, stride, dilation))


def places_on_axis(n: int, k: int, s: int, d: int) -> int:
    """Places where k taps fit into n values.

    >>> places_on_axis(7, 3, 2, 1)
    3
    """
    return max((n - span(k, d)) // s + 1, 0)


def padding_of_ceil(n: int, k: int, s: int, p: int, d: int) -> int:
    """Return the padding after an axis of n values that rounds the number of windows up.

    >>> padding_of_ceil(6, 3, 2, 0, 1)  # windows at 0, 2 and 4; the last reads one past the end
    1
    >>> padding_of_ceil(4, 1, 4, 0, 1)  # a window at 4 would read nothing of the input
    0
    """
    windows = -((span(k, d) - n - 2 * p) // s) + 1
    last = min((windows - 1) * s, (n + p - 1) // s * s)  # the last window starts before n + p
    return max(p, last + span(k, d) - n - p)


def adaptive_size(output_size: Any, input_size: Sizes) -> tuple[int, ...]:
    """Normalise the output size of adaptive pooling.

    As in torch, a tuple of two or three may hold None, which stands for the size of the input, and
    may be an array.
    """
    axes = len(input_size)
    given = sizes_of(output_size) if axes > 1 else output_size
    sizes = given if isinstance(given, tuple | list) else (given,) * axes
    if len(sizes) != axes:
        raise ValueError(
            f"output_size is {shown(output_size)}; it must be one int or a tuple of {axes}"
        )
    optional = sizes is given and axes > 1
    return tuple(
        n if m is None and optional else integer(m, "output_size", minimum=0)
        for n, m in zip(input_size, sizes, strict=True)
    )


def sizes_of(sizes: Any) -> Any:
    """Return an array of sizes as a list, anything else as it is."""
    is_list = isinstance(sizes, np.ndarray) and sizes.ndim == 1
    return sizes.tolist() if is_list else sizes


def same_padding(kernel_size: Sizes, dilation: Sizes) -> tuple[tuple[int, int], ...]:
    """Return the padding (before, after) per axis that keeps the size; the odd one goes after."""
    totals = [d * (k - 1) for k, d in zip(kernel_size, dilation, strict=True)]
    return tuple((total // 2, total - total // 2) for total in totals)


def padding_pairs(
    padding: Padding, input_size: Sizes, kernel_size: Sizes, stride: Sizes, dilation: Sizes
) -> tuple[tuple[int, int], ...]:
    """Turn `padding` (numbers, pairs or a name) into (before, after) per axis."""
    if not isinstance(padding, str):
        return numbers_or_pairs(padding, len(kernel_size))
    if padding == "valid":
        return ((0, 0),) * len(kernel_size)
    if padding in ("same_upper", "same_lower"):
        pairs = map(onnx_same, input_size, kernel_size, stride, dilation)
        return tuple(pair if padding == "same_upper" else pair[::-1] for pair in pairs)
    if padding != "same":
        raise ValueError(
            f"padding is {shown(padding)}; it must be an int, a tuple, 'valid', 'same', "
            "'same_upper' or 'same_lower'"
        )
    if any(s != 1 for s in stride):
        raise ValueError(
            f"padding='same' needs stride 1, but stride is {stride}; 'same_upper' takes any"
        )
    return same_padding(kernel_size, dilation)


def numbers_or_pairs(padding: Any, axes: int) -> tuple[tuple[int, int], ...]:
    """Return the padding (before, after) per axis; a name is refused."""
    if holds_pairs(padding):
        return checked_pairs(padding, axes)
    sides = per_axis(padding, axes, "padding", minimum=0)
    return tuple(zip(sides, sides, strict=True))


def holds_pairs(padding: Any) -> bool:
    """Say whether `padding` is meant as (before, after) pairs rather than as numbers."""
    return isinstance(padding, tuple | list) and any(isinstance(p, tuple | list) for p in padding)


def checked_pairs(padding: Any, axes: int) -> tuple[tuple[int, int], ...]:
    """Return one (before, after) pair per axis, or raise an error."""
    if len(padding) != axes or any(
        not isinstance(pair, tuple | list) or len(pair) != 2 for pair in padding
    ):
        raise ValueError(
            f"padding is {shown(padding)}; as pairs it must hold {axes} of (before, after)"
        )
    pairs = (tuple(integer(p, "padding", minimum=0) for p in pair) for pair in padding)
    return tuple((before, after) for before, after in pairs)


def onnx_same(n: int, k: int, s: int, d: int) -> tuple[int, int]:
    """Return the padding that gives ceil(n / s) outputs, the odd one after ("SAME_UPPER").

    >>> onnx_same(5, 3, 2, 1), onnx_same(6, 3, 2, 1)
    ((1, 1), (0, 1))
    """
    total = max((-(-n // s) - 1) * s + span(k, d) - n, 0)
    return total // 2, total - total // 2


@overload
def output_size(
    input_size: SupportsIndex,
    kernel_size: PerAxis,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
) -> int: ...
@overload
def output_size(
    input_size: Shape,
    kernel_size: PerAxis,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
) -> tuple[int, ...]: ...
def output_size(
    input_size: SupportsIndex | Shape,
    kernel_size: PerAxis,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
) -> int | tuple[int, ...]:
    r"""Size of a convolution's output along each spatial axis.

    .. math:: \left\lfloor \frac{n + 2p - d\,(k - 1) - 1}{s} \right\rfloor + 1

    The floor is what makes several input sizes share one output size: windows that would
    stick out at the far end are dropped.

    Parameters
    ----------
    input_size : int or tuple of int
        Spatial size of the input, without batch and channels.
    kernel_size : int or tuple of int
        Taps of the kernel, per axis.
    stride : int or tuple of int
        Step between neighbouring windows.
    padding : int, tuple of int, tuple of pairs, or a name
        Positions added on *each* side, per axis, or one pair (before, after) per axis. "valid" adds
        none; "same" keeps the size and needs stride 1; "same_upper" and "same_lower" take any
        stride and give :math:`\lceil n / s \rceil` outputs.
    dilation : int or tuple of int
        Distance between neighbouring taps; 1 is a dense kernel.

    Returns
    -------
    int or tuple of int
        An int when `input_size` is one, else a tuple with one entry per axis.

    Raises
    ------
    ValueError
        When the kernel does not fit, a size is out of range, or a tuple has the wrong length.
    TypeError
        When a size is not an integer.

    References
    ----------
    V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016,
    relationship 6, with dilation as in section 5.1. The formula of ``torch.nn.Conv2d``. The names
    "same_upper" and "same_lower" are those of ONNX's operator ``Conv``.

    Examples
    --------
    >>> output_size(28, 3, stride=2, padding=1)
    14
    >>> output_size((3, 5), 3, stride=2, padding=(2, 1))
    (3, 3)
    """
    single = not isinstance(input_size, tuple | list)
    given: Any = (input_size,) if single else input_size
    sizes = tuple(integer(n, "input_size", minimum=0, maximum=2**63 - 1) for n in given)
    geometry = Geometry.of(sizes, kernel_size, stride, padding, dilation)
    return geometry.output_size[0] if single else geometry.output_size
