"""Padding against torch's F.pad, and against NumPy's pad for the mode that torch has not."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from convkit.padding import MODES, pad, sources


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "symmetric"])
@pytest.mark.parametrize("pairs", [((0, 0), (2, 1)), ((3, 0), (1, 2))])
def test_pads_as_torch_does(mode, pairs):
    x = np.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5)
    torch_mode = "constant" if mode == "zeros" else mode
    flat = [p for pair in reversed(pairs) for p in pair]
    expected = F.pad(torch.from_numpy(x), flat, mode=torch_mode)
    np.testing.assert_array_equal(pad(x, pairs, mode), expected)


@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize("mode", MODES)
def test_pads_as_numpy_does_however_far(mode, n):
    x = np.arange(1, n + 1)
    for before, after in ((0, 1), (3, 0), (11, 13)):
        names = {"zeros": "constant", "replicate": "edge", "circular": "wrap"}
        expected = np.pad(x, (before, after), mode=names.get(mode, mode))
        np.testing.assert_array_equal(pad(x, ((before, after),), mode), expected)
        where = sources(np.arange(-before, n + after), n, mode)
        np.testing.assert_array_equal(np.where(where < 0, 0, x[where]), expected)


def test_nothing_to_pad_copies_nothing():
    x = np.ones((1, 1, 3))
    assert pad(x, ((0, 0),), "reflect") is x
