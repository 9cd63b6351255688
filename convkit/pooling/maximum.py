"""Max pooling, the places of its winners, and what is done with them: gradients and unpooling.

Every pooling here is the same search; only the runs of values that compete differ.

    max_pool, adaptive_max_pool    runs per output  ->  winners: values and indices
    max_pool_input                 add each gradient at its index
    max_unpool                     put each value at its index
    max_unpool_input               read at each index

An index counts the positions of one plane (n, c) in scan order, without its padding.
"""

import math
from collections.abc import Sequence
from functools import reduce
from typing import Any, Literal, TypeAlias, overload

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import (
    Array,
    PerAxis,
    Shape,
    Sizes,
    check_memory,
    check_not_empty,
    check_rank,
    entry_per_axis,
    flag,
    input_shape,
    integer,
    numeric,
    shown,
    silently,
    summing_dtype,
)
from ..geometry import BinsPerAxis, Geometry, adaptive_size, sizes_of
from .runs import FEW, Runs, along, bin_runs, doublings, parts, window_runs

Winners: TypeAlias = tuple[Array, Array]  # values and indices


# fmt: off
@overload
def max_pool1d(
    input: ArrayLike, kernel_size: PerAxis, stride: PerAxis | None = ..., padding: PerAxis = ...,
    dilation: PerAxis = ..., ceil_mode: bool = ..., return_indices: Literal[False] = ...,
) -> Array: ...
@overload
def max_pool1d(
    input: ArrayLike, kernel_size: PerAxis, stride: PerAxis | None = ..., padding: PerAxis = ...,
    dilation: PerAxis = ..., ceil_mode: bool = ..., *, return_indices: Literal[True],
) -> Winners: ...
@overload
def max_pool1d(
    input: ArrayLike, kernel_size: PerAxis, stride: PerAxis | None = ..., padding: PerAxis = ...,
    dilation: PerAxis = ..., ceil_mode: bool = ..., return_indices: bool = ...,
) -> Array | Winners: ...
# fmt: on
def max_pool1d(
    input: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Array | Winners:
    r"""Keep the largest value in each window of a 1-D signal.

    :func:`max_pool2d` along one axis; formula, parameters, errors and source stand there.

    Parameters
    ----------
    input : array_like, (N, C, W) or (C, W)
        Signals, batched or not.
    kernel_size, stride, padding, dilation, ceil_mode, return_indices
        As in :func:`max_pool2d`, in samples.

    Returns
    -------
    ndarray, (N, C, W_out) or (C, W_out)
        New array of the input's dtype.
    ndarray of int64, of the same shape
        Only with `return_indices`: the position of each value in its row of `input`.

    Examples
    --------
    >>> max_pool1d([[1, 5, 2, 2, 0, 4]], 2, return_indices=True)
    (array([[5, 2, 4]]), array([[1, 2, 5]]))
    """
    return _max_pool(1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


# fmt: off
@overload
def max_pool2d(
    input: ArrayLike, kernel_size: PerAxis, stride: PerAxis | None = ..., padding: PerAxis = ...,
    dilation: PerAxis = ..., ceil_mode: bool = ..., return_indices: Literal[False] = ...,
) -> Array: ...
@overload
def max_pool2d(
    input: ArrayLike, kernel_size: PerAxis, stride: PerAxis | None = ..., padding: PerAxis = ...,
    dilation: PerAxis = ..., ceil_mode: bool = ..., *, return_indices: Literal[True],
) -> Winners: ...
@overload
def max_pool2d(
    input: ArrayLike, kernel_size: PerAxis, stride: PerAxis | None = ..., padding: PerAxis = ...,
    dilation: PerAxis = ..., ceil_mode: bool = ..., return_indices: bool = ...,
) -> Array | Winners: ...
# fmt: on
def max_pool2d(
    input: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Array | Winners:
    r"""Keep the largest value in each window of an image.

    .. math::

        y[n, c, i_1, i_2] = \max_{0 \le j_1 < k_1} \; \max_{0 \le j_2 < k_2}
            x[n, c,\, s_1 i_1 + d_1 j_1,\, s_2 i_2 + d_2 j_2]

    where :math:`x` is the input padded with minus infinity, so that padding never wins, and
    :math:`s`, :math:`d` are stride and dilation. Of equal values the first, row by row, wins; NaN
    wins over every number, and of several NaNs the last.

    Parameters
    ----------
    input : array_like, (N, C, H, W) or (C, H, W)
        Images, batched or not. Integer or floating; never modified.
    kernel_size : int or tuple of int
        Pixels that a window reads, per axis.
    stride : int or tuple of int, optional
        Step between windows per axis, in pixels. By default the kernel size: windows side by side.
    padding : int or tuple of int
        Pixels added on each side, per axis; at most half of `kernel_size`.
    dilation : int or tuple of int
        Distance between neighbouring pixels of a window, per axis; 1 is a dense window.
    ceil_mode : bool
        Keep a last window that sticks out at the far end, unless it would start in the padding
        there.
    return_indices : bool
        Also return where each value was found. ``torch.nn.MaxPool2d`` takes these two flags in
        the other order: name them.

    Returns
    -------
    ndarray, (N, C, H_out, W_out) or (C, H_out, W_out)
        New C-contiguous array of the input's dtype. Its spatial size is
        ``output_size((H, W), kernel_size, stride, padding, dilation)`` with the stride as
        defaulted, rounded up instead of down with `ceil_mode`.
    ndarray of int64, of the same shape
        Only with `return_indices`: row times :math:`W` plus column of each value in `input`. A
        wide dilation can make a window read padding only. Its value is minus infinity (of integers
        the lowest), its index, as in torch, that of its first tap that is not negative, which lies
        beyond the input.

    Raises
    ------
    ValueError
        When the window does not fit, a number is out of range, or an axis other than the batch
        is empty.
    TypeError
        When the input is not real and numeric, a size is not an integer, or a flag not a bool.
    MemoryError
        When the result is too large to hold.

    References
    ----------
    ``torch.nn.functional.max_pool2d``; D. Scherer, A. Müller and S. Behnke, "Evaluation of
    pooling operations in convolutional architectures for object recognition", 2010.

    Examples
    --------
    >>> image = [[[1, 2, 0, 0], [3, 0, 0, 5]]]
    >>> max_pool2d(image, 2, return_indices=True)
    (array([[[3, 5]]]), array([[[4, 7]]]))
    """
    return _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


# fmt: off
@overload
def max_pool3d(
    input: ArrayLike, kernel_size: PerAxis, stride: PerAxis | None = ..., padding: PerAxis = ...,
    dilation: PerAxis = ..., ceil_mode: bool = ..., return_indices: Literal[False] = ...,
) -> Array: ...
@overload
def max_pool3d(
    input: ArrayLike, kernel_size: PerAxis, stride: PerAxis | None = ..., padding: PerAxis = ...,
    dilation: PerAxis = ..., ceil_mode: bool = ..., *, return_indices: Literal[True],
) -> Winners: ...
@overload
def max_pool3d(
    input: ArrayLike, kernel_size: PerAxis, stride: PerAxis | None = ..., padding: PerAxis = ...,
    dilation: PerAxis = ..., ceil_mode: bool = ..., return_indices: bool = ...,
) -> Array | Winners: ...
# fmt: on
def max_pool3d(
    input: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Array | Winners:
    r"""Keep the largest value in each window of a volume (or video).

    :func:`max_pool2d` along three axes; formula, parameters, errors and source stand there.

    Parameters
    ----------
    input : array_like, (N, C, T, H, W) or (C, T, H, W)
        Volumes, batched or not.
    kernel_size, stride, padding, dilation, ceil_mode, return_indices
        As in :func:`max_pool2d`, in voxels.

    Returns
    -------
    ndarray, (N, C, T_out, H_out, W_out) or (C, T_out, H_out, W_out)
        New array of the input's dtype.
    ndarray of int64, of the same shape
        Only with `return_indices`: where each value stands in its flattened volume.

    Examples
    --------
    >>> video = np.arange(8).reshape(1, 2, 2, 2)
    >>> max_pool3d(video, (1, 2, 2))
    array([[[[3]],
    <BLANKLINE>
            [[7]]]])
    """
    return _max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


# fmt: off
@overload
def adaptive_max_pool1d(
    input: ArrayLike, output_size: PerAxis, return_indices: Literal[False] = ...,
) -> Array: ...
@overload
def adaptive_max_pool1d(
    input: ArrayLike, output_size: PerAxis, return_indices: Literal[True],
) -> Winners: ...
@overload
def adaptive_max_pool1d(
    input: ArrayLike, output_size: PerAxis, return_indices: bool,
) -> Array | Winners: ...
# fmt: on
def adaptive_max_pool1d(
    input: ArrayLike, output_size: PerAxis, return_indices: bool = False
) -> Array | Winners:
    r"""Divide a 1-D signal into bins, as even as can be, and keep the largest value of each.

    :func:`adaptive_max_pool2d` along one axis; formula, parameters, errors and source stand there.

    Parameters
    ----------
    input : array_like, (N, C, W) or (C, W)
        Signals, batched or not.
    output_size : int or tuple of int
        Number :math:`m` of bins.
    return_indices : bool
        Also return where each value was found.

    Returns
    -------
    ndarray, (N, C, m) or (C, m)
        New array of the input's dtype.
    ndarray of int64, of the same shape
        Only with `return_indices`: the position of each value in its row of `input`.

    Examples
    --------
    The bins hold samples 0-1, 1-3 and 3-4.

    >>> adaptive_max_pool1d([[1, 5, 2, 4, 3]], 3)
    array([[5, 5, 4]])
    """
    return _adaptive_max_pool(1, input, output_size, return_indices)


# fmt: off
@overload
def adaptive_max_pool2d(
    input: ArrayLike, output_size: BinsPerAxis, return_indices: Literal[False] = ...,
) -> Array: ...
@overload
def adaptive_max_pool2d(
    input: ArrayLike, output_size: BinsPerAxis, return_indices: Literal[True],
) -> Winners: ...
@overload
def adaptive_max_pool2d(
    input: ArrayLike, output_size: BinsPerAxis, return_indices: bool,
) -> Array | Winners: ...
# fmt: on
def adaptive_max_pool2d(
    input: ArrayLike, output_size: BinsPerAxis, return_indices: bool = False
) -> Array | Winners:
    r"""Divide an image into a grid of bins, as even as can be; keep the largest value of each.

    .. math::

        y[n, c, i_1, i_2] &= \max_{t_1 \in B_{i_1}} \; \max_{t_2 \in B_{i_2}} x[n, c, t_1, t_2] \\
        B_i &= \left\{ t : \left\lfloor \frac{i\,n}{m} \right\rfloor \le t
               < \left\lceil \frac{(i + 1)\,n}{m} \right\rceil \right\}

    for :math:`m` bins of an axis of :math:`n` pixels. Bins :math:`i` and :math:`i + 1` share a
    pixel where :math:`(i + 1)\,n / m` is no whole number: of 6 pixels in 4 bins the middle pair of
    bins shares none, the others one. Ties and NaN are as in :func:`max_pool2d`.

    Parameters
    ----------
    input : array_like, (N, C, H, W) or (C, H, W)
        Images, batched or not. Integer or floating; never modified.
    output_size : int or tuple of int or None
        Number :math:`m` of bins, per axis. It may exceed the size of the input, and be 0. In a
        tuple of two or three None stands for the input's size, one bin a pixel; an array of ints
        serves as a tuple.
    return_indices : bool
        Also return where each value was found.

    Returns
    -------
    ndarray, (N, C, m1, m2) or (C, m1, m2)
        New C-contiguous array of the input's dtype.
    ndarray of int64, of the same shape
        Only with `return_indices`: row times :math:`W` plus column of each value in `input`.

    Raises
    ------
    ValueError
        When the output size is negative or has the wrong length, or an axis of the input other than
        the first is empty.
    TypeError
        When the input is not real and numeric, a size is not an integer, or the flag not a bool.
    MemoryError
        When the result is too large to hold.

    References
    ----------
    ``torch.nn.functional.adaptive_max_pool2d``; K. He, X. Zhang, S. Ren and J. Sun, "Spatial
    pyramid pooling in deep convolutional networks for visual recognition", 2014, appendix A.

    Examples
    --------
    >>> image = np.arange(12).reshape(1, 3, 4)
    >>> adaptive_max_pool2d(image, (1, 2), return_indices=True)
    (array([[[ 9, 11]]]), array([[[ 9, 11]]]))
    """
    return _adaptive_max_pool(2, input, output_size, return_indices)


# fmt: off
@overload
def adaptive_max_pool3d(
    input: ArrayLike, output_size: BinsPerAxis, return_indices: Literal[False] = ...,
) -> Array: ...
@overload
def adaptive_max_pool3d(
    input: ArrayLike, output_size: BinsPerAxis, return_indices: Literal[True],
) -> Winners: ...
@overload
def adaptive_max_pool3d(
    input: ArrayLike, output_size: BinsPerAxis, return_indices: bool,
) -> Array | Winners: ...
# fmt: on
def adaptive_max_pool3d(
    input: ArrayLike, output_size: BinsPerAxis, return_indices: bool = False
) -> Array | Winners:
    r"""Divide a volume (or video) into a grid of bins and keep the largest value of each.

    :func:`adaptive_max_pool2d` along three axes; formula, parameters, errors and source stand
    there.

    Parameters
    ----------
    input : array_like, (N, C, T, H, W) or (C, T, H, W)
        Volumes, batched or not.
    output_size, return_indices
        As in :func:`adaptive_max_pool2d`.

    Returns
    -------
    ndarray, (N, C, m1, m2, m3) or (C, m1, m2, m3)
        New array of the input's dtype.
    ndarray of int64, of the same shape
        Only with `return_indices`: where each value stands in its flattened volume.

    Examples
    --------
    One value a frame.

    >>> video = np.arange(8).reshape(1, 2, 2, 2)
    >>> adaptive_max_pool3d(video, (None, 1, 1)).ravel()
    array([3, 7])
    """
    return _adaptive_max_pool(3, input, output_size, return_indices)


def max_unpool1d(
    input: ArrayLike,
    indices: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    output_size: Shape | None = None,
) -> Array:
    r"""Put the values that max pooling kept back where it found them, zeros elsewhere.

    :func:`max_unpool2d` along one axis; formula, parameters, errors and source stand there.

    Parameters
    ----------
    input : array_like, (N, C, W) or (C, W)
        What is put back, often the result of :func:`max_pool1d`.
    indices : array_like of int64, of the same shape
        Position of each value in its row of the result.
    kernel_size, stride, padding, output_size
        As in :func:`max_unpool2d`, in samples.

    Returns
    -------
    ndarray, (N, C, W_out) or (C, W_out)
        New array of the input's dtype.

    Examples
    --------
    >>> max_unpool1d([[5, 2, 4]], [[1, 2, 5]], 2)
    array([[0, 5, 2, 0, 0, 4]])
    """
    return _max_unpool(1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(
    input: ArrayLike,
    indices: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    output_size: Shape | None = None,
) -> Array:
    r"""Put the values that max pooling kept back into an image, zeros elsewhere.

    .. math::

        y[n, c, t_1, t_2] = \begin{cases}
            x[n, c, i] & \text{where } t_1 W_{out} + t_2 = \mathit{indices}[n, c, i] \\
            0 & \text{where no index points} \end{cases}

    Of several values with one index the last stays; torch leaves open which. An image without
    pixels takes no value.

    Parameters
    ----------
    input : array_like, (N, C, H, W) or (C, H, W)
        What is put back, often the result of :func:`max_pool2d`. Integer or floating; never
        modified.
    indices : array_like of int64, of the same shape
        Row times :math:`W_{out}` plus column of each value in the result.
    kernel_size : int or tuple of int
        Of the pooling that is undone. Like `stride` and `padding` it only tells the size of the
        result; a tuple needs one entry per axis.
    stride : int or tuple of int, optional
        By default the kernel size.
    padding : int or tuple of int
        Pixels that the pooling added on each side.
    output_size : tuple of int, optional
        Size of the result, (H_out, W_out) or (N, C, H_out, W_out), where :math:`N` and :math:`C`
        are not looked at: pooling rounds, so that several sizes lead to one. It may differ from the
        default by less than `stride`. An array of ints serves as a tuple.

    Returns
    -------
    ndarray, (N, C, H_out, W_out) or (C, H_out, W_out)
        New C-contiguous array of the input's dtype; by default
        ``W_out = (W - 1) * stride - 2 * padding + kernel_size``, and so for each axis.

    Raises
    ------
    ValueError
        When shapes differ, an index is out of range, an axis other than the first is empty, or
        the output size is impossible.
    TypeError
        When the input is not real and numeric, the indices are not int64, or a size is not an
        integer.
    MemoryError
        When the result is too large to hold.

    References
    ----------
    ``torch.nn.functional.max_unpool2d``; M. D. Zeiler and R. Fergus, "Visualizing and
    understanding convolutional networks", 2014, section 2.1.

    Examples
    --------
    >>> max_unpool2d([[[3, 5]]], [[[4, 7]]], 2)
    array([[[0, 0, 0, 0],
            [3, 0, 0, 5]]])
    """
    return _max_unpool(2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(
    input: ArrayLike,
    indices: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    output_size: Shape | None = None,
) -> Array:
    r"""Put the values that max pooling kept back into a volume (or video), zeros elsewhere.

    :func:`max_unpool2d` along three axes; formula, parameters, errors and source stand there.

    Parameters
    ----------
    input : array_like, (N, C, T, H, W) or (C, T, H, W)
        What is put back, often the result of :func:`max_pool3d`.
    indices : array_like of int64, of the same shape
        Where each value stands in its flattened volume of the result.
    kernel_size, stride, padding, output_size
        As in :func:`max_unpool2d`, in voxels.

    Returns
    -------
    ndarray, (N, C, T_out, H_out, W_out) or (C, T_out, H_out, W_out)
        New array of the input's dtype.

    Examples
    --------
    >>> max_unpool3d([[[[9]]]], [[[[3]]]], (1, 2, 2))
    array([[[[0, 0],
             [0, 9]]]])
    """
    return _max_unpool(3, input, indices, kernel_size, stride, padding, output_size)


def max_pool1d_input(grad_output: ArrayLike, indices: ArrayLike, input_size: Shape) -> Array:
    r"""Route gradients of a 1-D max pooling back to the samples that won.

    :func:`max_pool2d_input` along one axis; formula, parameters, errors and source stand there.

    Parameters
    ----------
    grad_output : array_like, (N, C, W_out) or (C, W_out)
        Gradient with respect to the pooled values.
    indices : array_like of int64, of the same shape
        As :func:`max_pool1d` or :func:`adaptive_max_pool1d` returned them.
    input_size : tuple of int, (N, C, W) or (C, W)
        Shape of what was pooled.

    Returns
    -------
    ndarray, of shape `input_size`
        New array of the gradient's dtype.

    Examples
    --------
    >>> max_pool1d_input([[10, 20, 30]], [[1, 1, 3]], (1, 5))
    array([[ 0, 30,  0, 30,  0]])
    """
    return _max_pool_input(1, grad_output, indices, input_size)


def max_pool2d_input(grad_output: ArrayLike, indices: ArrayLike, input_size: Shape) -> Array:
    r"""Route gradients of a max pooling back to the pixels that won.

    .. math::

        \frac{\partial L}{\partial x[n, c, t_1, t_2]} =
            \sum_{i:\; \mathit{indices}[n, c, i] = t_1 W + t_2}
            \frac{\partial L}{\partial y[n, c, i]}

    One pixel per window receives a gradient, at ties too; a pixel that won several windows
    receives their sum.

    Parameters
    ----------
    grad_output : array_like, (N, C, H_out, W_out) or (C, H_out, W_out)
        Gradient with respect to the pooled values. Integer or floating; never modified.
    indices : array_like of int64, of the same shape
        As :func:`max_pool2d` or :func:`adaptive_max_pool2d` returned them.
    input_size : tuple of int, (N, C, H, W) or (C, H, W)
        Shape of what was pooled.

    Returns
    -------
    ndarray, of shape `input_size`
        New C-contiguous array of the gradient's dtype. Integer sums are taken in that dtype,
        modulo its range; half precision is summed in single and rounded once.

    Raises
    ------
    ValueError
        When shapes do not fit together or an index is out of range.
    TypeError
        When the gradient is not real and numeric, the indices are not int64, or a size is not
        an integer.
    MemoryError
        When the result is too large to hold.

    References
    ----------
    The gradient of ``torch.nn.functional.max_pool2d``; D. Scherer, A. Müller and S. Behnke, 2010,
    as in :func:`max_pool2d`.

    Examples
    --------
    >>> max_pool2d_input([[[10, 20]]], [[[4, 7]]], (1, 2, 4))
    array([[[ 0,  0,  0,  0],
            [10,  0,  0, 20]]])
    """
    return _max_pool_input(2, grad_output, indices, input_size)


def max_pool3d_input(grad_output: ArrayLike, indices: ArrayLike, input_size: Shape) -> Array:
    r"""Route gradients of a max pooling back to the voxels that won.

    :func:`max_pool2d_input` along three axes; formula, parameters, errors and source stand there.

    Parameters
    ----------
    grad_output : array_like, (N, C, T_out, H_out, W_out) or (C, T_out, H_out, W_out)
        Gradient with respect to the pooled values.
    indices : array_like of int64, of the same shape
        As :func:`max_pool3d` or :func:`adaptive_max_pool3d` returned them.
    input_size : tuple of int, (N, C, T, H, W) or (C, T, H, W)
        Shape of what was pooled.

    Returns
    -------
    ndarray, of shape `input_size`
        New array of the gradient's dtype.

    Examples
    --------
    >>> max_pool3d_input([[[[10]]]], [[[[3]]]], (1, 1, 2, 2))
    array([[[[ 0,  0],
             [ 0, 10]]]])
    """
    return _max_pool_input(3, grad_output, indices, input_size)


def max_unpool1d_input(grad_output: ArrayLike, indices: ArrayLike) -> Array:
    r"""Read the gradient of a 1-D max unpooling where each value was put.

    :func:`max_unpool2d_input` along one axis; formula, parameters, errors and source stand there.

    Parameters
    ----------
    grad_output : array_like, (N, C, W_out) or (C, W_out)
        Gradient with respect to the unpooled values.
    indices : array_like of int64, (N, C, W) or (C, W)
        As they were given to :func:`max_unpool1d`.

    Returns
    -------
    ndarray, of the shape of `indices`
        New array of the gradient's dtype.

    Examples
    --------
    >>> max_unpool1d_input([[0, 10, 20, 30, 40, 50]], [[1, 2, 5]])
    array([[10, 20, 50]])
    """
    return _max_unpool_input(1, grad_output, indices)


def max_unpool2d_input(grad_output: ArrayLike, indices: ArrayLike) -> Array:
    r"""Read the gradient of a max unpooling of images where each value was put.

    .. math::

        \frac{\partial L}{\partial x[n, c, i]} = \frac{\partial L}{\partial y[n, c, t_1, t_2]}
        \quad \text{where } t_1 W_{out} + t_2 = \mathit{indices}[n, c, i]

    Putting at an index and reading at it are transposes of each other. Where several values were
    put in one place each reads the gradient, as in torch, though only one of them is seen.

    Parameters
    ----------
    grad_output : array_like, (N, C, H_out, W_out) or (C, H_out, W_out)
        Gradient with respect to the unpooled values. Integer or floating; never modified.
    indices : array_like of int64, (N, C, H, W) or (C, H, W)
        As they were given to :func:`max_unpool2d`.

    Returns
    -------
    ndarray, of the shape of `indices`
        New C-contiguous array of the gradient's dtype.

    Raises
    ------
    ValueError
        When shapes do not fit together or an index is out of range.
    TypeError
        When the gradient is not real and numeric or the indices are not int64.

    References
    ----------
    The gradient of ``torch.nn.functional.max_unpool2d``; M. D. Zeiler and R. Fergus, 2014, as in
    :func:`max_unpool2d`.

    Examples
    --------
    >>> gradient = np.arange(8).reshape(1, 2, 4)
    >>> max_unpool2d_input(gradient, [[[4, 7]]])
    array([[[4, 7]]])
    """
    return _max_unpool_input(2, grad_output, indices)


def max_unpool3d_input(grad_output: ArrayLike, indices: ArrayLike) -> Array:
    r"""Read the gradient of a max unpooling of volumes where each value was put.

    :func:`max_unpool2d_input` along three axes; formula, parameters, errors and source stand there.

    Parameters
    ----------
    grad_output : array_like, (N, C, T_out, H_out, W_out) or (C, T_out, H_out, W_out)
        Gradient with respect to the unpooled values.
    indices : array_like of int64, (N, C, T, H, W) or (C, T, H, W)
        As they were given to :func:`max_unpool3d`.

    Returns
    -------
    ndarray, of the shape of `indices`
        New array of the gradient's dtype.

    Examples
    --------
    >>> gradient = np.arange(4).reshape(1, 1, 2, 2)
    >>> max_unpool3d_input(gradient, [[[[3]]]])
    array([[[[3]]]])
    """
    return _max_unpool_input(3, grad_output, indices)


@silently
def _max_pool(
    axes: int,
    input: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None,
    padding: PerAxis,
    dilation: PerAxis,
    ceil_mode: bool,
    return_indices: bool,
) -> Array | Winners:
    """Check every argument, find the winner of each window."""
    x = real(input, "input")
    check_rank(x, axes, "input", f"max_pool{axes}d")
    check_not_empty(x.shape, axes + 1, "input has shape")
    window = Geometry.of_pooling(x.shape[-axes:], kernel_size, stride, padding, dilation, ceil_mode)
    return pooled(x, window_runs(window), flag(return_indices, "return_indices"))


@silently
def _adaptive_max_pool(
    axes: int, input: ArrayLike, output_size: BinsPerAxis, return_indices: bool
) -> Array | Winners:
    """Check every argument, find the winner of each bin."""
    x = real(input, "input")
    check_rank(x, axes, "input", f"adaptive_max_pool{axes}d")
    check_not_empty(x.shape, x.ndim - 1, "input has shape")
    size = x.shape[-axes:]
    runs = bin_runs(size, adaptive_size(output_size, size))
    return pooled(x, runs, flag(return_indices, "return_indices"))


@silently
def _max_unpool(
    axes: int,
    input: ArrayLike,
    indices: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None,
    padding: PerAxis,
    output_size: Shape | None,
) -> Array:
    """Check every argument, put the values into planes of zeros."""
    x = real(input, "input")
    check_rank(x, axes, "input", f"max_unpool{axes}d")
    check_not_empty(x.shape, x.ndim - 1, "input has shape")
    size = unpooled_size(x.shape[-axes:], kernel_size, stride, padding, output_size)
    index = int64(indices)
    check_same_shape(index, x, "input")
    shape = (*x.shape[:-axes], *size)
    if 0 in size:  # as torch, where there is no place to point at
        return np.zeros(shape, x.dtype)
    check_range(index, size)
    check_memory(shape, x.dtype)
    y = np.zeros(shape, x.dtype)
    np.put_along_axis(planes(y, axes), planes(index, axes), planes(x, axes), axis=1)
    return y


@silently
def _max_pool_input(
    axes: int, grad_output: ArrayLike, indices: ArrayLike, input_size: Shape
) -> Array:
    """Check every argument, add the gradients to planes of zeros.

    Half precision is added up in single precision.
    """
    gradient = real(grad_output, "grad_output")
    check_rank(gradient, axes, "grad_output", f"max_pool{axes}d_input")
    shape = input_shape(input_size, gradient, axes)
    index = int64(indices)
    check_range(index, shape[-axes:])
    check_same_shape(index, gradient, "grad_output")
    check_memory(shape, summing_dtype(gradient))
    x = np.zeros(shape, summing_dtype(gradient))
    flat_x = planes(x, axes)
    first = np.arange(len(flat_x))[:, None] * flat_x.shape[1]  # where each plane starts
    # Flat indices: np.add.at is several times slower with one index per axis.
    np.add.at(x.reshape(-1), (first + planes(index, axes)).ravel(), gradient.ravel())
    return x.astype(gradient.dtype, copy=False)


@silently
def _max_unpool_input(axes: int, grad_output: ArrayLike, indices: ArrayLike) -> Array:
    """Check both arguments, read at the indices."""
    gradient = real(grad_output, "grad_output")
    check_rank(gradient, axes, "grad_output", f"max_unpool{axes}d_input")
    index = int64(indices)
    if index.ndim != gradient.ndim or index.shape[:-axes] != gradient.shape[:-axes]:
        raise ValueError(
            f"indices has shape {index.shape}; for grad_output of shape {gradient.shape} it needs "
            f"{gradient.ndim} axes that begin with {gradient.shape[:-axes]}"
        )
    check_range(index, gradient.shape[-axes:])
    x = np.take_along_axis(planes(gradient, axes), planes(index, axes), axis=1)
    return x.reshape(index.shape)


def pooled(x: Array, runs: Sequence[Runs], with_indices: bool) -> Array | Winners:
    """Find for every output the value that wins and, if wanted, its index in its plane."""
    shape = (*x.shape[: -len(runs)], *(run.outputs for run in runs))
    dtypes = [x.dtype, np.dtype(np.int64)][: 1 + with_indices]
    for dtype in dtypes:
        check_memory(shape, dtype)
    boxes = parts(runs, x.size)
    if len(boxes) == 1:
        best = search(x, runs, dtypes)
    else:
        best = [np.empty(shape, dtype) for dtype in dtypes]
        for box in boxes:
            found = search(x, [run.part(some) for run, some in zip(runs, box, strict=True)], dtypes)
            for whole, part in zip(best, found, strict=True):
                whole[..., *box] = part
    return (best[0], best[1]) if with_indices else best[0]


def search(x: Array, runs: Sequence[Runs], dtypes: Sequence[np.dtype[Any]]) -> list[Array]:
    """Find the winners' values and, if there are two dtypes, their indices.

    The largest value of a box is the largest among its rows' largest, so that axes can be reduced
    one by one, the last first: then ties are decided in scan order.
    """
    axes, with_indices = len(runs), len(dtypes) > 1
    best, steps = [x], [math.prod(run.places for run in runs[axis + 1 :]) for axis in range(axes)]
    for axis in reversed(range(axes)):
        if with_indices:  # the index grows by one term per axis
            term = steps[axis] * np.arange(runs[axis].places)
            best.append(np.broadcast_to(term.reshape(-1, *(1,) * (axes - 1 - axis)), best[0].shape))
        best = along(axis - axes, best, runs[axis], winners, dtypes)
    if with_indices:
        point_beyond(best[1], runs, steps)
    return best


def winners(arrays: list[Array], first: Array, count: Array, step: int) -> list[Array]:
    """Find what wins each run: its value and, if asked for, its index, the sum of the terms."""
    values, *terms = arrays
    table = arrays[:2] if len(arrays) < 3 else [values, terms[0] + terms[1]]
    if count.min() > 0 and count.max() <= FEW:
        return one_by_one(table, first, count, step)
    best = [np.full((len(values), len(first), values.shape[2]), lowest(values.dtype))]
    best += [np.zeros(best[0].shape, np.int64) for _ in table[1:]]
    for length in doublings(count):
        if length > 1:  # from each place on, what wins among `length` places
            gap = step * (length // 2)
            table = later_wins([t[:, :-gap] for t in table], [t[:, gap:] for t in table])
        at = np.flatnonzero((count >= length) & (count < 2 * length))
        ends = first[at], first[at] + step * (count[at] - length)  # two such runs, overlapping
        found = later_wins(*([t.take(end, 1) for t in table] for end in ends))
        for result, part in zip(best, found, strict=True):
            result[:, at] = part
    return best


def one_by_one(table: list[Array], first: Array, count: Array, step: int) -> list[Array]:
    """Compare the places of each run in turn; a shorter run repeats its last."""
    best = [t.take(first, 1) for t in table]
    for j in range(1, int(count.max())):
        place = first + step * np.minimum(j, count - 1)
        best = later_wins(best, [t.take(place, 1) for t in table])
    return best


def later_wins(earlier: list[Array], later: list[Array]) -> list[Array]:
    """Keep the winner of two values, and what goes with it.

    As in torch a later value replaces an earlier one when it is larger, so the first of equals
    stays, or NaN, so the last NaN stays.
    """
    wins = (later[0] > earlier[0]) | np.isnan(later[0])
    return [np.where(wins, b, a) for a, b in zip(earlier, later, strict=True)]


def lowest(dtype: np.dtype[Any]) -> Any:
    """Return what cannot win: minus infinity, or the lowest integer."""
    return np.array(-np.inf if dtype.kind == "f" else np.iinfo(dtype).min, dtype)


def point_beyond(index: Array, runs: Sequence[Runs], steps: Sequence[int]) -> None:
    """Let the index of a window that reads padding only point where its first tap would stand."""
    counts = [run.counts() for run in runs]
    if all(count.all() for count in counts):
        return
    nothing = reduce(np.minimum, np.ix_(*counts)) == 0
    first = np.ix_(*(run.of(np.arange(run.outputs))[0] for run in runs))
    tap = sum(step * each for step, each in zip(steps, first, strict=True))
    np.copyto(index, tap, where=nothing)


def unpooled_size(
    size: Sizes,
    kernel_size: PerAxis,
    stride: PerAxis | None,
    padding: PerAxis,
    output_size: Shape | None,
) -> tuple[int, ...]:
    """Return the size that unpooling gives, or check the one that is wanted."""
    axes = len(size)
    kernel_size = entry_per_axis(kernel_size, axes, "kernel_size", minimum=1)
    stride = kernel_size if stride is None else entry_per_axis(stride, axes, "stride", minimum=1)
    padding = entry_per_axis(padding, axes, "padding", minimum=0)
    default = tuple(
        (n - 1) * s - 2 * p + k
        for n, k, s, p in zip(size, kernel_size, stride, padding, strict=True)
    )
    slack = (0,) * axes if output_size is None else tuple(s - 1 for s in stride)
    if any(usual + more < 0 for usual, more in zip(default, slack, strict=True)):
        raise ValueError(
            f"padding is {padding}; it leaves a size of {default}, none of which may be negative"
        )
    return default if output_size is None else wanted_size(output_size, default, slack)


def wanted_size(output_size: Shape, default: Sizes, slack: Sizes) -> tuple[int, ...]:
    """Return the spatial part of `output_size`, which may differ by so much from the default."""
    axes = len(default)
    given = sizes_of(output_size)
    if not isinstance(given, tuple | list) or len(given) not in (axes, axes + 2):
        raise ValueError(
            f"output_size is {shown(output_size)}; it must be None or a tuple of {axes} sizes, "
            f"or of {axes + 2} with N and C"
        )
    sizes = tuple(integer(m, "output_size", minimum=0) for m in given[-axes:])
    for axis, (m, usual, more) in enumerate(zip(sizes, default, slack, strict=True)):
        if abs(m - usual) > more:
            raise ValueError(
                f"output_size is {m} on spatial axis {axis}; there it must be "
                f"{max(usual - more, 0)} to {usual + more}"
            )
    return sizes


def int64(indices: ArrayLike) -> Array:
    """Return `indices` as an array if they are int64, as torch wants them."""
    index = numeric(indices, "indices", kinds="i", wanted="int64")
    if index.dtype != np.int64:
        raise TypeError(f"indices has dtype {index.dtype}; it must be int64")
    return index


def check_range(index: Array, size: Sizes) -> None:
    """Check that every index lies in a plane of this size."""
    limit = math.prod(size)
    outside = index[(index < 0) | (index >= limit)]
    if outside.size:
        allowed = f"at least 0 and below {limit}" if limit else "empty, for there is no place"
        raise ValueError(
            f"indices holds {outside[0]}; in a plane of size {tuple(size)} it must be {allowed}"
        )


def check_same_shape(index: Array, other: Array, name: str) -> None:
    """Check that there is one index for every value of the other argument."""
    if index.shape != other.shape:
        raise ValueError(f"indices has shape {index.shape}; it must be {name}'s, {other.shape}")


def real(value: ArrayLike, name: str) -> Array:
    """Return `value` as an array of numbers that have an order."""
    return numeric(value, name, kinds="iuf", wanted="integer or floating")


def planes(a: Array, axes: int) -> Array:
    r"""Flatten an array (..., \*S) to one row per plane.

    The rows lie in memory in scan order, because NumPy's indexing follows the memory.
    """
    return np.ascontiguousarray(a).reshape(math.prod(a.shape[:-axes]), math.prod(a.shape[-axes:]))
