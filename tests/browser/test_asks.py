"""Every Predict and every exercise of every chapter, answered in the browser.

What a question takes for right is on its page. From that come a right answer, another way to write
it, and wrong ones, plainly and nearly.
"""

import json
from contextlib import contextmanager

import contents
import pytest
from answers import TYPED
from conftest import CHAPTERS
from sizes import THOROUGH

from convkit.answers import Question, field, judge, question

MODEL = "chapters/stride_and_dilation"
HIDING = "chapters/linearity"  # has explorers in what follows a Predict


@pytest.fixture(scope="module")
def open_page(site, new_reader):
    """Open a page as a new reader, without the help that other tests get."""

    @contextmanager
    def open_page(name):
        contents.need(name)
        with new_reader() as page:
            page.goto(site.address(name, "http"), wait_until="domcontentloaded")
            yield page
            assert not page.errors

    return open_page


# --- The judge of the pages --------------------------------------------------------------------


def test_the_judge_of_the_pages_is_that_of_the_notebooks(open_page):
    cases = [
        (name, field(question(**asked)), text, verdict)
        for name, (asked, *both) in TYPED.items()
        for verdict, texts in zip((True, False), both, strict=True)
        for text in texts
    ]
    with open_page(MODEL) as page:
        found = page.evaluate(
            "cases => cases.map(([, field, text]) => asks.judge(field, text))", cases
        )
    disagree = [
        f"{name}: {text!r} should be {'right' if right else 'wrong'}, is {problem!r}"
        for (name, asked, text, right), problem in zip(cases, found, strict=True)
        if (problem is None) != right or problem != judge(text, question(**TYPED[name][0]))
    ]
    assert not disagree


# --- Each question of each chapter ---------------------------------------------------------------


def row(values, shape, write=repr, between=", "):
    """Numbers as a reader types them."""
    if len(shape) < 2:
        return between.join(map(write, values))
    rows = [values[i : i + shape[1]] for i in range(0, len(values), shape[1])]
    return "; ".join(between.join(map(write, values)) for values in rows)


def right(asked):
    if asked["kind"] == "numbers":
        return row(asked["right"][0], asked["shape"])
    return ("," if asked["kind"] == "choice" else ", ").join(map(str, asked["right"][0]))


def equivalent(asked):
    """The same, written in another way: with other signs, or in another order where none counts."""
    values = asked["right"][-1]
    if asked["kind"] == "choice":
        return ", ".join(map(str, reversed(values)))
    if asked["kind"] == "words":
        return " and ".join(f"“{word.upper()}”" for word in values) + "."
    values = values if asked["ordered"] else values[::-1]
    text = row(values, asked["shape"], lambda value: f"2·{value!r}/2".replace("-", "−"))
    return f"[{text}]" if asked["shape"] else text


def wrong(asked):
    """Plainly wrong, and nearly right."""
    values = asked["right"][0]
    if asked["kind"] == "choice":
        others = [[i] for i in range(len(asked["choices"])) if [i] not in asked["right"]]
        return [str(others[0][0]), str(others[-1][0])]
    if asked["kind"] == "words":
        return [f"{values[0]}x", values[0][1:] or "x"]
    whole = asked["exact"] and values[0] == round(values[0])
    step = 0.001 if whole else 2 * asked["rtol"] * abs(values[0])
    tries = [
        row([first, *values[1:]], asked["shape"]) for first in (-values[0] - 7, values[0] + step)
    ]
    names = ("kind", "right", "shape", "ordered", "rtol", "exact")
    return [
        text for text in tries if judge(text, Question(**{k: asked[k] for k in names})) is not None
    ]


# All of a chapter at once, without asking where anything stands: to lay it out anew takes longest.
ANSWER = """answers => answers.map(([key, texts]) => {
    const ask = document.querySelector(`ask-question[data-key="${key}"]`);
    ask.fields.forEach((field, i) => field.set(texts[i]));
    ask.form.requestSubmit();
    const told = document.querySelector(`told-part[data-key="${key}"]`);
    const states = [...ask.verdict.children].map(line => line.className);
    return [[...new Set(states)], !told || !told.hidden];
})"""
HIDDEN = "[...document.querySelectorAll('told-part')].map(told => told.offsetHeight)"


def shown(page):
    return page.locator("told-part:not([hidden])").count()


def questions(page):
    """The key, the fields and whether it is a Predict, of each question of a page."""
    asks = page.locator("ask-question").evaluate_all("all => all.map(one => ({...one.dataset}))")
    for one in asks:
        yield one["key"], json.loads(one["ask"])


def answers(asked):
    """What is typed into the fields of a question, and what it is called."""
    fields = asked["fields"]
    if not fields:
        yield ["what I think"], "ask-told"
        return
    for number in range(2):
        yield [(wrong(one) * 2)[number] for one in fields], "ask-wrong"
    for text in (right, equivalent):
        yield [text(one) for one in fields], "ask-right"


def test_every_question_is_judged(chapter, open_page):
    with open_page(chapter) as page:
        asks = list(questions(page))
        assert not any(page.evaluate(HIDDEN)), "an answer takes room before the question"
        given = [(key, *answer) for key, asked in asks for answer in answers(asked)]
        judged = page.evaluate(ANSWER, [[key, texts] for key, texts, _ in given])
        for (key, texts, expected), (states, told) in zip(given, judged, strict=True):
            assert states == [expected], (key, texts)
            assert told, key
        assert shown(page) == page.locator("told-part").count()
        assert all(page.evaluate(HIDDEN)), "an answer that is told cannot be seen"
        if THOROUGH or chapter == MODEL:
            said = page.locator(".ask-verdict").all_inner_texts()
            page.reload(wait_until="domcontentloaded")
            assert page.locator(".ask-verdict").all_inner_texts() == said, "a reload forgets"
            assert shown(page) == page.locator("told-part").count()


# --- What a reader does, on one chapter ----------------------------------------------------------


def test_a_reader_answers_by_keyboard(open_page):
    with open_page(MODEL) as page:
        predict = page.locator(".admonition.predict", has_text="halves the size")
        key = predict.locator("ask-question").get_attribute("data-key")
        told = page.locator(f'told-part[data-key="{key}"]')
        assert not told.is_visible() or told.bounding_box()["height"] == 0
        first = predict.get_by_label("(a)")
        first.focus()
        page.keyboard.type("2, 2, 3, 3")
        page.keyboard.press("Enter")
        assert "(b): no answer yet." in predict.get_by_role("status").inner_text()
        assert told.get_attribute("hidden") is not None, "half an answer is none"
        page.keyboard.type("3, 3, 4, 5")
        page.keyboard.press("Enter")
        lines = predict.get_by_role("status").inner_text().split("\n")
        assert [line for line in lines if line] == [
            "(a): right: 2, 2, 3, 3.",
            "(b): you said 3, 3, 4, 5; it is 3, 3, 4, 4.",
        ]
        assert told.get_attribute("hidden") is None
        assert predict.get_by_label("(b)").evaluate("field => field === document.activeElement")


def test_an_option_that_is_a_formula_has_a_name(open_page):
    """For who hears it, and in the verdict."""
    with open_page("chapters/linearity") as page:
        predict = page.locator(".admonition.predict", has=page.locator("label math")).first
        option = predict.get_by_role("checkbox", name="echo: xᵢ+½xᵢ₋₅")
        option.check()
        predict.get_by_role("button", name="That is my answer").click()
        assert "“echo: xᵢ+½xᵢ₋₅”" in predict.get_by_role("status").inner_text()


def test_who_asks_is_shown(open_page):
    with open_page(MODEL) as page:
        predict = page.locator(".admonition.predict").first
        predict.get_by_role("button", name="Show me").click()
        status = predict.get_by_role("status")
        assert status.inner_text().strip() == "It is “like /”."
        assert status.evaluate("line => line === document.activeElement")
        assert page.locator("told-part").first.get_attribute("hidden") is None
        assert not predict.get_by_role("button", name="Show me").is_visible()
        page.reload(wait_until="domcontentloaded")
        assert page.locator("told-part").first.get_attribute("hidden") is None
        assert shown(page) == 1


def test_all_answers_are_shown_in_the_whole_book_and_forgotten_on_a_page(open_page, site):
    with open_page(MODEL) as page:
        everything = page.locator("told-part").count()
        page.get_by_role("button", name="Show me").first.click()
        page.get_by_role("button", name="Show all answers").click()
        assert shown(page) == everything
        page.goto(site.address(next(name for name in CHAPTERS if name != MODEL), "http"))
        assert shown(page) == page.locator("told-part").count()
        page.go_back()
        page.get_by_role("button", name="Hide answers").click()
        assert shown(page) == 1
        page.get_by_role("button", name="Forget my answers").click()
        assert shown(page) == 0
        assert not "".join(page.locator(".ask-verdict").all_inner_texts()).strip()
        page.reload(wait_until="domcontentloaded")
        assert shown(page) == 0


def test_a_link_into_a_hidden_part_opens_it(open_page):
    with open_page(MODEL) as page:
        target = page.locator("told-part figure[id]").first.get_attribute("id")
        page.evaluate("id => { location.hash = id; }", target)
        page.wait_for_function("id => document.getElementById(id).checkVisibility()", arg=target)
        page.locator(f"#{target}").wait_for()
        assert shown(page) == 1
        page.reload(wait_until="domcontentloaded")
        page.wait_for_function("document.querySelectorAll('told-part:not([hidden])').length === 1")
        top = page.locator(f"#{target}").evaluate("place => place.getBoundingClientRect().top")
        assert -200 < top < 800


def test_a_link_to_a_state_of_an_explorer_opens_it(open_page, site):
    with open_page(HIDING) as page:
        name = page.locator("told-part [data-explorer]").first.get_attribute("data-explorer")
        page.goto(f"{site.address(HIDING, 'http')}?#{name}=n_2", wait_until="domcontentloaded")
        place = page.locator(f'told-part [data-explorer="{name}"] .cx').first
        place.wait_for()
        assert shown(page) >= 1


def test_find_in_page_opens_what_it_finds(open_page):
    with open_page(MODEL) as page:
        page.locator("told-part").first.dispatch_event("beforematch")
        assert shown(page) == 1


def test_explorers_have_their_size_when_they_are_shown(open_page):
    with open_page(HIDING) as page:
        place = page.locator("told-part [data-explorer]").first
        place.locator(".cx").wait_for(state="attached")
        page.get_by_role("button", name="Show all answers").click()
        late = place.bounding_box()
        page.reload(wait_until="domcontentloaded")
        place.locator(".cx").wait_for()
        early = place.bounding_box()
        assert (late["width"], late["height"]) == (early["width"], early["height"])


def test_without_its_own_kind_of_hiding_and_without_storage(open_page, browser, site):
    """As in an older browser, in a private window: it hides, opens, and asks."""
    contents.need(MODEL)
    context = browser.new_context()
    context.add_init_script(
        "delete HTMLElement.prototype.onbeforematch;"
        "Object.defineProperty(window, 'localStorage', {get() { throw Error('denied'); }});"
    )
    page = context.new_page()
    page.goto(site.address(MODEL, "http"))
    assert not any(page.evaluate(HIDDEN))
    page.get_by_role("button", name="Show me").first.click()
    assert shown(page) == 1
    context.close()


def test_print_shows_everything_and_asks_nothing(open_page):
    with open_page(MODEL) as page:
        page.emulate_media(media="print")
        assert all(page.evaluate(HIDDEN))
        assert not page.locator("ask-question:visible, .predict input:visible").count()


def test_without_scripts_everything_is_there_and_nothing_is_dead(browser, site):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(site.address(MODEL, "http"), wait_until="domcontentloaded")
        assert page.locator("told-part").count() == page.locator("told-part:visible").count() > 0
        assert not page.locator("ask-question :is(input, button, textarea)").count()
        assert page.locator(".predict li").count() == 3


SHIFT = """new Promise(done => new PerformanceObserver(list => done(
    list.getEntries().reduce((sum, entry) => sum + entry.value, 0)
)).observe({type: 'layout-shift', buffered: true}) || setTimeout(() => done(0), 500))"""


def test_nothing_moves_while_the_page_loads(open_page):
    with open_page(MODEL) as page:
        page.get_by_role("button", name="Show me").first.click()
        page.reload(wait_until="domcontentloaded")
        assert page.evaluate(SHIFT) < 0.05
