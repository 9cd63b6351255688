"""Matrix products in pieces that stay on the core that asks for them."""

import numpy as np

from ..arguments import Array

LARGE = 2**12  # numbers in rows, from which on OpenBLAS's threads are worth their waiting
SMALL = 2**19 - 1  # multiplications; with one more OpenBLAS shares a product out to its threads
ROWS, COLUMNS = 16, 32  # of a piece, in multiples of these


def product(rows: Array, columns: Array) -> Array:
    """Return rows (..., D, K) @ columns (..., K, P), computed on this core if the rows are few.

    The threads of OpenBLAS wait for each other at each product. If it is small, that takes longer
    than the product, and a hundred times longer where others use the cores.
    """
    (filters, taps), places = rows.shape[-2:], columns.shape[-1]
    some = min(filters, SMALL // (taps * COLUMNS) // ROWS * ROWS)
    if some == 0 or filters * taps > LARGE:
        return rows @ columns
    width = SMALL // (taps * some) // COLUMNS * COLUMNS
    lead = np.broadcast_shapes(rows.shape[:-2], columns.shape[:-2])
    y = np.empty((*lead, filters, places), columns.dtype)
    for i in range(0, filters, some):
        for j in range(0, places, width):
            piece = y[..., i : i + some, j : j + width]
            np.matmul(rows[..., i : i + some, :], columns[..., j : j + width], out=piece)
    return y
