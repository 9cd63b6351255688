"""The four padding modes against torch's F.pad."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from convkit.padding import MODES, pad


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("pairs", [((0, 0), (2, 1)), ((3, 0), (1, 2))])
def test_pads_as_torch_does(mode, pairs):
    x = np.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5)
    torch_mode = "constant" if mode == "zeros" else mode
    flat = [p for pair in reversed(pairs) for p in pair]
    expected = F.pad(torch.from_numpy(x), flat, mode=torch_mode)
    np.testing.assert_array_equal(pad(x, pairs, mode), expected)


def test_nothing_to_pad_copies_nothing():
    x = np.ones((1, 1, 3))
    assert pad(x, ((0, 0),), "reflect") is x
