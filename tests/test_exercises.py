"""Exercises with many right answers: each judge is tried with right, nearly right and wrong ones.

What has one answer is tried by test_answers.py and, on each page, by browser/test_asks.py.
"""

import contents
import judges
import pytest

from convkit.testing import check

# For each judge: answers that are right, each in its own way; nearly right ones, with one mistake;
# and plainly wrong ones. They are Python, read where the names of the chapter have their meaning.
TABLE = {
    ("chapters/why_convolution", "says_where"): (
        ["[8, 1, -11]", "(16.0, 2, -22.25)"],
        ["[8, 1, -10]", "[8, -1, -11]"],
        ["[0, 0, 0]", "[8, 1]", "[np.nan, 1, -11]", "[np.inf] * 3", "'right'"],
    ),
    ("chapters/correlation_and_convolution", "matches"): (
        [
            "lambda x, w: np.array([np.corrcoef(x[i:i + len(w)], w)[0, 1]"
            " for i in range(len(x) - len(w) + 1)])",
        ],
        [
            "lambda x, w: np.correlate(x - x.mean(), w - w.mean()) / (len(w) * x.std() * w.std())",
            "lambda x, w: np.array([np.cov(x[i:i + len(w)], w)[0, 1] / x[i:i + len(w)].std() / "
            "w.std()"
            " for i in range(len(x) - len(w) + 1)])",
        ],
        ["lambda x, w: x", "lambda x, w: np.nan", "ck.normalized_correlate", "3"],
    ),
    ("chapters/linearity", "fooled"): (
        [
            "(lambda x: np.clip(x, -100, 100), [1000] + 11 * [0])",
            "(lambda x: np.where(abs(x) > 1e4, 0, x), [1e5] * 12)",
        ],
        [
            "(lambda x: np.clip(x, -100, 100), [99] + 11 * [0])",
            "(lambda x: np.clip(x, -100, 100), [1000] + 10 * [0])",
        ],
        [
            "(abs, [1000] + 11 * [0])",
            "(lambda x: x, [1] * 12)",
            "(lambda x: x * np.nan, [1] * 12)",
            "(lambda x: np.clip(x, -100, 100), [np.inf] * 12)",
        ],
    ),
    ("chapters/frequencies", "layers"): (
        [
            "lambda x, w: np.fft.ifft(np.fft.fft(x) * np.fft.fft(w, "
            "len(x)).conj()).real[:len(x) - len(w) + 1]",
            "lambda x, w: np.fft.irfft(np.fft.rfft(x, 64) * np.fft.rfft(w[::-1], 64), "
            "64)[len(w) - 1:][:len(x) - len(w) + 1]"
            " if len(x) + len(w) < 64 else np.fft.irfft(np.fft.rfft(x, 99) * "
            "np.fft.rfft(w[::-1], 99), 99)[len(w) - 1:len(x)]",
        ],
        [
            "lambda x, w: np.fft.ifft(np.fft.fft(x) * np.fft.fft(w, len(x))).real[:len(x) - "
            "len(w) + 1]",
            "lambda x, w: np.fft.ifft(np.fft.fft(x) * np.fft.fft(w, len(x)).conj()).real",
            "np.correlate",
        ],
        ["lambda x, w: x", "lambda x, w: np.full(len(np.fft.fft(x)) - len(w) + 1, np.nan)", "None"],
    ),
    ("chapters/frequencies", "unseen"): (
        ["np.tile([1.0, -1.0], 50)", "[3, -3] * 50"],
        ["[1, -1] * 49 + [1, -2]", "np.tile([1.0, 0, -1], 34)[:100]"],
        ["[0] * 100", "[1] * 100", "[1, -1]", "[np.nan] * 100", "[np.inf, -np.inf] * 50"],
    ),
    ("chapters/edges_and_receptive_fields", "walks"): (
        [
            """
def answer(layers, n, i):
    if not layers:
        return {i}
    *below, top = layers
    size = n
    for one in below:
        size = ck.output_size(size, one.kernel_size, one.stride, one.padding[0], one.dilation)
    read = (i * top.stride - top.padding[0] + j * top.dilation for j in range(top.kernel_size))
    return set().union(*(answer(below, n, u) for u in read if 0 <= u < size))
""",
        ],
        ["lambda layers, n, i: range(i, i + 7)"],
        [
            "lambda layers, n, i: []",
            "lambda layers, n, i: range(n)",
            "lambda layers, n, i: np.flatnonzero(gradient(layers, n, i))",
            "7",
        ],
    ),
    ("chapters/edges_and_receptive_fields", "sees_all"): (
        ["[1, 2, 4, 8, 16, 32]", "(32, 16, 8, 4, 2.0, 1)", "np.array([1, 3, 9, 27, 9, 3])"],
        [
            "[1, 2, 4, 8, 16, 18]",
            "[2, 4, 8, 16, 32, 64]",
            "[1, 2, 4, 8, 16, 32.5]",
            "[1, 2, 4, 8, 16]",
        ],
        ["[20] * 6", "[1] * 6", "[0] * 6", "[np.nan] * 6", "[-1, 2, 4, 8, 16, 32]", "'all'"],
    ),
    ("chapters/channels_and_dimensions", "colour_only"): (
        ["[[1, -1], [-1, 1]]", "np.array([[-0.5, 0.5], [0.5, -0.5]])"],
        ["[[1, -1], [1, -1]]", "[[1, -1], [-1, 1.001]]", "[[1, 1], [-1, -1]]"],
        [
            "[[0, 0], [0, 0]]",
            "[1, -1]",
            "[[np.nan] * 2] * 2",
            "[[np.inf, -np.inf]] * 2",
            "[['a', 'b']] * 2",
        ],
    ),
    ("chapters/channels_and_dimensions", "unnoticed"): (
        ["[[1, 2, 3], [2, 4, 5], [3, 5, 6]]", "np.array([[0, -1, 7], [-1, 2, 4], [7, 4, 9.0]])"],
        ["[[1, 2, 3], [2, 4, 5], [3, 6, 6]]", "[[1, 2, 3], [2, 1, 3], [3, 3, 1]]"],
        [
            "np.arange(9).reshape(3, 3)",
            "[1, 2, 3]",
            "[[np.nan] * 3] * 3",
            "[[1.5, 2, 3], [2, 4, 5], [3, 5, 6]]",
        ],
    ),
    ("chapters/stride_and_dilation", "strides"): (
        [
            "lambda x, w, s: sum(np.correlate(x[q::s], w[q::s])[:(len(x) - len(w)) // s + 1] "
            "for q in range(s))",
            "lambda x, w, s: np.sum([np.correlate(x[q::s], w[q::s])[:(len(x) - len(w)) // s + "
            "1] for q in range(s)][::-1], 0)",
        ],
        [
            "lambda x, w, s: np.correlate(x, w)[::s]",
            "lambda x, w, s: sum(np.convolve(x[q::s], w[q::s], 'valid')[:(len(x) - len(w)) // "
            "s + 1] for q in range(s))",
        ],
        ["lambda x, w, s: x", "lambda x, w, s: np.nan", "np.correlate"],
    ),
    ("chapters/pooling", "averages"): (
        [
            "lambda x: ck.conv2d(x, np.ones((1, 1, 3, 3)), padding=1) / ck.conv2d(x * 0 + 1, "
            "np.ones((1, 1, 3, 3)), padding=1)"
        ],
        [
            "lambda x: ck.conv2d(ck.conv2d(x, np.ones((1, 1, 3, 3)), padding=1) / 9, "
            "np.ones((1, 1, 1, 1)))",
            "lambda x: ck.avg_pool2d(x, 3, 1, 1, count_include_pad=False)",
        ],
        [
            "lambda x: x",
            "lambda x: ck.conv2d(ck.conv2d(x, np.ones((1, 1, 1, 1))), np.ones((1, 1, 1, 1))) * "
            "np.nan",
            "9",
        ],
    ),
    ("chapters/pooling", "is_steady"): (
        ["[5, 0, 6, 0, 7, 0, 8, 0]", "(8, -1, 7, -1, 6, -1, 5.0, -1)"],
        ["[5, 0, 6, 0, 7, 0, 7, 0]", "[0, 5, 0, 6, 0, 7, 0, 8]"],
        ["[0] * 8", "[5, 6, 7, 8]", "[np.nan] * 8", "[np.inf, 0] * 4", "8"],
    ),
    ("chapters/pooling", "is_jumpy"): (
        ["[0, 5, 0, 6, 0, 7, 0, 8]", "[-1, 1, -1, 2, -1, 1, -1, 2.5]"],
        ["[0, 5, 0, 6, 0, 7, 0, 7]", "[5, 0, 6, 0, 7, 0, 8, 0]"],
        ["[0] * 8", "[0, 5]", "[np.nan] * 8", "[0, np.inf] * 4", "8"],
    ),
    ("chapters/pooling", "are_twins"): (
        ["([1, 2] * 4, [2, 1] * 4)", "[[0, 9, 0, 9, 0, 9, 0, 9], [9, 1, 9, 1, 9, 1, 9, 1]]"],
        ["([1, 2] * 4, [2, 1] * 3 + [1, 2])", "([1, 2] * 4, [2, 1] * 3 + [3, 1])"],
        ["([1] * 8, [1] * 8)", "([1, 2], [2, 1])", "([np.nan] * 8, [np.nan] * 8)", "1"],
    ),
    ("chapters/pooling", "faster"): (
        [
            "lambda x: ck.max_pool2d(ck.max_pool2d(x, (1, 3), stride=1), (3, 1), stride=1)",
            "lambda x: ck.max_pool2d(ck.max_pool2d(x, kernel_size=(3, 1), stride=1), "
            "kernel_size=(1, 3), stride=1)",
        ],
        [
            "lambda x: ck.max_pool2d(ck.max_pool2d(x, (1, 3)), (3, 1))",
            "lambda x: ck.max_pool2d(ck.max_pool2d(x, (1, 3), stride=1), (1, 3), stride=1)",
            "lambda x: ck.max_pool2d(x, 3, stride=1)",
        ],
        ["lambda x: x", "lambda x: np.nan", "3"],
    ),
    ("chapters/differentiating", "finds"): (
        [
            "lambda x, g, k, s: np.array([np.dot(g, x[j:][::s][:len(g)]) for j in range(k)])",
            "lambda x, g, k, s: [np.dot(x[j : j + s * len(g) : s][: len(g)], g) for j in range(k)]",
        ],
        [
            "lambda x, g, k, s: np.array([np.dot(g, x[j:][::s][:len(g)]) for j in range(k)])[::-1]",
            "lambda x, g, k, s: [np.dot(g, x[j:][:len(g)]) for j in range(k)]",
            "lambda x, g, k, s: [(g * x[j:][::s][:len(g)]).sum() for j in range(k)]",
        ],
        ["lambda x, g, k, s: x", "lambda x, g, k, s: [np.nan] * k", "0"],
    ),
    ("chapters/differentiating", "disagree"): (
        ["[4, 4, 0]", "(0.5, 0.5, 0.5)"],
        ["[4, 4.001, 9]", "[3, 2, 1]"],
        ["[1, 5, 9]", "[1, 2]", "[np.nan] * 3", "[1e9, 1e9, 0]", "'abc'"],
    ),
    ("chapters/four_algorithms", "adds"): (
        [
            """
def answer(x, w, T):
    step, total = T - len(w) + 1, len(x) + len(w) - 1
    y, spectrum = np.zeros(total + T), np.fft.rfft(w, T)
    for i in range(0, len(x), step):
        y[i:i + T] += np.fft.irfft(spectrum * np.fft.rfft(x[i:i + step], T), T)
    return y[:total]
""",
        ],
        [
            """
def answer(x, w, T):
    step, total = T, len(x) + len(w) - 1
    y, spectrum = np.zeros(total + T), np.fft.rfft(w, T)
    for i in range(0, len(x), step):
        y[i:i + T] += np.fft.irfft(spectrum * np.fft.rfft(x[i:i + step], T), T)
    return y[:total]
""",
            "lambda x, w, T: np.fft.irfft(np.fft.rfft(x, 512) * np.fft.rfft(w, 512), "
            "512)[:len(x) + len(w) - 1]",
        ],
        [
            "lambda x, w, T: x",
            "lambda x, w, T: np.full(len(x) + len(w) - 1, np.nan)",
            "np.convolve",
        ],
    ),
    ("chapters/four_algorithms", "breaks"): (
        [
            "[1000, 1e-14, 2e-14, 3e-14, 4e-14, 5e-14, 6e-14, 7e-14]",
            "[7e-14, 6e-14, 5e-14, 4e-14, 3e-14, 2e-14, 1e-14, -900.0]",
        ],
        [
            "[1000, 1, 2, 3, 4, 5, 6, 7]",
            "[1000, 1e-14, 2e-14, 3e-14, 4e-14, 5e-14, 6e-14]",
            "[2000, 1e-14, 2e-14, 3e-14, 4e-14, 5e-14, 6e-14, 7e-14]",
        ],
        ["[0] * 8", "[1] * 8", "[np.nan] * 8", "[np.inf] * 8", "'noise'"],
    ),
    ("chapters/a_small_convnet", "averages"): (
        [
            "lambda x: (x.mean((2, 3), keepdims=True), lambda dy: [dy / x[0, 0].size + "
            "np.zeros(x.shape)])",
            "lambda x: (x.sum((2, 3), keepdims=True) / x[0, 0].size, lambda dy: (dy * "
            "np.ones(x.shape) / x[0, 0].size,))",
        ],
        [
            "lambda x: (x.mean((2, 3), keepdims=True), lambda dy: [dy + np.zeros(x.shape)])",
            "lambda x: (x.mean((2, 3)), lambda dy: [dy / x[0, 0].size + np.zeros(x.shape)])",
            "lambda x: (x.mean((2, 3), keepdims=True), lambda dy: [dy / x[0, 0].size])",
        ],
        ["lambda x: x", "lambda x: (x * np.nan, lambda dy: [x])", "1"],
    ),
    ("chapters/a_small_convnet", "frozen"): (
        ["np.full(8, -100)", "[-50, -60, -70, -80, -90, -100, -110, -120.0]"],
        ["[-100] * 7 + [0]", "[-100] * 7"],
        ["[0] * 8", "[np.nan] * 8", "[-np.inf] * 8", "'dead'"],
    ),
}


def verdict(source, space, function, capsys):
    """What check says to an answer, which is an expression or defines it."""
    if source.startswith("\n"):
        exec(source, space)
    else:
        space["answer"] = eval(source, space)
    check(space["answer"], space[function])
    return capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize(("chapter", "function"), TABLE)
def test_a_judge_takes_the_right_answers_and_no_other(chapter, function, capsys):
    contents.need(chapter)
    space = judges.judge(chapter, function)
    right, *wrong = TABLE[chapter, function]
    for source in right:
        assert verdict(source, space, function, capsys) == "right", source
    for source in (answer for answers in wrong for answer in answers):
        said = verdict(source, space, function, capsys)
        assert said.startswith("not yet"), source
        assert "NameError" not in said, said


def test_the_table_has_every_judge():
    chapters = set(contents.ALL) - contents.OTHERS
    there = {(chapter, judge) for chapter in chapters for judge in judges.judges(chapter)}
    assert there == {(name, judge) for name, judge in TABLE if name in chapters}
