"""Run notebooks with another Python, and compare what they print with what they hold.

    python tools/elsewhere.py PYTHON _build/notebooks/chapters/*.ipynb

That Python has its own convkit and ipykernel. A notebook runs in an empty folder, top to bottom.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

CELL_SECONDS = 300
KERNEL = "elsewhere"
WIDGET = "application/vnd.jupyter.widget-view+json"
# What may differ, and why.
ALLOWED = {"one-liner-table"}  # the peak of memory, of which NumPy 2.0 takes 0.1 MB more


def describe_kernel(python: str, folder: Path) -> None:
    """Let Jupyter find a kernel of this Python."""
    spec = folder / "kernels" / KERNEL
    spec.mkdir(parents=True)
    command = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    text = json.dumps({"argv": command, "display_name": KERNEL, "language": "python"})
    (spec / "kernel.json").write_text(text)
    os.environ["JUPYTER_PATH"] = str(folder)


def executed(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook after a run; a cell that fails says so, and the rest runs on."""
    copy = nbformat.from_dict(notebook)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            copy,
            timeout=CELL_SECONDS,
            kernel_name=KERNEL,
            allow_errors=True,
            record_timing=False,
            store_widget_state=True,  # or nbclient fails where a cell prints into a widget
            coalesce_streams=True,
            resources={"metadata": {"path": folder}},
        )
        return client.execute()


def said(cell: NotebookNode) -> list[tuple[str, str]]:
    """Return what a cell put out, as texts."""
    found = []
    for output in cell.outputs:
        if output.output_type == "stream":
            found.append((output.name, output.text))
        elif output.output_type == "error":
            found.append(("error", f"{output.ename}: {output.evalue}"))
        else:
            texts = [output.data.get(mime, "") for mime in ("text/plain", "text/markdown")]
            found.append((output.output_type, "\n".join(texts)))
    return found


def differences(before: NotebookNode, after: NotebookNode) -> Iterator[str]:
    """Name each cell that says something else than it holds."""
    for cell, run in zip(before.cells, after.cells, strict=True):
        if cell.cell_type == "code" and cell.id not in ALLOWED and not agrees(cell, run):
            yield f"{cell.id}: {said(run)!r}, not {said(cell)!r}"


def agrees(cell: NotebookNode, run: NotebookNode) -> bool:
    """Tell whether a run says what the cell holds; ipywidgets 7 shows a widget in its own words."""
    if said(cell) == said(run):
        return True
    shown = [output for output in run.outputs if WIDGET in output.get("data", {})]
    kinds = [[text.partition("(")[0] for _, text in said(it)] for it in (cell, run)]
    return len(shown) == len(run.outputs) > 0 and kinds[0] == kinds[1]


def compare(path: Path) -> list[str]:
    """Run a notebook, print a line about it, and return what differs."""
    before = nbformat.read(path, as_version=4)
    begin = time.monotonic()
    found = list(differences(before, executed(before)))
    cells = sum(cell.cell_type == "code" for cell in before.cells)
    seconds = time.monotonic() - begin
    print(f"{path.stem:32}{cells:4} cells {cells - len(found):4} same {seconds:6.1f} s", flush=True)
    return [f"{path.stem}, {it}" for it in found]


def main() -> int:
    """Do as the command line says and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("python")
    parser.add_argument("notebooks", nargs="+", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        describe_kernel(options.python, Path(folder))
        found = [it for path in options.notebooks for it in compare(path)]
    print(*found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
