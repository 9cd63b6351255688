"""The calls that figures write, evaluated with convkit in torch's place."""

from types import SimpleNamespace

import numpy as np
import scipy

import convkit as ck


class Tensor(np.ndarray):
    """An array with the methods of a tensor that the figures call."""

    def flip(self, axis):
        return np.flip(self, axis)

    def roll(self, by, axis):
        return np.roll(self, by, axis)


def tensor(values):
    """Numbers as torch takes a signal: one in a batch, one channel."""
    return np.array(values).reshape(1, 1, -1).view(Tensor)


def pad(values, sizes, mode="constant"):
    named = {"constant": "constant", "circular": "wrap", "reflect": "reflect", "replicate": "edge"}
    pairs = [sizes[at : at + 2] for at in range(0, len(sizes), 2)][::-1]  # last axis first
    return np.pad(values, [(0, 0)] * (values.ndim - len(pairs)) + pairs, named[mode])


def of_tensors(function):
    """A function of convkit that returns a tensor."""
    return lambda *args, **settings: function(*args, **settings).view(Tensor)


F = SimpleNamespace(
    conv1d=of_tensors(ck.conv1d),
    conv2d=of_tensors(ck.conv2d),
    conv_transpose1d=of_tensors(ck.conv_transpose1d),
    conv_transpose2d=of_tensors(ck.conv_transpose2d),
    pad=pad,
    relu=lambda v: np.maximum(v, 0),
)


def value_of_call(text, **arrays):
    """The value of a call: "F.conv1d(x, w.flip(-1), padding=2)"."""
    return eval(text, {"F": F, "scipy": scipy, **arrays})
