"""assert_agree must notice every kind of disagreement."""

import numpy as np
import pytest
import scipy.sparse
import torch

from convkit.testing import assert_agree

NAN, INF = np.nan, np.inf


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ([1, 2, 3], [1, 2, 3]),
        ([1.0, 1e6], [1.0 + 1e-5, 1e6]),  # 1e-11 of the largest value
        ([NAN, INF, -INF, 2.0], [NAN, INF, -INF, 2.0]),
        (np.ones(2, "f4"), np.ones(2) + 5e-5),
        (np.ones(2, "f2"), np.ones(2) + 5e-3),
        ([], []),
        (0.5, 0.5 + 1e-12),
        (7, torch.tensor(7)),
        ([1j, 2], [1j, 2 + 1e-12]),
        (np.eye(2), scipy.sparse.eye_array(2)),
        (np.ones(2, "f4"), torch.ones(2, requires_grad=True)),
        (np.array([-1j]), torch.tensor([1j]).conj()),
    ],
)
def test_accepts(actual, expected):
    assert_agree(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected", "message"),
    [
        ([1, 2], [[1, 2]], r"shape \(2,\) against \(1, 2\)"),
        ([1, 2], [1, 3], r"largest error 1 at \(1,\): 2 against 3; at most 0 is allowed"),
        ([1.0, 1.0], [1.0, 1.0 + 2e-10], r"at \(1,\)"),
        (np.ones(2, "f4"), np.ones(2) + 2e-4, "largest error 0.0002"),
        (np.ones(2, "f2"), np.ones(2) + 2e-2, "largest error 0.02"),
        ([NAN, 1.0], [0.0, 1.0], "nan against 0.0"),
        ([1.0, 1.0], [NAN, 1.0], "1.0 against nan"),
        ([INF], [-INF], "inf against -inf"),
        ([INF, 1.0], [1e300, 1.0], "inf against"),
        (np.array([1], "u1"), np.array([2], "u1"), "1 against 2"),
        ([0.0], [1e-300], "largest error"),
        ([2**62], [-(2**62)], "at most 0 is allowed"),
        ([2**53], [2**53 + 1], "largest error 1 "),
        (np.array([3], "u1"), np.array([5], "u1"), "largest error 2 "),
        ([1j], [-1j], "largest error 2"),
        (0.5, 0.6, r"largest error 0.1 at \(\): 0.5 against 0.6"),
        (7, 8, "largest error 1 "),
    ],
)
def test_refuses(actual, expected, message):
    with pytest.raises(AssertionError, match=message):
        assert_agree(actual, expected)
