"""Average pooling: sum each window, divide by how many values count; and its transposes.

Summing windows is linear. Its transpose hands each window's share to every value in the window:
that is the gradient, and again a sum, over the windows that hold a value.
"""

import math
from collections.abc import Sequence
from functools import reduce
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import (
    Array,
    PerAxis,
    Shape,
    Sizes,
    check_gradient,
    check_memory,
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
from ..geometry import BinsPerAxis, Geometry, adaptive_size, sizes_of
from ..padding import pad
from ..patches import gather, is_roomy, scatter
from .runs import (
    FEW,
    Runs,
    along,
    bin_runs,
    doublings,
    transposed_runs,
    window_runs,
)

SMALL = 64  # taps of a window that are faster added up tap by tap


def avg_pool1d(
    input: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    *,
    dilation: PerAxis = 1,
) -> Array:
    r"""Average each window of a 1-D signal, channel by channel.

    :func:`avg_pool2d` along one axis; formula, parameters, errors and source stand there.

    Parameters
    ----------
    input : array_like, (N, C, W) or (C, W)
        Signals, batched or not.
    kernel_size, stride, padding, ceil_mode, count_include_pad, dilation
        As in :func:`avg_pool2d`, in samples.

    Returns
    -------
    ndarray, (N, C, W_out) or (C, W_out)
        New array of the input's dtype.

    Examples
    --------
    >>> avg_pool1d([[1.0, 3.0, 5.0, 9.0, 4.0]], 2)
    array([[2., 7.]])
    >>> avg_pool1d([[1.0, 3.0, 5.0, 9.0, 4.0]], 2, ceil_mode=True)
    array([[2., 7., 4.]])

    Every second sample: 1 and 5, 3 and 9, 5 and 4.

    >>> avg_pool1d([[1.0, 3.0, 5.0, 9.0, 4.0]], 2, stride=1, dilation=2)
    array([[3. , 6. , 4.5]])
    """
    window = kernel_size, stride, padding, dilation, ceil_mode
    return _avg_pool(1, input, window, count_include_pad, None)


def avg_pool2d(
    input: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: SupportsIndex | None = None,
    *,
    dilation: PerAxis = 1,
) -> Array:
    r"""Average each window of an image, channel by channel.

    .. math::

        y[n, c, i_1, i_2] = \frac{1}{|B_{i_1}|\,|B_{i_2}|} \sum_{j_1=0}^{k_1-1} \sum_{j_2=0}^{k_2-1}
            x[n, c,\, s_1 i_1 + d_1 j_1,\, s_2 i_2 + d_2 j_2]

    where :math:`x` is the input padded with zeros, :math:`s` and :math:`d` are stride and dilation,
    and :math:`|B_i|` is the number of taps of window :math:`i` along an axis that count: those
    inside the input and its padding, or inside the input alone,

    .. math:: |B_i| = \left|\{\, j : -m \le s\,i + d\,j - p < n + m \,\}\right|

    for :math:`n` pixels and padding :math:`p`, with :math:`m = p` if padding counts and
    :math:`m = 0` if not. All :math:`k` taps count, but for `count_include_pad` and `ceil_mode`.

    Parameters
    ----------
    input : array_like, (N, C, H, W) or (C, H, W)
        Images, batched or not. Integer or floating; never modified.
    kernel_size : int or tuple of int
        Pixels that a window reads, per axis.
    stride : int or tuple of int, optional
        Step between windows per axis, in pixels. By default the kernel size: windows side by side.
    padding : int or tuple of int
        Zeros added on each side, per axis; at most half of `kernel_size`.
    ceil_mode : bool
        Keep a last window that sticks out at the far end, unless it would start in the padding
        there. Its part beyond the padding does not count.
    count_include_pad : bool
        Whether padding counts like input values. If not, a window at the border is the average
        of the input values in it.
    divisor_override : int, optional
        What every sum is divided by, instead of the number of taps that count. Not 0; negative only
        where the dtype has negative numbers.
    dilation : int or tuple of int
        Distance between neighbouring pixels of a window, per axis; 1 is a dense window. torch's
        average pooling has none.

    Returns
    -------
    ndarray, (N, C, H_out, W_out) or (C, H_out, W_out)
        New C-contiguous array of the input's dtype. Its spatial size is
        ``output_size((H, W), kernel_size, stride, padding, dilation)`` with the stride as
        defaulted, unless `ceil_mode` adds windows. Half precision is summed in single and rounded
        once. Integers are summed in 64 bits, modulo their range; an average that is no integer is
        cut off towards zero, as torch does it for int64, the only integers that it averages. Where
        no tap of a dilated window counts, the average is NaN, of integers 0.

    Raises
    ------
    ValueError
        When the window does not fit, a number is out of range, or an axis other than :math:`N` is
        empty.
    TypeError
        When `input` is not integer or floating, a size is not an integer, or a flag not a bool.
    MemoryError
        When the result is too large to hold.

    References
    ----------
    ``torch.nn.functional.avg_pool2d``; Y. LeCun et al., "Handwritten digit recognition with a
    back-propagation network", 1989, whose layers H2 and H4 average. Dilation and what counts as
    in ONNX's operator ``AveragePool``.

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
    window = kernel_size, stride, padding, dilation, ceil_mode
    return _avg_pool(2, input, window, count_include_pad, divisor_override)


def avg_pool3d(
    input: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: SupportsIndex | None = None,
    *,
    dilation: PerAxis = 1,
) -> Array:
    r"""Average each window of a volume (or video), channel by channel.

    :func:`avg_pool2d` along three axes; formula, parameters, errors and source stand there. As in
    torch, a window in 3-D without dilation must fit into the input without its padding.

    Parameters
    ----------
    input : array_like, (N, C, T, H, W) or (C, T, H, W)
        Volumes, batched or not.
    kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, dilation
        As in :func:`avg_pool2d`, in voxels.

    Returns
    -------
    ndarray, (N, C, T_out, H_out, W_out) or (C, T_out, H_out, W_out)
        New array of the input's dtype.

    Examples
    --------
    The average of two frames.

    >>> video = np.arange(8.0).reshape(1, 2, 2, 2)
    >>> avg_pool3d(video, (2, 1, 1))
    array([[[[2., 3.],
             [4., 5.]]]])
    """
    window = kernel_size, stride, padding, dilation, ceil_mode
    return _avg_pool(3, input, window, count_include_pad, divisor_override)


def adaptive_avg_pool1d(input: ArrayLike, output_size: PerAxis) -> Array:
    r"""Divide a 1-D signal into bins and average each, so that the output has a given length.

    :func:`adaptive_avg_pool2d` along one axis; formula, parameters, errors and source stand there.

    Parameters
    ----------
    input : array_like, (N, C, W) or (C, W)
        Signals, batched or not; also for one bin.
    output_size : int or tuple of int
        Number :math:`m` of bins.

    Returns
    -------
    ndarray, (N, C, m) or (C, m)
        New array of the input's dtype.

    Examples
    --------
    The averages of 1, 3, 5 and of 5, 9, 4.

    >>> adaptive_avg_pool1d([[1.0, 3.0, 5.0, 9.0, 4.0]], 2)
    array([[3., 6.]])
    """
    return _adaptive_avg_pool(1, input, output_size)


def adaptive_avg_pool2d(input: ArrayLike, output_size: BinsPerAxis) -> Array:
    r"""Divide an image into bins and average each, so that the output has a given size.

    .. math::

        y[n, c, i_1, i_2] = \frac{1}{|B_{i_1}|\,|B_{i_2}|}
            \sum_{t_1 \in B_{i_1}} \sum_{t_2 \in B_{i_2}} x[n, c, t_1, t_2]

    with the bins :math:`B` of each axis as in :func:`adaptive_max_pool2d`. With one bin per axis it
    is global average pooling, the mean of each channel: then, as in torch, the input may also be
    complex, have any number of leading axes, and be empty (the mean of nothing is NaN).

    Parameters
    ----------
    input : array_like, (N, C, H, W) or (C, H, W)
        Images, batched or not. Floating; never modified. For one bin also complex, and
        (\*L, H, W), where the leading axes \*L may be missing if `output_size` is an int.
    output_size : int or tuple of int or None
        Number of bins, per axis. It may exceed the size of the input, and be 0. In a tuple of two
        or three None stands for the input's size; an array of ints serves as a tuple.

    Returns
    -------
    ndarray, (N, C, m1, m2) or (C, m1, m2)
        New C-contiguous array of the input's dtype, with the leading axes of the input. Half
        precision is summed in single and rounded once.

    Raises
    ------
    ValueError
        When `input` has no pixels, `output_size` is negative or has the wrong length.
    TypeError
        When `input` is not floating or `output_size` not an integer.
    MemoryError
        When the result is too large to hold.

    References
    ----------
    ``torch.nn.functional.adaptive_avg_pool2d``; K. He, X. Zhang, S. Ren and J. Sun, "Spatial
    pyramid pooling in deep convolutional networks for visual recognition", 2014, appendix A, for
    the bins; M. Lin, Q. Chen and S. Yan, "Network in network", 2014, for global average pooling.

    Examples
    --------
    >>> image = np.arange(16.0).reshape(1, 4, 4)
    >>> adaptive_avg_pool2d(image, (2, 1))
    array([[[ 3.5],
            [11.5]]])
    >>> adaptive_avg_pool2d([[1 + 1j, 3 - 1j]], 1)
    array([[2.+0.j]])
    """
    return _adaptive_avg_pool(2, input, output_size)


def adaptive_avg_pool3d(input: ArrayLike, output_size: BinsPerAxis) -> Array:
    r"""Divide a volume (or video) into bins and average each: the output has a given size.

    :func:`adaptive_avg_pool2d` along three axes; formula, parameters, errors and source stand
    there. As in torch, in 3-D channels may not be missing either.

    Parameters
    ----------
    input : array_like, (N, C, T, H, W) or (C, T, H, W)
        Volumes, batched or not; for one bin (\*L, T, H, W).
    output_size : int or tuple of int or None
        As in :func:`adaptive_avg_pool2d`.

    Returns
    -------
    ndarray, (N, C, m1, m2, m3) or (C, m1, m2, m3)
        New array of the input's dtype.

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
    input_size: Shape,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: SupportsIndex | None = None,
    *,
    dilation: PerAxis = 1,
) -> Array:
    r"""Gradient of :func:`avg_pool1d` with respect to its input.

    :func:`avg_pool2d_input` along one axis; formula, parameters, errors and source stand there.

    Parameters
    ----------
    grad_output : array_like, (N, C, W_out) or (C, W_out)
        Gradient with respect to the output.
    input_size : tuple of int, (N, C, W) or (C, W)
        Shape of the input.
    kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, dilation
        Those of the call of :func:`avg_pool1d`; that function is torch's, and lacks the divisor.

    Returns
    -------
    ndarray, (N, C, W) or (C, W)
        New array of the dtype of `grad_output`.

    Examples
    --------
    The sample in the middle is in both windows.

    >>> avg_pool1d_input([[1.0, 10.0]], (1, 5), 3, stride=2)
    array([[0.33333333, 0.33333333, 3.66666667, 3.33333333, 3.33333333]])
    """
    window = kernel_size, stride, padding, dilation, ceil_mode
    return _avg_pool_input(1, grad_output, input_size, window, count_include_pad, divisor_override)


def avg_pool2d_input(
    grad_output: ArrayLike,
    input_size: Shape,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: SupportsIndex | None = None,
    *,
    dilation: PerAxis = 1,
) -> Array:
    r"""Gradient of :func:`avg_pool2d` with respect to its input.

    .. math::

        \frac{\partial L}{\partial x[n, c, t_1, t_2]} =
            \sum_{\substack{s_1 i_1 + d_1 j_1 - p_1 = t_1 \\ s_2 i_2 + d_2 j_2 - p_2 = t_2}}
            \frac{1}{|B_{i_1}|\,|B_{i_2}|}\, \frac{\partial L}{\partial y[n, c, i_1, i_2]}

    where :math:`j` runs over the window and :math:`p` is the padding; the other names are those of
    :func:`avg_pool2d`. Every value gets an equal share from each window that reads it.

    Parameters
    ----------
    grad_output : array_like, (N, C, H_out, W_out) or (C, H_out, W_out)
        Gradient with respect to the output. Floating; never modified.
    input_size : tuple of int, (N, C, H, W) or (C, H, W)
        Shape of the input.
    kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, dilation
        Those of the call of :func:`avg_pool2d`.

    Returns
    -------
    ndarray, (N, C, H, W) or (C, H, W)
        New C-contiguous array of the dtype of `grad_output`. Half precision is summed in single
        and rounded once.

    Raises
    ------
    ValueError
        As :func:`avg_pool2d`, and when `grad_output` has not the shape of the output.
    TypeError
        As :func:`avg_pool2d`, and when `grad_output` is not floating: averages of integers are
        cut off, and have no gradient.
    MemoryError
        When the result is too large to hold.

    References
    ----------
    ``torch.autograd``, through ``torch.nn.functional.avg_pool2d``.

    Examples
    --------
    >>> avg_pool2d_input([[[4.0, 8.0]]], (1, 2, 4), 2)
    array([[[1., 1., 2., 2.],
            [1., 1., 2., 2.]]])
    """
    window = kernel_size, stride, padding, dilation, ceil_mode
    return _avg_pool_input(2, grad_output, input_size, window, count_include_pad, divisor_override)


def avg_pool3d_input(
    grad_output: ArrayLike,
    input_size: Shape,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: SupportsIndex | None = None,
    *,
    dilation: PerAxis = 1,
) -> Array:
    r"""Gradient of :func:`avg_pool3d` with respect to its input.

    :func:`avg_pool2d_input` along three axes; formula, parameters, errors and source stand there.

    Parameters
    ----------
    grad_output : array_like, (N, C, T_out, H_out, W_out) or (C, T_out, H_out, W_out)
        Gradient with respect to the output.
    input_size : tuple of int, (N, C, T, H, W) or (C, T, H, W)
        Shape of the input.
    kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, dilation
        Those of the call of :func:`avg_pool3d`.

    Returns
    -------
    ndarray, (N, C, T, H, W) or (C, T, H, W)
        New array of the dtype of `grad_output`.

    Examples
    --------
    >>> avg_pool3d_input([[[[4.0, 8.0]]]], (1, 2, 1, 4), (2, 1, 2))
    array([[[[1., 1., 2., 2.]],
    <BLANKLINE>
            [[1., 1., 2., 2.]]]])
    """
    window = kernel_size, stride, padding, dilation, ceil_mode
    return _avg_pool_input(3, grad_output, input_size, window, count_include_pad, divisor_override)


def adaptive_avg_pool1d_input(grad_output: ArrayLike, input_size: Shape) -> Array:
    r"""Gradient of :func:`adaptive_avg_pool1d` with respect to its input.

    :func:`adaptive_avg_pool2d_input` along one axis; formula, parameters, errors and source stand
    there.

    Parameters
    ----------
    grad_output : array_like, (N, C, m) or (C, m)
        Gradient with respect to the output.
    input_size : tuple of int, (N, C, W) or (C, W)
        Shape of the input.

    Returns
    -------
    ndarray, (N, C, W) or (C, W)
        New array of the dtype of `grad_output`.

    Examples
    --------
    The sample in the middle is in both bins.

    >>> adaptive_avg_pool1d_input([[3.0, 30.0]], (1, 5))
    array([[ 1.,  1., 11., 10., 10.]])
    """
    return _adaptive_avg_pool_input(1, grad_output, input_size)


def adaptive_avg_pool2d_input(grad_output: ArrayLike, input_size: Shape) -> Array:
    r"""Gradient of :func:`adaptive_avg_pool2d` with respect to its input.

    .. math::

        \frac{\partial L}{\partial x[n, c, t_1, t_2]} =
            \sum_{i_1 \,:\, t_1 \in B_{i_1}} \; \sum_{i_2 \,:\, t_2 \in B_{i_2}}
            \frac{1}{|B_{i_1}|\,|B_{i_2}|}\, \frac{\partial L}{\partial y[n, c, i_1, i_2]}

    with the bins :math:`B` of :func:`adaptive_avg_pool2d`: every pixel gets an equal share from
    each bin it is in.

    Parameters
    ----------
    grad_output : array_like, (N, C, m1, m2) or (C, m1, m2)
        Gradient with respect to the output. Floating; never modified. Of a single bin also complex,
        with any leading axes.
    input_size : tuple of int, (N, C, H, W) or (C, H, W)
        Shape of the input.

    Returns
    -------
    ndarray, (N, C, H, W) or (C, H, W)
        New C-contiguous array of the dtype of `grad_output`. Half precision is summed in single
        and rounded once.

    Raises
    ------
    ValueError
        When `input_size` has no pixels, or other leading sizes than `grad_output`.
    TypeError
        When `grad_output` is not floating or a size not an integer.
    MemoryError
        When the result is too large to hold.

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


def adaptive_avg_pool3d_input(grad_output: ArrayLike, input_size: Shape) -> Array:
    r"""Gradient of :func:`adaptive_avg_pool3d` with respect to its input.

    :func:`adaptive_avg_pool2d_input` along three axes; formula, parameters, errors and source stand
    there.

    Parameters
    ----------
    grad_output : array_like, (N, C, m1, m2, m3) or (C, m1, m2, m3)
        Gradient with respect to the output.
    input_size : tuple of int, (N, C, T, H, W) or (C, T, H, W)
        Shape of the input.

    Returns
    -------
    ndarray, (N, C, T, H, W) or (C, T, H, W)
        New array of the dtype of `grad_output`.

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
    arguments: tuple[Any, ...],
    count_include_pad: bool,
    divisor_override: SupportsIndex | None,
) -> Array:
    """Check every argument, sum each window, divide."""
    x = numeric(input, "input", "iuf", "integer or floating")
    check_rank(x, axes, "input", f"avg_pool{axes}d")
    check_not_empty(x.shape, axes + 1, "input has shape")
    window = pooling_geometry(x.shape[-axes:], arguments)
    check_memory((*x.shape[:-axes], *window.output_size), x.dtype)
    divisors = window_divisors(window, count_include_pad, divisor_override, x.dtype)
    return divide(sum_windows(x, window), divisors).astype(x.dtype, copy=False)


@silently
def _avg_pool_input(
    axes: int,
    grad_output: ArrayLike,
    input_size: Shape,
    arguments: tuple[Any, ...],
    count_include_pad: bool,
    divisor_override: SupportsIndex | None,
) -> Array:
    """Check every argument, then transpose `_avg_pool`: divide, sum the windows of each value."""
    g = floating(grad_output, "grad_output")
    check_rank(g, axes, "grad_output", f"avg_pool{axes}d_input")
    shape = input_shape(input_size, g, axes)
    check_not_empty(shape, axes + 1, "input_size is")
    window = pooling_geometry(shape[-axes:], arguments)
    check_gradient(g, (*shape[:-axes], *window.output_size))
    check_memory(shape, summing_dtype(g))
    divisors = window_divisors(window, count_include_pad, divisor_override, g.dtype)
    shares = divide(g.astype(summing_dtype(g), copy=False), divisors)
    return spread_windows(shares, window).astype(g.dtype, copy=False)


@silently
def _adaptive_avg_pool(axes: int, input: ArrayLike, output_size: BinsPerAxis) -> Array:
    """Check every argument, sum each bin, divide."""
    x = numeric(input, "input", "fc", "floating, e.g. input.astype(float)")
    if x.ndim < axes + isinstance(sizes_of(output_size), tuple | list):
        check_rank(x, axes, "input", f"adaptive_avg_pool{axes}d")
    sizes = adaptive_size(output_size, x.shape[-axes:])
    check_averaged(x, axes, "input", f"adaptive_avg_pool{axes}d", sizes)
    if any(m != 1 for m in sizes):
        check_not_empty(x.shape, axes if axes < 3 else x.ndim - 1, "input has shape")
    check_memory((*x.shape[:-axes], *sizes), x.dtype)
    runs = bin_runs(x.shape[-axes:], sizes)
    return divide(sum_runs(x, runs), counts(runs)).astype(x.dtype, copy=False)


@silently
def _adaptive_avg_pool_input(axes: int, grad_output: ArrayLike, input_size: Shape) -> Array:
    """Check every argument, then transpose `_adaptive_avg_pool`: divide, sum each value's bins."""
    g = numeric(grad_output, "grad_output", "fc", "floating, e.g. grad_output.astype(float)")
    bins = g.shape[-axes:]
    check_averaged(g, axes, "grad_output", f"adaptive_avg_pool{axes}d_input", bins)
    shape = input_shape(input_size, g, axes)
    if any(m != 1 for m in bins):
        check_not_empty(shape, axes, "input_size is")
    check_memory(shape, summing_dtype(g))
    size = shape[-axes:]
    shares = divide(g.astype(summing_dtype(g), copy=False), counts(bin_runs(size, bins)))
    return sum_runs(shares, bin_runs(bins, size)).astype(g.dtype, copy=False)


def check_averaged(x: Array, axes: int, name: str, function: str, bins: Sizes) -> None:
    """Check rank and dtype; into one bin complex numbers fit too, and but for 1-D any rank."""
    one_bin = len(bins) == axes and all(m == 1 for m in bins)
    if not one_bin or axes == 1:
        check_rank(x, axes, name, function)
    if x.dtype.kind == "c" and not one_bin:
        raise TypeError(
            f"{name} has dtype {x.dtype}; where there is not one bin it must be floating"
        )


def pooling_geometry(size: Sizes, arguments: tuple[Any, ...]) -> Geometry:
    """Normalise the sizes; as torch, let padding help a window to fit in 1-D and 2-D only."""
    window = Geometry.of_pooling(size, *arguments)
    sides = zip(size, window.kernel_size, window.dilation, strict=True)
    if len(size) == 3 and any(k > n and d == 1 for n, k, d in sides):
        raise ValueError(
            f"kernel_size is {window.kernel_size}; in 3-D it may be at most the size of "
            f"the input without padding, {tuple(size)}"
        )
    return window


def sum_windows(x: Array, window: Geometry) -> Array:
    """Sum each window of x (..., *S): (..., *S_out)."""
    if math.prod(window.kernel_size) > SMALL or is_roomy(x, window):
        return sum_runs(x, window_runs(window))
    padded = pad(x, window.padding, "zeros")
    patches = gather(padded, window.kernel_size, window.stride, window.dilation)
    return np.ascontiguousarray(patches.sum(axis=tap_axes(window), dtype=wide(x.dtype)))


def spread_windows(y: Array, window: Geometry) -> Array:
    """Add y (..., *S_out) to every input in its window: the transpose of `sum_windows`."""
    if math.prod(window.kernel_size) > SMALL:
        return sum_runs(y, transposed_runs(window))
    leading = y.shape[: -len(window.kernel_size)]
    one_tap = np.expand_dims(y, tap_axes(window))
    patches = np.broadcast_to(one_tap, (*leading, *window.kernel_size, *window.output_size))
    return scatter(patches, window, y.dtype)


def tap_axes(window: Geometry) -> tuple[int, ...]:
    """Say which axes of patches (..., *K, *S_out) are those of the taps."""
    axes = len(window.kernel_size)
    return tuple(range(-2 * axes, -axes))


def sum_runs(x: Array, runs: Sequence[Runs]) -> Array:
    """Sum x over the runs of each axis; the axes that grow last, lest much lie in between."""
    for axis in sorted(
        range(-len(runs), 0), key=lambda axis: runs[axis].outputs > runs[axis].places
    ):
        (x,) = along(axis, [x], runs[axis], sums_along, [wide(x.dtype)])
    return x


def wide(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype to sum in: single precision for half, 64 bits for integers.

    >>> wide(np.dtype("int8")), wide(np.dtype("float16"))
    (dtype('int64'), dtype('float32'))
    """
    return np.result_type(dtype, np.float32 if dtype.kind in "fc" else f"{dtype.kind}8")


def sums_along(arrays: list[Array], first: Array, count: Array, step: int) -> list[Array]:
    """Sum each run: of few runs each by itself, many are put together from sums of 1, 2, 4, ...

    So a sum of k values rounds about log2(k) times, and nothing from outside a run gets into it.
    """
    table = arrays[0].astype(wide(arrays[0].dtype), copy=False)
    y = np.zeros((len(table), len(first), table.shape[2]), table.dtype)
    if len(first) <= FEW:
        for i, (start, stop) in enumerate(zip(first, first + step * count, strict=True)):
            y[:, i] = table[:, start:stop:step].sum(axis=1)
        return [y]
    for length in doublings(count):
        if length > 1:  # from each place on, the sum of `length` places
            gap = step * (length // 2)
            table = table[:, :-gap] + table[:, gap:]
        at = np.flatnonzero(count & length)
        y[:, at] += table.take(first[at], 1)
        first = first + step * (count & length)
    return [y]


def divide(sums: Array, divisors: Sequence[Array]) -> Array:
    """Divide in the dtype of the sums by a product; integers towards zero, as C and torch do.

    >>> divide(np.array([7, -7]), [np.array(2)])
    array([ 3, -3])
    """
    if sums.dtype.kind in "fc":
        return np.asarray(sums / reduce(np.multiply, (d.astype(sums.dtype) for d in divisors)))
    for divisor in divisors:  # whose product could be too large
        d = divisor.astype(sums.dtype)
        sums = (sums - np.fmod(sums, d)) // d
    return sums


def window_divisors(
    window: Geometry,
    count_include_pad: bool,
    divisor_override: SupportsIndex | None,
    dtype: np.dtype[Any],
) -> Sequence[Array]:
    """Check both arguments; return what the sums over windows of this dtype are divided by."""
    counted = flag(count_include_pad, "count_include_pad")
    if divisor_override is None and not any(map(any, window.padding)):
        return [np.array(k) for k in window.kernel_size]
    if divisor_override is None:
        return counts(window_runs(window, with_padding=counted))
    lowest = 1 if dtype.kind == "u" else -(2**63)
    divisor = integer(divisor_override, "divisor_override", lowest, maximum=2**63 - 1)
    if divisor == 0:
        raise ValueError("divisor_override is 0; it must be an int, and not 0")
    return [np.array(divisor)]


def counts(runs: Sequence[Runs]) -> Sequence[Array]:
    """Count per axis the places of each run, shaped to be multiplied."""
    return np.ix_(*(run.counts() for run in runs))
