"""conv1d, conv2d, conv3d and their matrix: check, pad, run an algorithm, add the bias."""

import math
from typing import SupportsIndex

import numpy as np
import scipy
from numpy.typing import ArrayLike

from . import algorithms
from .algorithms import Method
from .algorithms.matrix import band_matrix
from .arguments import (
    Array,
    PerAxis,
    Shape,
    Sizes,
    check_memory,
    check_rank,
    integer,
    numeric,
    one_of,
    shown,
    silently,
    summing_dtype,
)
from .geometry import Geometry, Padding
from .padding import PaddingMode, check_padding, pad
from .patches import is_roomy, lay_out, pieces


def conv1d(
    input: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: SupportsIndex = 1,
    *,
    padding_mode: PaddingMode = "zeros",
    method: Method = "auto",
) -> Array:
    r"""Cross-correlate signals of :math:`C` channels with :math:`D` kernels.

    :func:`conv2d` along one axis; formula, parameters, errors and source stand there.

    Parameters
    ----------
    input : array_like, (N, C, W) or (C, W)
        Signals, batched or not.
    weight : array_like, (D, C/groups, k)
        Kernels.
    bias, stride, padding, dilation, groups, padding_mode, method
        As in :func:`conv2d`, in samples.

    Returns
    -------
    ndarray, (N, D, W_out) or (D, W_out)
        New array of the input's dtype.

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
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: SupportsIndex = 1,
    *,
    padding_mode: PaddingMode = "zeros",
    method: Method = "auto",
) -> Array:
    r"""Cross-correlate images of :math:`C` channels with :math:`D` kernels.

    .. math::

        y[n, o, i_1, i_2] = b[o] + \sum_{c=0}^{C/g-1} \sum_{j_1=0}^{k_1-1} \sum_{j_2=0}^{k_2-1}
            w[o, c, j_1, j_2]\; x[n, c_o + c,\, s_1 i_1 + d_1 j_1,\, s_2 i_2 + d_2 j_2]

    where :math:`x` is the padded input, :math:`c_o` the first channel of the group of output
    :math:`o`, and :math:`s`, :math:`d`, :math:`g` are stride, dilation and groups. The kernel is
    not flipped: networks call this convolution, mathematics calls it cross-correlation. A sum over
    no channels is zero.

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
    padding : int, tuple of int, tuple of pairs, or a name
        Pixels added on each side, per axis, or one pair (before, after) per axis. "valid" adds
        none. "same" keeps the size, needs stride 1 and puts an odd pixel at the bottom and right.
        "same_upper" takes any stride and gives :math:`\lceil H / s_1 \rceil` by
        :math:`\lceil W / s_2 \rceil` outputs, as TensorFlow's "SAME"; "same_lower" puts the odd
        pixel at the top and left instead.
    dilation : int or tuple of int
        Distance between neighbouring taps, per axis; 1 is a dense kernel.
    groups : int
        Number of blocks of channels that do not mix; divides :math:`C` and :math:`D`.
    padding_mode : {"zeros", "reflect", "replicate", "circular", "symmetric"}
        What the added pixels hold; "reflect" mirrors about the border pixel, "symmetric" repeats it
        and may go beyond the size of the image.
    method : {"auto", "naive", "matrix", "im2col", "fft", "winograd"}
        Algorithm; all give the same answer. "auto" estimates which will be fastest. "winograd"
        takes dense kernels of 2 to 5 taps per axis at stride 1 without groups.

    Returns
    -------
    ndarray, (N, D, H_out, W_out) or (D, H_out, W_out)
        New C-contiguous array of the input's dtype; sizes as :func:`output_size` gives them.
        Integer sums are taken in that dtype, modulo its range, as in NumPy and torch; half
        precision is summed in single, bias included, and rounded once.

    Raises
    ------
    ValueError
        When shapes do not fit together, a number is out of range, a name is unknown, or the method
        cannot do it: "winograd" any but the kernels above, "fft" and "winograd" integers whose sums
        may not come back exactly.
    TypeError
        When an array is not numeric, dtypes differ, or a size is not an integer.
    MemoryError
        When the result is too large to hold.

    References
    ----------
    ``torch.nn.functional.conv2d``; V. Dumoulin and F. Visin, "A guide to convolution arithmetic
    for deep learning", 2016; "same_upper" and "same_lower" as ``auto_pad`` of ONNX's ``Conv``.

    Examples
    --------
    >>> image = np.arange(12).reshape(1, 3, 4)
    >>> conv2d(image, [[[[-1, 1], [0, 0]]]])
    array([[[1, 1, 1],
            [1, 1, 1]]])

    Every second place, the odd pixel of padding at the far end.

    >>> conv2d(image, [[[[1, 1], [1, 1]]]], stride=2, padding="same_upper")
    array([[[10, 18],
            [17, 21]]])
    """
    return _conv(2, input, weight, bias, stride, padding, dilation, groups, padding_mode, method)


def conv3d(
    input: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: SupportsIndex = 1,
    *,
    padding_mode: PaddingMode = "zeros",
    method: Method = "auto",
) -> Array:
    r"""Cross-correlate volumes (or videos) of :math:`C` channels with :math:`D` kernels.

    :func:`conv2d` along three axes; formula, parameters, errors and source stand there.

    Parameters
    ----------
    input : array_like, (N, C, T, H, W) or (C, T, H, W)
        Volumes, batched or not.
    weight : array_like, (D, C/groups, k1, k2, k3)
        Kernels.
    bias, stride, padding, dilation, groups, padding_mode, method
        As in :func:`conv2d`, in voxels.

    Returns
    -------
    ndarray, (N, D, T_out, H_out, W_out) or (D, T_out, H_out, W_out)
        New array of the input's dtype.

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
    input_size: Shape,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: SupportsIndex = 1,
    *,
    padding_mode: PaddingMode = "zeros",
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
        As in :func:`conv2d`.

    Returns
    -------
    scipy.sparse.csr_array, (D * prod(S_out), C * prod(S))
        Entries of the weight's dtype, which may not be float16. Where the weight is zero a zero
        is stored.

    Raises
    ------
    ValueError, TypeError
        As :func:`conv2d`.

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
            f"input_size is {shown(input_size)}; for weight of shape {w.shape} it must be "
            f"a tuple (C, *S) of {axes + 1} sizes"
        )
    size = tuple(integer(n, "input_size", minimum=0) for n in input_size)
    groups = check_channels(size, w.shape, groups)
    window = geometry_of((1, *size), w.shape, stride, padding, dilation, padding_mode)
    check_memory((len(w), *window.output_size), np.dtype(np.int64))
    columns = math.prod(size)
    numbers = np.arange(1, columns + 1).reshape(size)  # so that zero padding is column 0 - 1
    if is_roomy(numbers, window):
        whole = [slice(0, n) for n in window.output_size]
        sources = lay_out(numbers, window, whole, padding_mode) - 1
        return band_matrix(w, sources, columns, window.kernel_size, (1,) * axes, groups)
    sources = pad(numbers, window.padding, padding_mode) - 1
    return band_matrix(w, sources, columns, window.stride, window.dilation, groups)


@silently
def _conv(
    axes: int,
    input: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None,
    stride: PerAxis,
    padding: Padding,
    dilation: PerAxis,
    groups: SupportsIndex,
    padding_mode: str,
    method: str,
) -> Array:
    """Check every argument, correlate, add the bias."""
    x, w = numeric(input, "input"), numeric(weight, "weight")
    check_rank(x, axes, "input", f"conv{axes}d")
    check_axes(w, axes, "weight", f"conv{axes}d", "D, C/groups")
    batched = x.ndim == axes + 2
    x = x if batched else x[None]
    check_same_dtype(x, w, "weight")
    groups = check_channels(x.shape[1:], w.shape, groups)
    b = bias_column(bias, x, len(w))
    window = geometry_of(x.shape, w.shape, stride, padding, dilation, padding_mode)
    one_of(method, ("auto", *algorithms.METHODS), "method")
    check_memory((len(x), len(w), *window.output_size), x.dtype)

    y = correlate_padded(x, w, window, groups, padding_mode, method)
    y = np.ascontiguousarray(y if b is None else y + b, x.dtype)
    return y if batched else y[0]


def correlate_padded(
    x: Array, w: Array, window: Geometry, groups: int, padding_mode: str, method: str
) -> Array:
    """Pad x and run one algorithm on it; in pieces where the padding would be enormous."""
    if not is_roomy(x, window):
        padded = pad(x, window.padding, padding_mode)
        return algorithms.correlate(padded, w, window.stride, window.dilation, groups, method)
    y = np.empty((len(x), len(w), *window.output_size), summing_dtype(x))
    dense = (1,) * len(window.kernel_size)
    for places, piece in pieces(x, window, padding_mode):
        part = algorithms.correlate(piece, w, window.kernel_size, dense, groups, method)
        y[:, :, *places] = part
    return y


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
    shape: Sizes,
    w_shape: Sizes,
    groups: SupportsIndex,
    x_name: str = "input",
    w_name: str = "weight",
) -> int:
    """Return groups as an int if it, the channels of one input (C, *S) and the weight fit."""
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
    return groups


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
    return b.astype(summing_dtype(x), copy=False).reshape(-1, *(1,) * (x.ndim - 2))


def geometry_of(
    shape: Sizes,
    w_shape: Sizes,
    stride: PerAxis,
    padding: Padding,
    dilation: PerAxis,
    padding_mode: str,
    weight: str = "weight of size",
) -> Geometry:
    """Normalise the sizes for an input of shape (N, C, *S); check that it can be padded so."""
    batch, spatial = shape[0], shape[2:]
    if 0 in w_shape[2:]:
        raise ValueError(f"weight has shape {w_shape}; it needs at least one tap on every axis")
    if 0 in spatial and (batch or padding_mode != "zeros"):
        raise ValueError(f"input has spatial size {spatial}; every axis needs at least one value")
    geometry = Geometry.of(spatial, w_shape[2:], stride, padding, dilation, weight)
    check_padding(spatial, geometry.padding, padding_mode)
    return geometry
