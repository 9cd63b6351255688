"""Tables of results, as text and as Markdown."""

import numpy as np
import pytest

from convkit import plotting

ROWS = [("one $5\\times5$", 102400, 1 / 3, True), ("a|b", 7, -2, [1, -2])]


def shown(value):
    return plotting.table([[value]], ["v"]).rows[0][0]


def test_a_terminal_shows_aligned_columns():
    text = repr(plotting.table(ROWS, ["layer", "weights", "gain", "found"]))
    assert text.splitlines() == [
        "layer           weights   gain  found",
        "--------------  -------  -----  -----",
        "one $5\\times5$  102,400  0.333  yes",
        "a|b                   7     −2  1, −2",
    ]


def test_a_notebook_shows_a_table_with_numbers_at_the_right():
    lines = plotting.table(ROWS, ["layer", "weights", "gain", "found"])._repr_markdown_()
    assert lines.splitlines() == [
        "| layer | weights | gain | found |",
        "| :--- | ---: | ---: | :--- |",
        "| one $5\\times5$ | 102,400 | 0.333 | yes |",
        "| a\\|b | 7 | −2 | 1, −2 |",
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (0.0, "0"),
        (np.float32(0.1), "0.1"),
        (1e-12, "1e−12"),
        (999.7, "1,000"),
        (-1234.5, "−1,234"),
        (np.nan, "nan"),
        (-np.inf, "−inf"),
        (np.bool_(False), "no"),
        (np.array([[1, 2], [3, 4]]), "1, 2, 3, 4"),
        (np.int64(12345), "12,345"),
    ],
)
def test_a_value_is_written_short(value, expected):
    assert shown(value) == expected


def test_a_table_without_rows_has_its_headers():
    assert repr(plotting.table([], ["layer", "weights"])) == "layer  weights\n-----  -------"


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match=r"each row needs 2 entries, .* got \[1\]"):
        plotting.table([[1]], ["a", "b"])
