"""A caller's program that mypy --strict and pyright must accept. It is checked, never run."""

from typing import assert_type

import numpy as np

import convkit as ck
from convkit.arguments import Array

x, w = np.ones((1, 2, 9, 9)), np.ones((4, 2, 3, 3), "f4")
y: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = ck.conv2d(x, w)

# Arrays are whatever NumPy can read, sizes whatever has __index__.
ck.conv1d([[1, 2, 3, 4]], [[[3, 2]]], [1], 2, "valid", 1, 1)
ck.conv2d(x, w, stride=(1, 2), padding=[1, 0], dilation=2, padding_mode="reflect", method="fft")
ck.conv2d(x, w, stride=np.int64(2), padding=(np.uint8(1), 0), groups=np.int32(1))
ck.conv3d(x, w, None, padding="same", method="winograd")
ck.conv2d(x, w, padding=((1, 2), (0, 1)), padding_mode="symmetric")
ck.conv2d(x, w, stride=2, padding="same_upper")
ck.conv_transpose2d(x, w, stride=2, output_padding=1, padding_mode="circular")
assert_type(ck.conv2d_input((1, 2, 9, 9), w, y), Array)
assert_type(ck.conv2d_weight(x, w.shape, y), Array)
assert_type(ck.conv2d_bias(y), Array)
back = ck.conv_matrix(w, (2, 9, 9), padding=1).T @ np.ones(4 * 9 * 9)
ck.fold(ck.unfold(x, (3, 3)), (9, 9), 3).sum()

# One call, one type.
assert_type(ck.output_size(9, 3), int)
assert_type(ck.output_size(np.int64(9), 3), int)
assert_type(ck.output_size((9, 9), 3, padding="same"), tuple[int, ...])
assert_type(ck.max_pool2d(x, 2), Array)
assert_type(ck.max_pool1d(x[0], 2, return_indices=False), Array)
assert_type(ck.max_pool3d(x, 2, return_indices=True), tuple[Array, Array])
assert_type(ck.adaptive_max_pool2d(x, (None, 3)), Array)
assert_type(ck.adaptive_max_pool2d(x, 3, return_indices=True), tuple[Array, Array])
shape: tuple[int, ...] = ck.max_pool2d(x, 2).shape
values, indices = ck.max_pool2d(x, 2, return_indices=True)
ck.max_unpool2d(values, indices, 2, output_size=(9, 9)).mean()
ck.avg_pool2d(x, 2, dilation=2, ceil_mode=True).mean()


def pooled(with_indices: bool) -> Array | tuple[Array, Array]:
    """What is known only when it runs gives either."""
    return ck.max_pool2d(x, 2, return_indices=with_indices)


assert_type(ck.correlate((1, 2, 3), np.array([4, 5], "f4"), mode="same"), Array)
ck.correlation_lags(5, np.int64(3), "valid").max()
r: float = ck.pearson([True, False], [1.5, 2.5])
factors, miss = ck.separable([[1, 2], [2, 4]])
ck.testing.assert_agree(ck.normalized_correlate(x, x[0]), [[1.0]], check_dtype=True)
stack = [ck.Layer(3, padding="same"), ck.Layer(2, stride=2, transposed=True)]
size = ck.receptive_field(stack)[-1].size + 1
