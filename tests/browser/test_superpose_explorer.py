"""The superpose explorer shows what convkit computes, and what breaks linearity and shift."""

from functools import partial

import numpy as np
import pytest
import trials
from calls import tensor, value_of_call
from figures import opened, value_of

import convkit as ck
from convkit.explorers import Superpose

X, Z, W, MOVED = "Input x", "Second input z", "Kernel w", "Shifted input, a roll"
Y, RESIDUAL, AFTER, OLD = (
    "Output y, of mirrored copies of w", "f(x + z) − f(x) − f(z)", "f(shift x)", "shift f(x)"
)  # fmt: skip
TESTS = ["superposition", "additivity", "shift"]
N, HALF = 12, 105

BUGS = {
    "none": None,
    "circular padding cut off": ("superpose.js", "(net.zeros ? at : (at + N) % N)", "at"),
    "output moves as far as the input": ("superpose.js", "Math.floor(net.n / net.s)", "net.n"),
    "no bias": ("superpose.js", "net.b + sum(", "sum("),
    "no ReLU": ("superpose.js", "net.relu ? Math.max(0, y) : y", "y"),
    "shift to the left": ("superpose.js", "(i - by + values.length)", "(i + by + values.length)"),
    "f(z) not subtracted": ("superpose.js", "v - y[i] - fz[i]", "v - y[i]"),
    "x lights the place that it leaves": ("superpose.js", "(j - n + N) % N", "j"),
    "flipped kernel": ("superpose.js", "v[j] * net.w[a]", "v[j] * net.w[2 - a]"),
    "copies not scaled": ("superpose.js", "v: x[j] * w[a], text", "v: w[a], text"),
    "negative parts drawn upwards": ("plot.js", "part.v < 0 ? 'down' : 'up'", "'up'"),
}  # fmt: skip


def drawn(rng, **state):
    """Draw an explorer with random numbers."""
    x, z, w = (rng.integers(-4, 5, size) for size in (N, N, 3))
    return Superpose(x=x, z=z, w=w, **state)


def next_setting(explorer, rng):
    """Change an explorer as a reader might; return the acts that do the same on the page."""
    explorer.test = TESTS[rng.integers(3)]
    explorer.padding = ["zeros", "circular"][rng.integers(2)]
    explorer.s, explorer.b = int(rng.integers(1, 4)), int(rng.integers(4))
    explorer.relu = bool(rng.integers(2))
    acts = [["set", "question", explorer.test], ["set", "padding", explorer.padding]]
    acts += [["set", "stride s", explorer.s], ["set", "bias b", explorer.b]]
    acts.append(["set", "ReLU", explorer.relu])
    if explorer.test == "shift":
        explorer.n = int(rng.integers(5))
        acts.append(["set", "shift n", explorer.n])
    views = {"x": X, "w": W} | ({"z": Z} if explorer.test == "additivity" else {})
    trait = list(views)[rng.integers(len(views))]
    return acts + trials.turn_bar(explorer, trait, views[trait], rng, 4)


def expected_views(explorer):
    """The numbers of each view."""
    values = {X: explorer.x, W: explorer.w}
    if explorer.test == "superposition":
        return values | {Y: explorer.output}
    if explorer.test == "additivity":
        return values | {Z: explorer.z, RESIDUAL: explorer.residual}
    after, old = explorer.shifted
    return values | {MOVED: np.roll(explorer.x, explorer.n), AFTER: after, OLD: old}


def differences(explorer, seen):
    """What the page shows otherwise than convkit computes it."""
    expected = expected_views(explorer)
    if seen.raw["views"].keys() != expected.keys():
        yield f"views {seen.raw['views'].keys()}"
    for view, values in expected.items():
        if seen.numbers(view).tolist() != [list(values)]:
            yield f"{view} {seen.numbers(view)} is {values}"
    if explorer.test == "shift":
        differs = {(0, int(i)) for i in np.flatnonzero(expected[AFTER] != expected[OLD])}
        if not seen.marked(AFTER, "cx-differs") == seen.marked(OLD, "cx-differs") == differs:
            yield f"marked {seen.marked(AFTER, 'cx-differs')}, not {differs}"
    if seen.sentence != explorer.sentence():
        yield f"{seen.sentence!r} is {explorer.sentence()!r}"
    yield from wrong_calls(explorer, seen)


def wrong_calls(explorer, seen):
    """Where the call of torch does not give what is shown."""
    code, comment = seen.call.split(" # ")
    layer, asked = code.removeprefix("f = ").split(" f(", 1)
    x, z, w = (tensor(values) for values in (explorer.x, explorer.z, explorer.w))
    f = value_of_call(layer, w=w, b=np.array([explorer.b]))
    value = value_of_call("f(" + asked, f=f, x=x, z=z)[0, 0]
    shown = {
        "superposition": lambda: explorer.output,
        "additivity": lambda: explorer.residual,
        "shift": lambda: np.subtract(*explorer.shifted),
    }[explorer.test]()
    if value.tolist() != shown.tolist() or not comment.endswith(f"(1, 1, {value.size})"):
        yield f"{seen.call} is {value}, not {shown}"


def wrong(figure, explorer, rng):
    """All that can be found wrong with a figure, from its links to its numbers."""
    yield from wrong_links(figure, explorer)
    if explorer.test == "superposition":
        yield from wrong_copies(figure, explorer)
    yield from trials.mismatches(figure, explorer, rng, next_setting, differences)


def test_numbers_are_convkits(browser):
    rng = np.random.default_rng(1)
    trials.check_settings(browser, drawn(rng), rng, next_setting, differences)


@pytest.mark.parametrize("bug", trials.some(BUGS))
def test_a_bug_would_be_noticed(browser, bug, monkeypatch):
    rng = np.random.default_rng(3)
    explorers = [drawn(rng), drawn(rng, test="shift", n=2)]
    trials.check_noticed(browser, monkeypatch, BUGS[bug], explorers, partial(wrong, rng=rng))


# --- What lights up ---


def taps(explorer):
    """Whether input j reaches output i by weight a, (12, 3, outputs), by convkit."""
    ones, weights = np.eye(N, dtype=int)[:, None], np.eye(3, dtype=int)[:, None]
    steps = (None, explorer.s, 1)
    return ck.conv1d(ones, weights, *steps, padding_mode=explorer.padding).astype(bool)


def along(found, name):
    """The bars of a view that some tap touches."""
    axes = {"j": (1, 2), "a": (0, 2), "i": (0, 1)}[name]
    return np.flatnonzero(found.any(axis=axes))


def expected_links(explorer):
    """For each view and each of its bars: what should light up."""
    every, n, by = taps(explorer), explorer.n if explorer.test == "shift" else 0, explorer.by
    m = every.shape[2]
    result = {"superposition": Y, "additivity": RESIDUAL, "shift": AFTER}[explorer.test]

    def lit(view, at, direct, late=None):
        """What lights for taps of f(shift x), and for `late` taps of the f(x) that is shifted."""
        late = np.zeros_like(every) if late is None else late
        inputs = along(direct, "j")
        lights = {W: along(direct | late, "a"), result: along(direct, "i")}
        if explorer.test == "shift":
            lights |= {MOVED: inputs, OLD: (along(late, "i") + by) % m}
        if explorer.test == "additivity":
            lights[Z] = inputs
        lights[X] = np.union1d((inputs - n) % N, along(late, "j"))
        places = {other: {(0, int(bar)) for bar in bars} for other, bars in lights.items()}
        places[view].add((0, at))  # what is pointed at is lit, even if it is linked to nothing
        return view, (0, at), places

    def only(axis, at):
        chosen = np.zeros_like(every)
        np.moveaxis(chosen, axis, 0)[at] = True
        return every & chosen

    shift = explorer.test == "shift"
    for j in range(N):
        yield lit(X, j, only(0, (j + n) % N), only(0, j) if shift else None)
        if shift:
            yield lit(MOVED, j, only(0, j))
        if explorer.test == "additivity":
            yield lit(Z, j, only(0, j))
    for a in range(3):
        yield lit(W, a, only(1, a), only(1, a) if shift else None)
    for i in range(m):
        yield lit(result, i, only(2, i))
        if shift:
            yield lit(OLD, i, np.zeros_like(every), only(2, (i - by) % m))


def wrong_links(figure, explorer):
    """What lights up otherwise than convkit's outputs for single ones say."""
    yield from trials.wrong_links(figure, explorer, expected_links(explorer))


def test_links_are_convkits(browser):
    rng = np.random.default_rng(4)
    explorers = [drawn(rng, test=TESTS[i % 3]) for i in range(6)]
    for i, explorer in enumerate(explorers):
        explorer.s, explorer.n = 1 + i // 2, int(rng.integers(5))
        explorer.padding = ["zeros", "circular"][i % 2]
    trials.check_explorers(browser, explorers, wrong_links)


READ_PARTS = """(view) => [...view.querySelectorAll('.cx-column')].map(column =>
  [...column.querySelectorAll('.cx-bar')].map(bar => [+bar.getAttribute('height')
    * (+bar.getAttribute('y') >= +view.querySelector('.cx-axis').getAttribute('y1') ? -1 : 1),
    bar.classList.contains('cx-on')]))"""


def parts(figure, explorer):
    """The parts of the stacks as numbers, one list of (value, lit) for each output."""
    unit = (4 * np.abs(explorer.w).sum() + explorer.b) / HALF
    read = figure.place.get_by_label(Y, exact=True).evaluate(READ_PARTS)
    return [[(height * unit, lit) for height, lit in column] for column in read]


def wrong_copies(figure, explorer):
    """Where the lit parts of the stacks are not the copy that an input adds, by convkit."""
    for j, copy in enumerate(explorer.copies):
        figure.do(["point", X, 0, j])
        stacks = parts(figure, explorer)
        lit = [sum(value for value, on in stack if on) for stack in stacks]
        whole = [sum(value for value, _ in stack) for stack in stacks]
        if not np.allclose(lit, copy) or not np.allclose(whole, explorer.linear(explorer.x)):
            yield f"{explorer!r}: x {j} adds {lit}, not {copy}"


def test_an_input_lights_its_own_copy_of_the_kernel(browser):
    rng = np.random.default_rng(5)
    states = [(1, 0, "zeros"), (1, 2, "circular"), (2, 1, "zeros"), (3, 0, "circular")]
    explorers = [drawn(rng, s=s, b=b, padding=padding) for s, b, padding in states]
    trials.check_explorers(browser, explorers, wrong_copies)


def test_one_input_moves_only_its_copy(browser):
    with opened(browser, Superpose()) as figure:
        before = parts(figure, Superpose())
        figure.do(["key", X, 0, 5, "3"], ["point", X, 0, 5])
        after = parts(figure, Superpose())
    for i, (stack, old) in enumerate(zip(after, before, strict=True)):
        changed = [on for (now, on), (then, _) in zip(stack, old, strict=True) if now != then]
        assert changed == [True] * (i in (4, 5, 6))


# --- Sums ---


def test_the_sums_are_the_numbers(browser):
    rng = np.random.default_rng(6)
    for test in TESTS:
        explorer = drawn(rng, test=test, relu=True, b=2, s=2, n=2, padding="circular")
        views = expected_views(explorer)
        view = {"superposition": Y, "additivity": RESIDUAL, "shift": AFTER}[test]
        with opened(browser, explorer) as figure:
            for i, expected in enumerate(views[view]):
                said = figure.do(["point", view, 0, i]).sum
                if test == "shift":
                    first, second = (part.split(" = ")[-1] for part in said.split("; "))
                    assert value_of(second) == views[OLD][i]
                    assert value_of(first) == expected
                else:
                    _, terms, value = said.split(" = ")
                    assert value_of(terms) == value_of(value) == expected


# --- The lesson ---


def set_(**state):
    """Acts that bring the untouched figure to this state."""
    names = {"test": "question", "s": "stride s", "b": "bias b", "n": "shift n", "relu": "ReLU"}
    return [["set", names.get(key, key), value] for key, value in state.items()]


@pytest.mark.parametrize(("state", "largest"), [({}, 0), ({"b": 1}, 1), ({"relu": True}, 13)])
def test_additivity_of_the_lectures_example(browser, state, largest):
    with opened(browser, Superpose()) as figure:
        seen = figure.do(*set_(test="additivity", **state))
    assert np.abs(seen.numbers(RESIDUAL)).max() == largest
    said = f"The largest residual is {largest}," if largest else "All 12 residuals are 0"
    assert seen.sentence.startswith(said)


@pytest.mark.parametrize(
    ("state", "differ"),
    [
        ({"n": 1, "padding": "circular"}, "0 of 12"),
        ({"n": 1}, "3 of 12"),
        ({"n": 1, "s": 2, "padding": "circular"}, "6 of 6"),
        ({"n": 2, "s": 2, "padding": "circular"}, "0 of 6"),
        ({"n": 1, "padding": "circular", "b": 3, "relu": True}, "0 of 12"),
    ],
)
def test_shift_of_the_lectures_example(browser, state, differ):
    with opened(browser, Superpose()) as figure:
        seen = figure.do(*set_(test="shift", **state))
    assert f": {differ} outputs differ" in seen.sentence
    assert len(seen.marked(AFTER, "cx-differs")) == int(differ.split()[0])


@pytest.mark.parametrize("test", TESTS)
def test_the_answer_is_hidden_until_there_is_a_guess(browser, test):
    explorer = Superpose(test=test, relu=True)
    question, answer, view = {
        "superposition": ("What is y[3]?", 0, Y),
        "additivity": ("How large is the largest residual?", 13, RESIDUAL),
        "shift": ("How many of the 12 outputs differ?", 3, AFTER),
    }[test]
    with opened(browser, explorer) as figure:
        figure.do(["press", "Predict first"])
        assert f"= {answer}" not in figure.place.inner_text()
        verdict = f"You said 99; it is {answer}."
        trials.check_guess(figure, question, [view], [explorer.sentence()], verdict)
