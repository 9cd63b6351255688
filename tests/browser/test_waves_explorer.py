"""The waves explorer shows what convkit computes, and what NumPy's FFT says of it."""

import base64
import io
import re
from functools import partial

import hands
import numpy as np
import pytest
import trials
from figures import opened, value_of
from PIL import Image
from sklearn.datasets import load_sample_image

from convkit.explorers import Waves
from convkit.explorers.waves import KERNELS, TILES, folded, roof

STATES = [
    (view, *state)
    for view in ("line", "roof")
    for state in ((1, "none"), (2, "blur 1 4 6 4 1"), (3, "difference"), (3, "sharpen"))
]
INPUT, OUTPUT, KERNEL = "Input x", "Output y", "Kernel w"
N = 24

# What a bug in waves.js must be noticed as: what it says, what it would say.
BUGS = {
    "none": None,
    "kernel off its centre": ("N - 2) % N])) / over), by", "N - 1) % N])) / over), by"),
    "divided by a negative sum": ("Math.abs(sum(w)) || 1", "sum(w) || 1"),
    "folded at whole turns": ("Math.ceil(s * f - 0.5)", "Math.floor(s * f)"),
    "wave that runs to the left": ("ROUND * (q * i - t)", "ROUND * (q * i + t)"),
    "sooner for later": ("later = -angle", "later = angle"),
    "upside down lost": ("(re < 0 ? Math.PI : 0)", "0"),
    "kept from the second on": ("i % step === 0", "i % step === 1"),
    "curve not through the samples": ("size * Math.cos(ROUND", "size * Math.sin(ROUND"),
    "roof that goes round": ("clamp(i * s + a - 2, 0, rows.length - 1)", "(i * s + a + 19) % 21"),
    "pixels of other bits": ("13 - 3 * k % 8", "12 - 3 * k % 8"),
    "rows kept, columns not": ("turned(down(turned(down(x))))", "down(x)"),
    "line along no stripe": ("turn - down * row", "turn + down * row"),
}


def next_setting(explorer, rng):
    """Change an explorer as a reader might; return the acts that do the same on the page."""
    explorer.view = str(rng.choice(["line", "ring", "roof"]))
    explorer.kernel = str(rng.choice([*KERNELS, "own"]))
    explorer.s = int(rng.integers(1, 5))
    acts = [["set", "view", explorer.view], ["set", "kernel", explorer.kernel]]
    acts += [["set", "stride s", explorer.s], ["press", "Next place"]]
    explorer.t = min(explorer.t + 1, N - 1)
    if explorer.view != "roof":
        explorer.q = int(rng.integers(0, 13))
        acts.append(["set", "turns q", explorer.q])
    if rng.random() < 0.5:
        w = list(KERNELS.get(explorer.kernel, explorer.w))
        a, digit = int(rng.integers(5)), int(rng.integers(1, 4))
        w[a] = -1 if digit == 1 else digit
        explorer.set_trait("w", w)
        explorer.kernel = "own"
        acts += [["key", KERNEL, 0, a, key] for key in (["0", "-"] if digit == 1 else [str(digit)])]
    return acts


def factor_by_fft(explorer):
    """What the kernel multiplies the wave by, by NumPy's FFT: it correlates about its centre."""
    w = np.roll(np.pad(explorer.weights, (0, N - 5)), -2)
    return np.fft.fft(w)[explorer.q].conj()


def seems_by_fft(explorer):
    """How often the kept samples of the wave turn, by NumPy's FFT, whichever way."""
    wave = np.exp(2j * np.pi * explorer.q * np.arange(N) / N)[:: explorer.s]
    turns = np.fft.fftfreq(len(wave), 1 / len(wave))
    return round(turns[abs(np.fft.fft(wave)).argmax()])


def differences(explorer, seen):
    """What the page shows otherwise than convkit computes it."""
    own = KERNELS.get(explorer.kernel, explorer.w)
    if seen.numbers(KERNEL).tolist() != [own]:
        yield f"kernel {seen.numbers(KERNEL).tolist()} is {own}"
    if seen.sentence != explorer.sentence():
        yield f"{seen.sentence!r} is {explorer.sentence()!r}"
    shape = f"(1, 1, {', '.join(map(str, explorer.output.shape))})"
    if not seen.call.endswith(shape) or f"stride={explorer.s})" not in seen.call:
        yield f"{seen.call} should end in {shape}"
    if explorer.view == "roof":
        values = [
            value_of(term.split(": ")[1].split(" = ")[1]) for term in seen.formula.split("; ")
        ]
        if not np.allclose(values, [folded(f, explorer.s) for f in TILES], rtol=0, atol=0.00501):
            yield f"{seen.formula} is wrong"
        return
    z = explorer_at(explorer, s=1).output
    for view, expected in ((INPUT, explorer.input), (OUTPUT, z)):
        if not np.allclose(seen.numbers(view), expected, rtol=0, atol=0.00501):
            yield f"{view} {seen.numbers(view).tolist()} is {expected.tolist()}"
    gain, turns = re.fullmatch(r"\|ŵ\(\d+/24\)\| = (\S+); turns: .* = (\S+)", seen.formula).groups()
    if abs(value_of(gain) - abs(factor_by_fft(explorer))) > 0.00501:
        yield f"the gain {gain} is {abs(factor_by_fft(explorer))}"
    if abs(value_of(turns)) != abs(seems_by_fft(explorer)) or value_of(turns) != explorer.turns:
        yield f"{turns} turns are {explorer.turns}"


def explorer_at(explorer, **state):
    return Waves(**explorer.state | state)


DRAWN = """place => {
    const shown = view => place.querySelector(`svg[aria-label="${view}"]`);
    const path = element => element.getAttribute('d').split(/[MLa]/).slice(1)
        .map(point => point.split(',').map(Number));
    return Object.fromEntries(['Input x', 'Output y'].map(view => [view, {
        lines: ['smooth', 'seen'].map(kind => path(shown(view).querySelector('.cx-' + kind))),
        marks: [...shown(view).querySelectorAll('.cx-dot')].map(dot => dot.getAttribute('d')),
        image: shown(view).querySelector('image').getAttribute('href'),
    }]));
}"""


def wrong_drawing(figure, explorer):
    """What is drawn otherwise than convkit computes it."""
    drawn = figure.place.evaluate(DRAWN)
    if explorer.view == "roof":
        yield from wrong_pictures(explorer, drawn)
    else:
        yield from wrong_waves(explorer, drawn)


def wrong_waves(explorer, drawn):
    """Curves that do not go through the samples on a line; squares that are not what is kept."""
    gains = abs(np.fft.fft(np.pad(explorer.weights, (0, 91)))[:49])
    most, s = max(1, gains.max()), explorer.s
    for view, values in ((INPUT, explorer.input), (OUTPUT, explorer_at(explorer, s=1).output)):
        smooth, seen = drawn[view]["lines"]
        expected = 46 - 40 * values / most
        if not np.allclose(np.array(smooth)[6::12, 1], expected, atol=0.06):
            yield f"{view}: the wave misses its samples"
        if (view == OUTPUT and s > 1) != bool(seen):
            yield f"{view}: the kept samples are joined, or not"
        if seen and not np.allclose(np.array(seen)[6::12, 1][::s], expected[::s], atol=0.06):
            yield f"{view}: what is seen misses the kept samples"
    kept = [i for i, mark in enumerate(drawn[OUTPUT]["marks"]) if "h9" in mark]
    if kept != (list(range(0, N, s)) if s > 1 else []):
        yield f"squares at {kept}"


def wrong_pictures(explorer, drawn):
    """Pixels that are not convkit's, and lines that do not lean as the frequencies say."""
    signed = not explorer.weights.sum().round(9)
    for view, values in ((INPUT, explorer.input), (OUTPUT, explorer.output)):
        data = base64.b64decode(drawn[view]["image"].partition(",")[2])
        shown = np.array(Image.open(io.BytesIO(data)).convert("RGB")).astype(float)
        greys = values[..., None] / 7 * np.array([255.0] * 3)
        if view == OUTPUT and signed:
            hue = np.where(values[..., None] < 0, [98, 54, 168], [166, 124, 0])
            greys = 255 + (hue - 255) * abs(values[..., None]) / 7
        expected = np.clip(greys, 0, 255)
        if shown.shape != expected.shape or abs(shown - expected).max() > 1:
            yield f"{view}: other pixels"
        s = explorer.s if view == OUTPUT else 1
        down, across = (folded(f, s) for f in TILES)
        (left, _), (right, _) = drawn[view]["lines"][1]
        lean = (right - left) * values.shape[1] / 48 / values.shape[0]
        if abs(lean + down / across) > 1e-6:
            yield f"{view}: a line of {lean} columns a row"


def wrong_states(figure, explorer):
    """What is wrong with the numbers and drawings of some states."""
    for view, s, kernel in STATES:
        explorer.view, explorer.s, explorer.kernel = view, s, kernel
        seen = figure.do(["set", "view", view], ["set", "stride s", s], ["set", "kernel", kernel])
        for text in (*differences(explorer, seen), *wrong_drawing(figure, explorer)):
            yield f"{explorer!r}: {text}"


def wrong(figure, explorer, rng):
    """All that can be found wrong with a figure."""
    yield from wrong_states(figure, explorer)
    yield from trials.mismatches(figure, explorer, rng, next_setting, differences, count=30)


def test_numbers_are_convkits(browser):
    rng = np.random.default_rng(1)
    trials.check_settings(browser, Waves(), rng, next_setting, differences)


def test_drawings_are_convkits(browser):
    trials.check_explorers(browser, [Waves(), Waves(q=10, t=5)], wrong_states)


@pytest.mark.parametrize("bug", trials.some(BUGS))
def test_a_bug_would_be_noticed(browser, bug, monkeypatch):
    rng = np.random.default_rng(3)
    planted = BUGS[bug] and ("waves.js", *BUGS[bug])
    trials.check_noticed(browser, monkeypatch, planted, [Waves()], partial(wrong, rng=rng))


def test_python_agrees_with_numpys_fft():
    for kernel in KERNELS:
        for q in range(13):
            figure = Waves(kernel=kernel, q=q)
            assert np.isclose(figure.factor(q / N), factor_by_fft(figure))
            for s in (1, 2, 3, 4):
                figure.s = s
                seems = seems_by_fft(figure)
                assert figure.turns in ((seems,) if 2 * abs(seems) < N // s else (seems, -seems))


def test_the_roof_is_that_of_the_chapter():
    photo = load_sample_image("china.jpg").mean(axis=-1)[260:281, 200:272]
    levels = (photo - photo.min()) / (photo.max() - photo.min()) * 7
    np.testing.assert_array_equal(roof(), np.rint(levels).astype(int))


def test_the_tiles_lean_as_their_strongest_wave_says():
    """Measured in what is kept of the picture, as the chapter does."""
    for s in (1, 2, 3, 4):
        kept = Waves(view="roof", s=s).output
        rows, columns = (np.hanning(size + 2)[1:-1] for size in kept.shape)
        sizes = np.fft.fft2((kept - kept.mean()) * np.outer(rows, columns), (256, 256))
        down, across = np.unravel_index(abs(sizes[:, :129]).argmax(), (256, 129))
        expected = np.array([folded(f, s) for f in TILES]) * np.sign(folded(TILES[1], s))
        measured = np.fft.fftfreq(256)[down], across / 256
        np.testing.assert_allclose(measured, expected, atol=0.04)


def test_the_wave_follows_the_hand_and_what_is_kept_runs_backwards(browser):
    with opened(browser, Waves(q=7, s=3)) as figure:
        wave = figure.place.get_by_label(INPUT, exact=True)
        step = wave.evaluate("svg => svg.getScreenCTM().a * 15")
        before = figure.do().numbers(INPUT)[0]
        lowest = np.argmin(green(figure))
        hands.drag(figure, hands.middle(figure, INPUT, (0, 3)), (step, 0))
        np.testing.assert_allclose(figure.do().numbers(INPUT)[0], np.roll(before, 1), atol=0.011)
        figure.place.get_by_role("button", name="Reset").click()
        figure.do(["press", "Next place"])
        assert 0 < lowest - np.argmin(green(figure)) < 30, "the green wave does not run backwards"


def green(figure):
    """The green wave, as heights along the line."""
    return -np.array(figure.place.evaluate(DRAWN)[OUTPUT]["lines"][1])[:, 1]


def test_the_dot_on_the_gain_curve_is_dragged(browser):
    with opened(browser, Waves(q=7, s=1), has_touch=True) as figure:
        for act in (hands.drag, hands.swipe):
            start = hands.middle(figure, "", ".cx-gain circle")
            turn = figure.place.locator(".cx-gain").evaluate("svg => svg.clientWidth * 22.5 / 300")
            act(figure, start, (-4 * turn, 0))
            assert hands.state(figure)["controls"]["turns q"] == "3"
            figure.place.get_by_role("button", name="Reset").click()
        figure.place.get_by_role("slider", name="turns q").press("ArrowLeft")
        assert figure.do().raw["controls"]["turns q"] == "6"


def test_what_is_kept_is_not_seen_while_a_guess_is_asked_for(browser):
    question, verdict = (
        "How many turns will the kept samples show?",
        "You said 1; it is 1, as you said.",
    )
    with opened(browser, Waves()) as figure:
        figure.place.get_by_role("button", name="Predict first").click()
        trials.check_guess(figure, question, [OUTPUT], ["look like 1", "8 kept: 1 turn"], verdict)


def test_the_chapters_waves(browser):
    with opened(browser, Waves(kernel="blur 1 2 1", q=3, s=1), Waves(view="roof")) as figure:
        gain = figure.do().formula.split(";")[0]
        assert gain == "|ŵ(3/24)| = 0.85"
        seen = figure.at(1).do(["set", "kernel", "blur 1 2 1"])
        assert seen.sentence.startswith("The kernel leaves 0.41 of the stripes.")


def test_a_sample_that_was_dragged_has_no_ring(browser):
    with opened(browser, Waves()) as figure:
        hands.drag(figure, hands.middle(figure, INPUT, (0, 3)), (20, 0))
        held = "getComputedStyle(document.activeElement).outlineStyle"
        assert figure.page.evaluate("document.activeElement.matches('.cx-column')")
        assert figure.page.evaluate(held) == "none"
        figure.page.keyboard.press("ArrowRight")
        ring = "getComputedStyle(document.activeElement.querySelector('.cx-back')).stroke"
        assert figure.page.evaluate(ring) != "none"
