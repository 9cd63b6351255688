"""The package as a whole: what it exports and what importing it costs."""

import subprocess
import sys

import convkit as ck


def test_every_public_name_is_there_and_documented():
    for name in ck.__all__:
        assert getattr(ck, name).__doc__


def test_importing_convkit_imports_no_tool_of_the_book_and_nothing_slow():
    program = "import sys, convkit; print(*sys.modules)"
    names = subprocess.check_output([sys.executable, "-c", program], text=True).split()
    assert "convkit" in names
    assert not {"torch", "matplotlib", "ipywidgets", "anywidget", "sklearn"} & set(names)
    assert not {"scipy.fft", "scipy.sparse", "scipy.signal"} & set(names)  # loaded when first used
