"""What is tried on every explorer: dozens of settings, all links, and bugs that must be noticed.

Each test file says how its explorer is changed and what is right; here is how that is tried.

    change(explorer, rng) -> acts       change it as a reader might; the acts do so on the page
    differences(explorer, seen)         yield what the page shows otherwise than convkit
    expected_links(explorer)            yield a view, a place in it, {view: places that light up}
"""

import re
from copy import deepcopy

import numpy as np
from figures import copied, opened, with_bug
from playwright.sync_api import Error, expect
from sizes import sized

SETTINGS = sized(40, 600)
# Half of the planted bugs show within 3 settings, all that numbers can tell within 55. That nothing
# is wrong without one is what other tests say at length.
WITH_BUG, WITHOUT = 60, sized(10, 60)
ONE_IN = sized(3, 1)  # a bug unnoticed is a fault of a test, and tests seldom change
EXPLORERS = sized(4, 12)  # whose links are looked at, cell by cell
AT_ONCE, AT_MOST = 5, 10**6
CALM = {"reduced_motion": "reduce"}  # what fades slows many readings down


def check_none(found):
    """No difference is found."""
    found = list(found)
    assert not found, f"{len(found)} differences: " + "; ".join(found[:5])


# --- Settings ---


def check_settings(browser, explorer, rng, change, differences):
    """A page shows what convkit computes, in many settings."""
    with opened(browser, explorer, **CALM) as figure:
        check_none(mismatches(figure, explorer, rng, change, differences, SETTINGS))


def mismatches(figure, explorer, rng, change, differences, count=WITH_BUG):
    """Drive a figure through random settings; yield all that differs from convkit."""
    ahead, same = copied(explorer), deepcopy(rng)  # make the changes before the page shows them
    for _ in range(min(count, AT_MOST) // AT_ONCE):
        for seen in figure.run([change(ahead, same) for _ in range(AT_ONCE)]):
            change(explorer, rng)
            try:
                yield from (f"{explorer!r}: {text}" for text in differences(explorer, seen))
            except (ValueError, IndexError, AssertionError) as error:
                yield f"{explorer!r}: {error!r}"


def check_problems(explorer, rng, change):
    """A figure has a problem where convkit raises an error; return all it says, "" for none."""
    problems = set()
    for _ in range(10 * SETTINGS):
        change(explorer, rng)
        try:
            explorer.output  # noqa: B018
        except ValueError:
            assert explorer.problem(), f"{explorer!r}: convkit raises an error, the figure does not"
        else:
            assert not explorer.problem(), f"{explorer!r}: {explorer.problem()}, convkit computes"
        problems.add(explorer.problem())
    return problems


def turn_bar(explorer, trait, view, rng, largest):
    """Give one bar another value by keys; return the acts."""
    values = list(getattr(explorer, trait))
    i, value = int(rng.integers(len(values))), int(rng.integers(-largest, largest + 1))
    values[i] = value
    setattr(explorer, trait, values)
    keys = [str(value - 1), "+"] if value > 0 else ["0", *["-"] * -value]
    return [["key", view, 0, i, key] for key in keys]


# --- Links ---


def check_explorers(browser, explorers, wrong):
    """Nothing is wrong with any of these explorers: `wrong(figure, explorer)` yields what is."""
    with opened(browser, *explorers, **CALM) as figure:
        check_none(text for i, e in enumerate(explorers) for text in wrong(figure.at(i), e))


def wrong_links(figure, explorer, expected, wrong_sum=None):
    """What lights up otherwise than expected, and which sums `wrong_sum` says are wrong."""
    views = {}
    for view, at, links in expected:
        views.setdefault(view, {})[at] = links
    for view, cells in views.items():
        for (at, links), (lit, written) in zip(
            cells.items(), figure.links(view, cells), strict=True
        ):
            for other, places in links.items():
                if lit[other] != places:
                    yield f"{explorer!r}: {view} {at} lights {other} {lit[other]}, not {places}"
            if wrong_sum and (problem := wrong_sum(explorer, view, at, written)):
                yield f"{explorer!r}: {written} {problem}"


def places(array):
    """The places where an array is not zero."""
    return {(int(i), int(j)) for i, j in np.argwhere(array)}


def one_hot(shape, i, j):
    """An array of zeros and, at this place, a one."""
    array = np.zeros(shape, int)
    array[i, j] = 1
    return array


# --- Bugs ---


def some(bugs):
    """The names of the bugs to plant, all or one in three, and that of none, which is no bug."""
    return [name for n, name in enumerate(bugs) if n % ONE_IN == 0 or not bugs[name]]


def check_noticed(browser, monkeypatch, bug, explorers, wrong):
    """With this bug in the script, and not without one, something is wrong with the explorers.

    A page on which a place is missing that should be there is wrong as well; but the script must
    load, since anything would notice one that does not.
    """
    script = with_bug(monkeypatch, *bug) if bug else None
    if not bug:
        monkeypatch.setattr("trials.AT_MOST", WITHOUT)
    with opened(browser, *explorers, script=script, strict=False, **CALM) as figure:
        figure.wait_until_ready()
        try:
            noticed = any(text for i, e in enumerate(explorers) for text in wrong(figure.at(i), e))
        except Error:
            noticed = True
    assert noticed or not bug, f"{bug}: no test would notice"
    assert bug or not noticed, "something is wrong without a bug, so no bug would tell"


# --- Predict, then look ---


def check_guess(figure, question, views, texts, verdict):
    """While a guess is asked for, which is said, these views and texts are not to be seen."""
    place = figure.place
    expect(place.locator(".cx > [role=status]")).to_have_text(question)
    assert not set(views) & figure.do().raw["views"].keys()
    assert not [text for text in texts if text in place.inner_text()]
    place.get_by_label(question).fill(re.search(r"You said (-?\d+)", verdict)[1])
    figure.page.keyboard.press("Enter")
    assert place.locator(".cx-verdict").inner_text() == verdict
    assert set(views) <= figure.do().raw["views"].keys()
    assert not [text for text in texts if text not in place.inner_text()]
