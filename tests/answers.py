"""Answers and what is to be said of them, for both judges: Python's and the pages'.

Each entry is a question (what `convkit.answers.question` takes), then typed answers that are right,
and typed answers that are not: nearly right, of another shape, or no answer at all.
"""

import numpy as np

SIXTH = [1 / 6, 2 / 6]

TYPED = {
    "whole": (
        {"expected": 4},
        [
            "4",
            " 4 ",
            "4.0",
            "2+2",
            "2*2",
            "2 × 2",
            "8/2",
            "8÷2",
            "2^2",
            "2**2",
            "(1+1)*2",
            "= 4",
            "400 %",
        ],
        [
            "5",
            "4.0001",
            "3.999",
            "-4",
            "four",
            "",
            "4 4",
            "4, 4",
            "[4]",
            "nan",
            "1/0",
            "4)",
            "(4",
            "4e",
            "2^",
        ],
    ),
    "large": (
        {"expected": 90_000},
        [
            "90000",
            "90,000",
            "90 000",
            "90\u2009000",
            "90\u202f000",
            "90_000",
            "9e4",
            "9E+4",
            "9×10^4",
            "9 · 10^4",
        ],
        ["89,999", "90,001", "90000.5", "90", "90,00", "9,0000", "9e5", "090000"],
    ),
    "power": ({"expected": 1024}, ["2^10", "1,024", "4^5", "-(-1024)"], ["2*10", "1023", "10^2"]),
    "raised": (
        {"expected": 250**4},
        ["250⁴", "250^4", "250²·250²", "(250²)²"],
        ["250³", "2504", "⁴"],
    ),
    "natural logarithm": (
        {"expected": float(np.log(10))},
        [
            "log 10",
            "ln 10",
            "log(10)",
            "-log(0.1)",
            "−ln 0.1",
            "ln(1/10)*-1",
            "2.30",
            "2 log sqrt 10",
        ],
        ["log", "log 10 10", "-log 1/10", "log10(10)", "log(0)", "log 2", "-log(-10)", "log*10"],
    ),
    "root": (
        {"expected": float(np.sqrt(1 / 6))},
        ["sqrt(1/6)", "1/sqrt(6)", "1/√6", "√(1/6)", "6^-0.5", "SQRT(6)/6"],
        ["sqrt 1/6", "sqrt6/6", "sqrt(6)", "sqrt(-6)", "root(1/6)", "1/6", "sqrt()", "sqrt"],
    ),
    "wave": (
        {"expected": float(np.cos(0.45 * np.pi) ** 2)},
        ["cos(0.45*pi)^2", "cos(0.45 π)²", "cos(.45pi)^2", "sin(0.05 pi)^2", "0.0245"],
        ["cos(0.45*pi)", "cos 0.45 pi", "pi", "0.45 pi", "pie", "cos(0.45 pi^2"],
    ),
    "negative": (
        {"expected": -3},
        ["-3", "−3", "–3", "-6/2", "-(1+2)", "2-5"],
        ["3", "- -3", "-2"],
    ),
    "minus before a power": ({"expected": -4}, ["-2^2"], ["(-2)^2"]),
    "zero": ({"expected": 0}, ["0", "-0", "0.0", "1-1", "0 %"], ["1", "0.001", "-1e-3", "none"]),
    "share": (
        {"expected": 0.5},
        ["1/2", "0.5", ".5", "0,5", "50 %", "50%", "0.50", "2^-1", "1 − 1/2", "1⁄2", "5e-1"],
        ["0.51", "0.4999e1", "50", "0.49", "-0.5", "5", "1/2 1/2", "0.5.5", "½0"],
    ),
    "three digits": (
        {"expected": 2 / 7},
        ["2/7", "0.286", "0.2857", "28.6 %", "0,286"],
        ["0.29", "0.28", "3/7", "0.3", "28.6"],
    ),
    "coarser": ({"expected": 2 / 7, "rtol": 0.02}, ["0.29", "0.28"], ["0.3", "0.27"]),
    "thousandth": (
        {"expected": 0.0245},
        ["0.0245", "2.45 %", "2.45e-2"],
        ["0.025", "0.0245 %", "0"],
    ),
    "beyond": (
        {"expected": 1e300},
        ["1e300", "10^300"],
        ["inf", "∞", "10^400", "10^10^10", "1e999"],
    ),
    "either factor": (
        {"expected": 0.04, "also": [25]},
        ["0.04", "25", "1/25"],
        ["0.4", "26", "1/24"],
    ),
    "list": (
        {"expected": [3, -2, 1]},
        [
            "3, -2, 1",
            "3 -2 1",
            "[3, -2, 1]",
            "(3,−2,1)",
            "{3, -2, 1}",
            "3; -2; 1",
            "[ 3 -2  1]",
            "6/2, 1-3, 1",
            "6 / 2 1 - 3 1",
            "3.0, -2.0, 1.0",
            "3,-2,1,",
            "(6)/2, -2, (1)",
        ],
        [
            "3, 1, -2",
            "-2, 3, 1",
            "3, -2",
            "3, -2, 1, 0",
            "3 - 2 1",
            "3, -2, x",
            "[[3, -2, 1]]",
            "3, -2, 1.001",
            "3,,1",
        ],
    ),
    "shape": (
        {"expected": [128, 5, 27, 26]},
        [
            "128×5×27×26",
            "128 x 5 x 27 x 26",
            "(128, 5, 27, 26)",
            "128*5*27*26",
            "128 by 5 by 27 by 26",
            "128, 5, 27 and 26",
            "128, 5, 27, and 26",
        ],
        ["128×5×27", "5×128×27×26", "449280", "128×5, 27×26", "128×5×27×26.5", "128x5x27x"],
    ),
    "list of one": ({"expected": [7]}, ["7", "[7]"], ["8", "7, 7"]),
    "list of shares": (
        {"expected": SIXTH},
        ["1/6, 1/3", "1/6 2/6", "0.167; 0.333", "0,167; 0,333", "16.7 %, 33.3 %"],
        ["1/3, 1/6", "0.17, 0.33", "1/6", "0,167, 0,333"],
    ),
    "list in any order": (
        {"expected": [1, 2, 2], "ordered": False},
        ["2 1 2", "1, 2, 2"],
        ["1, 1, 2", "1, 2"],
    ),
    "set": (
        {"expected": {5, 3, 4}},
        ["3 4 5", "5, 4, 3", "{4, 3, 5}", "3, 4 and 5", "5 and 4 and 3", "3 & 4 & 5"],
        ["3, 4", "3, 4, 6", "3 4 5 6", "", "3 and 4", "3, 4 and", "3 or 4 or 5"],
    ),
    "empty": ({"expected": []}, ["[]"], ["0", "[0]"]),
    "rows": (
        {"expected": [[1, 2], [3, 4]]},
        [
            "1 2; 3 4",
            "1, 2; 3, 4",
            "1 2\n3 4",
            "[[1, 2], [3, 4]]",
            "[1 2; 3 4]",
            "(2-1) 2; 3 2*(1+1)",
            "[[1, 2],\n [3, 4]]",
            "[1, 2]; [3, 4]",
            "[[1 2]\n [3 4]]",
            "((1,2),(3,4))",
        ],
        ["1 2 3 4", "[1, 2, 3, 4]", "1 3; 2 4", "1 2; 3", "1 2; 3 5", "1 2; 3 4; 5 6"],
    ),
    "word": (
        {"expected": "row"},
        ["row", "Row", " rows. ", '"row"', "`ROW`", "“row”"],
        ["sorw", "wor", "ro", "column", "row column", "", "rowe"],
    ),
    "words": (
        {"expected": "true convolution"},
        ["True  convolution."],
        ["convolution", "convolution true"],
    ),
    "ordered words": (
        {"expected": ["rows", "columns"]},
        ["rows, columns", "row and column"],
        ["columns, rows", "rows"],
    ),
    "set of words": (
        {"expected": {"rows", "columns"}},
        ["columns and rows", "Row; Column"],
        ["rows", "rows, columns, both"],
    ),
}

# What only a program can give, each question with answers that are right and that are not.
TAP = np.array([1.0, -2.0])
GIVEN = {
    "number": (
        {"expected": 4},
        [4, 4.0, np.int8(4), np.array(4.0)],
        [5, [4], None, "x", 4j, np.nan, {}, print],
    ),
    "bool": (
        {"expected": True},
        [True, np.True_, "yes", "Yes.", "y", "true"],
        [False, "no", "not yes", "", 1, None],
    ),
    "no": ({"expected": False}, [False, "no", "No!", "false"], [True, "yes", "not no"]),
    "choice": (
        {"expected": "B", "choices": "ABCD"},
        ["B", "b", " b.", "segment B", "B)", ["B"], {"B"}],
        ["A", "AB", "B or C", "not B", "E", "", None, 2, ["B", "C"], "BB or not"],
    ),
    "choices": (
        {"expected": {"A", "C"}, "choices": "ABCD"},
        ["AC", "CA", "A, C", "C and A", "a & c", {"A", "C"}, ["C", "A"], "segments C and A"],
        ["A", "ABC", "A or C", "B, D", {"A"}, None, 5],
    ),
    "long choice": (
        {"expected": "rows", "choices": ("none", "rows", "columns", "both")},
        ["rows", "row", "Rows.", "the rows", "only rows"],
        ["sorw", "columns", "not rows", "rows or columns", "rows and columns", "no rows"],
    ),
    "array": (
        {"expected": TAP},
        [[1, -2], (1, -2), TAP.astype("f"), np.array([1, -2], "i1"), "1, -2"],
        [
            [1, 2],
            [[1, -2]],
            [1],
            [1, -2, 0],
            [1, np.nan],
            [1, np.inf],
            [1, "x"],
            [1, None],
            np.array([1j, -2]),
            1,
        ],
    ),
    "bools": (
        {"expected": np.eye(2) == 1},
        [np.eye(2), [[True, False], [0, 1]]],
        [np.ones((2, 2)), np.eye(3)],
    ),
    "set": (
        {"expected": {1, 2}},
        [{2, 1}, [2, 1], np.array([1, 2])],
        [{1}, {1, 2, 3}, [1, 1], None],
    ),
}
