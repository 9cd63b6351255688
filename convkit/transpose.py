r"""conv_transpose1d, 2d, 3d: the transpose of a convolution's matrix, applied without building it.

A convolution is y = V U x: U lists the patches of x, V holds the kernels (see patches.py). Its
transpose takes the two steps back in the other order, x = U^T V^T y: every value of y becomes a
patch, itself times its kernel, and the patches are added up where they overlap. Carrying the
gradient of a convolution back to its input is the same map (gradients.py).
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from .arguments import (
    Array,
    PerAxis,
    Sizes,
    check_rank,
    integer,
    numeric,
    per_axis,
    silently,
    summing_dtype,
)
from .convolution import bias_column, check_axes, check_same_dtype
from .geometry import Geometry, span
from .patches import scatter


def conv_transpose1d(
    input: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
    output_padding: PerAxis = 0,
    groups: int = 1,
    dilation: PerAxis = 1,
) -> Array:
    r"""Apply the transpose of a 1-D convolution: every input spreads a scaled kernel.

    .. math::

        y[n, o, t] = b[o] + \sum_{c=0}^{C/g-1} \; \sum_{s\,i + d\,j - p = t}
                     w[c_o + c,\, o',\, j]\; x[n, c_o + c, i]

    where the inner sum runs over all :math:`i` and :math:`j` that meet at :math:`t`, :math:`c_o`
    is the first input channel of the group of output :math:`o`, :math:`o'` the number of :math:`o`
    within its group, and :math:`s`, :math:`p`, :math:`d`, :math:`g` are stride, padding, dilation
    and groups. Networks also call this "deconvolution", but it
    undoes only the change of size: the transpose of a matrix is not its inverse.

    The same numbers come from a convolution with stride 1: put :math:`s - 1` zeros between
    neighbouring inputs, flip the kernel and swap its two channel axes, within each group; pad by
    :math:`d\,(k - 1) - p`, where a negative number crops, and by `output_padding` more at the end.

    Parameters
    ----------
    input : array_like, (N, C, W) or (C, W)
        Signal, batched or not. Integer, floating or complex; never modified.
    weight : array_like, (C, D/groups, k)
        Kernels, of the same dtype as `input`: the weight of the convolution that is transposed,
        which takes :math:`D` channels to :math:`C`. Complex weights are not conjugated.
    bias : array_like, (D,), optional
        Added to each output channel; of the same dtype as `input`.
    stride : int or tuple of int
        Distance, in samples of the output, between the kernels of neighbouring inputs.
    padding : int or tuple of int
        Samples *removed* from each end of the output: the padding of the transposed convolution.
    output_padding : int or tuple of int
        Samples of the output kept or added beyond its far end; less than the larger of `stride`
        and `dilation`. With stride :math:`s`, :math:`s` input sizes of a convolution share an
        output size; below `stride`, this chooses one of them.
    groups : int
        Number of blocks of channels that do not mix; divides :math:`C`.
    dilation : int or tuple of int
        Distance between neighbouring taps; 1 is a dense kernel.

    Returns
    -------
    ndarray, (N, D, W_out) or (D, W_out)
        New C-contiguous array of the input's dtype, with ``W_out = (W - 1) * stride - 2 * padding
        + dilation * (k - 1) + output_padding + 1``. Integer sums are taken in that dtype, modulo
        its range.

    Raises
    ------
    ValueError
        When shapes do not fit together, a number is out of range, or no output remains.
    TypeError
        When an array is not numeric, dtypes differ, or a size is not an integer.

    References
    ----------
    ``torch.nn.functional.conv_transpose1d``; V. Dumoulin and F. Visin, "A guide to convolution
    arithmetic for deep learning", 2016, section 4.

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
        1, input, weight, bias, stride, padding, output_padding, groups, dilation
    )


def conv_transpose2d(
    input: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
    output_padding: PerAxis = 0,
    groups: int = 1,
    dilation: PerAxis = 1,
) -> Array:
    r"""Apply the transpose of a 2-D convolution: every pixel spreads a scaled kernel.

    .. math::

        y[n, o, t_1, t_2] = b[o] + \sum_{c=0}^{C/g-1} \;
            \sum_{\substack{s_1 i_1 + d_1 j_1 - p_1 = t_1 \\ s_2 i_2 + d_2 j_2 - p_2 = t_2}}
            w[c_o + c,\, o',\, j_1, j_2]\; x[n, c_o + c, i_1, i_2]

    with the names of :func:`conv_transpose1d`, which also says how to get the same from a
    convolution.

    Parameters
    ----------
    input : array_like, (N, C, H, W) or (C, H, W)
        Images, batched or not. Integer, floating or complex; never modified.
    weight : array_like, (C, D/groups, k1, k2)
        Kernels, of the same dtype as `input`; not conjugated.
    bias : array_like, (D,), optional
        Added to each output channel; of the same dtype as `input`.
    stride : int or tuple of int
        Distance, in pixels of the output, between the kernels of neighbouring inputs, per axis.
    padding : int or tuple of int
        Pixels *removed* from each side of the output, per axis.
    output_padding : int or tuple of int
        Pixels of the output kept or added at the bottom and right, per axis; less than the larger
        of `stride` and `dilation` there.
    groups : int
        Number of blocks of channels that do not mix; divides :math:`C`.
    dilation : int or tuple of int
        Distance between neighbouring taps, per axis; 1 is a dense kernel.

    Returns
    -------
    ndarray, (N, D, H_out, W_out) or (D, H_out, W_out)
        New C-contiguous array of the input's dtype; sizes as :func:`conv_transpose1d` gives them,
        per axis.

    Raises
    ------
    ValueError, TypeError
        As :func:`conv_transpose1d`.

    References
    ----------
    ``torch.nn.functional.conv_transpose2d``; V. Dumoulin and F. Visin, "A guide to convolution
    arithmetic for deep learning", 2016, section 4.

    Examples
    --------
    >>> kernel = np.arange(1, 5).reshape(1, 1, 2, 2)
    >>> conv_transpose2d([[[1, 10]]], kernel, stride=2)
    array([[[ 1,  2, 10, 20],
            [ 3,  4, 30, 40]]])
    """
    return _conv_transpose(
        2, input, weight, bias, stride, padding, output_padding, groups, dilation
    )


def conv_transpose3d(
    input: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
    output_padding: PerAxis = 0,
    groups: int = 1,
    dilation: PerAxis = 1,
) -> Array:
    r"""Apply the transpose of a 3-D convolution: every voxel spreads a scaled kernel.

    .. math::

        y[n, o, t] = b[o] + \sum_{c=0}^{C/g-1} \; \sum_{s\,i + d\,j - p = t}
                     w[c_o + c,\, o',\, j]\; x[n, c_o + c, i]

    where :math:`t`, :math:`i` and :math:`j` have three components; the names are those of
    :func:`conv_transpose1d`, which also says how to get the same from a convolution.

    Parameters
    ----------
    input : array_like, (N, C, T, H, W) or (C, T, H, W)
        Volumes, batched or not. Integer, floating or complex; never modified.
    weight : array_like, (C, D/groups, k1, k2, k3)
        Kernels, of the same dtype as `input`; not conjugated.
    bias : array_like, (D,), optional
        Added to each output channel; of the same dtype as `input`.
    stride : int or tuple of int
        Distance, in voxels of the output, between the kernels of neighbouring inputs, per axis.
    padding : int or tuple of int
        Voxels *removed* from each side of the output, per axis.
    output_padding : int or tuple of int
        Voxels of the output kept or added at the far side, per axis; less than the larger of
        `stride` and `dilation` there.
    groups : int
        Number of blocks of channels that do not mix; divides :math:`C`.
    dilation : int or tuple of int
        Distance between neighbouring taps, per axis; 1 is a dense kernel.

    Returns
    -------
    ndarray, (N, D, T_out, H_out, W_out) or (D, T_out, H_out, W_out)
        New C-contiguous array of the input's dtype; sizes as :func:`conv_transpose1d` gives them,
        per axis.

    Raises
    ------
    ValueError, TypeError
        As :func:`conv_transpose1d`.

    References
    ----------
    ``torch.nn.functional.conv_transpose3d``; V. Dumoulin and F. Visin, "A guide to convolution
    arithmetic for deep learning", 2016, section 4.

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
        3, input, weight, bias, stride, padding, output_padding, groups, dilation
    )


@silently
def _conv_transpose(
    axes: int,
    input: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None,
    stride: PerAxis,
    padding: PerAxis,
    output_padding: PerAxis,
    groups: int,
    dilation: PerAxis,
) -> Array:
    """Check every argument, apply the transpose, add the bias.

    Names are the convolution's that is transposed: its output y is the input here, x the result.
    """
    y, w = numeric(input, "input"), numeric(weight, "weight")
    check_rank(y, axes, "input", f"conv_transpose{axes}d")
    batched = y.ndim == axes + 2
    y = y if batched else y[None]
    check_weight(w, y, groups)
    b = bias_column(bias, y, groups * w.shape[1])
    if 0 in y.shape[2:] and len(y):
        raise ValueError(
            f"input has spatial size {y.shape[2:]}; every axis needs at least one value"
        )
    geometry = transposed_geometry(
        y.shape[2:], w.shape[2:], stride, padding, output_padding, dilation
    )

    x = apply_transpose(y, w, geometry, groups)
    x = x if b is None else x + b
    return x if batched else x[0]


def check_weight(w: Array, y: Array, groups: int) -> None:
    """Check that a weight (C, D/groups, *K) and groups fit the input y (N, C, *S)."""
    axes = y.ndim - 2
    check_axes(w, axes, "weight", f"conv_transpose{axes}d", "C, D/groups")
    check_same_dtype(y, w, "weight")
    if 0 in w.shape:
        raise ValueError(f"weight has shape {w.shape}; every axis needs at least one value")
    if y.shape[1] != len(w):
        raise ValueError(f"input has {y.shape[1]} channels, but weight {w.shape} needs {len(w)}")
    if len(w) % integer(groups, "groups", minimum=1):
        raise ValueError(f"groups is {groups}; it must divide the {len(w)} channels of input")


def transposed_geometry(
    output_size: Sizes,
    kernel_size: Sizes,
    stride: PerAxis,
    padding: PerAxis,
    output_padding: PerAxis,
    dilation: PerAxis,
) -> Geometry:
    """Return the geometry of the convolution that is transposed, from the size of its output.

    Several input sizes have this output size; `output_padding` is added to the smallest. Where
    output_padding reaches the stride (torch allows it below the dilation) that convolution would
    have more outputs than these; only the sizes to scatter into are used.
    """
    axes = len(output_size)
    stride = per_axis(stride, axes, "stride", minimum=1)
    padding = per_axis(padding, axes, "padding", minimum=0)
    output_padding = per_axis(output_padding, axes, "output_padding", minimum=0)
    dilation = per_axis(dilation, axes, "dilation", minimum=1)
    input_size = []
    per_axis_sizes = zip(
        output_size, kernel_size, stride, padding, output_padding, dilation, strict=True
    )
    for axis, (n, k, s, p, extra, d) in enumerate(per_axis_sizes):
        if extra >= max(s, d):
            raise ValueError(
                f"output_padding is {extra} on spatial axis {axis}; with stride {s} and "
                f"dilation {d} it may be at most {max(s, d) - 1} there"
            )
        padded = (n - 1) * s + span(k, d) + extra
        if padded - 2 * p < 1:
            raise ValueError(
                f"padding is {p}, which leaves {padded - 2 * p} of {padded} values on spatial "
                f"axis {axis} of the output; at least one must remain"
            )
        input_size.append(padded - 2 * p)
    pairs = tuple((p, p) for p in padding)
    return Geometry(tuple(input_size), tuple(kernel_size), stride, pairs, dilation)


def apply_transpose(y: Array, w: Array, geometry: Geometry, groups: int) -> Array:
    """Take y (N, D, *S_out) to x (N, C, *S) by the transpose of a convolution with this geometry.

    w (D, C/groups, *K) is the convolution's weight. One matrix product per group makes the
    patches, which are added up in the padded x; then the padding is cut off.
    """
    filters, channels, *kernel_size = w.shape
    positions = y.shape[2:]
    taps = channels * math.prod(kernel_size)
    rows = w.reshape(groups, filters // groups, taps)
    values = y.reshape(len(y), groups, filters // groups, math.prod(positions))
    columns = np.matmul(rows.swapaxes(1, 2), values, dtype=summing_dtype(y))
    patches = columns.reshape(len(y), groups * channels, *kernel_size, *positions)
    return scatter(patches, geometry, y.dtype)
