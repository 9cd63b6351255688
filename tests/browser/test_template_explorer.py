"""The template explorer shows convkit's correlation, its two parts, and Pearson's r."""

import re

import numpy as np
import pytest
import trials
from figures import number, opened
from sizes import sized

import convkit as ck
from convkit.explorers import Template
from convkit.explorers.edges import unpacked
from convkit.explorers.template import MAPS

# Bugs in the JavaScript that must be noticed: what it says, what it would say.
BUGS = {
    "none": None,
    "a flipped template": ("dot += v * w[a][b]", "dot += v * w[k - 1 - a][b]"),
    "rows for columns": ("x[i + a][j + b]", "x[j + a][i + b]"),
    "parts exchanged": (
        "shape / n / unit, all * total / n / unit",
        "all * total / n / unit, shape / n / unit",
    ),
    "the mean stays": ("n * dot - all * total", "n * dot"),
    "r of the whole kernel": ("n * squares - all * all", "n * squares"),
    "one place too few": ("m = SIDE - k + 1, maps", "m = SIDE - k, maps"),
    "no shadow on the sums": ("v * (shadow ? 7 + j : 1)", "v"),
    "a template in the shadow": ("w = cut(photo, k", "w = cut(x, k"),
    "the last of the largest": ("all.findIndex(", "all.findLastIndex("),
    "its own place counts": ("map[top][left] + same", "map[top][left] - same"),
    "signs are lost": ("part(shape, l, response)", "part(shape, l, l + Math.abs(s))"),
}
READ = """place => {
    const [photo, map] = [...place.querySelectorAll('.cx-picture')].map(stage => {
        const canvas = stage.querySelector('canvas'), { width, height } = canvas;
        const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
        const pixels = Array.from({ length: width * height }, (_, i) => 4 * i);
        const boxes = [...stage.querySelectorAll('.cx-box, .cx-cut, .cx-best')].map(box =>
            ['top', 'left', 'width'].map(side => parseFloat(box.style[side]) * 64 / 100));
        return { shape: [height, width], boxes, red: pixels.map(i => data[i]),
            blue: pixels.map(i => data[i + 2]), alpha: pixels.map(i => data[i + 3]) };
    });
    const bars = [...place.querySelectorAll('.cx-beam')].map(row => [
        ...[...row.querySelectorAll('i')].flatMap(part =>
            [parseFloat(part.style.left), parseFloat(part.style.width)]),
        ...[...row.children].slice(2).map(one => one.textContent)]);
    return { photo, map, bars };
}"""


def channel(picture, name):
    return np.array(picture[name]).reshape(picture["shape"])


def wrong(figure, explorer):
    """All that a figure shows otherwise than convkit computes it."""
    yield from wrong_texts(explorer, figure.do())
    read = figure.place.evaluate(READ)
    yield from wrong_map(explorer, read["map"])
    yield from wrong_bars(explorer, read["bars"])
    if abs(channel(read["photo"], "red") - 17 * explorer.input).max() > 0.51:
        yield f"{explorer!r}: another photograph"
    best = explorer.best or (0, 0)
    boxes = {
        "photo": [(*explorer.place, explorer.k), (*explorer.cut, explorer.k)],
        "map": [(*explorer.place, 1), (*explorer.cut, 1), (*best, 1)],
    }
    for view, right in boxes.items():
        if not np.allclose(read[view]["boxes"], right, atol=1e-3):
            yield f"{explorer!r}: boxes of the {view} {read[view]['boxes']} are {right}"


def wrong_texts(explorer, seen):
    """What of the sum, the sentence and the call is wrong."""
    if seen.sentence != explorer.sentence():
        yield f"{explorer!r}: {seen.sentence!r} is {explorer.sentence()!r}"
    place, values = seen.sum.split(": ")
    shown = [number(part.strip("()")) for part in re.split(r"[·+=≈ ]+", values)]
    r, c = explorer.place
    window, w = explorer.input[r:, c:][: explorer.k, : explorer.k], explorer.weights
    response, shape, level, pearson = (y[r, c] for y in explorer.maps.values())
    right = [response, shape, level]
    if not np.isnan(pearson):
        n = explorer.k**2
        right += [n, w.std(), window.std(), pearson, n, w.mean(), window.mean()]
    if place != f"[{r}, {c}]" or not np.allclose(shown, right, rtol=0, atol=0.00501):
        yield f"{explorer!r}: {seen.sum} is not {right}"
    m = 65 - explorer.k
    if not seen.call.endswith(f"# (1, 1, 64, 64) → (1, 1, {m}, {m})"):
        yield f"{explorer!r}: {seen.call}"


def wrong_map(explorer, shown):
    """Whether the picture of the map is another one."""
    y = np.nan_to_num(explorer.output)
    if tuple(shown["shape"]) != y.shape:
        yield f"{explorer!r}: a map of {shown['shape']}"
        return
    alpha, gold = channel(shown, "alpha"), channel(shown, "red") > channel(shown, "blue")
    strength = 255 * abs(y) / max(1, abs(y).max())
    if abs(alpha - strength).max() > 0.51 or (gold != (y > 0))[alpha > 40].any():
        yield f"{explorer!r}: another map"


def wrong_bars(explorer, bars):
    """Which bars do not end where the parts do."""
    maps = explorer.maps
    high = max(1, *(maps[name].max() for name in ("response", "level part")))
    for place, (left, wide, start, width, response, r) in zip(
        (explorer.place, explorer.cut), bars, strict=True
    ):
        total, shape, level, pearson = (maps[name][place] for name in MAPS)
        drawn = np.array([left, wide, start, width]) / 100 * high
        right = [0, level, min(level, total), abs(shape)]
        said = "no value" if np.isnan(pearson) else pearson
        shown = r.removeprefix("r = ")
        same = shown == said if said == "no value" else abs(number(shown) - said) < 0.00501
        if not np.allclose(drawn, right, atol=1e-2 * high / 100) or not same:
            yield f"{explorer!r}: bars {drawn} with r {shown} are {right} with {said}"
        if abs(number(response) - total) > 0.501:
            yield f"{explorer!r}: a response of {response} is {total}"


def drawn(rng):
    """Draw an explorer: any map, window and template, on a photograph of noise or the book's."""
    r, c, top, left = map(int, rng.integers(0, 61, 4))
    state = {"map": str(rng.choice(MAPS)), "k": int(rng.integers(4, 13))}
    if rng.random() < 0.4:
        state["shadow"] = True
    if rng.random() < 0.3:
        state["photo"] = rng.integers(0, 16, (64, 64))
    return Template(**state, r=r, c=c, top=top, left=left)


def test_numbers_are_convkits(browser):
    rng = np.random.default_rng(1)
    trials.check_explorers(browser, [drawn(rng) for _ in range(sized(16, 240))], wrong)


def test_controls_lead_where_the_state_says(browser):
    explorer, rng = Template(), np.random.default_rng(2)
    with opened(browser, explorer, **trials.CALM) as figure:
        for _ in range(sized(16, 240)):
            explorer.map, explorer.k = str(rng.choice(MAPS)), int(rng.integers(4, 13))
            explorer.shadow = bool(rng.random() < 0.5)
            figure.do(
                ["set", "map", explorer.map],
                ["set", "template size k", explorer.k],
                ["set", "shadow from the left", explorer.shadow],
            )
            if rng.random() < 0.5:
                figure.do(["press", "To largest"])
                explorer.r, explorer.c = explorer.best
            if rng.random() < 0.3:
                figure.do(["press", "Cut here"])
                explorer.top, explorer.left = explorer.place
            trials.check_none(wrong(figure, explorer))


@pytest.mark.parametrize("bug", trials.some(BUGS))
def test_a_bug_would_be_noticed(browser, bug, monkeypatch):
    tiled = np.tile(np.random.default_rng(3).integers(0, 16, (16, 16)), (4, 4))
    explorers = [
        Template(r=50, c=30, shadow=True),  # its shape part is negative
        Template(map="shape part", photo=tiled, k=5),  # which repeats, so that many are largest
    ]
    planted = BUGS[bug] and ("template.js", *BUGS[bug])
    trials.check_noticed(browser, monkeypatch, planted, explorers, wrong)


# --- Facts ---


def test_a_constant_window_has_no_r_and_a_constant_template_none_anywhere(browser):
    photo = np.zeros((64, 64), int)
    photo[:20] = np.arange(64) % 13
    explorers = [
        Template(photo=photo, r=40, c=3, map="r"),
        Template(photo=photo, top=40, left=3, map="r"),
        Template(photo=photo, top=40, left=3, map="response"),
    ]
    assert np.isnan(explorers[0].maps["r"][40, 3])
    assert explorers[1].sentence() == "The template is constant: r has no value anywhere."
    trials.check_explorers(browser, explorers, wrong)
    with opened(browser, explorers[1]) as figure:
        assert figure.place.get_by_role("button", name="Predict first").is_disabled()


def test_the_puzzle_of_the_chapter():
    """The dot product finds the badge, its shape part the star, in the shadow only r does."""
    star = Template().cut
    where = {
        (name, shadow): Template(map=name, shadow=shadow).best
        for name in ("response", "shape part", "r")
        for shadow in (False, True)
    }
    assert where["response", False] == (5, 40) == Template().place
    assert where["shape part", False] == where["r", False] == where["r", True] == star
    assert star not in (where["response", True], where["shape part", True])
    assert Template().ahead == 145


def test_response_is_shape_part_plus_level_part():
    figure = Template(r=20, c=20)
    maps, (r, c) = figure.maps, figure.place
    window = figure.input[r : r + 8, c : c + 8]
    assert np.allclose(maps["response"], maps["shape part"] + maps["level part"])
    assert maps["response"][r, c] == np.sum(window * figure.weights)
    assert np.isclose(maps["r"][r, c], ck.pearson(window.ravel(), figure.weights.ravel()))
    parts = 64 * figure.weights.std() * window.std() * maps["r"][r, c]
    assert np.isclose(maps["shape part"][r, c], parts)


def test_a_photograph_of_ones_own():
    ramp = np.add.outer(np.arange(64), np.arange(64)) // 8 % 16
    assert np.array_equal(unpacked(Template(photo=ramp).photo), ramp)
    assert np.array_equal(Template(photo=ramp).input, ramp)


# --- Hands ---

PHONE = {"width": 375, "height": 667}


def test_mouse_finger_and_keys_move_the_window(browser):
    with opened(browser, Template(), viewport=PHONE, **trials.CALM) as figure:
        page = figure.page
        for view, keys in (("Photograph", 3), ("Map", 3)):
            box = figure.place.locator(f'.cx-picture[aria-label="{view}"] .cx-box')
            stage = figure.place.locator(f'.cx-picture[aria-label="{view}"]')
            for act in ("mouse", "finger", "keys"):
                pixel, at = stage.bounding_box()["width"] / 64, box.bounding_box()
                x, y = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
                if act == "mouse":
                    page.mouse.move(x, y)
                    page.mouse.down()
                    page.mouse.move(x - 3 * pixel, y + 3 * pixel, steps=5)
                    page.mouse.up()
                elif act == "finger":
                    touch = page.context.new_cdp_session(page)
                    for kind, n in (("touchStart", 0), ("touchMove", 2), ("touchMove", 3)):
                        point = {"x": x - n * pixel, "y": y + n * pixel}
                        event = {"type": kind, "touchPoints": [point]}
                        touch.send("Input.dispatchTouchEvent", event)
                    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
                else:
                    box.focus()
                    for key in ("ArrowLeft", "ArrowDown"):
                        for _ in range(keys):
                            page.keyboard.press(key)
                assert figure.do().sum.startswith("[8, 37]: "), f"{view}, {act}"
                figure.do(["press", "Reset"])
        assert page.evaluate("scrollY") == 0


def test_a_click_puts_the_windows_middle_there(browser):
    with opened(browser, Template()) as figure:
        box = figure.place.locator("canvas").first.bounding_box()
        pixel = box["width"] / 64
        figure.page.mouse.click(box["x"] + 20.5 * pixel, box["y"] + 30.5 * pixel)
        assert figure.do().sum.startswith("[26, 16]: ")


@pytest.mark.parametrize("width", [375, 800])
def test_nothing_moves_the_figure(browser, width):
    boxes = """place => [...place.querySelectorAll(
            '.cx, .cx > *, .cx-views > *, .cx-pair > *, .cx-picture, .cx-parts > *')]
        .filter(part => !part.matches('.cx-hidden')).map(part => {
            const { left, top, width, height } = part.getBoundingClientRect();
            return [part.tagName, left, top, width, height].join();
        })"""
    with opened(browser, Template(), viewport={"width": width, "height": 1600}) as figure:
        before = figure.place.evaluate(boxes)
        for k, name in ((4, "r"), (12, "level part"), (8, "shape part"), (5, "response")):
            for acts in (
                [["set", "map", name], ["set", "template size k", k]],
                [["press", "To largest"], ["press", "Cut here"]],
                [["set", "shadow from the left", k > 6]],
                [["press", "Predict first"]],
                [["press", "Look"]],
            ):
                figure.do(*acts)
                assert figure.place.evaluate(boxes) == before


# --- Predict, then look ---


def test_the_map_is_hidden_until_it_is_guessed(browser):
    with opened(browser, Template()) as figure:
        figure.do(["press", "Predict first"])
        assert not figure.place.locator(".cx-map").is_visible()
        question = "How many places have a larger response than the one where the template was cut?"
        trials.check_guess(figure, question, [], [Template().sentence()], "You said 0; it is 145.")
        assert figure.place.locator(".cx-map").is_visible()
