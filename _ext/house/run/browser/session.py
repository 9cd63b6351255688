"""Runs cells one after the other, in one namespace, and tells what became of each."""

import ast
import json
import linecache
import logging
import os
import sys
import time
import traceback
from importlib.util import find_spec

import absent
from needed import parsed
from outputs import OUTPUTS, bundle, close_figures, collected, display, show_figures

os.environ["MPLBACKEND"] = "module://book_backend"
# It says that it builds a cache.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
NAMES = {"__name__": "__main__", "display": display, "get_ipython": absent.get_ipython}


def enter(folder):
    """Work where the page's notebook lies: there are its data and its helper modules."""
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
    sys.path.insert(0, "")


def settle():
    """When packages have come: NumPy shows integers without their size, as where it is 64 bits."""
    if find_spec("numpy"):
        from numpy import int64, intc
        from numpy._core import arrayprint

        arrayprint._typelessdata += [int64, intc]


def run(number, source):
    """Run a cell; return, as JSON, its state, its outputs, and what it needs or how it ended."""
    started = time.perf_counter()
    with collected():
        result = attempt(f"cell {number}", source)
    close_figures()
    seconds = time.perf_counter() - started
    return json.dumps({**result, "outputs": OUTPUTS, "seconds": seconds})


def attempt(name, source):
    linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
    statements, place = [], 0
    try:
        statements = parsed(source, name)
        for place, statement in enumerate(statements):
            execute(statement, name, is_last=place == len(statements) - 1)
        show_figures()
    except absent.Needs as needed:
        absent.mark(statements[place:], NAMES)
        return {"state": "kept", "needs": str(needed), "line": statements[place].lineno}
    except BaseException as error:
        return {"state": "error", "error": explained(error)}
    return {"state": "ok"}


def execute(statement, name, is_last):
    """Run a statement; the value of the last one, if it has one, is an output."""
    if not (is_last and isinstance(statement, ast.Expr)):
        exec(compile(ast.Module([statement], []), name, "exec"), NAMES)
        return
    value = eval(compile(ast.Expression(statement.value), name, "eval"), NAMES)
    show_figures()
    if value is not None:
        OUTPUTS.append(bundle(value))


def explained(error):
    """The error with the lines of cells that led to it, and none of what lies below them."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith("cell ")]
    lines = [line for frame in own for line in place(frame)]
    return "\n".join([*lines, *map(str.rstrip, traceback.format_exception_only(error))])


def place(frame):
    inside = "" if frame.name == "<module>" else f", in {frame.name}"
    return f"{frame.filename.capitalize()}, line {frame.lineno}{inside}:", f"    {frame.line}"
