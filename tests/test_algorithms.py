"""The parts of the four algorithms that have a meaning of their own."""

import numpy as np
import pytest
import scipy.linalg

import convkit as ck
from convkit.algorithms import METHODS, fft


def test_the_matrix_of_true_convolution_is_scipys():
    kernel = np.array([1.0, 2.0, 3.0])
    flipped = kernel[::-1].reshape(1, 1, 3)
    full = ck.conv_matrix(flipped, (1, 5), padding=2).toarray()
    np.testing.assert_array_equal(full, scipy.linalg.convolution_matrix(kernel, 5))


def test_zero_padding_stores_nothing_and_circular_padding_wraps():
    w = np.array([[[2, -1, 3]]])
    counts = {
        options: ck.conv_matrix(w, (1, 6), padding=p, padding_mode=mode).nnz
        for options, (p, mode) in {
            "valid": (0, "zeros"),
            "same": (1, "zeros"),
            "full": (2, "zeros"),
            "circular": (1, "circular"),
        }.items()
    }
    assert ck.conv_matrix(w, (1, 6)).indices.dtype == np.int32
    assert counts == {"valid": 12, "same": 16, "full": 18, "circular": 18}
    circulant = ck.conv_matrix(w, (1, 6), padding=1, padding_mode="circular").toarray()
    np.testing.assert_array_equal(circulant, scipy.linalg.circulant([-1, 2, 0, 0, 0, 3]))


def test_dilation_inserts_zeros_between_taps():
    w = np.array([[[1, 2, 3]]])
    np.testing.assert_array_equal(fft.insert_zeros(w, (3,)), [[[1, 0, 0, 2, 0, 0, 3]]])


@pytest.mark.parametrize("method", METHODS)
def test_every_algorithm_has_the_same_narrow_door(method):
    x, w = np.arange(10).reshape(1, 2, 5), np.ones((2, 1, 2), int)
    y = METHODS[method](x, w, (2,), (2,), 2)
    np.testing.assert_array_equal(y, [[[2, 6], [12, 16]]])
