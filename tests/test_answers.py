"""A check accepts every way to write a right answer, and nothing else."""

import json
from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse
import torch
from answers import GIVEN, TYPED
from bs4 import BeautifulSoup

from convkit import static
from convkit.answers import judge, question
from convkit.testing import check

CASES = [
    pytest.param(asked, answer, verdict, id=f"{name} {'right' if verdict else 'wrong'} {number}")
    for name, (asked, *both) in [*TYPED.items(), *GIVEN.items()]
    for verdict, given in zip((True, False), both, strict=True)
    for number, answer in enumerate(given)
]


@pytest.mark.parametrize(("asked", "answer", "right"), CASES)
def test_it_judges_fairly(asked, answer, right):
    assert (judge(answer, question(**asked)) is None) == right, repr(answer)


@pytest.mark.parametrize(
    "answer",
    [
        [Fraction(1, 2), 2],
        torch.tensor([0.5, 2], requires_grad=True),
        scipy.sparse.coo_array([0.5, 2]),
        np.array([0.5, 2], "f2"),
        range(0, 1),
    ],
)
def test_it_reads_whatever_holds_numbers(answer):
    asked = question([0] if isinstance(answer, range) else [0.5, 2])
    assert judge(answer, asked) is None


@pytest.mark.parametrize(
    "expected", [np.nan, [1, np.inf], "", None, {}, object(), [[1], [1, 2]], [1, "a"]]
)
def test_a_question_without_an_answer_is_refused(expected):
    with pytest.raises((TypeError, ValueError), match=r"^expected is .*must be a finite number"):
        question(expected)


def test_what_is_none_of_the_choices_is_no_right_answer():
    with pytest.raises(ValueError, match=r"^expected is 'A' or 'C'; it must be one of A, B$"):
        question("A", also=["C"], choices=["A", "B"])


def said(capsys, *args, **options):
    check(*args, **options)
    return capsys.readouterr().out.splitlines()


def test_it_prints_one_line(capsys):
    assert said(capsys, ..., 4) == ["not answered yet"]
    assert said(capsys, 4, 4, "hint", "(a)") == ["(a): right"]
    assert said(capsys, 5, 4, "add 1", "(a)") == ["(a): not yet: add 1"]
    assert said(capsys, 5, 4) == ["not yet"]
    assert said(capsys, [1], [1, 2], "hint") == ["not yet: give 2 numbers"]
    assert said(capsys, "x", 4, "hint") == ["not yet: give one number"]
    assert said(capsys, "maybe", True, "hint") == ["not yet: choose from yes, no"]


def test_it_prints_a_line_for_each_part(capsys):
    expected = {"a": 1, "b": [2, 3]}
    hints = {"a": "first", "b": "second"}
    assert said(capsys, ..., expected, hints) == ["not answered yet"]
    assert said(capsys, [1, [3, 2]], expected, hints) == ["a: right", "b: not yet: second"]
    assert said(capsys, {"b": "2, 3"}, expected) == ["a: not answered yet", "b: right"]
    assert said(capsys, [..., 0], {"a": 1, "b": 2}, also={"b": [0]})[1] == "b: right"
    assert said(capsys, [1], expected) == said(capsys, 1, expected)


def test_a_function_says_what_is_wrong(capsys):
    def even(n):
        return "" if n % 2 == 0 else f"{n} is odd"

    assert said(capsys, 4, even) == ["right"]
    assert said(capsys, 3, even, "hint") == ["not yet: 3 is odd"]
    assert said(capsys, 3, lambda n: n > 3, "hint") == ["not yet: hint"]
    assert said(capsys, 3, lambda n: n < 4) == ["right"]
    assert said(capsys, (..., 2), even) == ["not answered yet"]
    (line,) = said(capsys, "three", even)
    assert line.startswith("not yet: TypeError: ")


@pytest.fixture
def on_the_page(monkeypatch):
    """What a check puts on a page, in the book's build."""
    monkeypatch.setenv(static.STATIC, "static")
    sources = []
    monkeypatch.setattr("convkit.answers.show", sources.append)

    def on_the_page(*args, **options):
        check(*args, **options)
        return BeautifulSoup(sources.pop(), "html.parser")

    return on_the_page


def test_on_a_page_it_asks(on_the_page):
    page = on_the_page(..., {"a": 1 / 3, "b": {"C", "A"}}, "<hint> & more", choices=())
    first, second = json.loads(page.find("ask-question")["data-ask"])["fields"]
    assert first["right"] == [[1 / 3]]
    assert first["hint"] == "<hint> & more"
    assert (first["label"], second["label"]) == ("a", "b")
    assert sorted(second["right"][0]) == ["a", "c"]
    assert page.text == "To be answered in the notebook."


@pytest.mark.parametrize(
    ("expected", "options"),
    [(lambda answer: True, {}), (np.eye(5), {}), (np.ones((1, 1, 2)), {}), (4, {"typed": False})],
)
def test_what_cannot_be_typed_is_left_to_the_notebook(on_the_page, expected, options):
    page = on_the_page(..., expected, label="paint", **options)
    assert not page.find("ask-question")
    assert page.text == "paint: to be answered in the notebook."


def test_on_a_page_a_given_answer_is_judged_as_ever(on_the_page, capsys):
    check(4, 4)
    assert capsys.readouterr().out == "right\n"
