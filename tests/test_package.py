"""The package as a whole: what it exports and what importing it costs."""

import subprocess
import sys

import pytest

import convkit as ck
from convkit import extras


def test_every_public_name_is_there_and_documented():
    for name in ck.__all__:
        assert getattr(ck, name).__doc__


def test_importing_convkit_imports_no_tool_of_the_book_and_nothing_slow():
    program = "import sys, convkit; print(*sys.modules)"
    names = subprocess.check_output([sys.executable, "-c", program], text=True).split()
    assert "convkit" in names
    assert not {"torch", "matplotlib", "ipywidgets", "anywidget", "sklearn"} & set(names)
    assert not {"scipy.fft", "scipy.sparse", "scipy.signal"} & set(names)  # loaded when first used


@pytest.mark.parametrize(
    ("use", "absent", "extra"),
    [
        ("convkit.explorers", "anywidget", "explorers"),
        ("convkit.explorers.Stride", "matplotlib", "explorers"),
        ("from convkit.explorers import Stride", "anywidget", "explorers"),
        ("convkit.plotting", "matplotlib", "plotting"),
        ("from convkit import plotting", "matplotlib", "plotting"),
        ("import convkit.plotting", "matplotlib", "plotting"),
    ],
)
def test_where_a_package_of_the_figures_is_missing_it_says_what_to_install(use, absent, extra):
    program = f"import sys; sys.modules[{absent!r}] = None; import convkit; {use}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr.splitlines()[-1] == (
        f"ModuleNotFoundError: convkit.{extra} needs {absent}, which is not installed: "
        f'pip install "convkit[{extra}]"'
    )


def test_what_is_missing_in_convkit_itself_is_no_extra():
    fault = ModuleNotFoundError("No module named 'convkit.nothing'", name="convkit.nothing")
    assert extras.missing("plotting", fault) is fault


def test_figures_need_no_import_of_their_own():
    program = "import convkit as ck; ck.plotting.use_style(); ck.explorers.Stride()"
    subprocess.run([sys.executable, "-c", program], check=True)
