r"""conv_transpose1d, 2d, 3d: the transpose of a convolution's matrix, applied without building it.

A convolution is y = V U x: U lists the patches of x, V holds the kernels (see patches.py). Its
transpose takes the two steps back in the other order, x = U^T V^T y: every value of y becomes a
patch, itself times its kernel, and the patches are added up where they overlap. Carrying the
gradient of a convolution back to its input is the same map (gradients.py).

Padding is a map, too: x with its border is P x. The whole is V U P, its transpose P^T U^T V^T, and
P^T adds what lands in the border to the values that the border repeats. Zeros repeat nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import SupportsIndex

import numpy as np
from numpy.typing import ArrayLike

from .arguments import (
    Array,
    PerAxis,
    Sizes,
    check_memory,
    check_rank,
    integer,
    numeric,
    per_axis,
    silently,
    summing_dtype,
)
from .convolution import bias_column, check_axes, check_same_dtype
from .geometry import Geometry, PairPerAxis, numbers_or_pairs, span
from .padding import PaddingMode, check_padding
from .patches import ROOM, add_up, blocks


def conv_transpose1d(
    input: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: PerAxis | PairPerAxis = 0,
    output_padding: PerAxis = 0,
    groups: SupportsIndex = 1,
    dilation: PerAxis = 1,
    *,
    padding_mode: PaddingMode = "zeros",
) -> Array:
    r"""Apply the transpose of a 1-D convolution: every sample spreads a scaled kernel.

    :func:`conv_transpose2d` along one axis; formula, parameters, errors and source stand there.

    Parameters
    ----------
    input : array_like, (N, C, W) or (C, W)
        Signals, batched or not.
    weight : array_like, (C, D/groups, k)
        Kernels.
    bias, stride, padding, output_padding, groups, dilation, padding_mode
        As in :func:`conv_transpose2d`, in samples.

    Returns
    -------
    ndarray, (N, D, W_out) or (D, W_out)
        New array of the input's dtype.

    Examples
    --------
    Stride 3: the second kernel begins three samples after the first.

    >>> conv_transpose1d([[1, 10]], [[[1, 2, 3]]], stride=3)
    array([[ 1,  2,  3, 10, 20, 30]])

    Stride 2: they overlap, and their sum stands where they do.

    >>> conv_transpose1d([[1, 10]], [[[1, 2, 3]]], stride=2)
    array([[ 1,  2, 13, 20, 30]])
    """
    return _conv_transpose(
        1, input, weight, bias, stride, padding, output_padding, groups, dilation, padding_mode
    )


def conv_transpose2d(
    input: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: PerAxis | PairPerAxis = 0,
    output_padding: PerAxis = 0,
    groups: SupportsIndex = 1,
    dilation: PerAxis = 1,
    *,
    padding_mode: PaddingMode = "zeros",
) -> Array:
    r"""Apply the transpose of a 2-D convolution: every pixel spreads a scaled kernel.

    .. math::

        y[n, o, t_1, t_2] = b[o] + \sum_{c=0}^{C/g-1} \;
            \sum_{\substack{s_1 i_1 + d_1 j_1 - p_1 = t_1 \\ s_2 i_2 + d_2 j_2 - p_2 = t_2}}
            w[c_o + c,\, o',\, j_1, j_2]\; x[n, c_o + c, i_1, i_2]

    where the inner sum runs over all :math:`i` and :math:`j` that meet at :math:`t`, :math:`c_o` is
    the first input channel of the group of output :math:`o`, :math:`o'` the number of :math:`o`
    within its group, and :math:`s`, :math:`p`, :math:`d`, :math:`g` are stride, padding, dilation
    and groups. Networks also call this "deconvolution", but it undoes only the change of size: the
    transpose of a matrix is not its inverse. A sum over no channels is zero.

    The same numbers come from a convolution with stride 1: put :math:`s - 1` zeros between
    neighbouring inputs, flip the kernel and swap its two channel axes, within each group; pad by
    :math:`d\,(k - 1) - p`, where a negative number crops, and by `output_padding` more at the end.

    Parameters
    ----------
    input : array_like, (N, C, H, W) or (C, H, W)
        Images, batched or not. Integer, floating or complex; never modified.
    weight : array_like, (C, D/groups, k1, k2)
        Kernels, of the same dtype as `input`: the weight of the convolution that is transposed,
        which takes :math:`D` channels to :math:`C`. Complex weights are not conjugated.
    bias : array_like, (D,), optional
        Added to each output channel; of the same dtype as `input`.
    stride : int or tuple of int
        Distance, in pixels of the output, between the kernels of neighbouring inputs, per axis.
    padding : int, tuple of int or tuple of pairs
        Pixels *removed* from each side of the output, per axis, or one pair (before, after) per
        axis: the padding of the convolution that is transposed.
    output_padding : int or tuple of int
        Pixels of the output kept or added at the bottom and right, per axis; less than the larger
        of `stride` and `dilation` there. With stride :math:`s`, :math:`s` input sizes of a
        convolution share an output size; below `stride`, this chooses one of them.
    groups : int
        Number of blocks of channels that do not mix; divides :math:`C`.
    dilation : int or tuple of int
        Distance between neighbouring taps, per axis; 1 is a dense kernel.
    padding_mode : {"zeros", "reflect", "replicate", "circular", "symmetric"}
        That of the convolution that is transposed. With any but "zeros" the removed pixels are
        added to those that :func:`conv2d` copies there: the result is :math:`A^{\mathsf T} x` with
        the matrix :math:`A` of :func:`conv_matrix`.

    Returns
    -------
    ndarray, (N, D, H_out, W_out) or (D, H_out, W_out)
        New C-contiguous array of the input's dtype, with ``H_out = (H - 1) * stride - 2 * padding
        + dilation * (k1 - 1) + output_padding + 1``, and likewise the width. Integer sums are taken
        in that dtype, modulo its range; half precision is summed in single, bias included, and
        rounded once.

    Raises
    ------
    ValueError
        When shapes do not fit together, an axis is empty, a number is out of range, a name is
        unknown, or no output remains.
    TypeError
        When an array is not numeric, dtypes differ, or a size is not an integer.
    MemoryError
        When the result is too large to hold.

    References
    ----------
    ``torch.nn.functional.conv_transpose2d``, which has padding by zeros only; V. Dumoulin and
    F. Visin, "A guide to convolution arithmetic for deep learning", 2016, section 4.

    Examples
    --------
    >>> kernel = np.arange(1, 5).reshape(1, 1, 2, 2)
    >>> conv_transpose2d([[[1, 10]]], kernel, stride=2)
    array([[[ 1,  2, 10, 20],
            [ 3,  4, 30, 40]]])

    Padding removes the first and the last column; circular padding had copied them from
    the other end, where they are added.

    >>> conv_transpose2d([[[1, 10]]], kernel, stride=2, padding=(0, 1))
    array([[[ 2, 10],
            [ 4, 30]]])
    >>> conv_transpose2d(
    ...     [[[1, 10]]], kernel, stride=2, padding=(0, 1), padding_mode="circular"
    ... )
    array([[[22, 11],
            [44, 33]]])
    """
    return _conv_transpose(
        2, input, weight, bias, stride, padding, output_padding, groups, dilation, padding_mode
    )


def conv_transpose3d(
    input: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: PerAxis | PairPerAxis = 0,
    output_padding: PerAxis = 0,
    groups: SupportsIndex = 1,
    dilation: PerAxis = 1,
    *,
    padding_mode: PaddingMode = "zeros",
) -> Array:
    r"""Apply the transpose of a 3-D convolution: every voxel spreads a scaled kernel.

    :func:`conv_transpose2d` along three axes; formula, parameters, errors and source stand there.

    Parameters
    ----------
    input : array_like, (N, C, T, H, W) or (C, T, H, W)
        Volumes, batched or not.
    weight : array_like, (C, D/groups, k1, k2, k3)
        Kernels.
    bias, stride, padding, output_padding, groups, dilation, padding_mode
        As in :func:`conv_transpose2d`, in voxels.

    Returns
    -------
    ndarray, (N, D, T_out, H_out, W_out) or (D, T_out, H_out, W_out)
        New array of the input's dtype.

    Examples
    --------
    >>> kernel = np.arange(1, 9).reshape(1, 1, 2, 2, 2)
    >>> conv_transpose3d([[[[10]]]], kernel)
    array([[[[10, 20],
             [30, 40]],
    <BLANKLINE>
            [[50, 60],
             [70, 80]]]])
    """
    return _conv_transpose(
        3, input, weight, bias, stride, padding, output_padding, groups, dilation, padding_mode
    )


@silently
def _conv_transpose(
    axes: int,
    input: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None,
    stride: PerAxis,
    padding: PerAxis | PairPerAxis,
    output_padding: PerAxis,
    groups: SupportsIndex,
    dilation: PerAxis,
    padding_mode: str,
) -> Array:
    """Check every argument, apply the transpose, add the bias.

    Names are the convolution's that is transposed: its output y is the input here, x the result.
    """
    y, w = numeric(input, "input"), numeric(weight, "weight")
    check_rank(y, axes, "input", f"conv_transpose{axes}d")
    batched = y.ndim == axes + 2
    y = y if batched else y[None]
    groups = checked_groups(groups, y, w)
    channels = groups * w.shape[1]
    b = bias_column(bias, y, channels)
    if 0 in y.shape[2:] and len(y):
        raise ValueError(
            f"input has spatial size {y.shape[2:]}; every axis needs at least one value"
        )
    window = transposed_geometry(
        y.shape[2:], w.shape[2:], stride, padding, output_padding, dilation
    )
    check_padding(window.input_size, window.padding, padding_mode)
    check_memory((len(y), channels, *window.input_size), summing_dtype(y))

    x = apply_transpose(y, w, window, groups, padding_mode)
    if b is not None:
        x += b
    x = x.astype(y.dtype, copy=False)
    return x if batched else x[0]


def checked_groups(groups: SupportsIndex, y: Array, w: Array) -> int:
    """Return groups as an int if it and a weight (C, D/groups, *K) fit the input y (N, C, *S)."""
    axes = y.ndim - 2
    check_axes(w, axes, "weight", f"conv_transpose{axes}d", "C, D/groups")
    check_same_dtype(y, w, "weight")
    if 0 in w.shape[1:]:
        raise ValueError(
            f"weight has shape {w.shape}; every axis but the first needs at least one value"
        )
    if y.shape[1] != len(w):
        raise ValueError(f"input has {y.shape[1]} channels, but weight {w.shape} needs {len(w)}")
    groups = integer(groups, "groups", minimum=1)
    if len(w) % groups:
        raise ValueError(f"groups is {groups}; it must divide the {len(w)} channels of input")
    return groups


def transposed_geometry(
    output_size: Sizes,
    kernel_size: Sizes,
    stride: PerAxis,
    padding: PerAxis | PairPerAxis,
    output_padding: PerAxis,
    dilation: PerAxis,
) -> Geometry:
    """Return the geometry of the convolution that is transposed, from the size of its output.

    Several input sizes have this output size; `output_padding` is added to the smallest. Where
    output_padding reaches the stride (torch allows it below the dilation) that convolution would
    have more outputs than these.
    """
    axes = len(output_size)
    stride = per_axis(stride, axes, "stride", minimum=1)
    pairs = numbers_or_pairs(padding, axes)
    output_padding = per_axis(output_padding, axes, "output_padding", minimum=0)
    dilation = per_axis(dilation, axes, "dilation", minimum=1)
    input_size = []
    per_axis_sizes = zip(
        output_size, kernel_size, stride, pairs, output_padding, dilation, strict=True
    )
    for axis, (n, k, s, (before, after), extra, d) in enumerate(per_axis_sizes):
        if extra >= max(s, d):
            raise ValueError(
                f"output_padding is {extra} on spatial axis {axis}; with stride {s} and "
                f"dilation {d} it may be at most {max(s, d) - 1} there"
            )
        padded = (n - 1) * s + span(k, d) + extra
        size = padded - before - after
        if size < 1:
            raise ValueError(
                f"padding is {before if before == after else (before, after)}, which leaves {size} "
                f"of {padded} values on spatial axis {axis} of the output; at least one must remain"
            )
        input_size.append(size)
    return Geometry(tuple(input_size), tuple(kernel_size), stride, pairs, dilation)


def apply_transpose(
    y: Array, w: Array, window: Geometry, groups: int, mode: str = "zeros"
) -> Array:
    """Take y (N, D, *S_out) to x (N, C, *S) by the transpose of a convolution with this geometry.

    w (D, C/groups, *K) is the convolution's weight. Half precision comes back as single, in which
    it was summed. Patches are made for so many places and taps at a time as there is room for.
    """
    y, w = (a.astype(summing_dtype(a), copy=False) for a in (y, w))
    x = np.zeros((len(y), groups * w.shape[1], *window.input_size), y.dtype)
    planes = max(x.shape[0] * x.shape[1], 1)
    room = (ROOM + x.size + y.size) // planes
    for places in blocks(y.shape[2:], room):
        values = y[:, :, *places]
        for taps in blocks(w.shape[2:], room // math.prod(values.shape[2:])):
            patches = spread(values, w[:, :, *taps], groups)
            add_up(x, patches, moved(window, taps, places), mode)
    return x


def spread(y: Array, w: Array, groups: int) -> Array:
    """Make patches (N, C, *K, *S) of values y (N, D, *S) and kernels w (D, C/groups, *K)."""
    filters, channels, *taps = w.shape
    examples, _, *places = y.shape
    rows = w.reshape(groups, filters // groups, channels * math.prod(taps))
    values = y.reshape(examples, groups, filters // groups, math.prod(places))
    patches: Array = rows.swapaxes(1, 2) @ values
    return patches.reshape(examples, groups * channels, *taps, *places)


def moved(window: Geometry, taps: Sequence[slice], places: Sequence[slice]) -> Geometry:
    """Return the window whose first tap and place are the first of these."""
    pairs = zip(window.padding, window.stride, places, window.dilation, taps, strict=True)
    padding = tuple((p - s * i.start - d * j.start, after) for (p, after), s, i, d, j in pairs)
    return replace(window, padding=padding)
