"""The backward explorer shows the gradients that convkit computes, which are torch's."""

from fractions import Fraction
from functools import partial

import numpy as np
import pytest
import trials
from figures import opened, value_of

from convkit.explorers import Backward
from convkit.explorers.backward import MOST_W, MOST_X

SLIDERS = {"n": "input size n", "k": "kernel size k", "s": "stride s"}
X, W, Y, G = "Input x", "Kernel w", "Output y", "Gradient g at y"
SENT, GX, GW = "What outputs send to inputs", "Gradient of x", "Gradient of w"
RIVALS = {"x": [1, 5, 2, 0, 4, 4, 1], "n": 7, "k": 3, "s": 2}

# What a bug in the JavaScript must be noticed as: file, what it says, what it would say.
BUGS = {
    "none": None,
    "flipped kernel": ("backward.js", "? net.w[a] : 1", "? net.w[k - 1 - a] : 1"),
    "stride ignored": ("arithmetic.js", "i * s + a * d - p", "i + a * d - p"),
    "last of a tie wins": ("backward.js", "net.holders(r)[0]]", "net.holders(r).pop()]"),
    "a tie shares": ("backward.js", "[net.holders(r)[0]]", "net.holders(r)"),
    "overlaps do not add": ("backward.js", "sum(kept.filter(", "Math.max(...kept.filter("),
    "average without its share": ("backward.js", "op === 'avg' ? k : 1", "1"),
    "gradient of w from y": (
        "backward.js",
        "net.g[tap.r] * net.x[tap.j])",
        "net.y[tap.r] * net.x[tap.j])",
    ),
    "a step too early": (
        "backward.js",
        "(scatter() ? r : j) <= last",
        "(scatter() ? r : j) < last",
    ),
    "g of another output": (
        "backward.js",
        "net.g[tap.r] * net.factor",
        "net.g[tap.a] * net.factor",
    ),
    "links of a row to a column": ("backward.js", "y: 'r', g: 'r'", "y: 'r', g: 'j'"),
    "what L does is not computed": ("backward.js", "v + (at === i))", "v)"),
}


def drawn(op, rng, **state):
    """Draw an explorer with random numbers."""
    x, g, w = (rng.integers(-9, 10, size) for size in (MOST_X, MOST_X, MOST_W))
    return Backward(op=op, x=x, w=w, g=g, **state)


def next_setting(explorer, rng):
    """Change an explorer as a reader might; return the acts that do the same on the page."""
    acts = []
    for trait, (least, most) in {"n": (1, MOST_X), "k": (2, MOST_W), "s": (1, 3)}.items():
        value = int(rng.integers(least, most + 1))
        setattr(explorer, trait, value)
        acts.append(["set", SLIDERS[trait], value])
    explorer.way = str(rng.choice(["scatter", "gather"]))
    acts.append(["set", "steps", explorer.way])
    if explorer.problem():
        return acts
    j, digit = int(rng.integers(explorer.n)), int(rng.integers(10))
    explorer.x = [digit if at == j else v for at, v in enumerate(explorer.x)]
    explorer.i = int(rng.integers(steps(explorer)))
    place = [Y, explorer.i, 0] if explorer.way == "scatter" else [GX, 0, explorer.i]
    return [*acts, ["key", X, 0, j, str(digit)], ["click", *place]]


def steps(explorer):
    return explorer.output.size if explorer.way == "scatter" else explorer.n


def last(explorer):
    """The last step that is taken."""
    return min(explorer.i, steps(explorer) - 1)


def values(texts):
    """The numbers of a view; a place without text is NaN."""
    told = [text.replace("\N{MINUS SIGN}", "-") for text in np.ravel(texts)]
    return np.reshape([float(Fraction(text)) if text else np.nan for text in told], texts.shape)


def picture(explorer):
    """What the figure shows, by convkit: view, array, NaN where there is no number."""
    done = np.arange(steps(explorer)) <= last(explorer)
    if explorer.way == "scatter":
        total = explorer.back(np.where(done, explorer.output_gradient, 0)).astype(float)
        taken = explorer.reads & done[:, None]
    else:
        total = np.where(done, explorer.input_gradient, np.nan)
        taken = explorer.reads & done
    return {
        X: explorer.input[None],
        Y: explorer.output[:, None],
        G: explorer.output_gradient[:, None],
        SENT: np.where(taken, explorer.contributions, np.nan),
        GX: total[None],
    } | ({W: explorer.kernel[None], GW: explorer.weight_gradient[None]} if conv(explorer) else {})


def conv(explorer):
    return explorer.op == "conv"


def differences(explorer, seen):
    """What the page shows otherwise than convkit computes it."""
    if seen.sentence != explorer.sentence():
        yield f"{seen.sentence!r} is {explorer.sentence()!r}"
    if explorer.problem():
        if not (seen.call.endswith("RuntimeError") and seen.warns and not seen.texts(GX).size):
            yield f"no error: {seen.call}"
        return
    for view, expected in picture(explorer).items():
        shown = values(seen.texts(view))
        if shown.shape != expected.shape or not np.allclose(shown, expected, equal_nan=True):
            yield f"{view} {shown.tolist()} is {expected.tolist()}"
    loss = float(explorer.output_gradient @ explorer.output)
    _, terms, value = seen.formula.removeprefix("L = g·y").split(" = ")
    if not np.allclose([value_of(terms), value_of(value)], loss):
        yield f"{seen.formula} should be {loss}"
    ties = trials.places(tied(explorer) & ~np.isnan(picture(explorer)[SENT]))
    if seen.marked(SENT, "cx-even") != ties:
        yield f"ties {seen.marked(SENT, 'cx-even')} are {ties}"


def tied(explorer):
    """The inputs that hold the maximum of a window and do not win it."""
    if explorer.op != "max":
        return np.zeros_like(explorer.reads)
    return explorer.reads & (explorer.input == explorer.output[:, None]) & ~live(explorer)


def live(explorer):
    """Which inputs get something from which outputs, if all weights and g are 1."""
    ones = Backward(**explorer.state | {"w": [1] * explorer.k, "g": [1] * MOST_X})
    return ones.contributions != 0


def expected_links(explorer):
    """For each place of each view, what should light up."""
    ways = live(explorer)
    m, n = ways.shape

    def tie(r, j):
        return {X: {(0, j)}, Y: {(r, 0)}, G: {(r, 0)}, SENT: {(r, j)}, GX: {(0, j)}}

    def links(view, at, pairs):
        found = {name: set() for name in (X, Y, G, SENT, GX)} | {view: {at}}
        for r, j in pairs:
            found = {name: found[name] | places for name, places in tie(int(r), int(j)).items()}
        return found | {view: found[view] | {at}}

    for r in range(m):
        for view in (Y, G):
            yield view, (r, 0), links(view, (r, 0), [(r, j) for j in np.flatnonzero(ways[r])])
    for j in range(n):
        for view in (X, GX):
            yield view, (0, j), links(view, (0, j), [(r, j) for r in np.flatnonzero(ways[:, j])])
    for at in np.ndindex(m, n):
        yield SENT, at, links(SENT, at, [at] if ways[at] else [])
    for a in range(explorer.k if conv(explorer) else 0):
        pairs = [(r, r * explorer.s + a) for r in range(m)]
        met = {X: {(0, j) for _, j in pairs}, G: {(r, 0) for r, _ in pairs}, SENT: set(pairs)}
        for view in (W, GW):
            yield view, (0, a), met | {W: {(0, a)}, GW: {(0, a)}, GX: set(), Y: set()}


def wrong_sum(explorer, view, at, written):
    """What is wrong with the sum that is written below the figure."""
    gradients = (
        {X: explorer.input_gradient, W: explorer.weight_gradient}
        if conv(explorer)
        else {X: explorer.input_gradient}
    )
    if view in (GX, GW):
        right = gradients[X if view == GX else W][at[1]]
        _, names, terms, value = written.split(" = ")
        arrays = {key: np.array([*getattr(explorer, key)], float) for key in "xwg"}
        told = [value_of(names, **arrays), value_of(terms), value_of(value)]
    elif view in (X, W):
        key = "x" if view == X else "w"
        changed = [v + (i == at[1]) for i, v in enumerate(getattr(explorer, key))]
        moved = np.array(changed)[: explorer.n if key == "x" else explorer.k]
        before = explorer.output_gradient @ explorer.output
        if key == "x":
            after = explorer.output_gradient @ explorer.forward(moved)
        else:
            after = explorer.output_gradient @ Backward(**explorer.state | {"w": changed}).output
        says = gradients[view][at[1]]
        right = after - before
        told = [value_of(written.partition(", by ")[2].replace(";", ",").split(",")[0])]
        if ("as ∂L" in written) != bool(np.isclose(right, says)):
            return f"compares {right} with {says}"
    else:
        return ""
    return "" if np.allclose(told, right) else f"should be {right}"


def wrong_links(figure, explorer):
    yield from trials.wrong_links(figure, explorer, expected_links(explorer), wrong_sum)


def wrong(figure, explorer, rng):
    """All that can be found wrong with a figure."""
    yield from wrong_links(figure, explorer)
    yield from trials.mismatches(figure, explorer, rng, next_setting, differences, 25)


@pytest.mark.parametrize("op", ["conv", "max", "avg"])
def test_numbers_are_convkits(browser, op):
    rng = np.random.default_rng(1)
    trials.check_settings(browser, drawn(op, rng), rng, next_setting, differences)


def test_it_is_an_error_where_convkit_raises_one():
    rng = np.random.default_rng(6)
    assert len(trials.check_problems(drawn("conv", rng), rng, next_setting)) > 3


@pytest.mark.parametrize("bug", trials.some(BUGS))
def test_a_bug_would_be_noticed(browser, bug, monkeypatch):
    rng = np.random.default_rng(3)
    explorers = [Backward(op="max", **RIVALS), drawn("conv", rng, s=2), drawn("avg", rng, k=2)]
    trials.check_noticed(browser, monkeypatch, BUGS[bug], explorers, partial(wrong, rng=rng))


def test_links_and_sums_are_convkits(browser):
    rng = np.random.default_rng(4)
    settings = [("conv", {"n": 7, "s": 2}), ("max", RIVALS), ("avg", {"n": 6, "k": 4})]
    explorers = [Backward(op="max", **RIVALS, way="gather")]
    explorers += [drawn(op, rng, **{k: v for k, v in s.items() if k != "x"}) for op, s in settings]
    trials.check_explorers(browser, explorers, wrong_links)


def test_the_numbers_of_the_lecture(browser):
    lecture = [
        (Backward(), [1, 1, -1, 5, -2]),
        (Backward(op="max", **RIVALS, g=[1, 2, 4]), [0, 1, 0, 0, 6, 0, 0]),
        (Backward(op="avg", **RIVALS, g=[3, 6, 12]), [1, 1, 3, 2, 6, 4, 4]),
    ]
    with opened(browser, *(explorer for explorer, _ in lecture)) as figure:
        for index, (_, gradient) in enumerate(lecture):
            assert figure.at(index).do().numbers(GX)[0].tolist() == gradient
        assert figure.do().numbers(GW)[0].tolist() == [5, -4, 9]


@pytest.mark.parametrize("way", ["scatter", "gather"])
def test_both_ways_end_in_the_same_gradient(browser, way):
    explorer = Backward(way=way, i=0)
    with opened(browser, explorer) as figure:
        for _ in range(steps(explorer) - 1):
            seen = figure.do(["press", "Next step"])
        assert np.array_equal(seen.numbers(GX)[0], explorer.input_gradient)


def test_a_number_after_the_last_is_zero_until_it_is_set(browser):
    with opened(browser, Backward(x=[1, 2], n=4, k=2, w=[1])) as figure:
        assert figure.do().numbers(X)[0].tolist() == [1, 2, 0, 0]
        assert figure.do(["key", X, 0, 3, "5"]).numbers(X)[0].tolist() == [1, 2, 0, 5]
