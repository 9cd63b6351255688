"""The examples on the book's plain pages print what the pages say."""

import doctest
import re
from pathlib import Path

import numpy as np
import pytest
import scipy.signal
import torch
import torch.nn.functional as F

import convkit as ck

ROOT = Path(__file__).parents[1]


def python_blocks(page):
    """Return the Python examples of a page, each ended by the blank line that doctest wants."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return "\n\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize(
    "page", ["back/claims.md", "back/libraries.md", "back/notation.md", "intro.md"]
)
def test_examples_print_what_the_page_says(page):
    examples = doctest.DocTestParser().get_doctest(python_blocks(page), {}, page, page, 0)
    assert examples.examples
    assert doctest.DocTestRunner().run(examples).failed == 0


def test_the_table_of_functions_on_the_notation_page():
    """Who flips, and how much is returned by default."""
    x, w = np.array([1.0, 2, 3, 4]), np.array([3.0, 2])
    valid, full = [7, 12, 17], [2, 7, 12, 17, 12]
    layer = F.conv1d(torch.tensor(x[None, None]), torch.tensor(w[None, None]))
    np.testing.assert_array_equal(layer.ravel(), valid)
    np.testing.assert_array_equal(ck.conv1d(x[None], w[None, None])[0], valid)
    np.testing.assert_array_equal(np.correlate(x, w), valid)
    for correlate in (scipy.signal.correlate, ck.correlate):
        np.testing.assert_array_equal(correlate(x, w), full)
    for convolve in (np.convolve, scipy.signal.convolve, ck.convolve):
        np.testing.assert_array_equal(convolve(x, w), [3, 8, 13, 18, 8])
