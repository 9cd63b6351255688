"""What holds for every explorer: its state in the address, keys, words, print, and no script."""

import re
from pathlib import Path

import hands
import numpy as np
import pytest
from figures import HOST, opened, with_bug
from sizes import THOROUGH, sized

from convkit import explorers
from convkit.explorers import Edges, Field, Flip, Stride, Template, Waves, bundle

EXPLORERS = pytest.mark.parametrize("explorer", explorers.ALL, ids=lambda kind: kind.name())
# What is the frame's or the page's, not the explorer's own, is tried with each kind of view.
VIEWS = (Flip, Edges, Field)  # plots and a table, grids and pictures, drawings
FRAME = pytest.mark.parametrize(
    "explorer", sized(VIEWS, explorers.ALL), ids=lambda kind: kind.name()
)
PHONE = {"width": 360, "height": 740}
STAGE = Path(__file__).with_name("stage.js").read_text()
OLD_PAGE = Path(__file__).with_name("old_page.js").read_text()


def sliders(figure):
    """The sliders that a reader sees."""
    return [s for s in figure.place.locator("input[type=range]").all() if s.is_visible()]


def as_read(figure):
    return figure.do().raw


def turn(figure, end):
    """Bring the first slider to an end; where a figure has none, choose the last of a list."""
    if found := sliders(figure):
        found[0].press(end)
    else:
        options = figure.place.locator("select:visible").first
        last = options.locator("option").nth(-1 if end == "End" else 0)
        options.select_option(last.get_attribute("value"))


# --- The state ---


@EXPLORERS
def test_the_address_keeps_the_state_and_reset_forgets_it(browser, explorer):
    with opened(browser, explorer()) as figure:
        untouched = as_read(figure)
        turn(figure, "End")
        for slider in sliders(figure):
            slider.press("End")
        changed = as_read(figure)
        assert changed != untouched
        figure.page.wait_for_url(f"{HOST}/*#{explorer.name()}=**")
        address = figure.page.url.partition("#")[2]
        figure.place.get_by_role("button", name="Reset").click()
        assert as_read(figure) == untouched
        figure.page.wait_for_function("!location.href.includes('#')")
    with opened(browser, explorer(), address=address) as figure:
        assert as_read(figure) == changed
        figure.page.evaluate("location.hash = ''")
        figure.page.wait_for_function("!location.hash")
        assert as_read(figure) == untouched, "going back in the history shows the former state"


def wrong_values(limit):
    """Pieces of an address that a trait with this limit does not take."""
    yield from ("", "x", "1e1", "<img src=x onerror=alert(1)>", "99999999999999999999", "__proto__")
    if "low" in limit:
        yield from (str(limit["low"] - 1), str(limit["high"] + 1))
        if "sizes" not in limit:
            yield "1.5.2.7"
        else:
            most = limit["sizes"][0][1] * (limit["sizes"][1][1] if len(limit["sizes"]) > 1 else 1)
            yield ".".join(["1"] * (most + 1))
            yield ".".join([str(limit["high"] + 1)] * most)


@EXPLORERS
def test_a_wrong_address_shows_the_figure_as_it_was_made(browser, explorer):
    name = explorer.name()
    with opened(browser, explorer()) as figure:
        addresses = ["=", f"{name}=%", f"{name}=__proto___1*constructor_2", "unknown=s_3"]
        for key, limit in explorer.limits().items():
            addresses += [f"{name}={key}_{value}" for value in wrong_values(limit)]
        changing = figure.place.evaluate(
            """async (place, addresses) => {
                const read = () => place.innerHTML;  // all that a state changes, and no layout
                const untouched = read(), changing = [];
                for (const address of addresses) {
                    location.hash = address;
                    await new Promise(wait => setTimeout(wait, 5));  // a hashchange is late
                    if (read() !== untouched) changing.push(address);
                }
                return changing;
            }""",
            addresses,
        )
    assert not changing, f"the figure is changed by {changing}"


@FRAME
def test_two_of_a_kind_keep_their_states_apart(browser, explorer):
    with opened(browser, explorer(), explorer()) as figure:
        untouched, second = as_read(figure), figure.at(1)
        turn(second, "Home")
        turn(second, "End")
        figure.page.wait_for_url(f"{HOST}/*#{explorer.name()}-2=**")
        assert as_read(figure) == untouched
        ids = figure.page.locator("[id]").evaluate_all("all => all.map(one => one.id)")
        assert len(ids) == len(set(ids))


def page_model(browser, script):
    """Run a script with the model that explorers get on a page."""
    with opened(browser) as figure:
        sources = [bundle.HERE / "lib/arithmetic.js", bundle.HERE / "lib/model.js"]
        code = "".join(map(bundle.body, sources))
        return figure.page.evaluate(f"(() => {{ {code}\n{script} }})()")


def test_the_pages_model_keeps_anywidgets_contract(browser):
    heard = page_model(
        browser,
        """
        const heard = [], model = pageModel({ a: 1, b: [1, 2] }, () => heard.push('saved'));
        const one = (source, value) => heard.push(['a', source === model, value]);
        model.on('change:a change:b', one);
        model.on('change', () => heard.push('any'));
        model.set('a', 1);
        model.set('b', [1, 2]);
        model.save_changes();
        model.set('a', 2);
        model.set('b', [1, 3]);
        model.save_changes();
        model.save_changes();
        model.off('change:a', one);
        model.set('a', 3);
        model.off('change:b');
        model.set('b', []);
        model.off();
        model.set('a', 4);
        return [heard, model.get('a')];
        """,
    )
    assert heard == [[["a", True, 2], "any", ["a", True, [1, 3]], "any", "saved", "any", "any"], 4]


@FRAME
def test_a_link_within_the_page_leaves_the_figure_alone(browser, explorer):
    with opened(browser, explorer()) as figure:
        turn(figure, "End")
        changed = as_read(figure)
        figure.page.evaluate("location.hash = 'section'")
        figure.page.wait_for_timeout(50)
        assert as_read(figure) == changed


# Draw each in a place of its own, let it play, end it, and hear what it still sets a second later.
END = """async made => {
    const drawn = Object.entries(made).map(([name, state]) => {
        const listeners = new Set(), sets = [], el = document.createElement('div');
        const model = {
            get: key => state[key], set: key => sets.push(key), save_changes() {},
            on: (_, one) => listeners.add(one), off: (_, one) => listeners.delete(one),
        };
        document.querySelector('main').append(el);
        const end = window[name].render({ model, el });
        [...el.querySelectorAll('button')].find(b => b.textContent === 'Play')?.click();
        const during = listeners.size;
        end();
        sets.length = 0;
        return { name, during, listeners, sets };
    });
    await new Promise(wait => setTimeout(wait, 1000));
    return drawn.map(({ name, during, listeners, sets }) => [name, during, listeners.size, sets]);
}"""


def test_what_render_returns_ends_it(browser):
    """In a notebook a cell may be run again: the figure must let go of its model."""
    with opened(browser) as figure:
        made = {}
        for explorer in (kind() for kind in explorers.ALL):
            name = explorer.name()
            module = bundle.module(name).replace("export default", f"window.{name} =")
            figure.page.add_script_tag(content=f"(() => {{ {module} }})()")
            made[name] = explorer.state | {"_limits": explorer.limits(), "_initial": explorer.state}
        for name, during, after, sets in figure.page.evaluate(END, made):
            assert (during, after) == (1, 0), f"{name} keeps its model"
            assert sets == [], f"{name} plays on"


SHRINK = """place => {
    const all = what => [...place.querySelectorAll(what)];
    const shown = what => all(what).filter(e => e.checkVisibility({ visibilityProperty: true }));
    const said = [];
    for (const view of shown('[role=grid], svg[role=group]')) {
        all('button').find(button => button.textContent === 'Reset').click();
        for (const end of ['min', 'max']) for (const slider of shown('input[type=range]')) {
            const last = [...view.querySelectorAll('td, .cx-column')].pop();
            last?.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
            slider.value = slider[end];
            slider.dispatchEvent(new Event('input', { bubbles: true }));
            said.push(place.querySelector('.cx-sum').textContent);
        }
    }
    return said.join('\\n');
}"""


@EXPLORERS
def test_a_place_that_is_gone_is_no_longer_pointed_at(browser, explorer):
    """The mouse rests on the last cell of each view while sliders make the views smaller."""
    with opened(browser, explorer()) as figure:
        said = figure.place.evaluate(SHRINK)
        assert not re.search("undefined|NaN", said), said


# --- Keys, words, focus ---


@EXPLORERS
def test_every_view_is_one_stop_of_the_tab_key_and_the_order_is_that_of_the_page(browser, explorer):
    with opened(browser, explorer(), viewport={"width": 900, "height": 900}) as figure:
        stops = []
        for _ in range(80):
            figure.page.keyboard.press("Tab")
            stop = figure.page.evaluate(
                """() => {
                    const at = document.activeElement;
                    if (!at.closest('.cx')) return null;
                    const view = at.closest('[role=grid], svg, .cx-picture');
                    const all = [...document.querySelectorAll('.cx *')];
                    const look = e => {
                        const { outlineStyle, outlineWidth } = getComputedStyle(e);
                        const back = e.querySelector('.cx-back');
                        const stroke = back && getComputedStyle(back).strokeWidth;
                        return [outlineStyle, outlineWidth, stroke].join();
                    };
                    const focused = look(at);
                    at.blur();
                    const ring = focused !== look(at);
                    at.focus();
                    const name = at.getAttribute('aria-label') || at.labels?.[0]?.textContent;
                    return { place: all.indexOf(at), name: name || at.textContent,
                        view: view && all.indexOf(view), ring };
                }"""
            )
            if stop is None or stop in stops[:1]:  # out of the page, or round to its first stop
                break
            stops.append(stop)
        places = [stop["place"] for stop in stops]
        assert len(stops) < 40, "the Tab key does not leave the figure soon"
        assert places == sorted(places), "the focus does not go the way of the page"
        assert all(stop["name"].strip() for stop in stops), stops
        assert all(stop["ring"] for stop in stops), "a stop of the Tab key looks like any other"
        views = [stop["view"] for stop in stops if stop["view"] is not None]
        assert len(views) == len(set(views)), "a view takes more than one Tab"


@EXPLORERS
def test_arrows_move_in_every_view(browser, explorer):
    kinds = "[role=grid]:visible, svg[role=group]:visible, .cx-picture:visible"
    with opened(browser, explorer()) as figure:
        views = figure.place.locator(kinds).all()
        assert views
        for view in views:
            stop = view.locator("[tabindex='0']")
            assert stop.count() == 1
            stop.focus()
            seen = set()
            for key in ("Home", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "End"):
                figure.page.keyboard.press(key)
                label = figure.page.evaluate("document.activeElement.getAttribute('aria-label')")
                assert label, f"{view} has a place without words"
                seen.add(label)
            assert view.locator("[tabindex='0']").count() == 1
            if view.locator("[tabindex]").count() > 1:
                assert len(seen) > 1, "the keys do not move"


@EXPLORERS
def test_sliders_have_names_and_values(browser, explorer):
    with opened(browser, explorer()) as figure:
        for slider in sliders(figure):
            assert slider.evaluate("one => one.labels[0].textContent.trim()")
            slider.press("ArrowRight")
            text = slider.get_attribute("aria-valuetext").replace("\N{MINUS SIGN}", "-")
            assert text == slider.input_value()


@FRAME
def test_the_live_region_says_the_sentence_once_a_drag_is_over(browser, explorer):
    with opened(browser, explorer()) as figure:
        live = figure.place.locator(".cx > [role=status]")
        assert live.text_content() == "", "nothing is said before the reader does something"
        before = figure.do().sentence
        for slider in sliders(figure) or [figure.place.locator("select:visible").first]:
            for key in ("End", "Home", "End"):
                slider.press(key)
            if figure.do().sentence != before:
                break
        live.filter(has_text=figure.do().sentence).wait_for(state="attached")


@EXPLORERS
def test_predict_hides_the_answer_until_the_reader_has_looked(browser, explorer):
    with opened(browser, explorer()) as figure:
        place = figure.place
        answers = [one for one in place.locator(".cx-answer").all() if one.is_visible()]
        place.get_by_role("button", name="Predict first").click()
        question = place.locator(".cx-question")
        assert question.locator("label").inner_text().endswith("?")
        assert answers
        assert not any(one.is_visible() for one in answers), "the answer can be seen"
        live = place.locator(".cx > [role=status]")
        live.filter(has_text=question.locator("label").inner_text()).wait_for(state="attached")
        question.locator("input").fill("1234")
        question.locator("input").press("Enter")
        verdict = place.locator(".cx-verdict").inner_text()
        assert verdict.startswith("You said 1234; it is ")
        assert not question.is_visible()
        assert all(one.is_visible() for one in answers)
        value = verdict.removeprefix("You said 1234; it is ").rstrip(".")
        place.get_by_role("button", name="Predict first").click()
        question.locator("input").fill(value)
        place.get_by_role("button", name="Look").click()
        expected = f"You said {value}; it is {value}, as you said."
        assert place.locator(".cx-verdict").inner_text() == expected


@FRAME
def test_a_guess_may_be_left_out(browser, explorer):
    with opened(browser, explorer()) as figure:
        figure.place.get_by_role("button", name="Predict first").click()
        figure.page.keyboard.press("Enter")
        assert not figure.place.locator(".cx-question").is_visible()
        assert figure.place.locator(".cx-verdict").inner_text() == ""
        assert figure.place.get_by_role("button", name="Predict first").is_visible()


@FRAME
def test_what_the_mouse_passes_over_is_not_said(browser, explorer):
    with opened(browser, explorer()) as figure:
        live = figure.place.locator(".cx > [role=status]")
        for cell in figure.place.locator("td:visible, .cx-column:visible").all()[:4]:
            cell.dispatch_event("pointerover")
        figure.page.wait_for_timeout(400)  # what a reader does is said after 350 ms
        assert live.text_content() == ""


@pytest.mark.parametrize("keys", ["Control+0", "Control+=", "Control+-", "Alt+ArrowDown"])
def test_the_browsers_own_shortcuts_change_no_number(browser, keys):
    with opened(browser, Stride()) as figure:
        figure.place.get_by_role("grid", name="Kernel").locator("[tabindex='0']").focus()
        before = as_read(figure)
        figure.page.keyboard.press(keys)
        assert as_read(figure) == before


@EXPLORERS
def test_no_number_of_a_finger_is_out_of_reach(browser, explorer):
    """Whatever keys change, the buttons − and + change too, and all targets are large enough."""
    with opened(browser, explorer(), viewport=PHONE, has_touch=True) as figure:
        stepper = figure.place.locator(".cx-stepper")
        assert not stepper.is_visible(), "nothing has been touched"
        editable = "[role=grid]:not([aria-readonly]):visible, svg:has([role=slider]):visible"
        for view in figure.place.locator(editable).all():
            view.locator("[tabindex='0']").tap()
            for button in stepper.get_by_role("button").all():
                before = as_read(figure)
                button.tap()
                assert as_read(figure) != before, f"{button} changes nothing"
        small = figure.place.locator("button:visible, input:visible, select:visible, td:visible")
        boxes = small.evaluate_all(
            "all => all.map(e => e.getBoundingClientRect()).map(box => [box.width, box.height])"
        )
        assert all(width >= 23.5 and height >= 23.5 for width, height in boxes), min(boxes)
        wide = figure.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"], f"the figure is {wide} px wide on a phone"


# --- Hands ---

# Of each explorer: a view, a cell of it, a way to drag it, and keys that do the same.
HANDS = {
    "flip": [
        ("Signal", (0, 0), (0, -32), ["ArrowUp"] * 4),
        ("Kernel", (0, 1), (52, 0), ["Shift+ArrowRight", "Shift+ArrowRight"]),
        ("Kernel", (0, 1), (0, 20), ["ArrowDown", "-"]),
        ("Output y", (0, 1), (26, 0), ["ArrowRight", "Enter"]),
    ],
    "superpose": [
        ("Input x", (0, 2), (0, -22), ["ArrowUp"] * 4),
        ("Kernel w", (0, 1), (0, -6), ["+", "ArrowUp"]),
        ("Output y, of mirrored copies of w", (0, 3), (26, 0), ["ArrowRight", "Enter"]),
    ],
    "edges": [
        ("Input x", ".cx-picture canvas", (24, 12), None),
        ("Output y", ".cx-answer canvas", (24, 12), None),
        ("Kernel w", (1, 1), (0, -30), ["+", "+", "+"]),
    ],
    "field": [
        ("Tower", (0, 46), (60, 0), ["Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"]),
        ("Layers", (0, 0), (0, -20), ["+", "+"]),
        ("Input picture", ".cx-picture", (40, 20), None),
    ],
    "matrix": [
        ("Kernel", (0, 1), (0, -30), ["+", "+", "+"]),
        ("Vector", (2, 0), (0, 20), ["-", "-"]),
    ],
    "stride": [
        ("Input with padding", (1, 1), (0, 50), ["Shift+ArrowDown"]),
        ("Kernel", (0, 0), (0, -30), ["+", "+", "+"]),
        ("Output", (0, 0), (25, 0), ["ArrowRight", "Enter"]),
    ],
    "waves": [
        ("Input x", (0, 3), (14.5, 0), ["Shift+ArrowRight"]),
        ("Kernel w", (0, 1), (0, -20), ["+", "ArrowUp"]),
    ],
    "channels": [
        ("Board", (3, 0), (25, 0), ["ArrowRight", "Enter"]),
        ("Kernel", (0, 0), (0, -30), ["+", "+", "+"]),
        ("Input map", (3, 3), (0, 20), ["-", "-"]),
    ],
    "backward": [
        ("Gradient g at y", (0, 0), (0, -30), ["+", "+", "+"]),
        ("Input x", (0, 1), (0, 20), ["-", "-"]),
        ("What outputs send to inputs", (0, 0), (0, 30), ["ArrowDown", "Enter"]),
    ],
    "shift": [
        ("Picture", ".cx-blocks .cx-box", (12, 12), ["Shift+ArrowRight", "Shift+ArrowDown"]),
    ],
    "template": [
        ("Photograph", ".cx-pair .cx-box", (-10, 10), ["ArrowLeft"] * 4 + ["ArrowDown"] * 4),
    ],
}
CURSORS = {"grab", "ns-resize", "crosshair", "pointer"}
PHONE_SCREEN = {"width": 375, "height": 667}
TOUCH = {"viewport": PHONE_SCREEN, "has_touch": True, "reduced_motion": "reduce"}


@EXPLORERS
def test_what_can_be_dragged_is_moved_by_mouse_finger_and_keys(browser, explorer):
    with opened(browser, explorer(), **TOUCH) as figure:
        # So that a finger that does not drag would scroll, up or down.
        figure.page.evaluate("document.body.style.paddingBlock = '700px'")
        untouched = hands.state(figure)
        for view, at, by, keys in HANDS[explorer.name()]:
            states = []
            cursor = hands.cell(figure, view, at).evaluate("e => getComputedStyle(e).cursor")
            assert cursor in CURSORS, f"{view}: {cursor}"
            for act in (hands.drag, hands.swipe, *[None] * bool(keys)):
                start = hands.middle(figure, view, at)
                scrolled = figure.page.evaluate("scrollY")
                if act:
                    act(figure, start, by)
                    now = figure.page.evaluate("scrollY")
                    assert now == scrolled, f"{view}: the page scrolls"
                else:
                    hands.cell(figure, view, at).focus()
                    for key in keys:
                        figure.page.keyboard.press(key)
                states.append(hands.state(figure))
                figure.place.get_by_role("button", name="Reset").click()
                assert hands.state(figure) == untouched
            by_mouse, by_finger, *by_keys = states
            assert by_mouse != untouched, f"{view} {at} is not moved by {by}"
            assert by_finger == by_mouse, f"{view} {at}: a finger does not what the mouse does"
            assert by_keys in ([], [by_mouse]), f"{view} {at}: {keys} do not what the mouse does"


@FRAME
def test_the_page_scrolls_under_a_finger_that_begins_elsewhere(browser, explorer):
    with opened(browser, explorer(), **TOUCH) as figure:
        before = as_read(figure)
        start = hands.middle(figure, explorer.name(), ".cx-sentence")
        scrolled = figure.page.evaluate("scrollY")
        hands.swipe(figure, start, (0, 100))
        figure.page.wait_for_function(f"scrollY < {scrolled}")
        assert as_read(figure) == before


# --- A stage that does not move ---


@EXPLORERS
def test_no_control_moves_the_figure(browser, explorer):
    with opened(browser, explorer(), viewport=PHONE_SCREEN) as figure:
        moved = figure.place.evaluate(STAGE)
        assert not moved, f"on a phone {len(moved)}: " + "; ".join(moved[:6])
        if THOROUGH:  # nor in a notebook, which has more room, says another test
            figure.page.set_viewport_size({"width": 800, "height": 800})
            figure.place.get_by_role("button", name="Reset").click()
            moved = figure.place.evaluate(STAGE)
            assert not moved, f"at 800 pixels {len(moved)}: " + "; ".join(moved[:6])


@EXPLORERS
def test_controls_and_what_they_change_are_on_one_phone_screen(browser, explorer):
    with opened(browser, explorer(), viewport=PHONE_SCREEN) as figure:
        top = figure.place.locator(".cx-controls").bounding_box()["y"]
        views = figure.place.locator(".cx-views").bounding_box()
        assert views["y"] + views["height"] - top <= PHONE_SCREEN["height"]


@FRAME
def test_the_prompt_goes_when_something_is_done(browser, explorer):
    with opened(browser, explorer()) as figure:
        prompt = figure.place.locator(".cx-prompt")
        assert prompt.is_visible()
        turn(figure, "End")
        assert not prompt.is_visible()


@FRAME
def test_escape_leaves_the_question_and_a_change_takes_the_verdict_away(browser, explorer):
    with opened(browser, explorer()) as figure:
        start = figure.place.get_by_role("button", name="Predict first")
        for key in ("Escape", "Enter"):
            start.click()
            figure.page.keyboard.type("1234")
            figure.page.keyboard.press(key)
            assert not figure.place.locator(".cx-question").is_visible()
            assert start.evaluate("button => button === document.activeElement")
            said = figure.place.locator(".cx-verdict").inner_text()
            assert bool(said) == (key == "Enter")
        turn(figure, "End")
        assert figure.place.locator(".cx-verdict").inner_text() == ""


@FRAME
def test_a_link_leads_past_the_figure(browser, explorer):
    with opened(browser, explorer()) as figure:
        figure.page.evaluate("document.body.append(document.createElement('button'))")
        figure.page.keyboard.press("Tab")
        skip = figure.place.get_by_role("link", name="Skip this figure")
        assert skip.evaluate("link => link === document.activeElement")
        assert skip.bounding_box()["height"] >= 24
        figure.page.keyboard.press("Enter")
        figure.page.keyboard.press("Tab")
        assert figure.page.evaluate("!document.activeElement.closest('.cx')")
        assert not figure.page.evaluate("location.hash")


# --- Beside old scripts ---


@EXPLORERS
def test_a_live_module_works_beside_broken_builtins(browser, explorer):
    with opened(browser) as figure:
        module = bundle.module(explorer.name()).replace("export default", "window.module =")
        figure.page.add_script_tag(content=f"{OLD_PAGE} (() => {{ {module} }})()")
        made = explorer()
        state = made.state | {"_limits": explorer.limits(), "_initial": made.state}
        figure.page.evaluate(
            """state => {
                const el = document.querySelector('main'), heard = [];
                el.dataset.explorer = '';
                const set = (key, value) => { state[key] = value; heard.forEach(one => one()); };
                const on = (_, one) => heard.push(one), get = key => state[key];
                module.render({ model: { get, set, on, off() {}, save_changes() {} }, el });
            }""",
            state,
        )
        moved = figure.place.evaluate(STAGE)
        assert figure.place.locator(".cx-views > *").count()
        assert figure.do().sentence == made.sentence()
        assert not moved


# --- In notebooks ---

# How Notebook 7 listens for its shortcuts: before a figure hears a key, unless its target says no.
SHORTCUTS = """() => {
    window.stolen = [];
    document.addEventListener('keydown', event => {
        const free = !event.target.matches('[data-lm-suppress-shortcuts]');
        if (free && event.key !== 'Control' && event.key !== 'Shift') stolen.push(event.key);
    }, true);
}"""


@FRAME
def test_a_notebook_that_listens_first_leaves_the_keys_to_the_figure(browser, explorer):
    with opened(browser, explorer()) as figure:
        figure.page.evaluate(SHORTCUTS)
        stops = figure.place.locator("input:visible, select:visible, [tabindex='0']")
        for stop in filter(lambda stop: stop.is_visible(), stops.element_handles()):
            stop.focus()
            for key in ("a", "ArrowRight", "Control+z"):
                figure.page.keyboard.press(key)
        assert figure.page.evaluate("stolen") == []
        figure.page.keyboard.press("Shift+Enter")
        assert figure.page.evaluate("stolen") == ["Enter"], "the cell is not run"


@pytest.mark.parametrize(
    ("explorer", "view"),
    [(Template, ".cx-pair .cx-picture"), (Field, ".cx-fov .cx-picture"), (Waves, ".cx-gain")],
)
def test_a_drag_begins_anywhere_on_a_picture_in_a_notebooks_cell(browser, explorer, view):
    """The cell around it is a stop of the Tab key too."""
    with opened(browser, explorer(s=1) if explorer is Waves else explorer()) as figure:
        figure.page.evaluate("document.querySelector('main').tabIndex = 0")
        untouched = hands.state(figure)
        box = figure.place.locator(view).first.bounding_box()
        start = box["x"] + 0.8 * box["width"], box["y"] + 0.8 * box["height"]
        hands.drag(figure, start, (-0.1 * box["width"], 0))
        moved = hands.state(figure)
        assert moved != untouched, "nothing was dragged"
        figure.page.mouse.move(box["x"] + box["width"] / 5, box["y"] + box["height"] / 5)
        assert hands.state(figure) == moved, "it follows the mouse when nothing is pressed"


# What classic Notebook 6.5 says of everything that a cell puts out.
CLASSIC = """
    html { font-size: 10px } * { box-sizing: border-box }
    label { display: inline-block; max-width: 100%; margin-bottom: 5px; font-weight: bold }
    div.output_area svg { max-width: 100%; height: auto } svg:not(:root) { overflow: hidden }
    [role=button] { cursor: pointer } code { padding: 2px 4px; white-space: pre-wrap }
"""
SIZES = """place => [place, ...place.querySelectorAll('.cx, .cx-views > *, .cx-views svg, canvas')]
    .map(e => [e.getAttribute('class'), e.getBoundingClientRect()])
    .map(([name, { width, height }]) => [name, Math.round(width), Math.round(height)])"""


@EXPLORERS
def test_classic_notebook_does_not_shrink_the_figure(browser, explorer):
    with opened(browser, explorer()) as figure:
        before = figure.place.evaluate(SIZES)
        figure.page.add_style_tag(content=CLASSIC)
        figure.place.evaluate(
            "place => { const area = document.createElement('div'); area.className = 'output_area';"
            " place.replaceWith(area); area.append(place); }"
        )
        for (name, *size), (_, *now) in zip(before, figure.place.evaluate(SIZES), strict=True):
            assert np.allclose(now, size, rtol=0, atol=4), f"{name}: {size} becomes {now}"


# --- Without a script, in print, with other colours ---


@FRAME
def test_without_a_script_there_is_the_still_figure_and_its_sentence(browser, explorer):
    made = explorer()
    with opened(browser, strict=False, java_script_enabled=False) as figure:
        figure.page.set_content(f"<main>{made.html()}</main>")
        assert figure.page.locator(".explorer-still img").is_visible()
        assert figure.page.locator(".explorer-still p").inner_text() == made.sentence()


@FRAME
def test_print_shows_the_still_figure(browser, explorer):
    with opened(browser, explorer()) as figure:
        still, moving = figure.place.locator(".explorer-still"), figure.place.locator(".cx")
        assert not still.is_visible()
        figure.page.emulate_media(media="print")
        assert still.is_visible()
        assert not moving.is_visible()


def test_an_explorer_that_fails_leaves_its_still_figure_and_the_others(browser, monkeypatch):
    script = with_bug(
        monkeypatch, "flip.js", "  f.walk('i',", "  throw new Error('broken'); f.walk('i',"
    )
    with opened(browser, Flip(), Stride(), script=script, strict=False) as figure:
        assert figure.place.locator(".explorer-still").is_visible()
        assert figure.place.locator(".cx").count() == 0
        assert figure.at(1).place.locator(".cx").is_visible()


@FRAME
def test_nothing_moves_for_readers_who_want_calm(browser, explorer):
    moving = """place => [...place.querySelectorAll('*')]
        .filter(e => parseFloat(getComputedStyle(e).transitionDuration) > 0).length"""
    with opened(browser, explorer(), reduced_motion="reduce") as figure:
        assert figure.place.evaluate(moving) == 0


@EXPLORERS
def test_in_forced_colours_what_is_linked_is_still_outlined(browser, explorer):
    with opened(browser, explorer(), forced_colors="active") as figure:
        lit = figure.place.locator(".cx-on:visible")
        if not lit.count():
            figure.place.locator("[role=grid]:visible [tabindex='0']").first.focus()
        styles = lit.evaluate_all(
            """all => all.map(e => {
                const style = getComputedStyle(e.querySelector('.cx-back') ?? e);
                const { outlineStyle, outlineWidth, strokeWidth } = style;
                return parseFloat(outlineStyle === 'none' ? strokeWidth : outlineWidth);
            })"""
        )
        assert styles
        assert min(styles) >= 1.5


# The lowest contrast of a text with what lies under it, tints laid over each other.
CONTRAST = """place => {
    const options = { willReadFrequently: true };
    const canvas = document.createElement('canvas').getContext('2d', options);
    const drawn = (colours, over) => {
        for (const colour of [over, ...colours]) {
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
        }
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map(c => c / 255);
    };
    const linear = c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const light = rgb => {
        const [r, g, b] = rgb.map(linear);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const style = e => getComputedStyle(e);
    const tints = e => (e ? [...tints(e.parentElement), style(e).backgroundColor] : []);
    const ratio = e => {
        const under = tints(e), both = [[...under, style(e).color], under];
        const [a, b] = both.map(colours => light(drawn(colours, '#fff')));
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    };
    return [...place.querySelectorAll('td, p, label, button, .cx-title, .cx-title small')]
        .filter(e => e.textContent.trim() && e.checkVisibility({ visibilityProperty: true }))
        .map(e => [ratio(e), e.className, e.textContent]).sort((a, b) => a[0] - b[0])[0];
}"""


PAINT = """([mode, text, paper]) => {
    const root = document.documentElement;
    root.dataset.theme = mode;
    root.style.cssText = `--pst-color-text-base: ${text}; background: ${paper}`;
}"""


@EXPLORERS
def test_numbers_stand_out_from_their_tint(browser, explorer):
    """What axe cannot judge: the theme's text on a mixed colour."""
    with opened(browser, explorer(), reduced_motion="reduce") as figure:  # or colours fade
        for colours in ["light", "#1f2328", "#fff"], ["dark", "#d9dde3", "#16181c"]:
            figure.page.evaluate(PAINT, colours)
            ratio, kind, words = figure.place.evaluate(CONTRAST)
            found = f"{colours[0]}: {words!r} ({kind}) has a contrast of {ratio:.2f}"
            assert ratio >= 4.5, found
