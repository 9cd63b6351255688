"""The edges explorer shows what convkit computes, and never loses a sign."""

import re
from functools import partial

import hands
import numpy as np
import pytest
import trials
from calls import value_of_call
from figures import opened, value_of
from sizes import sized
from trials import one_hot, places

import convkit as ck
from convkit.explorers import Edges
from convkit.explorers.edges import KERNELS, SHAPES, unpacked

INPUT, KERNEL, OUTPUT = "Input x", "Kernel w", "Output y"
PRODUCTS = "Products"
SPLIT = "split w = u vᵀ"

BUGS = {
    "none": None,
    "flipped kernel": ("edges.js", "from = x[i + a]", "from = x[i + w.length - 1 - a]"),
    "sign lost": ("edges.js", "return { v, name:", "return { v: Math.abs(v), name:"),
    "v for u": ("edges.js", "correlate(x, [factors.v])", "correlate(x, [factors.u])"),
    "reflected with the border twice": ("edges.js", "reflect: [1, n - 2]", "reflect: [0, n - 1]"),
    "not round the corner": ("edges.js", "circular: [n - 1, 0]", "circular: [0, n - 1]"),
    "rank 2 for 3": ("edges.js", "? 3 : 2", "? 2 : 2"),
    "left for right": ("edges.js", "sign * a > 0", "sign * a < 0"),
    "an edit beyond the limits": ("edges.js", "clamp(change(value), low, high)", "change(value)"),
    "an input reaches too far": ("edges.js", "Math.max(0, i - 2)", "Math.max(0, i - 3)"),
    "an input reaches past the end": ("edges.js", "Math.min(i, m - 1)", "i"),
    "rows for columns": ("edges.js", "AXIS[kind](j, m)", "AXIS[kind](i, m)"),
    "the profile of another row": ("edges.js", "'input', x[i + 1]", "'input', x[i]"),
    "an output at the edge of its patch": ("edges.js", "largest(y), 1, 1.2", "largest(y), 0, 1.2"),
    "the profile without signs": ("edges.js", "zero - v /", "zero - Math.abs(v) /"),
    "products of another output": ("edges.js", "x[i + a][j + b] * w[a][b]", "x[a][b] * w[a][b]"),
}  # fmt: skip


MODES = ["none", "zeros", "reflect", "replicate", "circular"]


def drawn(rng):
    """Draw an explorer with random numbers of its own."""
    x, w = rng.integers(0, 10, (16, 16)), rng.integers(-9, 10, (3, 3))
    return Edges(x=x, w=w, image="bar", kernel="left Sobel", n=8)


def next_setting(explorer, rng):
    """Change an explorer as a reader might; return the acts that do the same on the page."""
    acts = []
    if rng.random() < 0.3:
        explorer.padding = str(rng.choice(MODES))
        acts.append(["set", "padding", explorer.padding])
    if rng.random() < 0.3:
        explorer.image = str(rng.choice([*SHAPES, "own"]))
        acts.append(["set", "image", explorer.image])
    if rng.random() < 0.2:
        explorer.n = int(rng.choice([8] * 6 + [9] * 3 + [10, 12, 16]))
        acts.append(["set", "input size n", explorer.n])
    if explorer.rank == 1 and rng.random() < 0.5:
        explorer.split = not explorer.split
        acts.append(["set", SPLIT, explorer.split])
    if rng.random() < 0.5:
        explorer.kernel = str(rng.choice([*KERNELS, "own"]))
        acts.append(["set", "kernel", explorer.kernel])
    else:
        acts += edit(explorer, "w", KERNEL, rng)
    acts += edit(explorer, "x", INPUT, rng) if rng.random() < 0.6 else pick(explorer, rng)
    return [*acts, ["leave", OUTPUT]]  # so that the picked output is the one shown


def edit(explorer, key, view, rng):
    """Change one number of the input or the kernel, often to beyond its limits; return the acts."""
    kind, presets, low = {"x": ("image", SHAPES, 0), "w": ("kernel", KERNELS, -9)}[key]
    size = explorer.n if key == "x" else 3
    table = np.array(presets.get(getattr(explorer, kind), getattr(explorer, key)))
    i, j = (int(at) for at in rng.integers(size, size=2))
    keys = str(rng.choice([*"0123456789", "+", "-", "9+", "0-"]))
    for press in keys:
        value = int(press) if press.isdigit() else table[i, j] + {"+": 1, "-": -1}[press]
        table[i, j] = np.clip(value, low, 9)
    setattr(explorer, key, table)
    setattr(explorer, kind, "own")
    p = pad(explorer) if key == "x" else 0
    return [["key", view, i + p, j + p, press] for press in keys]


def pad(explorer):
    """How many rows and columns of padding there are."""
    return int(explorer.padding != "none")


def pick(explorer, rng):
    """Pick another output; return the act."""
    explorer.r, explorer.c = (int(rng.integers(size)) for size in explorer.output.shape)
    return [["click", OUTPUT, explorer.r, explorer.c]]


def picked(explorer):
    """Row and column of the output that is picked."""
    last = len(explorer.output) - 1
    return min(explorer.r, last), min(explorer.c, last)


def expected_views(explorer):
    """The numbers of every view."""
    x, w, y = explorer.padded, explorer.weights, explorer.output
    r, c = picked(explorer)
    return {INPUT: x, KERNEL: w, OUTPUT: y, PRODUCTS: x[r : r + 3, c : c + 3] * w}


def profile_of(seen):
    """The rows that the profile draws, as {(first column, zero line): steps up from the line}."""
    rows = {}
    for path in seen.raw["profile"]["paths"]:
        start = _, zero = re.match(r"M([\d.]+),([\d.]+)", path).groups()
        steps = float(zero) - np.array(re.findall(r"V([-\d.e]+)h1", path), float)
        rows[start] = rows.get(start, 0) + steps
        assert path.endswith(f"h1V{zero}")
    return rows


def wrong_profile(explorer, seen):
    """Say what is wrong with the profile, if anything is: y begins under the second x."""
    x, y, (r, c), p = explorer.padded, explorer.output, picked(explorer), pad(explorer)
    said = f"Rows of x[{r + 1 - p}, {c + 1 - p}] = {x[r + 1, c + 1]} and y[{r}, {c}] = {y[r, c]}"
    if seen.raw["profile"]["says"] != said.replace("-", "−"):
        return f"{seen.raw['profile']['says']!r} is {said!r}"
    if seen.raw["profile"]["column"] != str(c + 1):
        return f"column {seen.raw['profile']['column']} is marked"
    drawn = profile_of(seen)
    for start, table, row in ((("0", "0"), x, r + 1), (("1", "1.2"), y, r)):
        if not np.allclose(drawn.get(start, 0), table[row] / max(1, abs(table).max())):
            return f"the profile draws {drawn.get(start)} for {table[row]}"
    return None


def differences(explorer, seen):
    """What the page shows otherwise than convkit computes it."""
    if wrong := wrong_profile(explorer, seen):
        yield wrong
    views = expected_views(explorer)
    if seen.raw["views"].keys() != views.keys():
        yield f"shows {list(seen.raw['views'])}, not {list(views)}"
    for view, values in views.items():
        if not np.array_equal(seen.numbers(view), values):
            yield f"{view} {seen.numbers(view).tolist()} is {values.tolist()}"
    if seen.sentence != explorer.sentence():
        yield f"{seen.sentence!r} is {explorer.sentence()!r}"
    yield from wrong_call(explorer, seen)
    border = np.pad(np.zeros_like(explorer.input), pad(explorer), constant_values=1)
    edge = places(border)
    if seen.marked(INPUT, "cx-padding") != edge:
        yield f"dashed are {seen.marked(INPUT, 'cx-padding')}"
    if (SPLIT in seen.controls) != (explorer.rank == 1):
        yield f"{SPLIT} is{'' if SPLIT in seen.controls else ' not'} there"


def wrong_call(explorer, seen):
    """Where the call does not give the output, or its shapes are others."""
    steps, (call, shapes) = [explorer.input, explorer.output], seen.call.split(" # ")
    given = {"x": explorer.input[None, None], "w": explorer.weights[None, None]}
    if explorer.split and explorer.rank == 1:
        steps.insert(1, explorer.halfway)
        u, v = explorer.factors
        given = {"x": given["x"], "u": u[None, None, :, None], "v": v[None, None, None]}
    if shapes != " → ".join(str((1, 1, *step.shape)) for step in steps):
        yield f"{seen.call} has other shapes"
    if not np.array_equal(value_of_call(call, **given)[0, 0], explorer.output):
        yield f"{seen.call} gives something else"


def wrong(figure, explorer, rng):
    """All that can be found wrong with a figure, from its links and sums to its numbers."""
    yield from wrong_links(figure, explorer)
    yield from trials.mismatches(figure, explorer, rng, next_setting, differences)


def test_numbers_are_convkits(browser):
    rng = np.random.default_rng(1)
    trials.check_settings(browser, drawn(rng), rng, next_setting, differences)


@pytest.mark.parametrize("bug", trials.some(BUGS))
def test_a_bug_would_be_noticed(browser, bug, monkeypatch):
    rng = np.random.default_rng(3)
    explorers = [small(rng, split=True)]
    trials.check_noticed(browser, monkeypatch, BUGS[bug], explorers, partial(wrong, rng=rng))


# --- What lights up, and the sums ---


def fed(x, w):
    """The outputs that these inputs reach with these weights."""
    return places(ck.conv2d(x[None], w[None, None])[0])


def read(shape, w, grad):
    """The inputs, of an array of this shape, that these outputs read with these weights."""
    return places(ck.conv2d_input((1, 1, *shape), w[None, None], grad[None, None])[0, 0])


def used(x, shape, grad):
    """The weights, of a kernel of this shape, with which these outputs read these inputs."""
    return places(ck.conv2d_weight(x[None, None], (1, 1, *shape), grad[None, None])[0, 0])


def expected_links(explorer):
    """For each view and each of its cells: what should light up in every view."""
    n, m = len(explorer.padded), len(explorer.output)
    x, y = (np.ones(shape, int) for shape in ((n, n), (m, m)))
    w = np.ones((3, 3), int)
    for at in np.ndindex(n, n):
        one = one_hot((n, n), *at)
        yield INPUT, at, {
            INPUT: {at}, OUTPUT: fed(one, w), KERNEL: used(one, (3, 3), y)
        }  # fmt: skip
    for at in np.ndindex(m, m):
        one = one_hot((m, m), *at)
        yield OUTPUT, at, {
            INPUT: read((n, n), w, one), OUTPUT: {at}, KERNEL: used(x, (3, 3), one),
            PRODUCTS: used(x, (3, 3), one),
        }  # fmt: skip
    for at in np.ndindex(3, 3):
        one = one_hot((3, 3), *at)
        yield KERNEL, at, {
            INPUT: read((n, n), one, y), OUTPUT: places(y), KERNEL: {at}, PRODUCTS: {at},
        }  # fmt: skip


def wrong_links(figure, explorer):
    """What lights up otherwise than convkit says, and which sums do not give convkit's numbers."""
    yield from trials.wrong_links(figure, explorer, expected_links(explorer), wrong_sum)


def wrong_sum(explorer, view, at, written):
    """Say what is wrong with the sum that is written for a cell of a view, if anything is."""
    y, place = explorer.output, f"[{at[0]}, {at[1]}]"
    x, p = explorer.padded, pad(explorer)
    if view == KERNEL:
        right = f"w{place} = {explorer.weights[at]} meets {y.size} inputs"
        return written.replace("\N{MINUS SIGN}", "-") != right and f"is not {right}"
    if view == INPUT:
        alone = x * one_hot(x.shape, *at)
        left = ck.conv2d(alone[None], explorer.weights[None, None])[0]
        for product, i, j in re.findall(r"([^ ]+) to y\[(\d+), (\d+)\]", written):
            left[int(i), int(j)] -= value_of(product)
        outside = p and not all(0 < i < len(x) - 1 for i in at)
        name = "padding" if outside else f"x[{at[0] - p}, {at[1] - p}]"
        wrong = left.any() or not written.startswith(f"{name} adds")
        return wrong and f"leaves {left.tolist()}"
    name, terms, value = written.split(" = ")
    right = explorer.output[at]
    wrong = name != f"y{place}" or value_of(terms) != right or value_of(value) != right
    return wrong and f"is not {right}"


def small(rng, split):
    """Draw an explorer of 8 x 8, with a kernel of rank 1 that is split or with any other."""
    w = np.outer(rng.integers(1, 4, 3), rng.integers(-3, 4, 3)) if split else drawn(rng).w
    if not np.any(w):
        return small(rng, split)
    mode = str(rng.choice(MODES))
    return Edges(x=rng.integers(0, 10, (16, 16)), w=w, n=8, split=split, padding=mode)


@pytest.mark.parametrize("seed", range(sized(2, 4)))
def test_links_and_sums_are_convkits(browser, seed):
    rng = np.random.default_rng(seed)
    explorers = [small(rng, split) for split in (False, True, seed % 2 == 0)]
    trials.check_explorers(browser, explorers, wrong_links)


# --- Facts ---


def test_left_sobel_on_a_bar(browser):
    explorer = Edges(image="bar")
    assert explorer.input.tolist() == [[0, 0, 1, 1, 1, 1, 0, 0]] * 8
    assert explorer.output.tolist() == [[-4, -4, 0, 0, 4, 4]] * 6
    assert explorer.weights.tolist() == [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
    assert [factor.tolist() for factor in explorer.factors] == [[1, 2, 1], [1, 0, -1]]
    with opened(browser, explorer) as figure:
        seen = figure.do(["set", SPLIT, True])
        assert seen.numbers(OUTPUT).tolist() == [[-4, -4, 0, 0, 4, 4]] * 6
        assert "u = [1, 2, 1], v = [1, 0, −1]" in seen.formula
        assert seen.sentence == (
            "Of 36 outputs 12 are negative, 12 zero and 12 positive. Positive means brighter on "
            "the left; brighter on the right is negative, and lost if clipped at 0. "
            "The weights add up to 0: a flat region of ones gives 0. The kernel has rank 1."
        )


@pytest.mark.parametrize("kernel", [*KERNELS, "own"])
def test_the_side_that_is_said_is_the_side_that_answers(kernel):
    explorer = Edges(kernel=kernel)
    said = re.search(r"brighter on the (.*?); brighter on the (.*?) is", explorer.sentence())
    flat, bright = np.zeros((8, 8), int), np.zeros((8, 8), int)
    bright[:, :4] = 9
    edges = {"left": bright, "right": 9 - bright, "top": bright.T, "bottom": 9 - bright.T}
    for sign, sides in zip((1, -1), said.groups() if said else (), strict=False):
        for side in sides.split(" or "):
            y = ck.conv2d(edges[side][None], explorer.weights[None, None])
            assert (sign * y >= 0).all()
            assert y.any()
    if not explorer.weights.sum():
        assert not ck.conv2d((flat + 7)[None], explorer.weights[None, None]).any()


# --- The photograph ---

PIXELS = """(place, view) => {
  const all = [...place.querySelectorAll('[data-view]')].filter(v => v.checkVisibility());
  const canvas = all.find(v => v.getAttribute('aria-label') === view).querySelector('canvas');
  const { width, height } = canvas;
  return [height, width, [...canvas.getContext('2d').getImageData(0, 0, width, height).data]];
}"""


def pixels(figure, view):
    height, width, data = figure.place.evaluate(PIXELS, view)
    return np.array(data).reshape(height, width, 4).astype(int)


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("kernel", ["left Sobel", "emboss"])
def test_the_photograph_keeps_its_signs(browser, kernel, split):
    explorer = Edges(kernel=kernel, split=split)
    with opened(browser, explorer) as figure:
        x, y = pixels(figure, INPUT), pixels(figure, OUTPUT)
        assert figure.do().sentence == explorer.sentence()
    assert np.array_equal(x[..., 0], 17 * explorer.input)
    assert (x[..., 3] == 255).all()
    response = explorer.output
    strength = np.floor(255 * abs(response) / abs(response).max() + 0.5)
    assert np.array_equal(y[..., 3], strength)
    strong = y[..., 3] > 40
    gold = y[..., 0] > y[..., 2]
    assert np.array_equal(gold[strong], response[strong] > 0)


def test_the_photograph_by_keys(browser):
    explorer = Edges(r=30, c=20)
    with opened(browser, explorer) as figure:
        elements = figure.place.evaluate("place => place.querySelectorAll('*').length")
        cursor = figure.place.locator('[aria-label="Output y"] .cx-box').locator("visible=true")
        cursor.focus()
        for key in ["ArrowDown", "ArrowRight", "ArrowRight", "Enter"]:
            figure.page.keyboard.press(key)
        seen = figure.do()
        y = explorer.output[31, 22]
        assert value_of(seen.sum.split(" = ")[2]) == y
        assert cursor.get_attribute("aria-label") == f"Output y 31, 22: {y}".replace("-", "−")
        again = figure.place.evaluate("place => place.querySelectorAll('*').length")
    explorer.r, explorer.c = 31, 22
    assert not wrong_profile(explorer, seen)
    assert abs(again - elements) < 50


def test_a_photograph_of_ones_own():
    ramp = np.add.outer(np.arange(64), np.arange(64)) // 8 % 16
    assert np.array_equal(unpacked(Edges(photo=ramp).photo), ramp)
    assert len(Edges().photo) < 3000
    assert "MiIyIi" not in repr(Edges())
    for wrong in (ramp + 15, ramp[:8], ramp / 2, "AAAA", "not base64"):
        with pytest.raises(Exception, match="photo"):
            Edges(photo=wrong)


def test_a_photograph_is_drawn_on_and_its_border_shows(browser):
    with opened(browser, Edges(padding="reflect", brush="light")) as figure:
        before = pixels(figure, INPUT)
        assert before.shape == (66, 66, 4)
        np.testing.assert_array_equal(before[0, 1:-1], before[2, 1:-1])
        start = hands.middle(figure, INPUT, "canvas")
        hands.drag(figure, start, (60, 0))
        painted = pixels(figure, INPUT) != before
        assert set(pixels(figure, INPUT)[painted]) == {255}
        rows, columns = painted.any(axis=(1, 2)), painted.any(axis=(0, 2))
        assert np.flatnonzero(rows).tolist() in ([31, 32, 33], [32, 33, 34])
        assert columns.sum() > 10
        assert figure.place.locator(".cx-inner").first.is_visible()
        figure.page.wait_for_timeout(500)
        assert "photo" not in figure.page.url, "an address is no place for a picture"


def test_numbers_are_drawn_on(browser):
    with opened(browser, Edges(image="bar", padding="zeros", brush="dark")) as figure:
        hands.drag(figure, hands.middle(figure, INPUT, (3, 2)), (81, 0))
        seen = figure.do()
    x = np.array(Edges(image="bar").input)
    x[2, 1:5] = 0
    assert seen.controls["image"] == "own"
    assert seen.numbers(INPUT)[1:-1, 1:-1].tolist() == x.tolist()


def test_tables_given_are_shown():
    explorer = Edges(x=np.full((16, 16), 3), w=np.ones((3, 3), int))
    assert (explorer.image, explorer.kernel) == ("own", "own")
    assert (explorer.output == 27).all()
    assert Edges(**explorer.state).state == explorer.state


# --- Predict, then look ---


def test_the_answer_is_hidden_until_it_is_guessed(browser):
    bar = Edges(image="bar")
    with opened(browser, bar) as figure:
        figure.do(["press", "Predict first"])
        texts, verdict = [bar.sentence()], "You said 4; it is −4."
        question = figure.place.locator(".cx-question label").inner_text()
        assert question.startswith("What is y[2, 1]")
        trials.check_guess(figure, question, [OUTPUT, PRODUCTS], texts, verdict)
