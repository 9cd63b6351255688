"""The shift explorer shows what convkit's poolings give before and after a picture moves."""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import trials
from calls import Tensor
from figures import opened, value_of
from sizes import sized
from sklearn.datasets import load_digits

import convkit as ck
from convkit.explorers import Shift
from convkit.explorers.shift import BLUR, PICTURES, WAYS, smaller

# Bugs in the JavaScript that must be noticed: what it says, what it would say.
BLOCK = "block(x, 2 * i + a, 2 * j + b)"
BUGS = {
    "none": None,
    "moved the other way": ("x[round(i - down)]", "x[round(i + down)]"),
    "rows for columns": ("[round(j - right)]", "[round(j - down)]"),
    "no ring": ("(place + 2 * SIDE) % SIDE", "Math.min(Math.max(place, 0), SIDE - 1)"),
    "the second of each two": ("=> x[2 * i][2 * j],", "=> x[2 * i + 1][2 * j],"),
    "minimum": ("=> Math.max(...block(x, 2 * i, 2", "=> Math.min(...block(x, 2 * i, 2"),
    "a sum for a mean": ("sum(block(x, 2 * i, 2 * j)) / 4", "sum(block(x, 2 * i, 2 * j))"),
    "a flat blur": ("(2 - a * a) * (2 - b * b)", "1"),
    "a blur of the small map": (f"{BLOCK}))) / 16", f"{BLOCK.replace('+ a', '+ 2 * a')}))) / 16"),
    "rises do not count": ("Math.abs(v - before[way][i][j])", "Math.max(0, before[way][i][j] - v)"),
    "another sum": ("terms(x, i, j)} =", "terms(first, i, j)} ="),
}  # fmt: skip

ROUNDED = 0.5


def rounded(values):
    """Whole numbers as the cells show them: halves go up."""
    return np.floor(values + ROUNDED)


def next_setting(explorer, rng):
    """Change an explorer as a reader might; return the acts that do the same on the page."""
    explorer.image = str(rng.choice([*PICTURES, "own"]))
    explorer.right, explorer.down = (int(rng.integers(-6, 7)) for _ in range(2))
    explorer.way, explorer.r, explorer.c = str(rng.choice(WAYS)), *map(int, rng.integers(0, 6, 2))
    return [
        ["set", "image", explorer.image],
        ["set", "right", explorer.right],
        ["set", "down", explorer.down],
        ["click", explorer.way, explorer.r, explorer.c],
    ]


def differences(explorer, seen):
    """What the page shows otherwise than convkit computes it."""
    for way, expected in explorer.output.items():
        if not np.array_equal(seen.numbers(way), rounded(expected)):
            yield f"{way} {seen.numbers(way).tolist()} is {expected.tolist()}"
        if seen.lit(way) != trials.places(explorer.changed[way]):
            yield f"{way}: outlined {seen.lit(way)} is {trials.places(explorer.changed[way])}"
    if seen.sentence != explorer.sentence():
        yield f"{seen.sentence!r} is {explorer.sentence()!r}"
    if wrong := wrong_sum(explorer, explorer.way, (explorer.r, explorer.c), seen.sum):
        yield f"{seen.sum} {wrong}"
    if not np.array_equal(value_of_call(seen.call, explorer.before), explorer.output[explorer.way]):
        yield f"{seen.call} is not {explorer.way}"


def wrong_sum(explorer, way, at, written):
    """Say what is wrong with the sum that is written for a number, if anything is."""
    name, terms, value = written.split(" = ")
    value, before = value.split(", was ")
    right, was = explorer.output[way][at], smaller(explorer.before)[way][at]
    computed = value_of(terms, x=explorer.input)
    good = name == f"{way}[{at[0]}, {at[1]}]" and computed == right == float(value)
    return "" if good and float(before) == was else f"is not {right}, was {was}"


def value_of_call(text, picture):
    """The value of the call that the figure writes, with convkit in torch's place."""

    def pad(x, sizes, mode):
        left, right, top, bottom = sizes
        around = [(0, 0), (0, 0), (top, bottom), (left, right)]
        return np.pad(x, around, {"circular": "wrap"}[mode])

    call, _ = text.split("#")
    functions = SimpleNamespace(
        conv2d=ck.conv2d, max_pool2d=ck.max_pool2d, avg_pool2d=ck.avg_pool2d, pad=pad
    )
    x = picture[None, None].astype(float).view(Tensor)
    return np.array(eval(call, {"F": functions, "x": x, "w": BLUR[None, None]}))[0, 0]


def wrong_sums(figure, explorer):
    """Which sums of all the numbers of all the maps are wrong."""
    for way in WAYS:
        cells = list(np.ndindex(6, 6))
        for at, (_, written) in zip(cells, figure.links(way, cells), strict=True):
            if wrong := wrong_sum(explorer, way, at, written):
                yield f"{explorer!r}: {written} {wrong}"


def wrong(figure, explorer, rng):
    """All that can be found wrong with a figure."""
    yield from trials.mismatches(figure, explorer, rng, next_setting, differences)
    yield from wrong_sums(figure, explorer)


def drawn(rng):
    """Draw an explorer with a picture of random numbers."""
    return Shift(x=rng.integers(0, 17, (12, 12)))


def test_numbers_are_convkits(browser):
    rng = np.random.default_rng(1)
    trials.check_settings(browser, drawn(rng), rng, next_setting, differences)


def test_sums_are_convkits(browser):
    rng = np.random.default_rng(2)
    moves = rng.integers(-6, 7, (sized(3, 12), 2)).tolist()
    explorers = [
        Shift(x=rng.integers(0, 17, (12, 12)), right=right, down=down) for right, down in moves
    ]
    trials.check_explorers(browser, explorers, wrong_sums)


@pytest.mark.parametrize("bug", trials.some(BUGS))
def test_a_bug_would_be_noticed(browser, bug, monkeypatch):
    rng = np.random.default_rng(3)
    planted = BUGS[bug] and ("shift.js", *BUGS[bug])
    trials.check_noticed(browser, monkeypatch, planted, [drawn(rng)], partial(wrong, rng=rng))


# --- Facts ---


def test_the_seven_is_that_of_the_chapter():
    digit = load_digits().images[317]
    assert np.array_equal(Shift().before, np.pad(digit, 2))
    counts = {way: int(changed.sum()) for way, changed in Shift(image="seven").changed.items()}
    assert counts == {"every second": 8, "max": 10, "average": 13, "max, blur": 28}


@pytest.mark.parametrize("image", PICTURES)
def test_a_move_by_whole_strides_moves_every_map_by_whole_cells(image):
    figure = Shift(image=image, right=2, down=-4)
    assert "whole strides" in figure.sentence()
    for way, y in smaller(figure.before).items():
        assert np.array_equal(figure.output[way], np.roll(y, (-2, 1), axis=(0, 1)))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("move", [(0, 1), (0, -1), (1, 0), (1, 1)])
def test_the_blurred_maximum_changes_most_numbers_of_the_seven_each_by_less(way, move):
    figure = Shift(image="seven", down=move[0], right=move[1])
    most, least = figure.gaps["max, blur"], figure.gaps[way]
    assert np.count_nonzero(most) >= np.count_nonzero(least)
    if way in ("every second", "max"):
        assert most.max() < least.max()


def test_a_picture_of_ones_own():
    ramp = np.add.outer(np.arange(12), np.arange(12)) % 17
    figure = Shift(x=ramp, right=0)
    assert figure.image == "own"
    assert np.array_equal(figure.input, ramp)
    assert Shift(**figure.state).state == figure.state


# --- Hands ---


def test_a_finger_a_mouse_and_keys_move_the_picture(browser):
    with opened(browser, Shift(right=0), viewport={"width": 375, "height": 667}) as figure:
        page, cursor = figure.page, figure.place.locator(".cx-box")
        canvas = figure.place.locator("canvas")
        for act in ("mouse", "touch", "keys"):
            box = canvas.bounding_box()
            pixel, x, y = box["width"] / 12, box["x"] + box["width"] / 2, box["y"] + 50
            if act == "mouse":
                page.mouse.move(x, y)
                page.mouse.down()
                page.mouse.move(x + pixel, y + 2 * pixel, steps=4)
                page.mouse.up()
            elif act == "touch":
                touch = page.context.new_cdp_session(page)
                for kind, way in [("touchStart", 0), ("touchMove", 0.5), ("touchMove", 1)]:
                    at = {"x": x + way * pixel, "y": y + 2 * way * pixel}
                    touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [at]})
                touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
            else:
                cursor.focus()
                for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
                    page.keyboard.press(f"Shift+{key}")
            seen = figure.do()
            assert (seen.controls["right"], seen.controls["down"]) == ("1", "2"), act
            assert seen.sentence == Shift(right=1, down=2).sentence()
            figure.do(["press", "Reset"])
        assert page.evaluate("scrollY") == 0


def test_a_click_sets_a_pixel_where_it_is_seen(browser):
    with opened(browser, Shift(image="impulse", right=1)) as figure:
        box = figure.place.locator("canvas").bounding_box()
        pixel = box["width"] / 12
        for i, j in [(4, 5), (0, 0)]:  # the white one, and one that was in the last column
            figure.page.mouse.click(box["x"] + (j + 0.5) * pixel, box["y"] + (i + 0.5) * pixel)
        expected = np.zeros((12, 12), int)
        expected[0, 11] = 16
        seen = figure.do()
        assert seen.controls["image"] == "own"
        assert seen.sentence == Shift(x=expected, right=1).sentence()


@pytest.mark.parametrize("width", [375, 800])
def test_nothing_moves_the_figure(browser, width):
    boxes = """place => [place, ...place.querySelectorAll('.cx > *, .cx-views > *, .cx-ways > *')]
        .filter(part => !part.matches('.cx-hidden')).map(part => {
            const { left, top, width, height } = part.getBoundingClientRect();
            return [left, top, width, height].map(Math.round).join();
        })"""
    with opened(browser, Shift(), viewport={"width": width, "height": 1600}) as figure:
        before = figure.place.evaluate(boxes)
        rng = np.random.default_rng(4)
        for _ in range(12):
            figure.do(*next_setting(Shift(), rng))
            assert figure.place.evaluate(boxes) == before
        figure.do(["press", "Predict first"])
        assert figure.place.evaluate(boxes) == before
        figure.do(["press", "Look"])
        assert figure.place.evaluate(boxes) == before


def test_in_the_books_column_the_maps_stand_beside_the_picture(browser):
    with opened(browser, Shift(), viewport={"width": 720, "height": 800}) as figure:
        picture, maps = (figure.place.locator(f".cx-{name}") for name in ("blocks", "ways"))
        assert maps.bounding_box()["y"] == picture.bounding_box()["y"]


# --- Predict, then look ---


def test_what_changed_is_hidden_until_it_is_guessed(browser):
    explorer = Shift(image="seven")
    with opened(browser, explorer) as figure:
        asked = figure.do(["press", "Predict first"])
        before = smaller(explorer.before)
        for way in WAYS:
            assert not asked.lit(way)
            assert np.array_equal(asked.numbers(way), rounded(before[way]))
        question = "How many of the 36 numbers of “max” change?"
        trials.check_guess(figure, question, [], [explorer.sentence()], "You said 3; it is 10.")
        assert not list(differences(explorer, figure.do()))
