"""conv1d, conv2d, conv3d and their matrix: check, pad, run an algorithm, add the bias."""

import math

import numpy as np
import scipy
from numpy.typing import ArrayLike

from . import algorithms
from . import padding as pads
from .algorithms.matrix import band_matrix
from .arguments import (
    Array,
    PerAxis,
    Sizes,
    check_rank,
    integer,
    numeric,
    one_of,
    silently,
)
from .geometry import Geometry


def conv1d(
    input: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: PerAxis | str = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    *,
    padding_mode: str = "zeros",
    method: str = "auto",
) -> Array:
    r"""Cross-correlate a 1-D signal of :math:`C` channels with :math:`D` kernels.

    .. math::

        y[n, o, i] = b[o] + \sum_{c=0}^{C/g-1} \sum_{j=0}^{k-1}
                     w[o, c, j]\; x[n, c_o + c,\, s\,i + d\,j]

    where :math:`x` is the padded input, :math:`c_o` the first channel of the group of output
    :math:`o`, and :math:`s`, :math:`d`, :math:`g` are stride, dilation and groups. The kernel is
    not flipped: networks call this convolution, mathematics calls it cross-correlation.

    Parameters
    ----------
    input : array_like, (N, C, W) or (C, W)
        Signal, batched or not. Integer, floating or complex; never modified.
    weight : array_like, (D, C/groups, k)
        Kernels, of the same dtype as `input`.
    bias : array_like, (D,), optional
        Added to each output channel; of the same dtype as `input`.
    stride : int or tuple of int
        Step of the kernel, in samples.
    padding : int, tuple of int, "valid" or "same"
        Samples added on each side. "valid" adds none; "same" keeps the length, needs stride 1
        and puts an odd sample at the end.
    dilation : int or tuple of int
        Distance between neighbouring taps; 1 is a dense kernel.
    groups : int
        Number of blocks of channels that do not mix; divides :math:`C` and :math:`D`.
    padding_mode : {"zeros", "reflect", "replicate", "circular"}
        What the added samples hold.
    method : {"auto", "naive", "matrix", "im2col", "fft"}
        Algorithm; all give the same answer. "auto" estimates from the sizes which of "im2col",
        whose work grows with the kernel, and "fft", whose work does not, will be faster.

    Returns
    -------
    ndarray, (N, D, W_out) or (D, W_out)
        New C-contiguous array of the input's dtype, with
        ``W_out = output_size(W, k, stride, padding, dilation)``. Integer sums are taken in that
        dtype, modulo its range, as in NumPy and torch.

    Raises
    ------
    ValueError
        When shapes do not fit together, a number is out of range, a name is unknown, or "fft"
        cannot give these integers exactly.
    TypeError
        When an array is not numeric, dtypes differ, or a size is not an integer.

    References
    ----------
    ``torch.nn.functional.conv1d``; V. Dumoulin and F. Visin, "A guide to convolution arithmetic
    for deep learning", 2016.

    Examples
    --------
    >>> conv1d([[1, 2, 3, 4]], [[[3, 2]]])
    array([[ 7, 12, 17]])
    """
    return _conv(1, input, weight, bias, stride, padding, dilation, groups, padding_mode, method)


def conv2d(
    input: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: PerAxis | str = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    *,
    padding_mode: str = "zeros",
    method: str = "auto",
) -> Array:
    r"""Cross-correlate images of :math:`C` channels with :math:`D` kernels.

    .. math::

        y[n, o, i_1, i_2] = b[o] + \sum_{c=0}^{C/g-1} \sum_{j_1=0}^{k_1-1} \sum_{j_2=0}^{k_2-1}
            w[o, c, j_1, j_2]\; x[n, c_o + c,\, s_1 i_1 + d_1 j_1,\, s_2 i_2 + d_2 j_2]

    where :math:`x` is the padded input, :math:`c_o` the first channel of the group of output
    :math:`o`, and :math:`s`, :math:`d`, :math:`g` are stride, dilation and groups. The kernel is
    not flipped: networks call this convolution, mathematics calls it cross-correlation.

    Parameters
    ----------
    input : array_like, (N, C, H, W) or (C, H, W)
        Images, batched or not. Integer, floating or complex; never modified.
    weight : array_like, (D, C/groups, k1, k2)
        Kernels, of the same dtype as `input`.
    bias : array_like, (D,), optional
        Added to each output channel; of the same dtype as `input`.
    stride : int or tuple of int
        Step of the kernel per axis, in pixels.
    padding : int, tuple of int, "valid" or "same"
        Pixels added on each side, per axis. "valid" adds none; "same" keeps the size, needs
        stride 1 and puts an odd pixel at the bottom and right.
    dilation : int or tuple of int
        Distance between neighbouring taps, per axis; 1 is a dense kernel.
    groups : int
        Number of blocks of channels that do not mix; divides :math:`C` and :math:`D`.
    padding_mode : {"zeros", "reflect", "replicate", "circular"}
        What the added pixels hold.
    method : {"auto", "naive", "matrix", "im2col", "fft"}
        Algorithm, as in :func:`conv1d`; all give the same answer.

    Returns
    -------
    ndarray, (N, D, H_out, W_out) or (D, H_out, W_out)
        New C-contiguous array of the input's dtype; sizes as :func:`output_size` gives them.

    Raises
    ------
    ValueError, TypeError
        As :func:`conv1d`.

    References
    ----------
    ``torch.nn.functional.conv2d``; V. Dumoulin and F. Visin, "A guide to convolution arithmetic
    for deep learning", 2016.

    Examples
    --------
    >>> image = np.arange(12).reshape(1, 3, 4)
    >>> conv2d(image, [[[[-1, 1], [0, 0]]]])
    array([[[1, 1, 1],
            [1, 1, 1]]])
    """
    return _conv(2, input, weight, bias, stride, padding, dilation, groups, padding_mode, method)


def conv3d(
    input: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: PerAxis | str = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    *,
    padding_mode: str = "zeros",
    method: str = "auto",
) -> Array:
    r"""Cross-correlate volumes (or videos) of :math:`C` channels with :math:`D` kernels.

    .. math::

        y[n, o, i] = b[o] + \sum_{c=0}^{C/g-1} \sum_{j} w[o, c, j]\; x[n, c_o + c,\, s\,i + d\,j]

    where :math:`i` and :math:`j` have three components, :math:`x` is the padded input, :math:`c_o`
    the first channel of the group of output :math:`o`, and :math:`s`, :math:`d`, :math:`g` are
    stride, dilation and groups. The kernel is not flipped: networks call this convolution,
    mathematics calls it cross-correlation.

    Parameters
    ----------
    input : array_like, (N, C, T, H, W) or (C, T, H, W)
        Volumes, batched or not. Integer, floating or complex; never modified.
    weight : array_like, (D, C/groups, k1, k2, k3)
        Kernels, of the same dtype as `input`.
    bias : array_like, (D,), optional
        Added to each output channel; of the same dtype as `input`.
    stride : int or tuple of int
        Step of the kernel per axis, in voxels.
    padding : int, tuple of int, "valid" or "same"
        Voxels added on each side, per axis; as in :func:`conv2d`.
    dilation : int or tuple of int
        Distance between neighbouring taps, per axis; 1 is a dense kernel.
    groups : int
        Number of blocks of channels that do not mix; divides :math:`C` and :math:`D`.
    padding_mode : {"zeros", "reflect", "replicate", "circular"}
        What the added voxels hold.
    method : {"auto", "naive", "matrix", "im2col", "fft"}
        Algorithm, as in :func:`conv1d`; all give the same answer.

    Returns
    -------
    ndarray, (N, D, T_out, H_out, W_out) or (D, T_out, H_out, W_out)
        New C-contiguous array of the input's dtype; sizes as :func:`output_size` gives them.

    Raises
    ------
    ValueError, TypeError
        As :func:`conv1d`.

    References
    ----------
    ``torch.nn.functional.conv3d``; V. Dumoulin and F. Visin, "A guide to convolution arithmetic
    for deep learning", 2016.

    Examples
    --------
    >>> video = np.arange(8).reshape(1, 2, 2, 2)
    >>> conv3d(video, np.ones((1, 1, 2, 1, 1), int))
    array([[[[ 4,  6],
             [ 8, 10]]]])
    """
    return _conv(3, input, weight, bias, stride, padding, dilation, groups, padding_mode, method)


def conv_matrix(
    weight: ArrayLike,
    input_size: Sizes,
    stride: PerAxis = 1,
    padding: PerAxis | str = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    *,
    padding_mode: str = "zeros",
) -> "scipy.sparse.csr_array":
    r"""Build the sparse matrix :math:`A` of a convolution: ``A @ x.ravel() == conv(x).ravel()``.

    Row :math:`r` lists the weights with which output :math:`r` reads the inputs. Zero
    padding leaves weights out; the other padding modes move them to the column of the value that
    the padding repeats, where they add up. The transpose is the transposed convolution, which
    carries gradients from outputs back to inputs.

    Parameters
    ----------
    weight : array_like, (D, C/groups, *K)
        Kernels with one, two or three spatial axes.
    input_size : tuple of int, (C, *S)
        Shape of one unbatched input.
    stride, padding, dilation, groups, padding_mode
        As in :func:`conv1d`, :func:`conv2d` and :func:`conv3d`.

    Returns
    -------
    scipy.sparse.csr_array, (D * prod(S_out), C * prod(S))
        Entries of the weight's dtype, which may not be float16. Where the weight is zero a zero
        is stored.

    Raises
    ------
    ValueError, TypeError
        As :func:`conv1d`.

    References
    ----------
    R. M. Gray, "Toeplitz and circulant matrices: a review", 2006, for the structure;
    V. Dumoulin and F. Visin, 2016, section 4.1, for convolution as a matrix.

    Examples
    --------
    >>> w = [[[1, 2, 3]]]
    >>> conv_matrix(w, (1, 5)).toarray()
    array([[1, 2, 3, 0, 0],
           [0, 1, 2, 3, 0],
           [0, 0, 1, 2, 3]])

    Circular padding puts the weights that stick out at the other end.

    >>> conv_matrix(w, (1, 4), padding=1, padding_mode="circular").toarray()
    array([[2, 3, 0, 1],
           [1, 2, 3, 0],
           [0, 1, 2, 3],
           [3, 0, 1, 2]])
    """
    w = numeric(weight, "weight")
    if w.dtype == np.float16:
        raise TypeError("weight has dtype float16, which SciPy's sparse arrays lack; use float32")
    axes = w.ndim - 2
    if axes not in (1, 2, 3):
        raise ValueError(f"weight has shape {w.shape}; it needs 3 to 5 axes: (D, C/groups, *K)")
    if not isinstance(input_size, tuple | list) or len(input_size) != axes + 1:
        raise ValueError(
            f"input_size is {input_size!r}; for weight of shape {w.shape} it must be "
            f"a tuple (C, *S) of {axes + 1} sizes"
        )
    size = tuple(integer(n, "input_size", minimum=0) for n in input_size)
    check_channels(size, w.shape, groups)
    geometry = geometry_of((1, *size), w.shape, stride, padding, dilation, padding_mode)
    columns = math.prod(size)
    numbers = np.arange(1, columns + 1).reshape(1, *size)  # so that zero padding is column 0 - 1
    sources = pads.pad(numbers, geometry.padding, padding_mode)[0] - 1
    return band_matrix(w, sources, columns, geometry.stride, geometry.dilation, groups)


@silently
def _conv(
    axes: int,
    input: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None,
    stride: PerAxis,
    padding: PerAxis | str,
    dilation: PerAxis,
    groups: int,
    padding_mode: str,
    method: str,
) -> Array:
    """Check every argument, pad, run one algorithm, add the bias."""
    x, w = numeric(input, "input"), numeric(weight, "weight")
    check_rank(x, axes, "input", f"conv{axes}d")
    check_axes(w, axes, "weight", f"conv{axes}d", "D, C/groups")
    batched = x.ndim == axes + 2
    x = x if batched else x[None]
    check_same_dtype(x, w, "weight")
    check_channels(x.shape[1:], w.shape, groups)
    b = bias_column(bias, x, len(w))
    geometry = geometry_of(x.shape, w.shape, stride, padding, dilation, padding_mode)
    one_of(method, ("auto", *algorithms.METHODS), "method")

    padded = pads.pad(x, geometry.padding, padding_mode)
    y = algorithms.correlate(padded, w, geometry.stride, geometry.dilation, groups, method)
    y = np.ascontiguousarray(y if b is None else y + b)
    return y if batched else y[0]


def check_axes(x: Array, axes: int, name: str, function: str, leading: str) -> None:
    """Check that x has two leading axes, named in `leading`, and as many spatial ones as stated."""
    if x.ndim != axes + 2:
        raise ValueError(
            f"{name} has shape {x.shape}; {function} needs {axes + 2} axes: "
            f"({leading}, and {axes} spatial)"
        )


def check_same_dtype(x: Array, other: Array, name: str, x_name: str = "input") -> None:
    """Refuse to mix dtypes, as torch does: the result's precision should be no surprise."""
    if other.dtype != x.dtype:
        raise TypeError(
            f"{name} has dtype {other.dtype} but {x_name} has {x.dtype}; "
            f"convert one of them, e.g. {name}.astype({x_name}.dtype)"
        )


def check_channels(
    shape: Sizes, w_shape: Sizes, groups: int, x_name: str = "input", w_name: str = "weight"
) -> None:
    """Check that groups, the channels of one input (C, *S) and the weight fit together."""
    groups = integer(groups, "groups", minimum=1)
    if w_shape[0] == 0 or w_shape[0] % groups:
        raise ValueError(
            f"{w_name} has {w_shape[0]} output channels; with groups={groups} it must be "
            "a positive multiple of groups"
        )
    if shape[0] != w_shape[1] * groups:
        raise ValueError(
            f"{x_name} has {shape[0]} channels, but {w_name} {w_shape} with groups={groups} "
            f"needs {w_shape[1] * groups}"
        )


def bias_column(bias: ArrayLike | None, x: Array, channels: int) -> Array | None:
    """Return the bias shaped to be added to (N, channels, *S), or None."""
    if bias is None:
        return None
    b = numeric(bias, "bias")
    if b.shape != (channels,):
        raise ValueError(
            f"bias has shape {b.shape}; it must be ({channels},): one number per output channel"
        )
    check_same_dtype(x, b, "bias")
    return b.reshape(-1, *(1,) * (x.ndim - 2))


def geometry_of(
    shape: Sizes,
    w_shape: Sizes,
    stride: PerAxis,
    padding: PerAxis | str,
    dilation: PerAxis,
    padding_mode: str,
) -> Geometry:
    """Normalise the sizes for an input of shape (N, C, *S); check that it can be padded so."""
    batch, spatial = shape[0], shape[2:]
    if 0 in w_shape[2:]:
        raise ValueError(f"weight has shape {w_shape}; it needs at least one tap on every axis")
    if 0 in spatial and (batch or padding_mode != "zeros"):
        raise ValueError(f"input has spatial size {spatial}; every axis needs at least one value")
    geometry = Geometry.of(spatial, w_shape[2:], stride, padding, dilation)
    pads.check_padding(spatial, geometry.padding, padding_mode)
    return geometry
