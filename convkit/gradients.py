r"""The gradients of a convolution: with respect to its input, its weight and its bias.

A convolution y = V U x + b (see patches.py) is linear in x, in its weight and in b. The gradient of
a loss with respect to y, dy, therefore goes back by the three transposed maps:

    to the input      U^T V^T dy     every output hands its gradient to the inputs it read
    to the weight     dy (U x)^T     every tap sums what it multiplied, times the gradient there
    to the bias       dy 1           every channel sums the gradient over its places

For complex numbers the transposes are conjugated. The sums are matrix products, which two threads
may divide otherwise than one: floating results can differ in their last bits between the two.
"""

import math
from collections.abc import Iterator
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike

from .arguments import (
    Array,
    PerAxis,
    Shape,
    Sizes,
    check_gradient,
    check_memory,
    check_not_empty,
    check_rank,
    integer,
    numeric,
    shown,
    silently,
    summing_dtype,
)
from .convolution import check_axes, check_channels, check_same_dtype, geometry_of
from .geometry import Geometry, PairPerAxis, numbers_or_pairs
from .padding import pad
from .patches import ROOM, blocks, gather, is_roomy, pieces
from .transpose import apply_transpose


def conv1d_input(
    input_size: Shape,
    weight: ArrayLike,
    grad_output: ArrayLike,
    stride: PerAxis = 1,
    padding: PerAxis | PairPerAxis = 0,
    dilation: PerAxis = 1,
    groups: SupportsIndex = 1,
) -> Array:
    r"""Gradient of :func:`conv1d` with respect to its input: the transposed convolution.

    :func:`conv2d_input` along one axis; formula, parameters, errors and source stand there.

    Parameters
    ----------
    input_size : tuple of int, (N, C, W)
        Shape of the convolution's input.
    weight : array_like, (D, C/groups, k)
        The convolution's kernels.
    grad_output : array_like, (N, D, W_out)
        Gradient of a loss with respect to the convolution's output.
    stride, padding, dilation, groups
        As in :func:`conv2d_input`, in samples.

    Returns
    -------
    ndarray, (N, C, W)
        New array of the weight's dtype.

    Examples
    --------
    Stride 2 on five inputs: windows at 0 and 2, of which both read the input in the middle.

    >>> conv1d_input((1, 1, 5), [[[1, 2, 3]]], [[[1, 10]]], stride=2)
    array([[[ 1,  2, 13, 20, 30]]])

    A sixth input would not be read.

    >>> conv1d_input((1, 1, 6), [[[1, 2, 3]]], [[[1, 10]]], stride=2)
    array([[[ 1,  2, 13, 20, 30,  0]]])
    """
    return _input_gradient(1, input_size, weight, grad_output, stride, padding, dilation, groups)


def conv2d_input(
    input_size: Shape,
    weight: ArrayLike,
    grad_output: ArrayLike,
    stride: PerAxis = 1,
    padding: PerAxis | PairPerAxis = 0,
    dilation: PerAxis = 1,
    groups: SupportsIndex = 1,
) -> Array:
    r"""Gradient of :func:`conv2d` with respect to its input: the transposed convolution.

    .. math::

        \frac{\partial L}{\partial x[n, c_o + c, t_1, t_2]} = \sum_{o} \;
            \sum_{\substack{s_1 i_1 + d_1 j_1 - p_1 = t_1 \\ s_2 i_2 + d_2 j_2 - p_2 = t_2}}
            \overline{w[o, c, j_1, j_2]}\; \frac{\partial L}{\partial y[n, o, i_1, i_2]}

    where :math:`o` runs over the outputs of one group, :math:`c_o` is the first input channel of
    that group, the inner sum runs over all :math:`i` and :math:`j` that meet at :math:`t`, and
    :math:`s`, :math:`p`, :math:`d` are stride, padding and dilation. An input that no window reads
    has gradient 0.

    With stride :math:`s`, :math:`s` input sizes share one output size, so the size is an argument
    here. It takes the place of `output_padding` in :func:`conv_transpose2d`, which otherwise gives
    the same numbers; only complex weights are conjugated here and not there.

    Parameters
    ----------
    input_size : tuple of int, (N, C, H, W)
        Shape of the convolution's input.
    weight : array_like, (D, C/groups, k1, k2)
        The convolution's kernels. Integer, floating or complex; never modified.
    grad_output : array_like, (N, D, H_out, W_out)
        Gradient of a loss with respect to the convolution's output; dtype of `weight`.
    stride : int or tuple of int
        As given to the convolution.
    padding : int, tuple of int or tuple of pairs
        As given to the convolution, whose padding mode is "zeros"; a name is refused.
    dilation : int or tuple of int
        As given to the convolution.
    groups : int
        As given to the convolution.

    Returns
    -------
    ndarray, (N, C, H, W)
        New C-contiguous array of the weight's dtype. Integer sums are taken in that dtype, modulo
        its range; half precision is summed in single and rounded once.

    Raises
    ------
    ValueError
        When the shapes are not those of one convolution, or a number is out of range.
    TypeError
        When an array is not numeric, dtypes differ, or a size is not an integer.
    MemoryError
        When the result is too large to hold.

    References
    ----------
    ``torch.nn.grad.conv2d_input``; V. Dumoulin and F. Visin, "A guide to convolution arithmetic
    for deep learning", 2016, section 4.

    Examples
    --------
    >>> kernel = np.arange(1, 5).reshape(1, 1, 2, 2)
    >>> conv2d_input((1, 1, 2, 3), kernel, [[[[1, 10]]]])
    array([[[[ 1, 12, 20],
             [ 3, 34, 40]]]])
    """
    return _input_gradient(2, input_size, weight, grad_output, stride, padding, dilation, groups)


def conv3d_input(
    input_size: Shape,
    weight: ArrayLike,
    grad_output: ArrayLike,
    stride: PerAxis = 1,
    padding: PerAxis | PairPerAxis = 0,
    dilation: PerAxis = 1,
    groups: SupportsIndex = 1,
) -> Array:
    r"""Gradient of :func:`conv3d` with respect to its input: the transposed convolution.

    :func:`conv2d_input` along three axes; formula, parameters, errors and source stand there.

    Parameters
    ----------
    input_size : tuple of int, (N, C, T, H, W)
        Shape of the convolution's input.
    weight : array_like, (D, C/groups, k1, k2, k3)
        The convolution's kernels.
    grad_output : array_like, (N, D, T_out, H_out, W_out)
        Gradient of a loss with respect to the convolution's output.
    stride, padding, dilation, groups
        As in :func:`conv2d_input`, in voxels.

    Returns
    -------
    ndarray, (N, C, T, H, W)
        New array of the weight's dtype.

    Examples
    --------
    >>> kernel = np.arange(1, 5).reshape(1, 1, 1, 2, 2)
    >>> conv3d_input((1, 1, 2, 2, 2), kernel, [[[[[1]], [[10]]]]])
    array([[[[[ 1,  2],
              [ 3,  4]],
    <BLANKLINE>
             [[10, 20],
              [30, 40]]]]])
    """
    return _input_gradient(3, input_size, weight, grad_output, stride, padding, dilation, groups)


def conv1d_weight(
    input: ArrayLike,
    weight_size: Shape,
    grad_output: ArrayLike,
    stride: PerAxis = 1,
    padding: PerAxis | PairPerAxis = 0,
    dilation: PerAxis = 1,
    groups: SupportsIndex = 1,
) -> Array:
    r"""Gradient of :func:`conv1d` with respect to its weight: each tap's inputs times the gradient.

    :func:`conv2d_weight` along one axis; formula, parameters, errors and source stand there.

    Parameters
    ----------
    input : array_like, (N, C, W)
        The convolution's input.
    weight_size : tuple of int, (D, C/groups, k)
        Shape of the convolution's weight.
    grad_output : array_like, (N, D, W_out)
        Gradient of a loss with respect to the convolution's output.
    stride, padding, dilation, groups
        As in :func:`conv2d_weight`, in samples.

    Returns
    -------
    ndarray, (D, C/groups, k)
        New array of the input's dtype.

    Examples
    --------
    The first tap met 1, 2 and 3, the second 2, 3 and 4.

    >>> conv1d_weight([[[1, 2, 3, 4]]], (1, 1, 2), [[[100, 10, 1]]])
    array([[[123, 234]]])
    """
    return _weight_gradient(1, input, weight_size, grad_output, stride, padding, dilation, groups)


def conv2d_weight(
    input: ArrayLike,
    weight_size: Shape,
    grad_output: ArrayLike,
    stride: PerAxis = 1,
    padding: PerAxis | PairPerAxis = 0,
    dilation: PerAxis = 1,
    groups: SupportsIndex = 1,
) -> Array:
    r"""Gradient of :func:`conv2d` with respect to its weight: each tap's inputs times the gradient.

    .. math::

        \frac{\partial L}{\partial w[o, c, j_1, j_2]} = \sum_{n} \sum_{i_1} \sum_{i_2}
            \overline{x[n, c_o + c,\, s_1 i_1 + d_1 j_1,\, s_2 i_2 + d_2 j_2]}\;
            \frac{\partial L}{\partial y[n, o, i_1, i_2]}

    where :math:`x` is the padded input, :math:`c_o` the first channel of the group of output
    :math:`o`, and :math:`s`, :math:`d` are stride and dilation. It is itself a correlation of the
    input with the gradient, in which stride and dilation, and examples and channels, have changed
    places; only its first :math:`k_1` by :math:`k_2` values are kept.

    Parameters
    ----------
    input : array_like, (N, C, H, W)
        The convolution's input. Integer, floating or complex; never modified.
    weight_size : tuple of int, (D, C/groups, k1, k2)
        Shape of the convolution's weight.
    grad_output : array_like, (N, D, H_out, W_out)
        Gradient of a loss with respect to the convolution's output; dtype of `input`.
    stride : int or tuple of int
        As given to the convolution.
    padding : int, tuple of int or tuple of pairs
        As given to the convolution, whose padding mode is "zeros"; a name is refused.
    dilation : int or tuple of int
        As given to the convolution.
    groups : int
        As given to the convolution.

    Returns
    -------
    ndarray, (D, C/groups, k1, k2)
        New C-contiguous array of the input's dtype; zeros when the batch is empty. Integer sums
        are taken in that dtype, modulo its range; half precision is summed in single and rounded
        once.

    Raises
    ------
    ValueError
        When the shapes are not those of one convolution, or a number is out of range.
    TypeError
        When an array is not numeric, dtypes differ, or a size is not an integer.
    MemoryError
        When the result is too large to hold.

    References
    ----------
    ``torch.nn.grad.conv2d_weight``; D. E. Rumelhart, G. E. Hinton and R. J. Williams, "Learning
    internal representations by error propagation", 1986, for gradients of shared weights.

    Examples
    --------
    >>> image = np.arange(1, 7).reshape(1, 1, 2, 3)
    >>> conv2d_weight(image, (1, 1, 2, 2), [[[[10, 1]]]])
    array([[[[12, 23],
             [45, 56]]]])
    """
    return _weight_gradient(2, input, weight_size, grad_output, stride, padding, dilation, groups)


def conv3d_weight(
    input: ArrayLike,
    weight_size: Shape,
    grad_output: ArrayLike,
    stride: PerAxis = 1,
    padding: PerAxis | PairPerAxis = 0,
    dilation: PerAxis = 1,
    groups: SupportsIndex = 1,
) -> Array:
    r"""Gradient of :func:`conv3d` with respect to its weight: each tap's inputs times the gradient.

    :func:`conv2d_weight` along three axes; formula, parameters, errors and source stand there.

    Parameters
    ----------
    input : array_like, (N, C, T, H, W)
        The convolution's input.
    weight_size : tuple of int, (D, C/groups, k1, k2, k3)
        Shape of the convolution's weight.
    grad_output : array_like, (N, D, T_out, H_out, W_out)
        Gradient of a loss with respect to the convolution's output.
    stride, padding, dilation, groups
        As in :func:`conv2d_weight`, in voxels.

    Returns
    -------
    ndarray, (D, C/groups, k1, k2, k3)
        New array of the input's dtype.

    Examples
    --------
    >>> video = np.arange(1, 9).reshape(1, 1, 2, 2, 2)
    >>> conv3d_weight(video, (1, 1, 1, 2, 2), [[[[[1]], [[10]]]]])
    array([[[[[51, 62],
              [73, 84]]]]])
    """
    return _weight_gradient(3, input, weight_size, grad_output, stride, padding, dilation, groups)


def conv1d_bias(grad_output: ArrayLike) -> Array:
    r"""Gradient of :func:`conv1d` with respect to its bias: the sum over examples and places.

    :func:`conv2d_bias` along one axis; formula, errors and source stand there.

    Parameters
    ----------
    grad_output : array_like, (N, D, W_out) or (D, W_out)
        Gradient of a loss with respect to the convolution's output.

    Returns
    -------
    ndarray, (D,)
        New array of the gradient's dtype.

    Examples
    --------
    >>> conv1d_bias([[[1, 2, 3], [10, 20, 30]]])
    array([ 6, 60])
    """
    return _bias_gradient(1, grad_output)


def conv2d_bias(grad_output: ArrayLike) -> Array:
    r"""Gradient of :func:`conv2d` with respect to its bias: the sum over examples and places.

    .. math::

        \frac{\partial L}{\partial b[o]} = \sum_{n} \sum_{i_1} \sum_{i_2}
            \frac{\partial L}{\partial y[n, o, i_1, i_2]}

    The bias of a channel is added at every place, so whatever the places pull at it adds up. The
    bias of :func:`conv_transpose2d` has the same gradient.

    Parameters
    ----------
    grad_output : array_like, (N, D, H_out, W_out) or (D, H_out, W_out)
        Gradient of a loss with respect to the convolution's output. Integer, floating or complex;
        never modified.

    Returns
    -------
    ndarray, (D,)
        New array of the gradient's dtype; zeros when the batch is empty. Integer sums are taken in
        that dtype, modulo its range; half precision is summed in single and rounded once.

    Raises
    ------
    ValueError
        When the gradient has another number of axes.
    TypeError
        When it is not numeric.

    References
    ----------
    The bias of ``torch.nn.functional.conv2d`` under ``torch.autograd.grad``; D. E. Rumelhart,
    G. E. Hinton and R. J. Williams, 1986, as for :func:`conv2d_weight`.

    Examples
    --------
    >>> conv2d_bias([[[1, 2], [3, 4]], [[10, 20], [30, 40]]])
    array([ 10, 100])
    """
    return _bias_gradient(2, grad_output)


def conv3d_bias(grad_output: ArrayLike) -> Array:
    r"""Gradient of :func:`conv3d` with respect to its bias: the sum over examples and places.

    :func:`conv2d_bias` along three axes; formula, errors and source stand there.

    Parameters
    ----------
    grad_output : array_like, (N, D, T_out, H_out, W_out) or (D, T_out, H_out, W_out)
        Gradient of a loss with respect to the convolution's output.

    Returns
    -------
    ndarray, (D,)
        New array of the gradient's dtype.

    Examples
    --------
    >>> conv3d_bias(np.ones((2, 3, 4, 5, 6), int))
    array([240, 240, 240])
    """
    return _bias_gradient(3, grad_output)


@silently
def _input_gradient(
    axes: int,
    input_size: Shape,
    weight: ArrayLike,
    grad_output: ArrayLike,
    stride: PerAxis,
    padding: PerAxis | PairPerAxis,
    dilation: PerAxis,
    groups: SupportsIndex,
) -> Array:
    """Check every argument; apply the convolution's conjugate transpose."""
    x_shape = checked_shape(input_size, axes, "input_size", "N, C", smallest=0)
    w, g = numeric(weight, "weight"), numeric(grad_output, "grad_output")
    check_axes(w, axes, "weight", f"conv{axes}d_input", "D, C/groups")
    check_same_dtype(w, g, "grad_output", "weight")
    groups = check_channels(x_shape[1:], w.shape, groups, x_name="input_size")
    if x_shape[0]:
        check_not_empty(x_shape, axes, "input_size is")
    window = checked_geometry(x_shape, w.shape, g, stride, padding, dilation, "weight of size")
    check_memory(x_shape, summing_dtype(w))
    return apply_transpose(g, w.conj(), window, groups).astype(w.dtype, copy=False)


@silently
def _weight_gradient(
    axes: int,
    input: ArrayLike,
    weight_size: Shape,
    grad_output: ArrayLike,
    stride: PerAxis,
    padding: PerAxis | PairPerAxis,
    dilation: PerAxis,
    groups: SupportsIndex,
) -> Array:
    """Check every argument; multiply the gradient by the conjugate transpose of the patches."""
    x, g = numeric(input, "input"), numeric(grad_output, "grad_output")
    check_axes(x, axes, "input", f"conv{axes}d_weight", "N, C")
    w_shape = checked_shape(weight_size, axes, "weight_size", "D, C/groups", smallest=1)
    check_same_dtype(x, g, "grad_output")
    groups = check_channels(x.shape[1:], w_shape, groups, w_name="weight_size")
    window = checked_geometry(x.shape, w_shape, g, stride, padding, dilation, "weight_size")
    check_memory(w_shape, summing_dtype(x))
    working = summing_dtype(x)
    gradient = multiply_by_patches(
        g.astype(working, copy=False), x.astype(working, copy=False).conj(), w_shape, window, groups
    )
    return gradient.astype(x.dtype, copy=False)


@silently
def _bias_gradient(axes: int, grad_output: ArrayLike) -> Array:
    """Check the gradient; sum each channel."""
    g = numeric(grad_output, "grad_output")
    check_rank(g, axes, "grad_output", f"conv{axes}d_bias")
    return channel_sums(g, channel=g.ndim - axes - 1)


def channel_sums(g: Array, channel: int) -> Array:
    """Sum over every axis but that of the channels."""
    others = tuple(axis for axis in range(g.ndim) if axis != channel)
    total: Array = g.sum(others, dtype=summing_dtype(g))
    return total.astype(g.dtype, copy=False)


def checked_shape(value: Any, axes: int, name: str, leading: str, smallest: int) -> tuple[int, ...]:
    """Return a shape of two leading axes and spatial ones of at least `smallest`, or raise."""
    if not isinstance(value, tuple | list) or len(value) != axes + 2:
        raise ValueError(
            f"{name} is {shown(value)}; it must be a tuple of {axes + 2} sizes: "
            f"({leading}, and {axes} spatial)"
        )
    sizes = [integer(n, name, minimum=0) for n in value[:2]]
    return (*sizes, *(integer(n, name, minimum=smallest) for n in value[2:]))


def checked_geometry(
    x_shape: Sizes,
    w_shape: Sizes,
    g: Array,
    stride: PerAxis,
    padding: PerAxis | PairPerAxis,
    dilation: PerAxis,
    weight: str,
) -> Geometry:
    """Return the convolution's geometry, checked to give an output of the shape of g."""
    pairs = numbers_or_pairs(padding, len(x_shape) - 2)
    window = geometry_of(x_shape, w_shape, stride, pairs, dilation, "zeros", weight)
    check_gradient(g, (x_shape[0], w_shape[0], *window.output_size))
    return window


def multiply_by_patches(g: Array, x: Array, w_shape: Sizes, window: Geometry, groups: int) -> Array:
    """Multiply g (N, D, *S_out) by the transposed patches of x (N, C, *S): (D, C/groups, *K).

    Sums run over examples and places, for so many taps at a time as there is room for.
    """
    filters, channels, *kernel_size = w_shape
    product = np.zeros(w_shape, g.dtype)
    for some, windows in patches_of(x, window):
        values = g[:, :, *some]
        places = len(g) * math.prod(values.shape[2:])
        rows = values.swapaxes(0, 1).reshape(groups, filters // groups, places)
        room = (ROOM + x.size + g.size) // max(x.shape[1] * places, 1)
        for taps in blocks(kernel_size, room):
            part = np.moveaxis(windows[:, :, *taps], 0, len(kernel_size) + 1)  # (C, *K, N, *S)
            box = part.shape[1 : len(kernel_size) + 1]
            columns = part.reshape(groups, channels * math.prod(box), places)
            sums = rows @ columns.swapaxes(1, 2)
            product[:, :, *taps] += sums.reshape(filters, channels, *box)
    return product


def patches_of(x: Array, window: Geometry) -> Iterator[tuple[tuple[Any, ...], Array]]:
    """View what a window reads of x: (N, C, *K, *places), some places in turn where is_roomy."""
    if is_roomy(x, window):
        dense = (1,) * len(window.kernel_size)
        for places, piece in pieces(x, window, "zeros"):
            yield places, gather(piece, window.kernel_size, window.kernel_size, dense)
    else:
        padded = pad(x, window.padding, "zeros")
        everywhere = (slice(None),) * len(window.kernel_size)
        yield everywhere, gather(padded, window.kernel_size, window.stride, window.dilation)
