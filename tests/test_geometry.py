"""Sizes: output_size against torch, over a grid of small cases, and what it refuses."""

import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from agreement import compare

import convkit as ck
from convkit.geometry import same_padding

GRID = list(itertools.product(range(1, 10), (1, 2, 3, 4), (1, 2, 3), (0, 1, 2), (1, 2, 3)))


def torch_size(n, k, s, p, d):
    """Length of torch's output, or None where torch refuses."""
    try:
        return F.conv1d(torch.ones(1, 1, n), torch.ones(1, 1, k), None, s, p, d).shape[-1]
    except RuntimeError:
        return None


def test_output_size_is_torchs_on_every_small_case():
    refused = 0
    for n, k, s, p, d in GRID:
        expected = torch_size(n, k, s, p, d)
        if expected is None:
            refused += 1
            with pytest.raises(ValueError, match="kernel_size"):
                ck.output_size(n, k, s, p, d)
        else:
            compare("output_size", np.array(ck.output_size(n, k, s, p, d)), expected)
    assert 0 < refused < len(GRID)


@pytest.mark.parametrize(
    ("arguments", "size"),
    [
        ({"input_size": (7, 8), "kernel_size": 3}, (5, 6)),
        ({"input_size": (7, 8), "kernel_size": (3, 2), "stride": (2, 1)}, (3, 7)),
        ({"input_size": (7, 8), "kernel_size": (4, 3), "padding": "same"}, (7, 8)),
        ({"input_size": 9, "kernel_size": 4, "padding": "same", "dilation": 3}, 9),
        ({"input_size": 9, "kernel_size": 4, "padding": "valid"}, 6),
        ({"input_size": [5], "kernel_size": [3]}, (3,)),
        ({"input_size": (5, 5, 5), "kernel_size": 2, "stride": 2}, (2, 2, 2)),
    ],
)
def test_output_size_takes_torchs_arguments(arguments, size):
    assert ck.output_size(**arguments) == size


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"input_size": -1, "kernel_size": 1}, "input_size is -1"),
        ({"input_size": 5.0, "kernel_size": 1}, "input_size holds 5.0"),
        ({"input_size": 5, "kernel_size": 0}, "kernel_size is 0"),
        ({"input_size": 5, "kernel_size": (1, 2)}, r"kernel_size is \(1, 2\)"),
        ({"input_size": 5, "kernel_size": 6}, "spans 6 positions, more than the 5"),
        ({"input_size": 5, "kernel_size": 3, "padding": "same", "stride": 2}, "needs stride 1"),
        ({"input_size": 0, "kernel_size": 1}, "more than the 0"),
    ],
)
def test_output_size_rejects_by_name(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ck.output_size(**arguments)


def test_same_padding_puts_the_odd_one_after():
    assert same_padding((3, 4, 4, 1), (1, 1, 2, 5)) == ((1, 1), (1, 2), (3, 3), (0, 0))
