"""A Predict holds its answers in comments, which the build reads, takes out and understands."""

import sys
from pathlib import Path

import pytest
from docutils import nodes
from docutils.core import publish_doctree
from docutils.utils import SystemMessage
from myst_parser.parsers.docutils_ import Parser

sys.path.insert(0, str(Path(__file__).parents[1] / "_ext"))

from house import asks, callouts

from convkit.answers import Question, judge


class Reader(Parser):
    """MyST with the transforms of the house."""

    def get_transforms(self):
        return [*super().get_transforms(), callouts.Callouts, asks.Asks]


def read(text):
    settings = {"halt_level": 2}  # as -W makes of each warning an error
    return publish_doctree(
        text, source_path="page.md", parser=Reader(), settings_overrides=settings
    )


def fields(comment):
    """What a Predict with this comment asks for."""
    page = read(f"# T\n\n> **Predict.** What? <!-- {comment} -->\n")
    (question,) = page.findall(asks.ask)
    assert "<!--" not in page.astext()
    return question["fields"]


def accepts(field, answer):
    asked = {
        key: field[key] for key in ("kind", "right", "shape", "ordered", "rtol", "exact", "choices")
    }
    return judge(answer, Question(**asked)) is None


@pytest.mark.parametrize(
    ("comment", "right", "wrong", "shown"),
    [
        ("answer: 4", "4", "5", "4"),
        ("answer:4", "4", "5", "4"),
        ("answer: −2^10", "-1024", "1024", "−2^10"),
        ("answer: 3, 2, 1", "3 2 1", "1 2 3", "3, 2, 1"),
        ("answer: 1, 0; 0, 1", "1 0; 0 1", "0 1; 1 0", "1, 0; 0, 1"),
        ("answer: 75 % or 75", "75", "7.5", "75 %"),
        ("answer: 75 % or 75", "0.75", "74 %", "75 %"),
        ("answer: about 0.41 or 41", "0.4", "0.5", "about 0.41"),
        ("answer: about 0.41 or 41", "40", "38", "about 0.41"),
        ("answer: {0, 7}", "7 and 0", "0, 6", "0, 7"),
        ("answer: about {1/9, 1/3}", "0.33, 1/9", "0.3, 1/9", "about 1/9, 1/3"),
        ("answer: C of A, B, C", "C, the last", "B", "C"),
        ("answer: yes", "Yes.", "no", "yes"),
        ('answer: "the padding"', "The padding", "padding", "the padding"),
    ],
)
def test_it_reads_an_answer(comment, right, wrong, shown):
    (field,) = fields(comment)
    assert accepts(field, right)
    assert not accepts(field, wrong)
    assert field["shown"] == shown


def test_it_reads_the_answers_to_parts():
    first, second, third = fields('answer: (a) 3; (b) 1, 0; 0, 1; (c) "one (b)"')
    assert [field["label"] for field in (first, second, third)] == ["(a)", "(b)", "(c)"]
    assert accepts(first, "3")
    assert accepts(second, "1 0; 0 1")
    assert accepts(third, "one (b)")


def test_without_an_answer_the_reader_writes_a_sentence():
    (question,) = read("> **Predict.** What?\n\nThis.").findall(asks.ask)
    assert question["fields"] == []


def test_it_marks_options():
    page = read("> **Predict.** What?\n>\n> - a\n> - `b` <!-- answer -->\n> - c <!-- answer -->\n")
    (question,) = page.findall(asks.ask)
    (field,) = question["fields"]
    assert (field["right"], field["choices"], field["shape"]) == ([[1, 2]], ("a", "b", "c"), (2,))
    (options,) = page.findall(nodes.bullet_list)
    assert "options" in options["classes"]


def test_an_option_with_a_formula_has_a_name():
    options = (r"{math}`10^{17}`", r"{math}`x_i+\tfrac12x_{i-5}`", r"{math}`3\times3`, {math}`w_2`")
    listed = "".join(f"> - {option}\n" for option in options)
    page = read(
        f"> **Predict.** What?\n>\n{listed}".replace(
            "\n> - {math}`x", " <!-- answer -->\n> - {math}`x"
        )
    )
    (question,) = page.findall(asks.ask)
    (field,) = question["fields"]
    assert field["choices"] == ("10¹⁷", "xᵢ+½xᵢ₋₅", "3×3, w₂")


@pytest.mark.parametrize(
    "comment",
    [
        "answer",
        "answer:",
        "answer 4",
        "answer: four",
        "answer: 3, 2, l",
        "answer: 1,000",
        "answer: 1/0",
        "answer: 1; 2, 3",
        "answer: 4 or",
        "answer: (a) 1; (c) 2",
        "answer: (a) 1, (b) 2",
        "answer: (a) ",
        'answer: "',
        "answer: D of A, B, C",
        "answer: {0, x}",
        "answers: 4",
        "todo",
    ],
)
def test_a_malformed_answer_fails_with_its_line(comment):
    with pytest.raises(SystemMessage, match=r"page\.md:3: "):
        fields(comment)


@pytest.mark.parametrize(
    "text",
    [
        "An answer <!-- answer: 4 --> alone.",
        "> A quotation. <!-- answer: 4 -->",
        "- an option <!-- answer -->",
        "> **Predict.** What? <!-- answer: 4 -->\n>\n> - a <!-- answer -->\n> - b\n",
        "> **Predict.** What? <!-- answer: 4 --> And? <!-- answer: 5 -->\n",
        "> **Predict.** What?\n>\n> - {math}`\\sqrt2` <!-- answer -->\n> - b\n",
    ],
)
def test_an_answer_in_a_wrong_place_fails_with_its_line(text):
    with pytest.raises(SystemMessage, match=r"page\.md:3: "):
        read(f"# T\n\n{text}")


def hidden(text):
    return [part.astext().split() for part in read(text).findall(asks.told)]


def test_it_hides_up_to_the_next_heading_or_question():
    first, second, third = (f"> **Predict.** {letter}?\n\n" for letter in "ADI")
    text = f"# T\n\n## S\n\n{first}B\n\nC\n\n{second}E\n\n### F\n\nG\n\n## H\n\n{third}"
    assert hidden(text) == [["B", "C"], ["E"]]


def test_it_hides_up_to_the_marker():
    text = "# T\n\n> **Predict.** A?\n\nB\n\n<!-- told -->\n\nC\n\n> **Predict.** D?\n\nE\n"
    assert hidden(text) == [["B"], ["E"]]
    assert "told" not in read(text).astext()


def test_an_edited_question_starts_anew():
    keys = {
        question["key"]
        for text in ("A? <!-- answer: 1 -->", "B? <!-- answer: 1 -->", "A? <!-- answer: 2 -->")
        for question in read(f"> **Predict.** {text}\n").findall(asks.ask)
    }
    assert len(keys) == 3
