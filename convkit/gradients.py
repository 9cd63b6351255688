r"""The two gradients of a convolution: with respect to its input and with respect to its weight.

A convolution y = V U x (see patches.py) is linear in x and linear in its weight. The gradient of a
loss with respect to y, dy, therefore goes back by the two transposed maps:

    to the input      U^T V^T dy     every output hands its gradient to the inputs it read
    to the weight     dy (U x)^T     every tap sums what it multiplied, times the gradient there

For complex numbers both transposes are conjugated.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from .arguments import (
    Array,
    PerAxis,
    Sizes,
    check_gradient,
    integer,
    numeric,
    per_axis,
    silently,
    summing_dtype,
)
from .convolution import check_axes, check_channels, check_same_dtype, geometry_of
from .geometry import Geometry
from .padding import pad
from .patches import gather
from .transpose import apply_transpose


def conv1d_input(
    input_size: Sizes,
    weight: ArrayLike,
    grad_output: ArrayLike,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
) -> Array:
    r"""Gradient of :func:`conv1d` with respect to its input: the transposed convolution.

    .. math::

        \frac{\partial L}{\partial x[n, c_o + c, t]} = \sum_{o} \; \sum_{s\,i + d\,j - p = t}
            \overline{w[o, c, j]}\; \frac{\partial L}{\partial y[n, o, i]}

    where :math:`o` runs over the outputs of one group, :math:`c_o` is the first input channel of
    that group, the inner sum runs over all :math:`i` and :math:`j` that meet at :math:`t`, and
    :math:`s`, :math:`p`, :math:`d` are stride, padding and dilation. An input that no window reads
    has gradient 0.

    With stride :math:`s`, :math:`s` input sizes share one output size, so the size is an argument
    here. It takes the place of `output_padding` in :func:`conv_transpose1d`, which otherwise gives
    the same numbers; only complex weights are conjugated here and not there.

    Parameters
    ----------
    input_size : tuple of int, (N, C, W)
        Shape of the convolution's input.
    weight : array_like, (D, C/groups, k)
        The convolution's kernels. Integer, floating or complex; never modified.
    grad_output : array_like, (N, D, W_out)
        Gradient of a loss with respect to the convolution's output; dtype of `weight`.
    stride, padding, dilation : int or tuple of int
        As given to the convolution; the padding as numbers.
    groups : int
        As given to the convolution.

    Returns
    -------
    ndarray, (N, C, W)
        New C-contiguous array of the weight's dtype. Integer sums are taken in that dtype, modulo
        its range.

    Raises
    ------
    ValueError
        When the shapes are not those of one convolution, or a number is out of range.
    TypeError
        When an array is not numeric, dtypes differ, or a size is not an integer.

    References
    ----------
    ``torch.nn.grad.conv1d_input``; V. Dumoulin and F. Visin, "A guide to convolution arithmetic
    for deep learning", 2016, section 4.

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
    input_size: Sizes,
    weight: ArrayLike,
    grad_output: ArrayLike,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
) -> Array:
    r"""Gradient of :func:`conv2d` with respect to its input: the transposed convolution.

    .. math::

        \frac{\partial L}{\partial x[n, c_o + c, t_1, t_2]} = \sum_{o} \;
            \sum_{\substack{s_1 i_1 + d_1 j_1 - p_1 = t_1 \\ s_2 i_2 + d_2 j_2 - p_2 = t_2}}
            \overline{w[o, c, j_1, j_2]}\; \frac{\partial L}{\partial y[n, o, i_1, i_2]}

    with the names of :func:`conv1d_input`.

    Parameters
    ----------
    input_size : tuple of int, (N, C, H, W)
        Shape of the convolution's input.
    weight : array_like, (D, C/groups, k1, k2)
        The convolution's kernels. Integer, floating or complex; never modified.
    grad_output : array_like, (N, D, H_out, W_out)
        Gradient of a loss with respect to the convolution's output; dtype of `weight`.
    stride, padding, dilation : int or tuple of int
        As given to the convolution; the padding as numbers.
    groups : int
        As given to the convolution.

    Returns
    -------
    ndarray, (N, C, H, W)
        New C-contiguous array of the weight's dtype.

    Raises
    ------
    ValueError, TypeError
        As :func:`conv1d_input`.

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
    input_size: Sizes,
    weight: ArrayLike,
    grad_output: ArrayLike,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
) -> Array:
    r"""Gradient of :func:`conv3d` with respect to its input: the transposed convolution.

    .. math::

        \frac{\partial L}{\partial x[n, c_o + c, t]} = \sum_{o} \; \sum_{s\,i + d\,j - p = t}
            \overline{w[o, c, j]}\; \frac{\partial L}{\partial y[n, o, i]}

    where :math:`t`, :math:`i` and :math:`j` have three components; the names are those of
    :func:`conv1d_input`.

    Parameters
    ----------
    input_size : tuple of int, (N, C, T, H, W)
        Shape of the convolution's input.
    weight : array_like, (D, C/groups, k1, k2, k3)
        The convolution's kernels. Integer, floating or complex; never modified.
    grad_output : array_like, (N, D, T_out, H_out, W_out)
        Gradient of a loss with respect to the convolution's output; dtype of `weight`.
    stride, padding, dilation : int or tuple of int
        As given to the convolution; the padding as numbers.
    groups : int
        As given to the convolution.

    Returns
    -------
    ndarray, (N, C, T, H, W)
        New C-contiguous array of the weight's dtype.

    Raises
    ------
    ValueError, TypeError
        As :func:`conv1d_input`.

    References
    ----------
    ``torch.nn.grad.conv3d_input``; V. Dumoulin and F. Visin, "A guide to convolution arithmetic
    for deep learning", 2016, section 4.

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
    weight_size: Sizes,
    grad_output: ArrayLike,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
) -> Array:
    r"""Gradient of :func:`conv1d` with respect to its weight: each tap's inputs times the gradient.

    .. math::

        \frac{\partial L}{\partial w[o, c, j]} = \sum_{n} \sum_{i}
            \overline{x[n, c_o + c,\, s\,i + d\,j]}\; \frac{\partial L}{\partial y[n, o, i]}

    where :math:`x` is the padded input, :math:`c_o` the first channel of the group of output
    :math:`o`, and :math:`s`, :math:`d` are stride and dilation. It is itself a correlation of the
    input with the gradient, in which stride and dilation, and examples and channels, have changed
    places; only its first :math:`k` values are kept.

    Parameters
    ----------
    input : array_like, (N, C, W)
        The convolution's input. Integer, floating or complex; never modified.
    weight_size : tuple of int, (D, C/groups, k)
        Shape of the convolution's weight.
    grad_output : array_like, (N, D, W_out)
        Gradient of a loss with respect to the convolution's output; dtype of `input`.
    stride, padding, dilation : int or tuple of int
        As given to the convolution; the padding as numbers.
    groups : int
        As given to the convolution.

    Returns
    -------
    ndarray, (D, C/groups, k)
        New C-contiguous array of the input's dtype; zeros when the batch is empty. Integer sums
        are taken in that dtype, modulo its range.

    Raises
    ------
    ValueError
        When the shapes are not those of one convolution, or a number is out of range.
    TypeError
        When an array is not numeric, dtypes differ, or a size is not an integer.

    References
    ----------
    ``torch.nn.grad.conv1d_weight``; D. E. Rumelhart, G. E. Hinton and R. J. Williams, "Learning
    internal representations by error propagation", 1986, for gradients of shared weights.

    Examples
    --------
    The first tap met 1, 2 and 3, the second 2, 3 and 4.

    >>> conv1d_weight([[[1, 2, 3, 4]]], (1, 1, 2), [[[100, 10, 1]]])
    array([[[123, 234]]])
    """
    return _weight_gradient(1, input, weight_size, grad_output, stride, padding, dilation, groups)


def conv2d_weight(
    input: ArrayLike,
    weight_size: Sizes,
    grad_output: ArrayLike,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
) -> Array:
    r"""Gradient of :func:`conv2d` with respect to its weight: each tap's inputs times the gradient.

    .. math::

        \frac{\partial L}{\partial w[o, c, j_1, j_2]} = \sum_{n} \sum_{i_1} \sum_{i_2}
            \overline{x[n, c_o + c,\, s_1 i_1 + d_1 j_1,\, s_2 i_2 + d_2 j_2]}\;
            \frac{\partial L}{\partial y[n, o, i_1, i_2]}

    with the names of :func:`conv1d_weight`.

    Parameters
    ----------
    input : array_like, (N, C, H, W)
        The convolution's input. Integer, floating or complex; never modified.
    weight_size : tuple of int, (D, C/groups, k1, k2)
        Shape of the convolution's weight.
    grad_output : array_like, (N, D, H_out, W_out)
        Gradient of a loss with respect to the convolution's output; dtype of `input`.
    stride, padding, dilation : int or tuple of int
        As given to the convolution; the padding as numbers.
    groups : int
        As given to the convolution.

    Returns
    -------
    ndarray, (D, C/groups, k1, k2)
        New C-contiguous array of the input's dtype; zeros when the batch is empty.

    Raises
    ------
    ValueError, TypeError
        As :func:`conv1d_weight`.

    References
    ----------
    ``torch.nn.grad.conv2d_weight``; Rumelhart, Hinton and Williams, 1986, as
    :func:`conv1d_weight`.

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
    weight_size: Sizes,
    grad_output: ArrayLike,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
) -> Array:
    r"""Gradient of :func:`conv3d` with respect to its weight: each tap's inputs times the gradient.

    .. math::

        \frac{\partial L}{\partial w[o, c, j]} = \sum_{n} \sum_{i}
            \overline{x[n, c_o + c,\, s\,i + d\,j]}\; \frac{\partial L}{\partial y[n, o, i]}

    where :math:`i` and :math:`j` have three components; the names are those of
    :func:`conv1d_weight`.

    Parameters
    ----------
    input : array_like, (N, C, T, H, W)
        The convolution's input. Integer, floating or complex; never modified.
    weight_size : tuple of int, (D, C/groups, k1, k2, k3)
        Shape of the convolution's weight.
    grad_output : array_like, (N, D, T_out, H_out, W_out)
        Gradient of a loss with respect to the convolution's output; dtype of `input`.
    stride, padding, dilation : int or tuple of int
        As given to the convolution; the padding as numbers.
    groups : int
        As given to the convolution.

    Returns
    -------
    ndarray, (D, C/groups, k1, k2, k3)
        New C-contiguous array of the input's dtype; zeros when the batch is empty.

    Raises
    ------
    ValueError, TypeError
        As :func:`conv1d_weight`.

    References
    ----------
    ``torch.nn.grad.conv3d_weight``; Rumelhart, Hinton and Williams, 1986, as
    :func:`conv1d_weight`.

    Examples
    --------
    >>> video = np.arange(1, 9).reshape(1, 1, 2, 2, 2)
    >>> conv3d_weight(video, (1, 1, 1, 2, 2), [[[[[1]], [[10]]]]])
    array([[[[[51, 62],
              [73, 84]]]]])
    """
    return _weight_gradient(3, input, weight_size, grad_output, stride, padding, dilation, groups)


@silently
def _input_gradient(
    axes: int,
    input_size: Sizes,
    weight: ArrayLike,
    grad_output: ArrayLike,
    stride: PerAxis,
    padding: PerAxis,
    dilation: PerAxis,
    groups: int,
) -> Array:
    """Check every argument; apply the convolution's conjugate transpose."""
    x_shape = checked_shape(input_size, axes, "input_size", "N, C", smallest=0)
    w, g = numeric(weight, "weight"), numeric(grad_output, "grad_output")
    check_axes(w, axes, "weight", f"conv{axes}d_input", "D, C/groups")
    check_same_dtype(w, g, "grad_output", "weight")
    check_channels(x_shape[1:], w.shape, groups, x_name="input_size")
    geometry = checked_geometry(x_shape, w.shape, g, stride, padding, dilation)
    return apply_transpose(g, w.conj(), geometry, groups)


@silently
def _weight_gradient(
    axes: int,
    input: ArrayLike,
    weight_size: Sizes,
    grad_output: ArrayLike,
    stride: PerAxis,
    padding: PerAxis,
    dilation: PerAxis,
    groups: int,
) -> Array:
    """Check every argument; multiply the gradient by the conjugate transpose of the patches."""
    x, g = numeric(input, "input"), numeric(grad_output, "grad_output")
    check_axes(x, axes, "input", f"conv{axes}d_weight", "N, C")
    w_shape = checked_shape(weight_size, axes, "weight_size", "D, C/groups", smallest=1)
    check_same_dtype(x, g, "grad_output")
    check_channels(x.shape[1:], w_shape, groups, w_name="weight_size")
    geometry = checked_geometry(x.shape, w_shape, g, stride, padding, dilation)
    padded = pad(x, geometry.padding, "zeros")
    return multiply_by_patches(g, padded.conj(), w_shape, geometry, groups)


def checked_shape(
    value: Sizes, axes: int, name: str, leading: str, smallest: int
) -> tuple[int, ...]:
    """Return a shape of two leading axes and spatial ones of at least `smallest`, or raise."""
    if not isinstance(value, tuple | list) or len(value) != axes + 2:
        raise ValueError(
            f"{name} is {value!r}; it must be a tuple of {axes + 2} sizes: "
            f"({leading}, and {axes} spatial)"
        )
    sizes = [integer(n, name, minimum=0) for n in value[:2]]
    return (*sizes, *(integer(n, name, minimum=smallest) for n in value[2:]))


def checked_geometry(
    x_shape: Sizes,
    w_shape: Sizes,
    g: Array,
    stride: PerAxis,
    padding: PerAxis,
    dilation: PerAxis,
) -> Geometry:
    """Return the convolution's geometry, checked to give an output of the shape of g."""
    numbers = per_axis(padding, len(x_shape) - 2, "padding", minimum=0)  # refuses "same"
    geometry = geometry_of(x_shape, w_shape, stride, numbers, dilation, "zeros")
    check_gradient(g, (x_shape[0], w_shape[0], *geometry.output_size))
    return geometry


def multiply_by_patches(
    g: Array, x: Array, w_shape: Sizes, geometry: Geometry, groups: int
) -> Array:
    """Multiply g (N, D, *S_out) by the transposed patches of a padded x; return (D, C/groups, *K).

    One matrix product per group sums over all positions of all examples.
    """
    filters, channels, *kernel_size = w_shape
    windows = gather(x, kernel_size, geometry.stride, geometry.dilation)  # (N, C, *K, *S_out)
    examples_beside_positions = np.moveaxis(windows, 0, x.ndim - 1)  # (C, *K, N, *S_out)
    taps, places = channels * math.prod(kernel_size), len(g) * math.prod(g.shape[2:])
    columns = examples_beside_positions.reshape(groups, taps, places)
    rows = g.swapaxes(0, 1).reshape(groups, filters // groups, places)
    product: Array = np.matmul(rows, columns.swapaxes(1, 2), dtype=summing_dtype(g))
    return product.reshape(w_shape).astype(g.dtype, copy=False)
