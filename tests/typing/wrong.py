"""A caller's program of typos: mypy --strict and pyright must refuse each statement below."""

import numpy as np

import convkit as ck

x, w = np.ones((1, 2, 9, 9)), np.ones((4, 2, 3, 3))

ck.conv2d(x, w, stride="2")
ck.conv2d(x, w, padding=1.5)
ck.conv2d(x, w, padding="smae")
ck.conv2d(x, w, padding=(1, "same"))
ck.conv2d(x, w, dilation=(1, None))
ck.conv2d(x, w, groups=2.0)
ck.conv2d(x, w, padding_mode=0)
ck.conv2d(x, w, padding_mode="zero")
ck.conv2d(x, w, method="ftt")
ck.conv2d(x, w, 1, 1, 1, 1, 1, "zeros")
ck.conv2d(x)
ck.conv_transpose2d(x, w, padding="same")
ck.conv_transpose2d(x, w, padding_mode="mirror")
ck.conv2d_input((1, 2, 9, 9), w, x, padding="valid")
ck.conv2d_weight(x, 3, x)
ck.conv_matrix(w, 9)
ck.conv_matrix(w, (2, 9, 9), padding_mode="wrap")
ck.unfold(x, 3, padding="same")
ck.max_pool2d(x, 2, ceil_mode="yes")
ck.max_pool2d(x, 2, return_indices=True).shape  # noqa: B018
ck.max_pool2d(x, "2")
ck.avg_pool1d(x, 2, divisor_override=1)
ck.adaptive_avg_pool2d(x, (2, 1.5))
ck.output_size(9, 3) + ck.output_size((9,), 3)
ck.convolve([1, 2], [1], mode=None)
ck.correlate([1, 2], [1], mode="centre")
ck.correlation_lags(5, 3, "all")
s: str = ck.pearson([1, 2], [1, 3])
ck.Layer(3, padding="valid")
ck.testing.assert_agree([1], [1], check_dtypes=True)
ck.convolution1d(x, w)
