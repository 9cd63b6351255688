"""Every public function refuses bad arguments: by name, in one line, before any work.

Three tables: a good call of every function; what is wrong with an argument wherever it occurs;
and what is wrong only in one function or through two arguments together. A message must name
the argument, show what was passed and say what would be accepted. What torch offers too, torch
must refuse too.
"""

import contextlib
import copy
import inspect
import re
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch.nn.functional as F
from agreement import tensor

import convkit as ck
from convkit.arguments import shown

PACKAGE = Path(ck.__file__).parent
WORK = {"patches.gather", "patches.scatter", "padding.pad", "signals.slide", "signals.unit"}
WORK |= {"signals.closest_factors"}
WORK |= {"maximum.winners", "maximum.planes", "average.sum_windows", "runs.along"}
WORK |= {"__init__.correlate", "matrix.band_matrix", "patches.add_up", "gradients.channel_sums"}
TORCH_REFUSES = (RuntimeError, TypeError, ValueError, IndexError, AttributeError)
ACCEPTED = r"must|needs|need|may|accepts|at least|at most|convert|use"


class Call(NamedTuple):
    arguments: dict
    torch: object = None  # the function of torch that takes the same arguments


def good_calls(axes):
    """Return a call of every function that has a variant for this many axes."""
    size, kernel, halves = (8,) * axes, (3,) * axes, (4,) * axes
    x, w, b = np.ones((2, 4, *size)), np.ones((6, 2, *kernel)), np.ones(6)
    y, pooled = np.ones((2, 6, *(6,) * axes)), np.ones((2, 4, *halves))
    first = np.zeros(pooled.shape, int)
    slide = {"stride": 1, "padding": 0, "dilation": 1, "groups": 2}
    pool = {"kernel_size": 2, "stride": 2, "padding": 0}
    names = {
        "conv#d": {"input": x, "weight": w, "bias": b, **slide},
        "conv_transpose#d": {
            "input": x,
            "weight": np.ones((4, 3, *kernel)),
            "bias": b,
            "stride": 2,
            "padding": 0,
            "output_padding": 0,
            "groups": 2,
            "dilation": 1,
        },
        "conv#d_input": {"input_size": x.shape, "weight": w, "grad_output": y, **slide},
        "conv#d_weight": {"input": x, "weight_size": w.shape, "grad_output": y, **slide},
        "conv#d_bias": {"grad_output": y},
        "max_pool#d": {"input": x, **pool, "dilation": 1, "ceil_mode": False},
        "avg_pool#d": {"input": x, **pool, "ceil_mode": False, "count_include_pad": True},
        "adaptive_max_pool#d": {"input": x, "output_size": 3},
        "adaptive_avg_pool#d": {"input": x, "output_size": 3},
        "max_unpool#d": {"input": pooled, "indices": first, **pool},
        "max_pool#d_input": {"grad_output": pooled, "indices": first, "input_size": x.shape},
        "max_unpool#d_input": {"grad_output": x, "indices": first},
        "avg_pool#d_input": {
            "grad_output": pooled,
            "input_size": x.shape,
            **pool,
            "ceil_mode": False,
            "count_include_pad": True,
        },
        "adaptive_avg_pool#d_input": {"grad_output": pooled, "input_size": x.shape},
    }
    calls = {name.replace("#", str(axes)): arguments for name, arguments in names.items()}
    return {name: Call(a, getattr(F, name, None)) for name, a in calls.items()}


IMAGE = np.ones((2, 4, 8, 8))
COLUMNS = np.ones((2, 36, 36))
GOOD = {
    **good_calls(1),
    **good_calls(2),
    **good_calls(3),
    "unfold": Call({"input": IMAGE, "kernel_size": (3, 3), "padding": 0, "stride": 1}, F.unfold),
    "fold": Call({"input": COLUMNS, "output_size": (8, 8), "kernel_size": (3, 3)}, F.fold),
    "conv_matrix": Call({"weight": np.ones((6, 2, 3)), "input_size": (4, 8), "groups": 2}),
    "output_size": Call({"input_size": (8, 8), "kernel_size": 3, "stride": 1}),
    "receptive_field": Call({"layers": [ck.Layer(3, 2), ck.Layer(3)]}),
    "correlation_lags": Call({"n": 5, "m": 3, "mode": "full"}),
    "separable": Call({"kernel": np.ones((3, 3))}),
    "correlate": Call({"signal": np.arange(5.0), "kernel": np.ones(3), "mode": "full"}),
    "convolve": Call({"signal": np.arange(5.0), "kernel": np.ones(3), "mode": "full"}),
    "pearson": Call({"x": np.arange(5.0), "y": np.arange(5.0)}),
    "normalized_correlate": Call({"signal": np.arange(9.0), "template": np.arange(3.0)}),
}

ARRAYS = ("input", "weight", "grad_output", "signal", "kernel", "template", "x", "y")

# What is wrong with an argument in whatever function it occurs. "#" stands for the number of axes.
SIZES = {"zero": 0, "negative": -2, "a float": 1.5, "a whole float": 2.0, "a bool": True}
SIZES |= {
    "more than 31 bits": 2**31,
    "a string": "3",
    "too long a tuple": (1, 1, 1, 1),
    "a tuple holding a float": (1.5,),
}
NO_ARRAY = {"a string": "signal", "ragged": [[1.0, 2.0], [3.0]], "a dictionary": {"a": 1}}
WRONG_VALUES = {
    "stride": SIZES,
    "dilation": SIZES | {"None": None},
    "kernel_size": SIZES | {"None": None},
    "padding": {k: v for k, v in SIZES.items() if k != "zero"} | {"full": "full", "None": None},
    "output_padding": {k: v for k, v in SIZES.items() if k != "zero"} | {"None": None},
    "groups": {k: v for k, v in SIZES.items() if "tuple" not in k} | {"None": None, "pair": (2, 2)},
    "ceil_mode": {"an int": 1, "a string": "yes", "None": None},
    "count_include_pad": {"an int": 1, "a string": "yes", "None": None},
    "divisor_override": {"zero": 0, "a float": 1.5, "a string": "2", "a bool": True},
    "padding_mode": {"unknown": "mean", "None": None, "a list": ["zeros"]},
    "method": {"unknown": "strassen", "None": None, "an int": 1},
    "n": SIZES | {"None": None},
    "m": SIZES | {"None": None},
    "mode": {"unknown": "middle", "None": None, "an int": 1},
    "output_size": {
        "negative": -1,
        "a float": 1.5,
        "a string": "3",
        "too long": (3, 3, 3, 3, 3, 3),
    },
    "input_size": {
        "negative": (2, 4, -8),
        "a string": "8",
        "too long": (1,) * 6,
        "floats": (4, 8.0),
    },
    "weight_size": {"negative": (6, 2, -3), "a string": "3", "too long": (1,) * 6, "an int": 6},
    "layers": {"an int": 3, "ints": [3, 3], "None": None},
    **dict.fromkeys(
        (*ARRAYS, "bias", "indices"),
        NO_ARRAY,
    ),
}

WRONG_ARRAYS = {
    "of booleans": lambda a: a > 0,
    "of objects": lambda a: a.astype(object),
    "with too many axes": lambda a: a[None, None, None],
    "a single number": lambda a: a.flat[0],
}

# What the tables call wrong but this function takes, or cannot tell from another fault.
FINE = {
    *((name, "of booleans") for name in ("unfold", "fold", "pearson", "normalized_correlate")),
    *((name, "a tuple holding a float") for name in ("unfold", "fold")),  # a 1-D kernel: the rank
    ("separable", "with too many axes"),
    ("output_size", "too long"),  # of any number of axes
}
# Unpooling needs these only for the size of the result, and torch takes whatever gives one.
UNCHECKED_BY_TORCH = dict.fromkeys(
    ("max_unpool1d", "max_unpool2d", "max_unpool3d"), ("kernel_size", "stride", "padding")
)


def wrong_arguments():
    """Yield function, argument and fault of every entry of the tables that applies."""
    for name in GOOD:
        for argument in inspect.signature(getattr(ck, name)).parameters:
            arrays = WRONG_ARRAYS if argument in ARRAYS else {}
            for fault in {**WRONG_VALUES.get(argument, {}), **arrays}:
                if (name, fault) not in FINE:
                    yield name, argument, fault


def wrong_value(name, argument, fault):
    if fault in WRONG_VALUES[argument]:
        return WRONG_VALUES[argument][fault]
    return WRONG_ARRAYS[fault](GOOD[name].arguments[argument])


def ones(channels, size, axes, first=2, dtype=float):
    """Return a batch (first, channels, *S), or kernels, of ones."""
    return np.ones((first, channels, *(size,) * axes), dtype)


# What is wrong in one function only, or in two arguments together: the arguments that differ from
# the good call for so many axes, and the words that say so.
SPECIAL = {
    "conv#d": {
        "channels": (lambda a: {"input": ones(3, 8, a)}, "input has 3 channels.*needs 4"),
        "filters not divisible": (
            lambda a: {"weight": ones(2, 3, a, 5), "bias": None},
            "weight has 5 output channels.*multiple of groups",
        ),
        "no filter": (lambda a: {"weight": ones(2, 3, a, 0)}, "weight has 0 output channels"),
        "groups not dividing": (lambda a: {"groups": 3}, "input has 4 channels.*needs 6"),
        "bias too short": (lambda a: {"bias": np.ones(5)}, r"bias has shape \(5,\).*\(6,\)"),
        "bias a matrix": (lambda a: {"bias": np.ones((6, 1))}, r"bias has shape \(6, 1\)"),
        "bias single": (lambda a: {"bias": np.ones(6, "f4")}, "bias has dtype float32"),
        "weight single": (lambda a: {"weight": ones(2, 3, a, 6, "f4")}, "weight has dtype float32"),
        "kernel too large": (lambda a: {"weight": ones(2, 9, a, 6)}, "weight of size 9.*most 8"),
        "kernel too wide": (lambda a: {"dilation": 4}, "weight of size 3 with dilation 4 spans 9"),
        "kernel empty": (lambda a: {"weight": ones(2, 0, a, 6)}, "weight has shape.*one tap"),
        "input empty": (lambda a: {"input": ones(4, 0, a), "padding": 2}, "input has spatial size"),
        "same, stride": (lambda a: {"padding": "same", "stride": 2}, "padding='same' needs stride"),
    },
    "conv_transpose#d": {
        "channels": (lambda a: {"input": ones(3, 8, a)}, "input has 3 channels"),
        "groups not dividing": (lambda a: {"groups": 3}, "groups"),
        "bias too short": (lambda a: {"bias": np.ones(5)}, r"bias has shape \(5,\).*\(6,\)"),
        "weight single": (lambda a: {"weight": ones(3, 3, a, 4, "f4")}, "weight has dtype float32"),
        "kernel empty": (lambda a: {"weight": ones(3, 0, a, 4)}, "weight has shape.*at least one"),
        "input empty": (lambda a: {"input": ones(4, 0, a)}, "input has spatial size"),
        "output_padding as stride": (lambda a: {"output_padding": 2}, "output_padding is 2"),
        "nothing left": (lambda a: {"padding": 9}, "padding"),
        "padding by name": (lambda a: {"padding": "same"}, "padding"),
        "mirror too narrow": (
            lambda a: {"padding": 6, "padding_mode": "reflect"},
            "padding adds 6.*at most 4",
        ),
    },
    "conv#d_input": {
        "channels": (lambda a: {"input_size": (2, 3, *(8,) * a)}, "input_size"),
        "another size": (lambda a: {"input_size": (2, 4, *(9,) * a)}, "grad_output has shape"),
        "another batch": (lambda a: {"input_size": (3, 4, *(8,) * a)}, "grad_output has shape"),
        "filters": (lambda a: {"grad_output": ones(5, 6, a)}, "grad_output has shape"),
        "another stride": (lambda a: {"stride": 2}, "grad_output has shape"),
        "kernel too large": (lambda a: {"weight": ones(2, 9, a, 6)}, "weight of size 9.*most 8"),
        "weight single": (lambda a: {"weight": ones(2, 3, a, 6, "f4")}, "float32"),
    },
    "conv#d_weight": {
        "channels": (lambda a: {"weight_size": (6, 3, *(3,) * a)}, "needs 6|weight_size"),
        "another size": (lambda a: {"weight_size": (6, 2, *(4,) * a)}, "grad_output has shape"),
        "another batch": (lambda a: {"grad_output": ones(6, 6, a, 3)}, "grad_output has shape"),
        "kernel too large": (lambda a: {"weight_size": (6, 2, *(9,) * a)}, "weight_size 9"),
        "gradient single": (lambda a: {"grad_output": ones(6, 6, a, 2, "f4")}, "dtype float32"),
        "kernel empty": (lambda a: {"weight_size": (6, 2, *(0,) * a)}, "weight_size"),
    },
    "max_pool#d": {
        "padding over half": (lambda a: {"padding": 2}, "padding is 2, more than half.*at most 1"),
        "window too large": (lambda a: {"kernel_size": 9}, "kernel_size 9.*at most 8"),
        "complex": (lambda a: {"input": ones(4, 8, a, 2, complex)}, "input has dtype complex128"),
        "input empty": (lambda a: {"input": ones(4, 0, a)}, "input has"),
        "no channel": (lambda a: {"input": ones(0, 8, a)}, "input has"),
    },
    "avg_pool#d": {
        "padding over half": (lambda a: {"padding": 2}, "padding is 2, more than half.*at most 1"),
        "window too large": (lambda a: {"kernel_size": 9}, "kernel_size 9.*at most 8"),
        "complex": (lambda a: {"input": ones(4, 8, a, 2, complex)}, "input has dtype complex128"),
        "input empty": (lambda a: {"input": ones(4, 0, a)}, "input has"),
        "no channel": (lambda a: {"input": ones(0, 8, a)}, "input has"),
    },
    "adaptive_max_pool#d": {
        "no size": (lambda a: {"output_size": None}, "output_size holds None.*must be an int"),
        "complex": (lambda a: {"input": ones(4, 8, a, 2, complex)}, "input has dtype complex128"),
        "input empty": (lambda a: {"input": ones(4, 0, a)}, "input has"),
    },
    "adaptive_avg_pool#d": {
        "no size": (lambda a: {"output_size": None}, "output_size holds None.*must be an int"),
        "integers": (lambda a: {"input": ones(4, 8, a, 2, int)}, "input has dtype int64"),
    },
    "max_unpool#d": {
        "another shape": (lambda a: {"indices": np.zeros((2, 4, *(3,) * a), int)}, "indices"),
        "index too large": (lambda a: {"indices": ones(4, 4, a, 2, int) * 8**a}, "indices"),
        "negative index": (lambda a: {"indices": -ones(4, 4, a, 2, int)}, "indices"),
        "floating indices": (lambda a: {"indices": ones(4, 4, a)}, "indices"),
        "impossible size": (lambda a: {"output_size": (20,) * a}, "output_size"),
    },
    "max_pool#d_input": {
        "another shape": (lambda a: {"indices": np.zeros((2, 4, *(3,) * a), int)}, "indices"),
        "index too large": (lambda a: {"indices": ones(4, 4, a, 2, int) * 8**a}, "indices"),
        "negative index": (lambda a: {"indices": -ones(4, 4, a, 2, int)}, "indices"),
        "another batch": (lambda a: {"input_size": (3, 4, *(8,) * a)}, "input_size"),
    },
    "max_unpool#d_input": {
        "index too large": (lambda a: {"indices": ones(4, 4, a, 2, int) * 8**a}, "indices"),
        "negative index": (lambda a: {"indices": -ones(4, 4, a, 2, int)}, "indices"),
    },
    "avg_pool#d_input": {
        "another size": (lambda a: {"input_size": (2, 4, *(12,) * a)}, "grad_output has shape"),
        "another batch": (lambda a: {"input_size": (3, 4, *(8,) * a)}, "input_size is"),
        "padding over half": (lambda a: {"padding": 2}, "padding is 2, more than half.*at most 1"),
    },
    "adaptive_avg_pool#d_input": {
        "another batch": (lambda a: {"input_size": (3, 4, *(8,) * a)}, "grad_output|input_size"),
    },
    "unfold": {
        "kernel too large": (lambda a: {"kernel_size": (9, 3)}, "kernel_size 9.*at most 8"),
        "no channel": (lambda a: {"input": IMAGE[:, :0]}, "input has"),
        "input empty": (lambda a: {"input": IMAGE[..., :0]}, "input has"),
    },
    "fold": {
        "columns": (lambda a: {"output_size": (8, 9)}, "input has"),
        "taps": (lambda a: {"kernel_size": (5, 5), "padding": 1}, "input has"),
        "kernel too large": (lambda a: {"kernel_size": (9, 9)}, "kernel_size 9.*at most 8"),
    },
    "conv_matrix": {
        "channels": (lambda a: {"input_size": (3, 8)}, "input has 3 channels"),
        "kernel too large": (lambda a: {"input_size": (4, 2)}, "weight of size 3.*at most 2"),
        "half precision": (lambda a: {"weight": np.ones((6, 2, 3), "f2")}, "weight has dtype"),
        "padding too wide": (
            lambda a: {"padding": 8, "padding_mode": "reflect"},
            "padding adds 8.*at most 7",
        ),
    },
    "output_size": {"kernel too large": (lambda a: {"kernel_size": 9}, "kernel_size 9.*at most 8")},
    "correlate": {
        "ranks differ": (lambda a: {"kernel": np.ones((3, 3))}, "kernel has shape"),
        "nothing": (lambda a: {"kernel": np.ones(0)}, "kernel .*at least one value"),
        "neither contains": (
            lambda a: {"signal": np.ones((3, 5)), "kernel": np.ones((5, 3)), "mode": "valid"},
            "kernel has shape.*must be at least as large",
        ),
    },
    "pearson": {
        "shapes differ": (lambda a: {"y": np.arange(4.0)}, "y has shape"),
        "one number": (lambda a: {"x": np.ones(1), "y": np.ones(1)}, "x has shape"),
        "complex": (lambda a: {"x": np.ones(5, complex)}, "x has dtype complex128"),
    },
    "separable": {
        "not finite": (lambda a: {"kernel": np.full((3, 3), np.inf)}, "kernel holds.*infinity"),
        "nothing": (lambda a: {"kernel": np.ones((3, 0))}, "kernel has shape.*needs"),
    },
    "normalized_correlate": {
        "constant": (lambda a: {"template": np.ones(3)}, "template.*constant"),
        "too large": (lambda a: {"template": np.arange(10.0)}, "template has shape"),
        "not finite": (lambda a: {"signal": np.array([1, np.nan, 2, 3])}, "signal holds NaN"),
    },
}
SPECIAL["convolve"] = SPECIAL["correlate"]


def special_cases():
    for family, faults in SPECIAL.items():
        for axes in (1, 2, 3) if "#" in family else (2,):
            for fault in faults:
                yield family, axes, fault


def assert_refused(name, changes, words, ask_torch=True):
    """Call with these changes; the error must come from a check, before work, in one line."""
    call = GOOD[name]
    arguments = call.arguments | changes
    before = copy.deepcopy(arguments)
    with watch() as called, pytest.raises((ValueError, TypeError), match=words) as caught:
        getattr(ck, name)(**arguments)
    message = str(caught.value)
    assert re.search(ACCEPTED, message), message
    assert "\n" not in message, message
    assert len(message) <= 300, message
    assert PACKAGE in Path(caught.traceback[-1].path).parents
    assert not WORK & called
    for argument, value in before.items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(arguments[argument], value)
    if ask_torch and call.torch and not set(changes) & set(UNCHECKED_BY_TORCH.get(name, ())):
        with pytest.raises(TORCH_REFUSES):
            call.torch(**{k: to_torch(v) for k, v in arguments.items()})
    return message


@contextlib.contextmanager
def watch():
    """Collect the names of convkit's functions that run."""
    called = set()

    def profile(frame, event, _):
        path = Path(frame.f_code.co_filename)
        if event == "call" and PACKAGE in path.parents:
            called.add(f"{path.stem}.{frame.f_code.co_name}")

    sys.setprofile(profile)
    try:
        yield called
    finally:
        sys.setprofile(None)


def to_torch(value):
    return tensor(value) if isinstance(value, np.ndarray) and value.dtype != object else value


def test_the_tables_name_every_public_function():
    assert set(GOOD) == {n for n in ck.__all__ if inspect.isfunction(getattr(ck, n))}
    assert {f.replace("#", str(a)) for f, a, _ in special_cases()} <= set(GOOD)


@pytest.mark.parametrize("name", GOOD)
def test_the_good_calls_work(name):
    with watch() as called:
        getattr(ck, name)(**GOOD[name].arguments)
    assert WORK & called or name in ("output_size", "receptive_field", "correlation_lags")


@pytest.mark.parametrize(("name", "argument", "fault"), list(wrong_arguments()))
def test_a_wrong_argument_is_refused_by_name(name, argument, fault):
    value = wrong_value(name, argument, fault)
    ask_torch = fault != "more than 31 bits"  # of some it dies
    message = assert_refused(name, {argument: value}, rf"\b{argument}\b", ask_torch)
    assert any(sight in message for sight in sights(value)), message


def sights(value):
    """Return what a message may show of a wrong value: one of these must be in it."""
    if isinstance(value, np.ndarray | np.generic):
        return [str(value.shape), str(value.dtype)]
    if isinstance(value, tuple):
        return [repr(value), *map(repr, value)]
    if isinstance(value, list | dict) or value == "signal":
        return ["not a numeric array", "dtype", repr(value), "holds", "layers[0] is 3"]
    return [repr(value)]


@pytest.mark.parametrize(("family", "axes", "fault"), list(special_cases()))
def test_what_does_not_fit_together_is_refused_by_name(family, axes, fault):
    changes, words = SPECIAL[family][fault]
    assert_refused(family.replace("#", str(axes)), changes(axes), words)


# --- Whatever lands in an argument: it is computed, or refused in one short line. ---


class Hostile:
    """An object that raises, at length, whatever is asked of it."""

    def __array__(self, *args, **kwargs):
        raise LookupError("no\n" * 1000)

    def __repr__(self):
        raise LookupError("no\n" * 1000)

    __index__ = __len__ = __iter__ = __str__ = __repr__


class Wordy(str):
    """A string that is longer to show than to hold."""

    def __repr__(self):
        return "many\nlines" * 1000


ANYTHING = {
    "an array": np.ones((50, 60)),
    "an array of integers": np.arange(7),
    "an array of text": np.array(["a" * 1000]),
    "an array of records": np.zeros(3, [(f"field{i}", "f8") for i in range(99)]),
    "a masked array": np.ma.masked_array(np.ones((2, 4, 8)), mask=True),
    "a list of masked arrays": [np.ma.masked_array(np.ones((4, 8)), mask=True)] * 2,
    "a string": "valid\n" * 999,
    "a wordy string": Wordy("same"),
    "bytes": b"3" * 999,
    "a huge number": 10**5000,
    "minus a huge number": -(10**5000),
    "huge numbers": (10**5000,) * 2,
    "64 bits": 2**63 - 1,
    "a complex number": 1j,
    "NaN": float("nan"),
    "None": None,
    "a long list": [1] * 10_000,
    "a deep list": [[[[[[[[[[[1]]]]]]]]]]],
    "a deep tuple": (((1, 2), (3,)), ()),
    "an empty tuple": (),
    "a set": {1, 2},
    "a function": np.sum,
    "a class": np.ndarray,
    "a hostile object": Hostile(),
    "hostile objects": [Hostile(), Hostile()],
}


@pytest.mark.parametrize(
    ("name", "argument"),
    [(name, a) for name in GOOD for a in inspect.signature(getattr(ck, name)).parameters],
)
def test_whatever_lands_in_an_argument_is_computed_or_refused_in_one_line(name, argument):
    for what, value in ANYTHING.items():
        message = refusal(name, GOOD[name].arguments | {argument: value})
        words = {
            *inspect.signature(getattr(ck, name)).parameters,
            "too large",
        }  # an argument's name
        assert "\n" not in message, f"{what}: {message}"
        assert len(message) <= 300, f"{what}: {message}"
        assert not message or any(word in message for word in words), f"{what}: {message}"


def refusal(name, arguments):
    """The message with which a call is refused; empty if it is computed."""
    try:
        getattr(ck, name)(**arguments)
    except (ValueError, TypeError, MemoryError) as error:
        return str(error)
    return ""


def test_whatever_is_shown_takes_one_short_line():
    for what, value in (ANYTHING | {"many strings": ("x" * 100,) * 6}).items():
        text = shown(value)
        assert len(text) <= 80, what
        assert "\n" not in text, what


@pytest.mark.parametrize("name", [n for n in GOOD if n != "receptive_field"])
@pytest.mark.parametrize("wrong", ["a masked array", "a hostile object"])
def test_an_array_that_cannot_be_read_is_refused(name, wrong):
    for argument in set(GOOD[name].arguments) & {*ARRAYS, "bias", "indices"}:
        with pytest.raises(TypeError, match=argument):
            getattr(ck, name)(**GOOD[name].arguments | {argument: ANYTHING[wrong]})


class Index:
    """An integer in nothing but `__index__`: it cannot be added, compared or printed as one."""

    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


INTEGERS = [np.uint8, np.int8, np.uint16, np.int32, np.uint64, np.int64, np.array, Index]


def converted(value, kind):
    """The integers of an argument, in tuples too, as another type."""
    if isinstance(value, tuple | list):
        return type(value)(converted(v, kind) for v in value)
    return kind(value) if type(value) is int else value


@pytest.mark.parametrize("kind", INTEGERS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("name", GOOD)
def test_every_integer_may_be_of_every_integer_type(name, kind):
    arguments = GOOD[name].arguments
    expected = getattr(ck, name)(**arguments)
    for argument, value in arguments.items():
        found = getattr(ck, name)(**arguments | {argument: converted(value, kind)})
        np.testing.assert_equal(comparable(found), comparable(expected))


def comparable(result):
    return result.toarray() if hasattr(result, "toarray") else result


@pytest.mark.parametrize("groups", [np.uint8(128), np.int8(127), np.uint16(300)])
def test_integers_are_not_computed_with_in_their_own_range(groups):
    x, w = np.ones((1, int(groups) * 2, 3)), np.ones((int(groups) * 2, 2, 2))
    np.testing.assert_array_equal(ck.conv1d(x, w, groups=groups), 4)
    np.testing.assert_array_equal(ck.conv_transpose1d(x, w, groups=groups)[..., 1], 4)


@pytest.mark.parametrize("name", GOOD)
def test_nothing_is_raised_or_warned_of_what_floats_do(name):
    """Overflow, underflow, NaN, division: torch is silent about each."""
    arguments = GOOD[name].arguments
    floats = {a: v for a, v in arguments.items() if np.asarray(v).dtype == np.float64}
    for odd in (np.nan, np.inf, 1e308, 1e-308, 5e-324):
        strewn = {a: v.copy() for a, v in floats.items()}
        for values in strewn.values():
            values.flat[::3] = odd
        with np.errstate(all="raise"), contextlib.suppress(ValueError):
            getattr(ck, name)(**arguments | strewn)
