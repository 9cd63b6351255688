"""The flip explorer shows what convkit computes; its bars move by mouse and keys."""

import re
from fractions import Fraction
from functools import cache, partial

import numpy as np
import pytest
import trials
from calls import tensor, value_of_call
from figures import opened, value_of

import convkit as ck
from convkit.explorers import Flip

SIGNAL, KERNEL, TABLE, OUTPUT = "Signal", "Kernel", "Products", "Output y"
MODES = ["full", "same", "valid"]

BUGS = {
    "none": None,
    "no flip": ("flip.js", "(flip ? a + b : a - b) - first", "(a - b) - first"),
    "same off the centre": ("flip.js", "Math.floor((k - 1) / 2)", "Math.floor(k / 2)"),
    "valid of a short signal": ("flip.js", "Math.min(n, k) - 1, Math.abs", "n - 1, Math.abs"),
    "swapped arguments, table as before": ("flip.js", "swap ? [b, a] : [a, b]", "[a, b]"),
    "the kernel does not turn": ("flip.js", "left + (flip ? -b : b)", "left + b"),
    "the kernel a place too far": ("flip.js", "left = k - 1 + net.first", "left = k + net.first"),
    "places count from 0": ("flip.js", "number(first + i)}]", "number(i)}]"),
    "sign of a coefficient lost": ("flip.js", "(i ? ' − ' : '−')", "(i ? ' + ' : '')"),
    "exponents of the kernel not inverted": ("flip.js", "0, net.flip ? 1 : -1", "0, 1"),
    "call without the flip": ("flip.js", "(flip ? '.flip(-1)' : '')", "''"),
    "margins exchanged": ("flip.js", "(${before}, ${after})", "(${after}, ${before})"),
    "reversal not seen": ("flip.js", "before.reverse()", "before"),
}  # fmt: skip


def drawn(rng):
    """Draw an explorer with random numbers."""
    return Flip(x=rng.integers(-9, 10, 8), w=rng.integers(-9, 10, 4))


def next_setting(explorer, rng):
    """Change an explorer as a reader might; return the acts that do the same on the page."""
    acts = []
    for trait, most in ("x", 8), ("w", 4):
        size = int(rng.integers(1, most + 1))
        setattr(explorer, trait, (getattr(explorer, trait) + [1] * most)[:size])
        acts.append(["set", f"length of {trait}", size])
    explorer.flip, explorer.swap = (bool(rng.integers(2)) for _ in "ab")
    explorer.mode = MODES[rng.integers(3)]
    acts.append(["set", "flip the kernel (convolution)", explorer.flip])
    acts.append(["set", "swap x and w", explorer.swap])
    acts.append(["set", "mode", explorer.mode])
    trait = "xw"[rng.integers(2)]
    view = SIGNAL if (trait == "x") != explorer.swap else KERNEL
    return acts + trials.turn_bar(explorer, trait, view, rng, 9)


def polynomial(text, t):
    """The value of a polynomial as the figure writes it."""
    digits = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
    text = re.sub("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: f"**({found[0]})", text)
    return eval(re.sub(r"(\d)t", r"\1*t", text.translate(digits)), {"t": t})


def differences(explorer, seen):
    """What the page shows otherwise than convkit computes it."""
    y, x, w = explorer.output, np.array(explorer.x), np.array(explorer.w)
    if seen.numbers(OUTPUT).tolist() != [y.tolist()]:
        yield f"output {seen.numbers(OUTPUT)} is {y}"
    cells = seen.texts(TABLE)
    shown = [[float(text.replace("−", "-")) for text in row[1:]] for row in cells[1:]]
    if not np.array_equal(shown, np.outer(x, w)):
        yield f"table {shown} is {np.outer(x, w)}"
    cut = {(int(r) + 1, int(c) + 1) for r, c in np.argwhere(outputs_of(explorer) < 0)}
    if seen.marked(TABLE, "cx-unread") != cut:
        yield f"hatched {seen.marked(TABLE, 'cx-unread')} is {cut}"
    if seen.sentence != explorer.sentence():
        yield f"{seen.sentence!r} is {explorer.sentence()!r}"
    yield from wrong_formula(explorer, seen)
    yield from wrong_calls(seen, x, w, y)
    yield from wrong_rails(explorer, seen)
    picked = first_place(explorer) + min(explorer.i, y.size - 1)
    if not seen.sum.startswith(f"y[{picked}] = ".replace("-", "−")):
        yield f"{explorer!r}: {seen.sum} should be of y[{picked}]"


def wrong_formula(explorer, seen):
    """Where the product of two polynomials has other coefficients than convkit's outputs."""
    signal, kernel = (explorer.w, explorer.x) if explorer.swap else (explorer.x, explorer.w)
    t = Fraction(10**6)  # so large that the value tells all coefficients
    left, right = seen.formula.split(" = ")
    first, second = left[1:-1].split(") (")
    full = (ck.convolve if explorer.flip else ck.correlate)(signal, kernel)
    low = 0 if explorer.flip else 1 - len(kernel)
    expected = sum(int(v) * t ** (low + i) for i, v in enumerate(full))
    if not polynomial(first, t) * polynomial(second, t) == polynomial(right, t) == expected:
        yield f"{explorer!r}: {seen.formula}"


def wrong_calls(seen, x, w, y):
    """Where the calls of torch and SciPy do not give the output."""
    torch, scipy = seen.call.split(" scipy")
    call, comment = torch.split(" # ")
    try:
        value = value_of_call(call, x=tensor(x), w=tensor(w))
    except ValueError as error:
        value = np.array(str(error))
    if value.tolist() != [[y.tolist()]] or not comment.endswith(f"(1, 1, {y.size})"):
        yield f"{torch} is {value}, not {y}"
    if value_of_call("scipy" + scipy, x=x, w=w).tolist() != y.tolist():
        yield f"{scipy} is not {y}"


def wrong_rails(explorer, seen):
    """Where signal, kernel and the products below it are not those of the picked output."""
    signal, kernel = (explorer.w, explorer.x) if explorer.swap else (explorer.x, explorer.w)
    weights = seen.numbers(KERNEL)[0]
    products = np.array([float(text.replace("−", "-")) for text in seen.raw["under"][KERNEL]])
    if seen.numbers(SIGNAL)[0].tolist() != signal or weights.tolist() != kernel:
        yield f"{explorer!r}: {seen.numbers(SIGNAL)} and {weights}"
    meets = outputs_of(explorer) == min(explorer.i, explorer.output.size - 1)
    expected = (meets * np.outer(explorer.x, explorer.w)).sum(axis=1 if explorer.swap else 0)
    if products.tolist() != expected.tolist():
        yield f"{explorer!r}: the products {products} are {expected}"


def first_place(explorer):
    """The index of the first output in the formulas: x_{i+m} w_m, or x_{i-m} w_m if flipped."""
    signal, kernel = (explorer.w, explorer.x) if explorer.swap else (explorer.x, explorer.w)
    n, k = len(signal), len(kernel)
    skipped = {"full": 0, "same": (k - 1) // 2, "valid": min(n, k) - 1}[explorer.mode]
    return skipped - (0 if explorer.flip else k - 1)


def wrong(figure, explorer, rng):
    """All that can be found wrong with a figure, from its numbers to its links."""
    yield from trials.mismatches(figure, explorer, rng, next_setting, differences)
    yield from wrong_links(figure, explorer)


def test_numbers_are_convkits(browser):
    rng = np.random.default_rng(1)
    trials.check_settings(browser, drawn(rng), rng, next_setting, differences)


@pytest.mark.parametrize("bug", trials.some(BUGS))
def test_a_bug_would_be_noticed(browser, bug, monkeypatch):
    rng = np.random.default_rng(3)
    trials.check_noticed(browser, monkeypatch, BUGS[bug], [drawn(rng)], partial(wrong, rng=rng))


# --- What lights up ---


def outputs_of(explorer):
    """The output that each product is a term of."""
    sizes = len(explorer.x), len(explorer.w)
    return outputs_by(sizes, explorer.flip, explorer.swap, explorer.mode)


@cache
def outputs_by(sizes, flip, swap, mode):
    """The same, by convkit for a single 1 in x and in w."""
    slide = ck.convolve if flip else ck.correlate
    found = np.full(sizes, -1)
    for r, c in np.ndindex(found.shape):
        x, w = np.eye(found.shape[0])[r], np.eye(found.shape[1])[c]
        y = slide(w, x, mode) if swap else slide(x, w, mode)
        found[r, c] = y.argmax() if y.any() else -1
    return found


def expected_links(explorer):
    """For each view and each of its cells: what should light up, by the products concerned."""
    outputs = outputs_of(explorer)
    rows, columns = np.indices(outputs.shape)
    x, w = (KERNEL, SIGNAL) if explorer.swap else (SIGNAL, KERNEL)

    def lights(products):
        concerned = np.argwhere(products).tolist()
        corners = [
            place for r, c in concerned for place in [(r + 1, c + 1), (r + 1, 0), (0, c + 1)]
        ]
        return {
            SIGNAL: {(0, c if explorer.swap else r) for r, c in concerned},
            TABLE: set(corners),
            OUTPUT: {(0, int(i)) for i in outputs[products] if i >= 0},
        }

    for r in range(outputs.shape[0]):
        yield x, (0, r), lights(rows == r)
        yield TABLE, (r + 1, 0), lights(rows == r)
    for c in range(outputs.shape[1]):
        yield w, (0, c), lights(columns == c)
        yield TABLE, (0, c + 1), lights(columns == c)
    for r, c in np.ndindex(outputs.shape):
        yield TABLE, (r + 1, c + 1), lights((rows == r) & (columns == c))
    for i in range(explorer.output.size):
        yield OUTPUT, (0, i), lights(outputs == i)


def wrong_links(figure, explorer):
    """What lights up otherwise than convkit's outputs for single ones say."""
    yield from trials.wrong_links(figure, explorer, expected_links(explorer))


def test_links_are_convkits(browser):
    rng = np.random.default_rng(4)
    explorers = [drawn(rng) for _ in range(trials.EXPLORERS)]
    for explorer in explorers:
        next_setting(explorer, rng)
    trials.check_explorers(browser, explorers, wrong_links)


@pytest.mark.parametrize(
    ("flip", "i", "diagonal"),
    [(False, 2, {(0, 0), (1, 1), (2, 2)}), (True, 2, {(0, 2), (1, 1), (2, 0)})],
)
def test_an_output_is_a_diagonal(browser, flip, i, diagonal):
    with opened(browser, Flip(flip=flip)) as figure:
        lit = figure.do(["point", OUTPUT, 0, i]).lit(TABLE)
    assert {(r - 1, c - 1) for r, c in lit if r and c} == diagonal


def test_the_sum_of_an_output_is_the_output(browser):
    rng = np.random.default_rng(5)
    for _ in range(4):
        explorer = drawn(rng)
        next_setting(explorer, rng)
        with opened(browser, explorer) as figure:
            for i, expected in enumerate(explorer.output):
                _, terms, value = figure.do(["point", OUTPUT, 0, i]).sum.split(" = ")
                assert value_of(terms) == value_of(value) == expected


def test_the_products_of_an_input_go_to_its_outputs(browser):
    explorer = Flip(x=[2, -3, 4, 1], w=[5, -6, 7], mode="same")
    with opened(browser, explorer) as figure:
        for r in range(4):
            y = np.zeros(4)
            said = figure.do(["point", SIGNAL, 0, r]).sum.removeprefix("products: ").split(", ")
            for product, place in (text.split(" in ") for text in said):
                if place != "no output":
                    y[int(place[2:-1].replace("−", "-")) - first_place(explorer)] += value_of(
                        product
                    )
            alone = np.eye(4)[r] * explorer.x
            assert y.tolist() == ck.correlate(alone, explorer.w, "same").tolist()


# --- The lesson ---


def test_the_lectures_example(browser):
    flip, swap = ["set", "flip the kernel (convolution)"], ["set", "swap x and w"]
    with opened(browser, Flip()) as figure:
        expect = {
            (): [6, 17, 32, 23, 12],
            ("swap",): [12, 23, 32, 17, 6],
            ("flip",): [4, 13, 28, 27, 18],
            ("flip", "swap"): [4, 13, 28, 27, 18],
        }
        for on, y in expect.items():
            seen = figure.do([*flip, "flip" in on], [*swap, "swap" in on])
            assert seen.numbers(OUTPUT).tolist() == [y]
            reads = {("swap",): "reverses the output", ("flip", "swap"): "changes nothing"}
            assert reads.get(on, "") in seen.sentence
        seen = figure.do([*flip, True])
        assert np.polymul([1, 2, 3], [4, 5, 6]).tolist() == seen.numbers(OUTPUT)[0].tolist()
        right = figure.do([*swap, False]).formula
        assert right == "(1 + 2t + 3t²) (4 + 5t + 6t²) = 4 + 13t + 28t² + 27t³ + 18t⁴"


def test_steps_move_the_kernel_and_end_at_the_last_output(browser):
    with opened(browser, Flip(i=3)) as figure:
        for expected in [4, 4]:
            seen = figure.do(["press", "Next output"])
            assert seen.marked(OUTPUT, "cx-picked") == {(0, expected)}
        assert seen.numbers(KERNEL).tolist() == [[4, 5, 6]]
        assert seen.raw["under"][KERNEL] == ["12", "0", "0"]


def lefts(figure, view, count):
    return [bar(figure, view, i).bounding_box()["x"] for i in range(count)]


def test_the_kernel_stands_below_what_it_meets_and_turns_with_the_flip(browser):
    with opened(browser, Flip(x=[1, 2, 3, 4], w=[3, 2], i=1), **trials.CALM) as figure:
        x, w = lefts(figure, SIGNAL, 4), lefts(figure, KERNEL, 2)
        np.testing.assert_allclose(w, x[:2], atol=2)
        figure.do(["set", "flip the kernel (convolution)", True])
        np.testing.assert_allclose(lefts(figure, KERNEL, 2), x[1::-1], atol=2)


def test_the_kernel_slides_in_a_fifth_of_a_second(browser):
    """And not at all for readers who want calm, which another test says."""
    with opened(browser, Flip()) as figure:
        moving = "e => parseFloat(getComputedStyle(e).transitionDuration)"
        times = figure.place.locator(".cx-column").evaluate_all(f"all => all.map({moving})")
        assert 0 < max(times) <= 0.2


def test_the_answer_is_hidden_until_there_is_a_guess(browser):
    with opened(browser, Flip()) as figure:
        figure.do(["press", "Next output"], ["press", "Predict first"])
        verdict = "You said 30; it is 32."
        trials.check_guess(figure, "What is y[0]?", [OUTPUT], ["32"], verdict)


# --- The bars ---


def bar(figure, view, i):
    return figure.place.get_by_label(view, exact=True).locator(".cx-column").nth(i)


def test_a_bar_is_dragged_by_mouse(browser):
    with opened(browser, Flip()) as figure:
        mouse, box = figure.page.mouse, bar(figure, SIGNAL, 1).locator(".cx-back").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        mouse.move(x, y)
        mouse.down()
        for offset, value in (-24, 5), (-56, 9), (-90, 9), (16, 0), (90, -9), (-24, 5):
            mouse.move(x + 40, y + offset)  # off the column: the bar is held
            assert figure.do().numbers(SIGNAL).tolist() == [[1, value, 3]]
        mouse.up()
        mouse.move(x, y + 20)
        assert figure.do().numbers(SIGNAL).tolist() == [[1, 5, 3]]


@pytest.mark.parametrize(("button", "moves"), [("right", (20, -36)), ("left", (1, 0))])
def test_neither_the_right_button_nor_a_click_changes_a_bar(browser, button, moves):
    with opened(browser, Flip()) as figure:
        mouse, box = figure.page.mouse, bar(figure, SIGNAL, 0).locator(".cx-back").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + 0.9 * box["height"]
        mouse.move(x, y)
        mouse.down(button=button)
        mouse.move(x + moves[0], y + moves[1])
        mouse.up(button=button)
        assert figure.do().numbers(SIGNAL).tolist() == [[1, 2, 3]]


def test_a_bar_is_moved_by_keys_and_buttons(browser):
    with opened(browser, Flip()) as figure:
        first, keys = bar(figure, SIGNAL, 0), figure.page.keyboard
        first.focus()
        for key, expected in ("ArrowUp", [2, 2, 3]), ("-", [1, 2, 3]), ("7", [7, 2, 3]):
            keys.press(key)
            assert figure.do().numbers(SIGNAL).tolist() == [expected]
        keys.press("End")
        keys.press("ArrowDown")
        assert figure.do(["press", "Increase x 2"]).numbers(SIGNAL).tolist() == [[7, 2, 3]]
        focused = figure.page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert focused == "x 2"
        last = bar(figure, SIGNAL, 2)
        assert last.get_attribute("aria-valuenow") == "3"
        assert last.get_attribute("tabindex") == "0"
        assert first.get_attribute("tabindex") == "-1"


def test_an_output_is_picked_by_click_and_enter(browser):
    with opened(browser, Flip()) as figure:
        bar(figure, OUTPUT, 3).click()
        assert figure.do().marked(OUTPUT, "cx-picked") == {(0, 3)}
        figure.page.keyboard.press("Tab")
        bar(figure, OUTPUT, 3).focus()
        figure.page.keyboard.press("ArrowLeft")
        figure.page.keyboard.press("Enter")
        assert figure.do().marked(OUTPUT, "cx-picked") == {(0, 2)}


def test_the_focused_bar_has_a_ring(browser):
    with opened(browser, Flip()) as figure:
        figure.page.keyboard.press("Tab")
        bar(figure, SIGNAL, 2).focus()
        width = (
            bar(figure, SIGNAL, 2)
            .locator(".cx-back")
            .evaluate("e => getComputedStyle(e).strokeWidth")
        )
        assert width == "3px"
