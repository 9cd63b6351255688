"""Average pooling: sum each window, divide by how many values count; and its transposes.

Summing windows is linear. Its transpose hands each window's share to every value in the window:
that is the gradient.
"""

from collections.abc import Iterable, Sequence
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import (
    Array,
    PerAxis,
    Sizes,
    check_gradient,
    check_not_empty,
    check_rank,
    flag,
    floating,
    input_shape,
    integer,
    numeric,
    silently,
    summing_dtype,
)
from ..geometry import Geometry, adaptive_size
def adaptive_bins(n,m): return [slice(i * n // m, -(-(i + 1) * n // m)) for i in range(m)]
from ..padding import pad
from ..patches import gather, scatter


def avg_pool1d(
    input: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Array:
    r"""Average each window of a 1-D signal, channel by channel.

    .. math:: y[n, c, i] = \frac{1}{|B_i|} \sum_{j=0}^{k-1} x[n, c,\, s\,i + j]

    where :math:`x` is the input padded with zeros, :math:`s` the stride, and :math:`|B_i|` the
    number of positions of window :math:`i` that count: all :math:`k`, but for `count_include_pad`
    and `ceil_mode`.

    Parameters
    ----------
    input : array_like, (N, C, W) or (C, W)
        Signal, batched or not. Integer or floating; never modified.
    kernel_size : int or tuple of int
        Length :math:`k` of the window, in samples.
    stride : int or tuple of int, optional
        Step from one window to the next; by default `kernel_size`, so that windows do not overlap.
    padding : int or tuple of int
        Zeros added on each side; at most half of `kernel_size`.
    ceil_mode : bool
        Keep a last window that sticks out at the far end, unless it starts beyond the input. Its
        part beyond the padding does not count.
    count_include_pad : bool
        Whether padding counts like input values. If not, a window at the border is the average
        of the input values in it.

    Returns
    -------
    ndarray, (N, C, W_out) or (C, W_out)
        New C-contiguous array of the input's dtype, with
        ``W_out = output_size(W, k, stride, padding)`` with the stride as defaulted, unless
        `ceil_mode` adds a window. Integers are summed in 64 bits, modulo their range; an average
        that is no integer is cut off towards zero, as torch does it for int64, the only integers
        that it averages.

    Raises
    ------
    ValueError
        When the window does not fit, a number is out of range, or an axis other than :math:`N` is
        empty.
    TypeError
        When `input` is not integer or floating, a size is not an integer, or a flag not a bool.

    References
    ----------
    ``torch.nn.functional.avg_pool1d``; Y. LeCun et al., "Handwritten digit recognition with a
    back-propagation network", 1989, whose layers H2 and H4 average.

    Examples
    --------
    >>> avg_pool1d([[1.0, 3.0, 5.0, 9.0, 4.0]], 2)
    array([[2., 7.]])
    >>> avg_pool1d([[1.0, 3.0, 5.0, 9.0, 4.0]], 2, ceil_mode=True)
    array([[2., 7., 4.]])
    """
    return _avg_pool(1, input, kernel_size, stride, padding, ceil_mode, count_include_pad)


def avg_pool2d(
    input: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    r"""Average each window of an image, channel by channel.

    .. math::

        y[n, c, i_1, i_2] = \frac{1}{|B_{i_1}|\,|B_{i_2}|}
            \sum_{j_1=0}^{k_1-1} \sum_{j_2=0}^{k_2-1} x[n, c,\, s_1 i_1 + j_1,\, s_2 i_2 + j_2]

    where :math:`x` is the input padded with zeros, :math:`s` the stride, and :math:`|B_{i_1}|` and
    :math:`|B_{i_2}|` count the window's rows and columns as :func:`avg_pool1d` counts samples.

    Parameters
    ----------
    input : array_like, (N, C, H, W) or (C, H, W)
        Images, batched or not. Integer or floating; never modified.
    kernel_size, stride, padding : int or tuple of int
        As in :func:`avg_pool1d`, per axis, in pixels.
    ceil_mode, count_include_pad : bool
        As in :func:`avg_pool1d`.
    divisor_override : int, optional
        What every sum is divided by, instead of the number of positions that count. Not 0;
        negative only where the dtype has negative numbers.

    Returns
    -------
    ndarray, (N, C, H_out, W_out) or (C, H_out, W_out)
        New C-contiguous array of the input's dtype, as in :func:`avg_pool1d`.

    Raises
    ------
    ValueError, TypeError
        As :func:`avg_pool1d`.

    References
    ----------
    ``torch.nn.functional.avg_pool2d``; Y. LeCun et al., "Handwritten digit recognition with a
    back-propagation network", 1989, whose layers H2 and H4 average.

    Examples
    --------
    Averages of 2x2 windows, and their sums.

    >>> image = np.arange(16.0).reshape(1, 4, 4)
    >>> avg_pool2d(image, 2)
    array([[[ 2.5,  4.5],
            [10.5, 12.5]]])
    >>> avg_pool2d(image, 2, divisor_override=1)
    array([[[10., 18.],
            [42., 50.]]])
    """
    return _avg_pool(
        2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )


def avg_pool3d(
    input: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    r"""Average each window of a volume (or video), channel by channel.

    .. math:: y[n, c, i] = \frac{1}{|B_i|} \sum_{j} x[n, c,\, s\,i + j]

    where :math:`i` and :math:`j` have three components, :math:`x` is the input padded with zeros,
    :math:`s` the stride, and :math:`|B_i|` the number of positions of the window that count, the
    product of the three along the axes, each as in :func:`avg_pool1d`.

    Parameters
    ----------
    input : array_like, (N, C, T, H, W) or (C, T, H, W)
        Volumes, batched or not. Integer or floating; never modified.
    kernel_size, stride, padding : int or tuple of int
        As in :func:`avg_pool1d`, per axis, in voxels. As in torch, a window in 3-D must fit into
        the input without its padding.
    ceil_mode, count_include_pad : bool
        As in :func:`avg_pool1d`.
    divisor_override : int, optional
        As in :func:`avg_pool2d`.

    Returns
    -------
    ndarray, (N, C, T_out, H_out, W_out) or (C, T_out, H_out, W_out)
        New C-contiguous array of the input's dtype, as in :func:`avg_pool1d`.

    Raises
    ------
    ValueError, TypeError
        As :func:`avg_pool1d`.

    References
    ----------
    ``torch.nn.functional.avg_pool3d``.

    Examples
    --------
    The average of two frames.

    >>> video = np.arange(8.0).reshape(1, 2, 2, 2)
    >>> avg_pool3d(video, (2, 1, 1))
    array([[[[2., 3.],
             [4., 5.]]]])
    """
    return _avg_pool(
        3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )


def adaptive_avg_pool1d(input: ArrayLike, output_size: int | Sequence[int]) -> Array:
    r"""Divide a 1-D signal into bins and average each, so that the output has a given length.

    .. math::

        y[n, c, i] &= \frac{1}{|B_i|} \sum_{t \in B_i} x[n, c, t] \\
        B_i &= \left\{ t : \left\lfloor \frac{i\,W}{m} \right\rfloor \le t
               < \left\lceil \frac{(i + 1)\,W}{m} \right\rceil \right\}

    for :math:`W` samples and :math:`m` bins. Where :math:`m` does not divide :math:`W`,
    neighbouring bins share a sample.

    Parameters
    ----------
    input : array_like, (N, C, W) or (C, W)
        Signal, batched or not. Floating; never modified.
    output_size : int or tuple of int
        Number :math:`m` of bins. It may exceed :math:`W`, and be 0.

    Returns
    -------
    ndarray, (N, C, m) or (C, m)
        New C-contiguous array of the input's dtype.

    Raises
    ------
    ValueError
        When `input` has no samples, `output_size` is negative or has the wrong length.
    TypeError
        When `input` is not floating or `output_size` not an integer.

    References
    ----------
    ``torch.nn.functional.adaptive_avg_pool1d``; K. He, X. Zhang, S. Ren and J. Sun, "Spatial
    pyramid pooling in deep convolutional networks for visual recognition", 2014, appendix A, for
    the bins.

    Examples
    --------
    The averages of 1, 3, 5 and of 5, 9, 4.

    >>> adaptive_avg_pool1d([[1.0, 3.0, 5.0, 9.0, 4.0]], 2)
    array([[3., 6.]])
    """
    return _adaptive_avg_pool(1, input, output_size)


def adaptive_avg_pool2d(input: ArrayLike, output_size: int | Sequence[int | None]) -> Array:
    r"""Divide an image into bins and average each, so that the output has a given size.

    .. math::

        y[n, c, i_1, i_2] = \frac{1}{|B_{i_1}|\,|B_{i_2}|}
            \sum_{t_1 \in B_{i_1}} \sum_{t_2 \in B_{i_2}} x[n, c, t_1, t_2]

    with the bins :math:`B` of each axis as in :func:`adaptive_avg_pool1d`. With one bin per axis it
    is global average pooling.

    Parameters
    ----------
    input : array_like, (N, C, H, W) or (C, H, W)
        Images, batched or not. Floating; never modified.
    output_size : int or tuple of int
        Number of bins along each axis, as in :func:`adaptive_avg_pool1d`; None in a tuple stands
        for the input's size.

    Returns
    -------
    ndarray, (N, C, m1, m2) or (C, m1, m2)
        New C-contiguous array of the input's dtype.

    Raises
    ------
    ValueError, TypeError
        As :func:`adaptive_avg_pool1d`.

    References
    ----------
    ``torch.nn.functional.adaptive_avg_pool2d``; He, Zhang, Ren and Sun, 2014, as in
    :func:`adaptive_avg_pool1d`; M. Lin, Q. Chen and S. Yan, "Network in network", 2014, for global
    average pooling.

    Examples
    --------
    >>> image = np.arange(16.0).reshape(1, 4, 4)
    >>> adaptive_avg_pool2d(image, (2, 1))
    array([[[ 3.5],
            [11.5]]])
    """
    return _adaptive_avg_pool(2, input, output_size)


def adaptive_avg_pool3d(input: ArrayLike, output_size: int | Sequence[int | None]) -> Array:
    r"""Divide a volume (or video) into bins and average each: the output has a given size.

    .. math:: y[n, c, i] = \frac{1}{|B_i|} \sum_{t \in B_i} x[n, c, t]

    where :math:`i` and :math:`t` have three components and the bin :math:`B_i` is a box, along each
    axis a bin of :func:`adaptive_avg_pool1d`.

    Parameters
    ----------
    input : array_like, (N, C, T, H, W) or (C, T, H, W)
        Volumes, batched or not. Floating; never modified.
    output_size : int or tuple of int
        Number of bins along each axis, as in :func:`adaptive_avg_pool1d`; None in a tuple stands
        for the input's size.

    Returns
    -------
    ndarray, (N, C, m1, m2, m3) or (C, m1, m2, m3)
        New C-contiguous array of the input's dtype.

    Raises
    ------
    ValueError, TypeError
        As :func:`adaptive_avg_pool1d`.

    References
    ----------
    ``torch.nn.functional.adaptive_avg_pool3d``; He, Zhang, Ren and Sun, 2014, as in
    :func:`adaptive_avg_pool1d`.

    Examples
    --------
    The mean of each frame.

    >>> video = np.arange(8.0).reshape(1, 2, 2, 2)
    >>> adaptive_avg_pool3d(video, (None, 1, 1))
    array([[[[1.5]],
    <BLANKLINE>
            [[5.5]]]])
    """
    return _adaptive_avg_pool(3, input, output_size)


def avg_pool1d_input(
    grad_output: ArrayLike,
    input_size: Sizes,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    r"""Gradient of :func:`avg_pool1d` with respect to its input.

    .. math::

        \frac{\partial L}{\partial x[n, c, t]} =
            \sum_{s\,i + j - p = t} \frac{1}{|B_i|}\, \frac{\partial L}{\partial y[n, c, i]}

    where :math:`j` runs over the window, :math:`p` is the padding, and :math:`s` and :math:`|B_i|`
    are as in :func:`avg_pool1d`: every value gets an equal share from each window that reads it.

    Parameters
    ----------
    grad_output : array_like, (N, C, W_out) or (C, W_out)
        Gradient with respect to the output. Floating; never modified.
    input_size : tuple of int, (N, C, W) or (C, W)
        Shape of the input.
    kernel_size, stride, padding, ceil_mode, count_include_pad
        Those of the call of :func:`avg_pool1d`.
    divisor_override : int, optional
        What every window's gradient is divided by, instead of the number of positions that count,
        as in :func:`avg_pool2d`. (In 1-D only sums taken some other way have it:
        :func:`avg_pool1d` is torch's, and lacks it.)

    Returns
    -------
    ndarray, (N, C, W) or (C, W)
        New C-contiguous array of the dtype of `grad_output`.

    Raises
    ------
    ValueError
        As :func:`avg_pool1d`, and when `grad_output` has not the shape of the output.
    TypeError
        As :func:`avg_pool1d`, and when `grad_output` is not floating: averages of integers are
        cut off, and have no gradient.

    References
    ----------
    ``torch.autograd``, through ``torch.nn.functional.avg_pool1d``.

    Examples
    --------
    The sample in the middle is in both windows.

    >>> avg_pool1d_input([[1.0, 10.0]], (1, 5), 3, stride=2)
    array([[0.33333333, 0.33333333, 3.66666667, 3.33333333, 3.33333333]])
    """
    return _avg_pool_input(
        1,
        grad_output,
        input_size,
        kernel_size,
        stride,
        padding,
        ceil_mode,
        count_include_pad,
        divisor_override,
    )


def avg_pool2d_input(
    grad_output: ArrayLike,
    input_size: Sizes,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    r"""Gradient of :func:`avg_pool2d` with respect to its input.

    .. math::

        \frac{\partial L}{\partial x[n, c, t_1, t_2]} =
            \sum_{\substack{s_1 i_1 + j_1 - p_1 = t_1 \\ s_2 i_2 + j_2 - p_2 = t_2}}
            \frac{1}{|B_{i_1}|\,|B_{i_2}|}\, \frac{\partial L}{\partial y[n, c, i_1, i_2]}

    with the names of :func:`avg_pool1d_input` and :func:`avg_pool2d`.

    Parameters
    ----------
    grad_output : array_like, (N, C, H_out, W_out) or (C, H_out, W_out)
        Gradient with respect to the output. Floating; never modified.
    input_size : tuple of int, (N, C, H, W) or (C, H, W)
        Shape of the input.
    kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        Those of the call of :func:`avg_pool2d`.

    Returns
    -------
    ndarray, (N, C, H, W) or (C, H, W)
        New C-contiguous array of the dtype of `grad_output`.

    Raises
    ------
    ValueError, TypeError
        As :func:`avg_pool1d_input`.

    References
    ----------
    ``torch.autograd``, through ``torch.nn.functional.avg_pool2d``.

    Examples
    --------
    >>> avg_pool2d_input([[[4.0, 8.0]]], (1, 2, 4), 2)
    array([[[1., 1., 2., 2.],
            [1., 1., 2., 2.]]])
    """
    return _avg_pool_input(
        2,
        grad_output,
        input_size,
        kernel_size,
        stride,
        padding,
        ceil_mode,
        count_include_pad,
        divisor_override,
    )


def avg_pool3d_input(
    grad_output: ArrayLike,
    input_size: Sizes,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    r"""Gradient of :func:`avg_pool3d` with respect to its input.

    .. math::

        \frac{\partial L}{\partial x[n, c, t]} =
            \sum_{s\,i + j - p = t} \frac{1}{|B_i|}\, \frac{\partial L}{\partial y[n, c, i]}

    where :math:`i`, :math:`j` and :math:`t` have three components; the names are those of
    :func:`avg_pool1d_input` and :func:`avg_pool3d`.

    Parameters
    ----------
    grad_output : array_like, (N, C, T_out, H_out, W_out) or (C, T_out, H_out, W_out)
        Gradient with respect to the output. Floating; never modified.
    input_size : tuple of int, (N, C, T, H, W) or (C, T, H, W)
        Shape of the input.
    kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        Those of the call of :func:`avg_pool3d`.

    Returns
    -------
    ndarray, (N, C, T, H, W) or (C, T, H, W)
        New C-contiguous array of the dtype of `grad_output`.

    Raises
    ------
    ValueError, TypeError
        As :func:`avg_pool1d_input`.

    References
    ----------
    ``torch.autograd``, through ``torch.nn.functional.avg_pool3d``.

    Examples
    --------
    >>> avg_pool3d_input([[[[4.0, 8.0]]]], (1, 2, 1, 4), (2, 1, 2))
    array([[[[1., 1., 2., 2.]],
    <BLANKLINE>
            [[1., 1., 2., 2.]]]])
    """
    return _avg_pool_input(
        3,
        grad_output,
        input_size,
        kernel_size,
        stride,
        padding,
        ceil_mode,
        count_include_pad,
        divisor_override,
    )


def adaptive_avg_pool1d_input(grad_output: ArrayLike, input_size: Sizes) -> Array:
    r"""Gradient of :func:`adaptive_avg_pool1d` with respect to its input.

    .. math::

        \frac{\partial L}{\partial x[n, c, t]} =
            \sum_{i \,:\, t \in B_i} \frac{1}{|B_i|}\, \frac{\partial L}{\partial y[n, c, i]}

    with the bins :math:`B_i` of :func:`adaptive_avg_pool1d`: every sample gets an equal share from
    each bin it is in.

    Parameters
    ----------
    grad_output : array_like, (N, C, m) or (C, m)
        Gradient with respect to the output. Floating; never modified.
    input_size : tuple of int, (N, C, W) or (C, W)
        Shape of the input.

    Returns
    -------
    ndarray, (N, C, W) or (C, W)
        New C-contiguous array of the dtype of `grad_output`.

    Raises
    ------
    ValueError
        When `input_size` has no samples, or other sizes :math:`N` and :math:`C` than `grad_output`.
    TypeError
        When `grad_output` is not floating or a size not an integer.

    References
    ----------
    ``torch.autograd``, through ``torch.nn.functional.adaptive_avg_pool1d``.

    Examples
    --------
    The sample in the middle is in both bins.

    >>> adaptive_avg_pool1d_input([[3.0, 30.0]], (1, 5))
    array([[ 1.,  1., 11., 10., 10.]])
    """
    return _adaptive_avg_pool_input(1, grad_output, input_size)


def adaptive_avg_pool2d_input(grad_output: ArrayLike, input_size: Sizes) -> Array:
    r"""Gradient of :func:`adaptive_avg_pool2d` with respect to its input.

    .. math::

        \frac{\partial L}{\partial x[n, c, t_1, t_2]} =
            \sum_{i_1 \,:\, t_1 \in B_{i_1}} \; \sum_{i_2 \,:\, t_2 \in B_{i_2}}
            \frac{1}{|B_{i_1}|\,|B_{i_2}|}\, \frac{\partial L}{\partial y[n, c, i_1, i_2]}

    with the bins :math:`B` of :func:`adaptive_avg_pool2d`.

    Parameters
    ----------
    grad_output : array_like, (N, C, m1, m2) or (C, m1, m2)
        Gradient with respect to the output. Floating; never modified.
    input_size : tuple of int, (N, C, H, W) or (C, H, W)
        Shape of the input.

    Returns
    -------
    ndarray, (N, C, H, W) or (C, H, W)
        New C-contiguous array of the dtype of `grad_output`.

    Raises
    ------
    ValueError, TypeError
        As :func:`adaptive_avg_pool1d_input`.

    References
    ----------
    ``torch.autograd``, through ``torch.nn.functional.adaptive_avg_pool2d``.

    Examples
    --------
    >>> adaptive_avg_pool2d_input([[[6.0]]], (1, 2, 3))
    array([[[1., 1., 1.],
            [1., 1., 1.]]])
    """
    return _adaptive_avg_pool_input(2, grad_output, input_size)


def adaptive_avg_pool3d_input(grad_output: ArrayLike, input_size: Sizes) -> Array:
    r"""Gradient of :func:`adaptive_avg_pool3d` with respect to its input.

    .. math::

        \frac{\partial L}{\partial x[n, c, t]} =
            \sum_{i \,:\, t \in B_i} \frac{1}{|B_i|}\, \frac{\partial L}{\partial y[n, c, i]}

    where :math:`i` and :math:`t` have three components and the bins :math:`B_i` are those of
    :func:`adaptive_avg_pool3d`.

    Parameters
    ----------
    grad_output : array_like, (N, C, m1, m2, m3) or (C, m1, m2, m3)
        Gradient with respect to the output. Floating; never modified.
    input_size : tuple of int, (N, C, T, H, W) or (C, T, H, W)
        Shape of the input.

    Returns
    -------
    ndarray, (N, C, T, H, W) or (C, T, H, W)
        New C-contiguous array of the dtype of `grad_output`.

    Raises
    ------
    ValueError, TypeError
        As :func:`adaptive_avg_pool1d_input`.

    References
    ----------
    ``torch.autograd``, through ``torch.nn.functional.adaptive_avg_pool3d``.

    Examples
    --------
    >>> adaptive_avg_pool3d_input([[[[2.0]], [[4.0]]]], (1, 2, 1, 2))
    array([[[[1., 1.]],
    <BLANKLINE>
            [[2., 2.]]]])
    """
    return _adaptive_avg_pool_input(3, grad_output, input_size)


@silently
def _avg_pool(
    axes: int,
    input: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None,
    padding: PerAxis,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None = None,
) -> Array:
    """Check every argument, pad, sum each window, divide."""
    x = numeric(input, "input", "iuf", "integer or floating")
    check_rank(x, axes, "input", f"avg_pool{axes}d")
    check_not_empty(x.shape, axes + 1, "input has shape")
    geometry = pooling_geometry(x.shape[-axes:], kernel_size, stride, padding, ceil_mode)
    divisor = window_divisors(geometry, count_include_pad, divisor_override, x.dtype)

    padded = pad(widened(x), geometry.padding, "zeros")
    return divide(sum_windows(padded, geometry), divisor).astype(x.dtype, copy=False)


@silently
def _avg_pool_input(
    axes: int,
    grad_output: ArrayLike,
    input_size: Sizes,
    kernel_size: PerAxis,
    stride: PerAxis | None,
    padding: PerAxis,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> Array:
    """Check every argument, then transpose `_avg_pool`: divide, spread over windows, crop."""
    g = floating(grad_output, "grad_output")
    check_rank(g, axes, "grad_output", f"avg_pool{axes}d_input")
    shape = input_shape(input_size, g, axes)
    check_not_empty(shape, axes + 1, "input_size is")
    geometry = pooling_geometry(shape[-axes:], kernel_size, stride, padding, ceil_mode)
    check_gradient(g, (*shape[:-axes], *geometry.output_size))
    divisor = window_divisors(geometry, count_include_pad, divisor_override, g.dtype)

    return spread_windows(divide(widened(g), divisor), geometry).astype(g.dtype, copy=False)


@silently
def _adaptive_avg_pool(
    axes: int, input: ArrayLike, output_size: int | Sequence[int | None]
) -> Array:
    """Check every argument, sum bins along one axis after the other, divide."""
    x = floating(input, "input")
    check_rank(x, axes, "input", f"adaptive_avg_pool{axes}d")
    check_not_empty(x.shape, axes, "input has shape")
    sizes = adaptive_size(output_size, x.shape[-axes:])

    sums = widened(x)
    for axis in range(-axes, 0):
        sums = sum_bins(sums, axis, sizes[axis])
    return divide(sums, bin_counts(x.shape[-axes:], sizes)).astype(x.dtype, copy=False)


@silently
def _adaptive_avg_pool_input(axes: int, grad_output: ArrayLike, input_size: Sizes) -> Array:
    """Check every argument, then transpose `_adaptive_avg_pool`: divide, spread over bins."""
    g = floating(grad_output, "grad_output")
    check_rank(g, axes, "grad_output", f"adaptive_avg_pool{axes}d_input")
    shape = input_shape(input_size, g, axes)
    check_not_empty(shape, axes, "input_size is")
    size = shape[-axes:]

    x = divide(widened(g), bin_counts(size, g.shape[-axes:]))
    for axis in reversed(range(-axes, 0)):
        x = spread_bins(x, axis, size[axis])
    return x.astype(g.dtype, copy=False)


def pooling_geometry(
    size: Sizes, kernel_size: PerAxis, stride: PerAxis | None, padding: PerAxis, ceil_mode: bool
) -> Geometry:
    """Normalise the sizes; as torch, let padding help a window to fit in 1-D and 2-D only."""
    geometry = Geometry.of_pooling(size, kernel_size, stride, padding, ceil_mode=ceil_mode)
    larger = any(k > n for n, k in zip(size, geometry.kernel_size, strict=True))
    if larger and len(size) == 3:
        raise ValueError(
            f"kernel_size is {geometry.kernel_size}; in 3-D it may be at most the size of "
            f"the input without padding, {tuple(size)}"
        )
    return geometry


def widened(x: Array) -> Array:
    """Return x in the dtype to sum in; NumPy's own sum widens integers to 64 bits."""
    return x.astype(summing_dtype(x), copy=False)


def sum_windows(x: Array, geometry: Geometry) -> Array:
    """Sum each window of a padded x (..., *S): (..., *S_out)."""
    patches = gather(x, geometry.kernel_size, geometry.stride, geometry.dilation)
    return np.ascontiguousarray(patches.sum(axis=tap_axes(geometry)))


def spread_windows(y: Array, geometry: Geometry) -> Array:
    """Add y (..., *S_out) to every input in its window: transposes padding and `sum_windows`."""
    leading = y.shape[: -len(geometry.kernel_size)]
    one_tap = np.expand_dims(y, tap_axes(geometry))
    patches = np.broadcast_to(one_tap, (*leading, *geometry.kernel_size, *geometry.output_size))
    return scatter(patches, geometry, y.dtype)


def tap_axes(geometry: Geometry) -> tuple[int, ...]:
    """Say which axes of patches (..., *K, *S_out) are those of the taps."""
    axes = len(geometry.kernel_size)
    return tuple(range(-2 * axes, -axes))


def sum_bins(x: Array, axis: int, m: int) -> Array:
    """Sum each of the m adaptive bins along one axis, which then has m values."""
    shape = list(x.shape)
    shape[axis] = m
    y = np.empty(shape, x.dtype)
    values, sums = np.moveaxis(x, axis, 0), np.moveaxis(y, axis, 0)
    for i, members in enumerate(adaptive_bins(len(values), m)):
        sums[i] = values[members].sum(axis=0)
    return y


def spread_bins(y: Array, axis: int, n: int) -> Array:
    """Add y to every one of n values in its adaptive bin: the transpose of `sum_bins`."""
    shape = list(y.shape)
    shape[axis] = n
    x = np.zeros(shape, y.dtype)
    shares, values = np.moveaxis(y, axis, 0), np.moveaxis(x, axis, 0)
    for i, members in enumerate(adaptive_bins(n, len(shares))):
        values[members] += shares[i]
    return x


def divide(sums: Array, divisors: Array | int) -> Array:
    """Divide in the dtype of the sums; integers towards zero, as C and torch do.

    >>> divide(np.array([7, -7]), 2)
    array([ 3, -3])
    """
    divisor: Array = np.asarray(divisors, sums.dtype)
    if sums.dtype.kind == "f":
        return sums / divisor
    return (sums - np.fmod(sums, divisor)) // divisor


def window_divisors(
    geometry: Geometry,
    count_include_pad: bool,
    divisor_override: int | None,
    dtype: np.dtype[np.generic],
) -> Array | int:
    """Check both arguments; return what the sums over windows of this dtype are divided by."""
    counted = flag(count_include_pad, "count_include_pad")
    if divisor_override is None:
        return window_counts(geometry, counted)
    lowest = 1 if dtype.kind == "u" else -(2**63)
    divisor = integer(divisor_override, "divisor_override", lowest, maximum=2**63 - 1)
    if divisor == 0:
        raise ValueError("divisor_override is 0; it must be an int, and not 0")
    return divisor


def window_counts(geometry: Geometry, count_include_pad: bool) -> Array:
    """Count the positions of each window inside the input, or inside it and its padding.

    >>> geometry = Geometry.of_pooling((5,), 4, padding=1, ceil_mode=True)
    >>> window_counts(geometry, True)  # the last window reads one position beyond the padding
    array([4, 3])
    >>> window_counts(geometry, False)
    array([3, 2])
    """
    factors = []
    for n, k, s, (p, _), windows in zip(
        geometry.input_size,
        geometry.kernel_size,
        geometry.stride,
        geometry.padding,
        geometry.output_size,
        strict=True,
    ):
        start = s * np.arange(windows) - p
        margin = p if count_include_pad else 0
        factors.append(np.minimum(start + k, n + margin) - np.maximum(start, -margin))
    return outer(factors)


def bin_counts(input_size: Sizes, output_size: Sizes) -> Array:
    """Count the values in each adaptive bin.

    >>> bin_counts((5,), (3,))
    array([2, 3, 2])
    """
    return outer(
        np.array([b.stop - b.start for b in adaptive_bins(n, m)], int)
        for n, m in zip(input_size, output_size, strict=True)
    )


def outer(factors: Iterable[Array]) -> Array:
    """Multiply one count per axis: the count of a box is the product of its sides."""
    return reduce(np.multiply.outer, factors)
