"""The package as a whole: what it exports and what importing it costs."""

import subprocess
import sys

import convkit as ck


def test_every_public_name_is_there_and_documented():
    for name in ck.__all__:
        assert getattr(ck, name).__doc__


def test_importing_convkit_imports_none_of_the_books_tools():
    program = "import sys, convkit; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    names = subprocess.check_output([sys.executable, "-c", program], text=True).split()
    assert "convkit" in names
    assert not {"torch", "matplotlib", "ipywidgets", "anywidget", "sklearn"} & set(names)
