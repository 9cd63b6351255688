"""Max pooling, the places of its winners, and what is done with them: gradients and unpooling.

Every pooling here is the same search; only the positions that compete for an output differ.

    max_pool, adaptive_max_pool    positions per output  ->  winners: values and indices
    max_pool_input                 add each gradient at its index
    max_unpool                     put each value at its index
    max_unpool_input               read at each index

An index counts the positions of one plane (n, c) in scan order, without its padding.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import (
    Array,
    PerAxis,
    Sizes,
    check_not_empty,
    check_rank,
    entry_per_axis,
    flag,
    input_shape,
    integer,
    numeric,
    silently,
    summing_dtype,
)
from ..geometry import Geometry, adaptive_bins, adaptive_size


def max_pool1d(
    input: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Array | tuple[Array, Array]:
    r"""Keep the largest value in each window of a 1-D signal.

    .. math:: y[n, c, i] = \max_{0 \le j < k} x[n, c,\, s\,i + d\,j]

    where :math:`x` is the input padded with minus infinity, so that padding never wins, and
    :math:`s`, :math:`d` are stride and dilation. Of equal values the first
    wins; NaN wins over every number, and of several NaNs the last.

    Parameters
    ----------
    input : array_like, (N, C, W) or (C, W)
        Signal, batched or not. Integer or floating; never modified.
    kernel_size : int or tuple of int
        Samples that a window reads.
    stride : int or tuple of int, optional
        Step between windows, in samples. By default the kernel size: windows side by side.
    padding : int or tuple of int
        Samples added on each side, at most half of `kernel_size`.
    dilation : int or tuple of int
        Distance between neighbouring samples of a window; 1 is a dense window.
    ceil_mode : bool
        Keep a last window that sticks out at the far end, unless it would start in the padding
        there.
    return_indices : bool
        Also return where each value was found. ``torch.nn.MaxPool1d`` takes these two flags in
        the other order: name them.

    Returns
    -------
    ndarray, (N, C, W_out) or (C, W_out)
        New C-contiguous array of the input's dtype, with
        ``W_out = output_size(W, kernel_size, stride, padding, dilation)`` with the stride as
        defaulted, rounded up instead of down with `ceil_mode`.
    ndarray of int64, of the same shape
        Only with `return_indices`: the position of each value in its row of `input`. A wide
        dilation can make a window read padding only. Its value is minus infinity (of integers
        the lowest), its index, as in torch, the position of its first tap that is not negative,
        which lies beyond the input.

    Raises
    ------
    ValueError
        When the kernel does not fit, a number is out of range, or an axis other than the batch
        is empty.
    TypeError
        When the input is not real and numeric, a size is not an integer, or a flag not a bool.

    References
    ----------
    ``torch.nn.functional.max_pool1d``; D. Scherer, A. Müller and S. Behnke, "Evaluation of
    pooling operations in convolutional architectures for object recognition", 2010.

    Examples
    --------
    >>> max_pool1d([[1, 5, 2, 2, 0, 4]], 2, return_indices=True)
    (array([[5, 2, 4]]), array([[1, 2, 5]]))
    """
    return _max_pool(1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(
    input: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Array | tuple[Array, Array]:
    r"""Keep the largest value in each window of an image.

    .. math::

        y[n, c, i_1, i_2] = \max_{j_1, j_2}
            x[n, c,\, s_1 i_1 + d_1 j_1,\, s_2 i_2 + d_2 j_2]

    with padding, ties and NaN as in :func:`max_pool1d`; the first and the last are meant row
    by row.

    Parameters
    ----------
    input : array_like, (N, C, H, W) or (C, H, W)
        Images, batched or not. Integer or floating; never modified.
    kernel_size : int or tuple of int
        Pixels that a window reads, per axis.
    stride : int or tuple of int, optional
        Step between windows per axis, in pixels; by default the kernel size.
    padding : int or tuple of int
        Pixels added on each side, per axis; at most half of `kernel_size`.
    dilation : int or tuple of int
        Distance between neighbouring pixels of a window, per axis.
    ceil_mode, return_indices : bool
        As in :func:`max_pool1d`.

    Returns
    -------
    ndarray, (N, C, H_out, W_out) or (C, H_out, W_out)
        New C-contiguous array of the input's dtype.
    ndarray of int64, of the same shape
        Only with `return_indices`: row times :math:`W` plus column of each value in `input`.

    Raises
    ------
    ValueError, TypeError
        As :func:`max_pool1d`.

    References
    ----------
    ``torch.nn.functional.max_pool2d``; Scherer, Müller and Behnke, 2010, as in
    :func:`max_pool1d`.

    Examples
    --------
    >>> image = [[[1, 2, 0, 0], [3, 0, 0, 5]]]
    >>> max_pool2d(image, 2, return_indices=True)
    (array([[[3, 5]]]), array([[[4, 7]]]))
    """
    return _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool3d(
    input: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Array | tuple[Array, Array]:
    r"""Keep the largest value in each window of a volume (or video).

    .. math:: y[n, c, i] = \max_j x[n, c,\, s\,i + d\,j]

    where :math:`i` and :math:`j` have three components; padding, ties and NaN are as
    in :func:`max_pool1d`.

    Parameters
    ----------
    input : array_like, (N, C, T, H, W) or (C, T, H, W)
        Volumes, batched or not. Integer or floating; never modified.
    kernel_size : int or tuple of int
        Voxels that a window reads, per axis.
    stride : int or tuple of int, optional
        Step between windows per axis, in voxels; by default the kernel size.
    padding : int or tuple of int
        Voxels added on each side, per axis; at most half of `kernel_size`.
    dilation : int or tuple of int
        Distance between neighbouring voxels of a window, per axis.
    ceil_mode, return_indices : bool
        As in :func:`max_pool1d`.

    Returns
    -------
    ndarray, (N, C, T_out, H_out, W_out) or (C, T_out, H_out, W_out)
        New C-contiguous array of the input's dtype.
    ndarray of int64, of the same shape
        Only with `return_indices`: where each value stands in its flattened volume.

    Raises
    ------
    ValueError, TypeError
        As :func:`max_pool1d`.

    References
    ----------
    ``torch.nn.functional.max_pool3d``; Scherer, Müller and Behnke, 2010, as in
    :func:`max_pool1d`.

    Examples
    --------
    >>> video = np.arange(8).reshape(1, 2, 2, 2)
    >>> max_pool3d(video, (1, 2, 2))
    array([[[[3]],
    <BLANKLINE>
            [[7]]]])
    """
    return _max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def adaptive_max_pool1d(
    input: ArrayLike, output_size: PerAxis, return_indices: bool = False
) -> Array | tuple[Array, Array]:
    r"""Divide a 1-D signal into bins, as even as can be, and keep the largest value of each.

    .. math::

        y[n, c, i] &= \max_{t \in B_i} x[n, c, t] \\
        B_i &= \left\{ t : \left\lfloor \frac{i\,W}{m} \right\rfloor \le t
               < \left\lceil \frac{(i + 1)\,W}{m} \right\rceil \right\}

    for :math:`W` samples and :math:`m` bins. Where :math:`m` does not divide :math:`W`,
    neighbouring bins share a sample. Ties and NaN are as in :func:`max_pool1d`.

    Parameters
    ----------
    input : array_like, (N, C, W) or (C, W)
        Signal, batched or not. Integer or floating; never modified.
    output_size : int or tuple of int
        Number :math:`m` of bins. It may exceed :math:`W`, and be 0.
    return_indices : bool
        Also return where each value was found.

    Returns
    -------
    ndarray, (N, C, m) or (C, m)
        New C-contiguous array of the input's dtype.
    ndarray of int64, of the same shape
        Only with `return_indices`: the position of each value in its row of `input`.

    Raises
    ------
    ValueError
        When the output size is negative or has the wrong length, or an axis of the input is
        empty.
    TypeError
        When the input is not real and numeric, a size is not an integer, or the flag not a bool.

    References
    ----------
    ``torch.nn.functional.adaptive_max_pool1d``; K. He, X. Zhang, S. Ren and J. Sun, "Spatial
    pyramid pooling in deep convolutional networks for visual recognition", 2014, appendix A.

    Examples
    --------
    The bins hold samples 0-1, 1-3 and 3-4.

    >>> adaptive_max_pool1d([[1, 5, 2, 4, 3]], 3)
    array([[5, 5, 4]])
    """
    return _adaptive_max_pool(1, input, output_size, return_indices)


def adaptive_max_pool2d(
    input: ArrayLike, output_size: PerAxis | Sequence[int | None], return_indices: bool = False
) -> Array | tuple[Array, Array]:
    r"""Divide an image into a grid of bins and keep the largest value of each.

    .. math::

        y[n, c, i_1, i_2] = \max_{t_1 \in B_{i_1}} \; \max_{t_2 \in B_{i_2}} x[n, c, t_1, t_2]

    with the bins :math:`B` of each axis as in :func:`adaptive_max_pool1d`.

    Parameters
    ----------
    input : array_like, (N, C, H, W) or (C, H, W)
        Images, batched or not. Integer or floating; never modified.
    output_size : int or tuple of int or None
        Number of bins, per axis; None stands for the input's size in a tuple, one bin a pixel.
    return_indices : bool
        Also return where each value was found.

    Returns
    -------
    ndarray, (N, C, H_out, W_out) or (C, H_out, W_out)
        New C-contiguous array of the input's dtype.
    ndarray of int64, of the same shape
        Only with `return_indices`: row times :math:`W` plus column of each value in `input`.

    Raises
    ------
    ValueError, TypeError
        As :func:`adaptive_max_pool1d`.

    References
    ----------
    ``torch.nn.functional.adaptive_max_pool2d``; He, Zhang, Ren and Sun, 2014, as in
    :func:`adaptive_max_pool1d`.

    Examples
    --------
    >>> image = np.arange(12).reshape(1, 3, 4)
    >>> adaptive_max_pool2d(image, (1, 2), return_indices=True)
    (array([[[ 9, 11]]]), array([[[ 9, 11]]]))
    """
    return _adaptive_max_pool(2, input, output_size, return_indices)


def adaptive_max_pool3d(
    input: ArrayLike, output_size: PerAxis | Sequence[int | None], return_indices: bool = False
) -> Array | tuple[Array, Array]:
    r"""Divide a volume (or video) into a grid of bins and keep the largest value of each.

    .. math::

        y[n, c, i] = \max_{t \in B_i} x[n, c, t]

    where :math:`i` and :math:`t` have three components and the bin :math:`B_i` is a box, along each
    axis a bin of :func:`adaptive_max_pool1d`.

    Parameters
    ----------
    input : array_like, (N, C, T, H, W) or (C, T, H, W)
        Volumes, batched or not. Integer or floating; never modified.
    output_size : int or tuple of int or None
        Number of bins, per axis; None in a tuple stands for the input's size.
    return_indices : bool
        Also return where each value was found.

    Returns
    -------
    ndarray, (N, C, T_out, H_out, W_out) or (C, T_out, H_out, W_out)
        New C-contiguous array of the input's dtype.
    ndarray of int64, of the same shape
        Only with `return_indices`: where each value stands in its flattened volume.

    Raises
    ------
    ValueError, TypeError
        As :func:`adaptive_max_pool1d`.

    References
    ----------
    ``torch.nn.functional.adaptive_max_pool3d``; He, Zhang, Ren and Sun, 2014, as in
    :func:`adaptive_max_pool1d`.

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
    output_size: Sizes | None = None,
) -> Array:
    r"""Put the values that max pooling kept back where it found them, zeros elsewhere.

    .. math::

        y[n, c, t] = \begin{cases} x[n, c, i] & \text{where } t = \mathit{indices}[n, c, i] \\
                                   0 & \text{where no index points} \end{cases}

    Of several values with one index the last stays; torch leaves open which.

    Parameters
    ----------
    input : array_like, (N, C, W) or (C, W)
        What is put back, often the result of :func:`max_pool1d`. Integer or floating; never
        modified.
    indices : array_like of int64, of the same shape
        Position of each value in its row of the result.
    kernel_size : int or tuple of int
        Of the pooling that is undone. Like `stride` and `padding` it only tells the size of the
        result; a tuple needs one entry per axis.
    stride : int or tuple of int, optional
        By default the kernel size.
    padding : int or tuple of int
        Samples that the pooling added on each side.
    output_size : tuple of int, optional
        Size of the result, (W_out,) or (N, C, W_out), where :math:`N` and :math:`C` are not looked
        at: pooling rounds, so that several sizes lead to one. It may differ from the default by
        less than `stride`.

    Returns
    -------
    ndarray, (N, C, W_out) or (C, W_out)
        New C-contiguous array of the input's dtype; by default
        ``W_out = (W - 1) * stride - 2 * padding + kernel_size``.

    Raises
    ------
    ValueError
        When shapes differ, an index is out of range, an axis other than the first is empty, or
        the output size is impossible.
    TypeError
        When the input is not real and numeric, the indices are not int64, or a size is not an
        integer.

    References
    ----------
    ``torch.nn.functional.max_unpool1d``; M. D. Zeiler and R. Fergus, "Visualizing and
    understanding convolutional networks", 2014, section 2.1.

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
    output_size: Sizes | None = None,
) -> Array:
    r"""Put the values that max pooling kept back into an image, zeros elsewhere.

    .. math::

        y[n, c, t_1, t_2] = \begin{cases}
            x[n, c, i] & \text{where } t_1 W_{out} + t_2 = \mathit{indices}[n, c, i] \\
            0 & \text{where no index points} \end{cases}

    Parameters
    ----------
    input : array_like, (N, C, H, W) or (C, H, W)
        What is put back. Integer or floating; never modified.
    indices : array_like of int64, of the same shape
        Row times :math:`W_{out}` plus column of each value in the result.
    kernel_size, stride, padding : int or tuple of int
        Of the pooling that is undone, as in :func:`max_unpool1d`.
    output_size : tuple of int, optional
        (H_out, W_out) or (N, C, H_out, W_out), as in :func:`max_unpool1d`.

    Returns
    -------
    ndarray, (N, C, H_out, W_out) or (C, H_out, W_out)
        New C-contiguous array of the input's dtype.

    Raises
    ------
    ValueError, TypeError
        As :func:`max_unpool1d`.

    References
    ----------
    ``torch.nn.functional.max_unpool2d``; Zeiler and Fergus, 2014, as in :func:`max_unpool1d`.

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
    output_size: Sizes | None = None,
) -> Array:
    r"""Put the values that max pooling kept back into a volume (or video), zeros elsewhere.

    .. math::

        y[n, c, t] = \begin{cases}
            x[n, c, i] & \text{where } (t_1 H_{out} + t_2)\, W_{out} + t_3
                         = \mathit{indices}[n, c, i] \\
            0 & \text{where no index points} \end{cases}

    Parameters
    ----------
    input : array_like, (N, C, T, H, W) or (C, T, H, W)
        What is put back. Integer or floating; never modified.
    indices : array_like of int64, of the same shape
        Where each value stands in its flattened volume of the result.
    kernel_size, stride, padding : int or tuple of int
        Of the pooling that is undone, as in :func:`max_unpool1d`.
    output_size : tuple of int, optional
        (T_out, H_out, W_out) or (N, C, T_out, H_out, W_out), as in :func:`max_unpool1d`.

    Returns
    -------
    ndarray, (N, C, T_out, H_out, W_out) or (C, T_out, H_out, W_out)
        New C-contiguous array of the input's dtype.

    Raises
    ------
    ValueError, TypeError
        As :func:`max_unpool1d`.

    References
    ----------
    ``torch.nn.functional.max_unpool3d``; Zeiler and Fergus, 2014, as in :func:`max_unpool1d`.

    Examples
    --------
    >>> max_unpool3d([[[[9]]]], [[[[3]]]], (1, 2, 2))
    array([[[[0, 0],
             [0, 9]]]])
    """
    return _max_unpool(3, input, indices, kernel_size, stride, padding, output_size)


def max_pool1d_input(grad_output: ArrayLike, indices: ArrayLike, input_size: Sizes) -> Array:
    r"""Route gradients of a 1-D max pooling back to the samples that won.

    .. math::

        \frac{\partial L}{\partial x[n, c, t]} =
            \sum_{i:\; \mathit{indices}[n, c, i] = t} \frac{\partial L}{\partial y[n, c, i]}

    One sample per window receives a gradient, at ties too; a sample that won several windows
    receives their sum. It serves :func:`max_pool1d` and :func:`adaptive_max_pool1d`.

    Parameters
    ----------
    grad_output : array_like, (N, C, W_out) or (C, W_out)
        Gradient with respect to the pooled values. Integer or floating; never modified.
    indices : array_like of int64, of the same shape
        As the pooling returned them.
    input_size : tuple of int, (N, C, W) or (C, W)
        Shape of what was pooled.

    Returns
    -------
    ndarray, of shape `input_size`
        New C-contiguous array of the gradient's dtype. Integer sums are taken in that dtype,
        modulo its range.

    Raises
    ------
    ValueError
        When shapes do not fit together or an index is out of range.
    TypeError
        When the gradient is not real and numeric, the indices are not int64, or a size is not
        an integer.

    References
    ----------
    The gradient of ``torch.nn.functional.max_pool1d``; Scherer, Müller and Behnke, 2010, as in
    :func:`max_pool1d`.

    Examples
    --------
    >>> max_pool1d_input([[10, 20, 30]], [[1, 1, 3]], (1, 5))
    array([[ 0, 30,  0, 30,  0]])
    """
    return _max_pool_input(1, grad_output, indices, input_size)


def max_pool2d_input(grad_output: ArrayLike, indices: ArrayLike, input_size: Sizes) -> Array:
    r"""Route gradients of a max pooling back to the pixels that won.

    .. math::

        \frac{\partial L}{\partial x[n, c, t_1, t_2]} =
            \sum_{i:\; \mathit{indices}[n, c, i] = t_1 W + t_2}
            \frac{\partial L}{\partial y[n, c, i]}

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
        As :func:`max_pool1d_input`.

    Raises
    ------
    ValueError, TypeError
        As :func:`max_pool1d_input`.

    References
    ----------
    The gradient of ``torch.nn.functional.max_pool2d``; Scherer, Müller and Behnke, 2010, as in
    :func:`max_pool1d`.

    Examples
    --------
    >>> max_pool2d_input([[[10, 20]]], [[[4, 7]]], (1, 2, 4))
    array([[[ 0,  0,  0,  0],
            [10,  0,  0, 20]]])
    """
    return _max_pool_input(2, grad_output, indices, input_size)


def max_pool3d_input(grad_output: ArrayLike, indices: ArrayLike, input_size: Sizes) -> Array:
    r"""Route gradients of a max pooling back to the voxels that won.

    .. math::

        \frac{\partial L}{\partial x[n, c, t]} =
            \sum_{i:\; \mathit{indices}[n, c, i] = (t_1 H + t_2)\, W + t_3}
            \frac{\partial L}{\partial y[n, c, i]}

    Parameters
    ----------
    grad_output : array_like, (N, C, T_out, H_out, W_out) or (C, T_out, H_out, W_out)
        Gradient with respect to the pooled values. Integer or floating; never modified.
    indices : array_like of int64, of the same shape
        As :func:`max_pool3d` or :func:`adaptive_max_pool3d` returned them.
    input_size : tuple of int, (N, C, T, H, W) or (C, T, H, W)
        Shape of what was pooled.

    Returns
    -------
    ndarray, of shape `input_size`
        As :func:`max_pool1d_input`.

    Raises
    ------
    ValueError, TypeError
        As :func:`max_pool1d_input`.

    References
    ----------
    The gradient of ``torch.nn.functional.max_pool3d``; Scherer, Müller and Behnke, 2010, as in
    :func:`max_pool1d`.

    Examples
    --------
    >>> max_pool3d_input([[[[10]]]], [[[[3]]]], (1, 1, 2, 2))
    array([[[[ 0,  0],
             [ 0, 10]]]])
    """
    return _max_pool_input(3, grad_output, indices, input_size)


def max_unpool1d_input(grad_output: ArrayLike, indices: ArrayLike) -> Array:
    r"""Read the gradient of a 1-D max unpooling where each value was put.

    .. math::

        \frac{\partial L}{\partial x[n, c, i]} =
            \frac{\partial L}{\partial y[n, c, \mathit{indices}[n, c, i]]}

    Putting at an index and reading at it are transposes of each other. Where several values were
    put in one place each reads the gradient, as in torch, though only one of them is seen.

    Parameters
    ----------
    grad_output : array_like, (N, C, W_out) or (C, W_out)
        Gradient with respect to the unpooled values. Integer or floating; never modified.
    indices : array_like of int64, (N, C, W) or (C, W)
        As they were given to :func:`max_unpool1d`.

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
    The gradient of ``torch.nn.functional.max_unpool1d``; Zeiler and Fergus, 2014, as in
    :func:`max_unpool1d`.

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
    ValueError, TypeError
        As :func:`max_unpool1d_input`.

    References
    ----------
    The gradient of ``torch.nn.functional.max_unpool2d``; Zeiler and Fergus, 2014, as in
    :func:`max_unpool1d`.

    Examples
    --------
    >>> gradient = np.arange(8).reshape(1, 2, 4)
    >>> max_unpool2d_input(gradient, [[[4, 7]]])
    array([[[4, 7]]])
    """
    return _max_unpool_input(2, grad_output, indices)


def max_unpool3d_input(grad_output: ArrayLike, indices: ArrayLike) -> Array:
    r"""Read the gradient of a max unpooling of volumes where each value was put.

    .. math::

        \frac{\partial L}{\partial x[n, c, i]} = \frac{\partial L}{\partial y[n, c, t]}
        \quad \text{where } (t_1 H_{out} + t_2)\, W_{out} + t_3 = \mathit{indices}[n, c, i]

    Parameters
    ----------
    grad_output : array_like, (N, C, T_out, H_out, W_out) or (C, T_out, H_out, W_out)
        Gradient with respect to the unpooled values. Integer or floating; never modified.
    indices : array_like of int64, (N, C, T, H, W) or (C, T, H, W)
        As they were given to :func:`max_unpool3d`.

    Returns
    -------
    ndarray, of the shape of `indices`
        New C-contiguous array of the gradient's dtype.

    Raises
    ------
    ValueError, TypeError
        As :func:`max_unpool1d_input`.

    References
    ----------
    The gradient of ``torch.nn.functional.max_unpool3d``; Zeiler and Fergus, 2014, as in
    :func:`max_unpool1d`.

    Examples
    --------
    >>> gradient = np.arange(4).reshape(1, 1, 2, 2)
    >>> max_unpool3d_input(gradient, [[[[3]]]])
    array([[[[3]]]])
    """
    return _max_unpool_input(3, grad_output, indices)


def _max_pool(
    axes: int,
    input: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None,
    padding: PerAxis,
    dilation: PerAxis,
    ceil_mode: bool,
    return_indices: bool,
) -> Array | tuple[Array, Array]:
    """Check every argument, list what each window reads, find the winners."""
    x = real(input, "input")
    check_rank(x, axes, "input", f"max_pool{axes}d")
    check_not_empty(x.shape, axes + 1, "input has shape")
    geometry = Geometry.of_pooling(
        x.shape[-axes:], kernel_size, stride, padding, dilation, ceil_mode
    )
    with_indices = flag(return_indices, "return_indices")
    values, indices = winners(pad_far_end(x, geometry), window_positions(geometry), x.shape[-axes:])
    return (values, indices) if with_indices else values


def _adaptive_max_pool(
    axes: int,
    input: ArrayLike,
    output_size: PerAxis | Sequence[int | None],
    return_indices: bool,
) -> Array | tuple[Array, Array]:
    """Check every argument, list what each bin reads, find the winners."""
    x = real(input, "input")
    check_rank(x, axes, "input", f"adaptive_max_pool{axes}d")
    check_not_empty(x.shape, x.ndim - 1, "input has shape")
    size = x.shape[-axes:]
    sizes = adaptive_size(output_size, size)
    with_indices = flag(return_indices, "return_indices")
    positions = [bin_positions(n, m) for n, m in zip(size, sizes, strict=True)]
    values, indices = winners(x, positions, size)
    return (values, indices) if with_indices else values


def _max_unpool(
    axes: int,
    input: ArrayLike,
    indices: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None,
    padding: PerAxis,
    output_size: Sizes | None,
) -> Array:
    """Check every argument, put the values into planes of zeros."""
    x = real(input, "input")
    check_rank(x, axes, "input", f"max_unpool{axes}d")
    check_not_empty(x.shape, x.ndim - 1, "input has shape")
    size = unpooled_size(x.shape[-axes:], kernel_size, stride, padding, output_size)
    index = checked_indices(indices, size)
    check_same_shape(index, x, "input")
    y = np.zeros((*x.shape[:-axes], *size), x.dtype)
    np.put_along_axis(planes(y, axes), planes(index, axes), planes(x, axes), axis=1)
    return y


@silently
def _max_pool_input(
    axes: int, grad_output: ArrayLike, indices: ArrayLike, input_size: Sizes
) -> Array:
    """Check every argument, add the gradients to planes of zeros.

    Half precision is added up in single precision.
    """
    gradient = real(grad_output, "grad_output")
    check_rank(gradient, axes, "grad_output", f"max_pool{axes}d_input")
    shape = input_shape(input_size, gradient, axes)
    index = checked_indices(indices, shape[-axes:])
    check_same_shape(index, gradient, "grad_output")
    x = np.zeros(shape, summing_dtype(gradient))
    flat_x = planes(x, axes)
    first = np.arange(len(flat_x))[:, None] * flat_x.shape[1]  # where each plane starts
    # Flat indices: np.add.at is several times slower with one index per axis.
    np.add.at(x.reshape(-1), (first + planes(index, axes)).ravel(), gradient.ravel())
    return x.astype(gradient.dtype, copy=False)


def _max_unpool_input(axes: int, grad_output: ArrayLike, indices: ArrayLike) -> Array:
    """Check both arguments, read at the indices."""
    gradient = real(grad_output, "grad_output")
    check_rank(gradient, axes, "grad_output", f"max_unpool{axes}d_input")
    index = checked_indices(indices, gradient.shape[-axes:])
    if index.ndim != gradient.ndim or index.shape[:-axes] != gradient.shape[:-axes]:
        raise ValueError(
            f"indices has shape {index.shape}; for grad_output of shape {gradient.shape} it needs "
            f"{gradient.ndim} axes that begin with {gradient.shape[:-axes]}"
        )
    x = np.take_along_axis(planes(gradient, axes), planes(index, axes), axis=1)
    return x.reshape(index.shape)


def winners(x: Array, positions: Sequence[Array], size: Sizes) -> tuple[Array, Array]:
    """Find for every output the value that wins and its index in a plane of this size.

    `positions` lists per spatial axis which positions of x compete: (competitors, outputs). The
    largest value of a box is the largest among its rows' largest, so that axes can be reduced
    one by one, the last first: then ties are decided in scan order.
    """
    axes = len(size)
    steps = [math.prod(size[axis + 1 :]) for axis in range(axes)]
    index = np.tensordot(steps, np.indices(x.shape[-axes:]), axes=1).astype(np.int64, copy=False)
    x = np.ascontiguousarray(x)
    for axis in reversed(range(axes)):
        x, index = winners_along(axis - axes, x, index, positions[axis])
    return x, index


def winners_along(axis: int, x: Array, index: Array, positions: Array) -> tuple[Array, Array]:
    """Reduce one axis: per output compare the values at its positions, keep one and its index.

    As in torch a later value replaces an earlier one when it is larger, so the first of equals
    stays, or NaN, so the last NaN stays.
    """
    best = x.take(positions[0], axis)
    best_index = np.broadcast_to(index.take(positions[0], axis), best.shape).copy()
    for position in positions[1:]:
        value = x.take(position, axis)
        wins = (value > best) | np.isnan(value)
        np.copyto(best, value, where=wins)
        np.copyto(best_index, index.take(position, axis), where=wins)
    return best, best_index


def window_positions(geometry: Geometry) -> list[Array]:
    """List per axis what the windows read: (taps, outputs), counted from the first input value.

    A tap before the input reads the window's first position inside once more, which changes no
    winner. Padding there would win, as the first of equals, where all values are -inf, and its
    index would point outside. A tap beyond the input comes last and keeps its position: see
    `pad_far_end`.
    """
    positions = []
    for axis, outputs in enumerate(geometry.output_size):
        s, d, (before, _) = geometry.stride[axis], geometry.dilation[axis], geometry.padding[axis]
        start = s * np.arange(outputs) - before
        inside = np.where(start < 0, start % d, start)  # start % d is the first tap at 0 or later
        taps = d * np.arange(geometry.kernel_size[axis])
        positions.append(np.maximum(start + taps[:, None], inside))
    return positions


def pad_far_end(x: Array, geometry: Geometry) -> Array:
    """Pad the spatial axes behind their last value by what cannot win: -inf, or the lowest int."""
    far = [(0, after) for _, after in geometry.padding]
    if not np.any(far):
        return x
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    kept = [(0, 0)] * (x.ndim - len(far))
    return np.pad(x, (*kept, *far), constant_values=lowest)


def bin_positions(n: int, m: int) -> Array:
    """List what the m bins of n values read: (longest bin, m); a shorter bin repeats its last.

    >>> bin_positions(5, 3)
    array([[0, 1, 3],
           [1, 2, 4],
           [1, 3, 4]])
    """
    bins = adaptive_bins(n, m)
    longest = max((b.stop - b.start for b in bins), default=1)
    rows = [[min(b.start + j, b.stop - 1) for b in bins] for j in range(longest)]
    return np.array(rows, np.intp)


def unpooled_size(
    size: Sizes,
    kernel_size: PerAxis,
    stride: PerAxis | None,
    padding: PerAxis,
    output_size: Sizes | None,
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
    if output_size is not None:
        return wanted_size(output_size, default, stride)
    if min(default) < 0:
        raise ValueError(
            f"padding is {padding}; it leaves a size of {default}, none of which may be negative"
        )
    return default


def wanted_size(output_size: Sizes, default: Sizes, stride: Sizes) -> tuple[int, ...]:
    """Return the spatial part of `output_size`: less than a stride from the default."""
    axes = len(default)
    if not isinstance(output_size, tuple | list) or len(output_size) not in (axes, axes + 2):
        raise ValueError(
            f"output_size is {output_size!r}; it must be None or a tuple of {axes} sizes, "
            f"or of {axes + 2} with N and C"
        )
    sizes = tuple(integer(m, "output_size", minimum=0) for m in output_size[-axes:])
    for axis, (m, usual, s) in enumerate(zip(sizes, default, stride, strict=True)):
        if abs(m - usual) >= s:
            raise ValueError(
                f"output_size is {m} on spatial axis {axis}; there it must be "
                f"{max(usual - s + 1, 0)} to {usual + s - 1}"
            )
    return sizes


def checked_indices(indices: ArrayLike, size: Sizes) -> Array:
    """Return `indices` as an array if they are int64 and lie in a plane of this size."""
    index = numeric(indices, "indices", kinds="i", wanted="int64")
    if index.dtype != np.int64:
        raise TypeError(f"indices has dtype {index.dtype}; it must be int64")
    limit = math.prod(size)
    outside = index[(index < 0) | (index >= limit)]
    if outside.size:
        raise ValueError(
            f"indices holds {outside[0]}; in a plane of size {tuple(size)} it must be "
            f"at least 0 and below {limit}"
        )
    return index


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
