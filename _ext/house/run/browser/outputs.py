"""What a cell prints, returns and draws, as a list that JSON can hold."""

import base64
import io
import os
import struct
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pprint import pformat

COLUMNS = 79
CSS_PIXELS_PER_INCH = 100  # as on the pages: see pictures.py
OUTPUTS = []  # of the cell that runs


class Stream(io.TextIOBase):
    """Where a cell's text goes: parts of one stream that follow each other are one output."""

    def __init__(self, name):
        self.name = name

    def write(self, text):
        last = OUTPUTS[-1] if OUTPUTS else {}
        if last.get("stream") == self.name:
            last["text"] += text
        elif text:
            OUTPUTS.append({"stream": self.name, "text": text})
        return len(text)


@contextmanager
def collected():
    """While this is open, what is printed becomes outputs."""
    OUTPUTS.clear()
    with redirect_stdout(Stream("stdout")), redirect_stderr(Stream("stderr")):
        yield


def display(*values):
    OUTPUTS.extend(map(bundle, values))


def show_figures():
    """Display the figures that are open, and close them."""
    if "matplotlib.pyplot" in sys.modules:
        pyplot = sys.modules["matplotlib.pyplot"]
        display(*map(pyplot.figure, pyplot.get_fignums()))
        close_figures()


def close_figures():
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def bundle(value):
    """A value in each form that it has."""
    if hasattr(value, "savefig") and hasattr(value, "get_size_inches"):
        return {"text/plain": repr(value), **picture(value)}
    if hasattr(value, "_repr_mimebundle_"):
        return static(value._repr_mimebundle_)
    forms = {"text/html": "_repr_html_", "text/markdown": "_repr_markdown_"}
    data = {kind: getattr(value, form)() for kind, form in forms.items() if hasattr(value, form)}
    return {"text/plain": written(value), **data}


def written(value):
    """A value as Jupyter writes it: a long container over several lines."""
    text = repr(value)
    long = len(text) > COLUMNS and isinstance(value, dict | list | tuple)
    return pformat(value, width=COLUMNS + 1, sort_dicts=False) if long else text


def static(form):
    """What an explorer gives to a page with no kernel behind it."""
    os.environ["CONVKIT_EXPLORERS"] = "static"
    try:
        data = form()
    finally:
        del os.environ["CONVKIT_EXPLORERS"]
    return data[0] if isinstance(data, tuple) else data


def picture(figure):
    stream = io.BytesIO()
    figure.savefig(stream, format="png", bbox_inches="tight")
    png = stream.getvalue()
    (width,) = struct.unpack(">I", png[16:20])
    return {
        "image/png": base64.b64encode(png).decode(),
        "width": round(width / figure.dpi * CSS_PIXELS_PER_INCH),
    }
