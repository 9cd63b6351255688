"""assert_agree must notice every kind of disagreement."""

import functools
import math
import re

import numpy as np
import pytest
import scipy.sparse
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

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
        ([INF + 1j, 1], [INF + 1j + 1e-12j, 1]),
        ([complex(NAN, 1)], [complex(NAN, 2)]),  # a number is NaN where a part is
        (np.array([-(2**63), 5]), [-float(2**63), 5]),
        ([True, False], np.array([True, False])),
        (np.array([2**63], "u8"), np.array([2**63], "u8")),
        ((), []),
        ([np.ones(2), np.zeros(3)], (torch.ones(2), [0, 0, 0])),
        ([np.ones(2), np.zeros(2)], np.array([[1, 1], [0, 0]])),
        (((1.0, [2]), 3), [[1.0, np.array([2])], 3]),
        ([(np.eye(2), 1)], [(scipy.sparse.eye_array(2), 1)]),
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
        ([1, 2, 3], [1, 3, 5], r"largest error 2 at \(2,\): 3 against 5.*; 2 of 3 differ"),
        (np.array([-1]), np.array([2**64 - 1], "u8"), "-1 against 18446744073709551615"),
        (np.array([2**63 - 1]), np.array([2**63], "u8"), "largest error 1 "),
        ([True], [False], "True against False"),
        ([INF + 1j], [INF + 2j], "largest error 1 "),
        ([INF + 1j], [complex(INF, NAN)], "largest error"),
        ([1.0], (np.array([1.0]), 2), "length 1 against 2"),
        (3.0, (3.0,), "actual is 3.0, a number, against a tuple or list"),
        (([1.0], [2]), ([1.0], [2, 3]), r"item \[1\]: shape \(1,\) against \(2,\)"),
        ([[np.ones(2)]], [[np.ones(2), 3]], r"item \[0\]: length 1 against 2"),
        ((1.0, ([2], [3.0, 4.0])), (1.0, ([2], [3.0, 5.0])), r"item \[1\]\[1\]: .*4.0 against 5.0"),
    ],
)
def test_refuses(actual, expected, message):
    with pytest.raises(AssertionError, match=message):
        assert_agree(actual, expected)


# What holds a wrong value of ordinary size beside a huge one, in every way items can be nested.
SMALL, WRONG, HUGE = np.array([1.0, 2.0]), np.array([1.0, 2.5]), np.array([10**12, 10**12 + 1])
NESTINGS = {
    "tuple": lambda values: (values, HUGE),
    "list": lambda values: [HUGE, values],
    "tuple of lists": lambda values: (values.tolist(), HUGE.tolist()),
    "tuple of numbers": lambda values: (float(values[1]), 10**12),
    "list of tuples": lambda values: [(HUGE, values)],
    "deep": lambda values: [[[HUGE], [(values,)]]],
    "tensors": lambda values: (torch.tensor(values), torch.tensor(HUGE)),
    "sparse": lambda values: [scipy.sparse.coo_array(values[None]), HUGE],
    "numbers in arrays": lambda values: [np.array(values[1]), np.array(1e12)],
}


@pytest.mark.parametrize("nested", NESTINGS)
@pytest.mark.parametrize("other", NESTINGS)
def test_the_size_of_one_item_excuses_no_other(nested, other):
    actual, right, wrong = NESTINGS[nested](SMALL), NESTINGS[nested](SMALL), NESTINGS[nested](WRONG)
    assert_agree(actual, right)
    with pytest.raises(AssertionError, match=r"item \[.*largest error 0.5 at .* differ"):
        assert_agree(actual, wrong)
    if other != nested:
        with pytest.raises((AssertionError, TypeError)):
            assert_agree(actual, NESTINGS[other](WRONG))


def test_dtypes_are_compared_when_asked():
    single = np.ones(2, "f4")
    assert_agree(single, np.ones(2))
    assert_agree(single, torch.ones(2), check_dtype=True)
    with pytest.raises(AssertionError, match=r"^dtype float32 against float64$"):
        assert_agree(single, np.ones(2), check_dtype=True)
    with pytest.raises(AssertionError, match=r"^item \[0\]\[1\]: dtype int64 against int32$"):
        assert_agree([(1, [2])], [(1, np.array([2], "i4"))], check_dtype=True)


class Hostile:
    """An object that NumPy cannot read, and that cannot be printed either."""

    def __array__(self, *_, **__):
        raise RuntimeError("first line\n" * 100)

    def __repr__(self):
        raise RuntimeError("no")


class Changeling:
    """An object that has every attribute."""

    def __getattr__(self, name):
        return lambda *_, **__: self


def circle():
    circle = []
    circle.append(circle)
    return circle


FOREIGN = {
    "nothing": None,
    "string": "abc" * 1000,
    "huge number": 10**5000,
    "dictionary": {"a": np.ones(3)},
    "set": {1, 2},
    "generator": (i for i in range(3)),
    "ragged": [[1, 2], [3]],
    "ragged with arrays": [[np.ones(2), 1], [3]],
    "objects": np.array([1, None]),
    "dates": np.array(["2020-01-01"], "M8[D]"),
    "masked": np.ma.masked_array([1.0, 2.0], [True, False]),
    "masked in a list": [np.ma.masked_array([1.0, 2.0], [True, False])],
    "hostile": Hostile(),
    "hostile in a list": [Hostile()],
    "changeling": Changeling(),
    "tuple of strings": ("a", "b"),
    "type": np.ndarray,
    "circle": circle(),
    "circle in a tuple": (circle(),),
    "deep": functools.reduce(lambda inside, _: (inside,), range(500), 3),
}
ORDINARY = {
    "number": 1.5,
    "array": np.ones(2),
    "matrix": np.ones((2, 2)),
    "tuple": (np.ones(2), 3),
    "tensor": torch.ones(2),
}


@pytest.mark.parametrize("foreign", FOREIGN)
@pytest.mark.parametrize("ordinary", [*ORDINARY, "itself"])
def test_a_foreign_object_is_named_in_one_line(foreign, ordinary):
    other = FOREIGN[foreign] if ordinary == "itself" else ORDINARY[ordinary]
    if foreign in ("deep", "ragged with arrays") and ordinary == "itself":
        assert_agree(other, other)
        return
    for pair in ((FOREIGN[foreign], other), (other, FOREIGN[foreign])):
        with pytest.raises((AssertionError, TypeError)) as caught:
            assert_agree(*pair)
        message = str(caught.value)
        assert message
        assert "\n" not in message
        assert len(message) <= 300


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, r"actual has dtype object; it must be an array of numbers; got None, a NoneType"),
        ([Hostile()], r"actual\[0\] is not a numeric array.*; got .*Hostile"),
        (np.ma.masked_array([1.0], [True]), "actual is a masked array, whose mask would be lost"),
        (circle(), "holds itself"),
    ],
)
def test_a_type_error_says_what_it_got(value, message):
    with pytest.raises(TypeError, match=message):
        assert_agree(value, [1.0])


NUMBERS = st.sampled_from([NAN, INF, -INF, 0.0, -0.0, 1.0, -2.5, 1e300, 5e-324])


@given(st.data())
def test_one_changed_value_is_found_wherever_it_is(data):
    """Against the definition, value by value: NaN agrees with NaN, infinity with itself."""
    shape = data.draw(hnp.array_shapes(max_dims=3, max_side=3))
    expected = data.draw(hnp.arrays(float, shape, elements=NUMBERS))
    actual = expected.copy()
    place = tuple(data.draw(st.integers(0, n - 1)) for n in shape)
    actual[place] = data.draw(NUMBERS)
    finite = np.abs(expected[np.isfinite(expected)]).max(initial=0)
    a, b = float(actual[place]), float(expected[place])
    close = a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= 1e-10 * finite
    if close:
        assert_agree(actual, expected)
        return
    with pytest.raises(AssertionError, match=f"at {re.escape(str(place))}: .*; 1 of {actual.size}"):
        assert_agree(actual, expected)


@pytest.mark.parametrize(
    "pair", [([1e308, INF], [-1e308, INF]), ([5e-324], [1e-308]), ([1], [NAN])]
)
def test_is_silent_and_still_refuses_where_numpy_raises(pair):
    with np.errstate(all="raise"), pytest.raises(AssertionError, match="largest error"):
        assert_agree(*pair)
