"""Time one step of a slider: an explorer in Chromium beside ipywidgets with matplotlib.

    python benchmarks/explorer_latency.py

In the browser a step is the event's handler and the layout that it makes necessary, at full speed
and with the processor throttled to a quarter, as on a phone. Beside it `ipywidgets.interactive`
draws the explorer's still figure anew and renders it as PNG, in this process: the way of that
picture through the kernel's messages and back into a page comes on top and is not counted. All take
turns, so that what else the machine does falls on all of them alike.
"""

import contextlib
import io
import statistics
import sys
import time
from pathlib import Path

import ipywidgets
from playwright.sync_api import sync_playwright

from convkit import explorers

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

import chromium

ROUNDS, STEPS = 8, 60
REDRAWS = 6  # in a round
THROTTLES = (1, 4)

# Moves one slider after the other up and down, and times each step; goes through the lists of a
# figure without sliders.
STEP = """steps => {
    const place = document.querySelector('[data-explorer]');
    const shown = kind => [...place.querySelectorAll(kind)].filter(control =>
        control.checkVisibility({ visibilityProperty: true }));
    const sliders = shown('input[type=range]'), lists = shown('select');
    const next = list => { list.selectedIndex = (list.selectedIndex + 1) % list.options.length; };
    return Array.from({ length: steps }, (_, i) => {
        const slider = sliders[i % sliders.length], list = lists[1 + (i % 2)];
        if (slider) {
            const { value, min, max } = slider;
            slider.stepUp(i % 3 ? 1 : -1);
            if (slider.value === value) slider.value = value === max ? min : max;
        } else next(list);
        const begin = performance.now();
        (slider ?? list).dispatchEvent(new Event(slider ? 'input' : 'change', { bubbles: true }));
        const handled = performance.now();
        place.getBoundingClientRect();
        return [handled - begin, performance.now() - begin];
    });
}"""


def page_steps(browser, explorer):
    """Yield, for ever, times of some steps in the page: {throttle: [(handler, with layout)]}."""
    page = browser.new_page(viewport={"width": 900, "height": 900})
    page.set_content(
        f"<main>{explorer.html()}</main><script>{explorers.page_script(explorer.name())}</script>"
    )
    session = page.context.new_cdp_session(page)
    while True:
        times = {}
        for throttle in THROTTLES:
            session.send("Emulation.setCPUThrottlingRate", {"rate": throttle})
            times[throttle] = page.evaluate(STEP, STEPS)
        yield times


def redraws(explorer):
    """Yield, for ever, the times of some redraws by ipywidgets and matplotlib, in ms."""

    def draw(**state):
        for key, value in state.items():
            explorer.set_trait(key, value)
        explorer.still().savefig(io.BytesIO(), format="png", dpi=100)

    limits = {k: v for k, v in explorer.limits().items() if "low" in v and "sizes" not in v}
    ranges = {key: (limit["low"], limit["high"]) for key, limit in limits.items()}
    sliders = {k: ipywidgets.IntSlider(getattr(explorer, k), *ranges[k]) for k in ranges}
    ipywidgets.interactive(draw, **sliders)
    while True:
        times = []
        for i in range(REDRAWS):
            slider = list(sliders.values())[i % len(sliders)]
            value = slider.value + 1 if slider.value < slider.max else slider.min
            begin = time.perf_counter()
            with contextlib.redirect_stdout(
                io.StringIO()
            ):  # ipywidgets clears a line that is not there
                slider.value = value
            times.append(1000 * (time.perf_counter() - begin))
        yield times


def summary(times):
    """The median and the value that one in twenty exceeds, as text."""
    high = statistics.quantiles(times, n=20)[-1]
    return f"{statistics.median(times):6.1f} ({high:5.1f})"


def measure(browser, kind):
    """Print one line: an explorer in the page at both speeds, and the redraw beside it."""
    page, python = page_steps(browser, kind()), redraws(kind())
    rounds = [(next(page), next(python)) for _ in range(ROUNDS + 1)][1:]  # the first warms up
    columns, layouts = [], []
    for throttle in THROTTLES:
        steps = [step for times, _ in rounds for step in times[throttle]]
        columns += [summary([handler for handler, _ in steps])]
        layouts += [[total for _, total in steps]]
        columns += [summary(layouts[-1])]
    drawn = [one for _, times in rounds for one in times]
    ratio = statistics.median(drawn) / statistics.median(layouts[0])
    print(f"{kind.name():10}", *columns, summary(drawn), f"{ratio:5.0f}", sep="   ", flush=True)


def main() -> None:
    print(
        "ms a step, median (95th percentile);",
        f"{ROUNDS * STEPS} steps and {ROUNDS * REDRAWS} redraws",
    )
    heads = ["handler", "+ layout", "handler, 4x", "+ layout, 4x", "matplotlib", "ratio"]
    print(f"{'':10}", *(f"{head:14}" for head in heads), sep="   ")
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        for kind in explorers.ALL:
            measure(browser, kind)
        browser.close()


if __name__ == "__main__":
    main()
