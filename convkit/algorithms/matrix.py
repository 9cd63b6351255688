"""Matrix: convolution is linear, so it is a matrix. Build that matrix and multiply.

The idea
    Each output reads a few inputs. Write one row per output with the kernel's weights in the
    columns of the inputs it reads; all other entries are zero. In 1-D the rows form a band
    (Toeplitz at stride 1), in 2-D bands of bands (doubly blocked); groups make blocks on the
    diagonal.
Multiplications
    The same as naive: only the stored weights are multiplied.
Memory
    One stored weight and one column index per multiplication of a single example, several times
    that while it is built. Dense storage would need (C * inputs) * (D * outputs) numbers instead.
When it wins
    When one matrix is applied to many signals, or when the matrix itself is wanted: its transpose
    is the gradient, its singular values say what is lost, and a solver can invert it.
Source
    R. M. Gray, "Toeplitz and circulant matrices: a review", 2006.
"""

import math

import numpy as np
import scipy  # its submodules are slow to import: scipy.sparse is loaded when first used

from ..arguments import Array, Sizes
from ..geometry import places
from ..patches import gather


def band_matrix(
    w: Array, sources: Array, columns: int, stride: Sizes, dilation: Sizes, groups: int
) -> "scipy.sparse.csr_array":
    """Build the sparse matrix of a convolution from the question "who reads what?".

    `sources` is shaped like the padded input, (C, *S): each entry is the column, 0 .. columns-1,
    of the input value that stands there, or -1 where padding stands. The patches of this array
    list what each output reads, in the order of the weights.
    """
    out_channels, channels, *kernel_size = w.shape
    positions = math.prod(places(sources.shape[1:], kernel_size, stride, dilation))
    taps = channels * math.prod(kernel_size)
    reads = gather(sources[None], kernel_size, stride, dilation).reshape(groups, taps, positions)
    column = np.repeat(reads, out_channels // groups, axis=0)  # (D, taps, positions)
    row = np.arange(out_channels * positions).reshape(out_channels, 1, positions)
    weight = w.reshape(out_channels, taps, 1)
    inside = column >= 0
    rows, weights = (np.broadcast_to(a, column.shape)[inside] for a in (row, weight))
    shape = out_channels * positions, columns
    index = np.dtype("i4" if max(shape) < 2**31 else "i8")  # half the memory wherever it suffices
    entries = weights, (rows.astype(index), column[inside].astype(index))
    return scipy.sparse.coo_array(entries, shape=shape).tocsr()


def correlate(x: Array, w: Array, stride: Sizes, dilation: Sizes, groups: int) -> Array:
    """Correlate a padded x (N, C, *S) with w (D, C/groups, *K); return (N, D, *S_out)."""
    size = math.prod(x.shape[1:])
    sources = np.arange(size).reshape(x.shape[1:])
    matrix = band_matrix(w, sources, size, stride, dilation, groups)
    y = matrix @ x.reshape(len(x), size).T  # one column per example
    return y.T.reshape(len(x), len(w), *places(x.shape[2:], w.shape[2:], stride, dilation))
