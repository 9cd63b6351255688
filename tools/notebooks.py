"""Execute the lecture notebooks and save them clean, or check that they are.

A clean notebook keeps its text outputs and execution counts, so that a fresh run can be compared
with every number in the book. Pictures and widgets are left out: the book's build draws them.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

CELL_SECONDS = 120
KEPT_IN_CELL = {"tags", "mystnb"}
# How JupyterLab folds what the page folds; the one line of a check is seen.
SOURCE_FOLDED = {"source_hidden": True}
FOLDED = {
    "hide-cell": {"outputs_hidden": True, "source_hidden": True},
    "hide-input": SOURCE_FOLDED,
    "imports": SOURCE_FOLDED,
    "check": SOURCE_FOLDED,
}
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def is_payload(mime: str) -> bool:
    """Tell whether an output of this type is a picture or a widget."""
    return mime.startswith(("image/", "application/vnd.jupyter.widget"))


def own_metadata(cell: NotebookNode) -> dict:
    """Return the metadata a cell should have; what the page folds, JupyterLab folds too."""
    kept = {k: v for k, v in cell.metadata.items() if k in KEPT_IN_CELL}
    folded = [FOLDED[tag] for tag in kept.get("tags", []) if tag in FOLDED]
    return kept | ({"jupyter": dict(folded[0])} if folded else {})


def outputs(nb: NotebookNode) -> Iterator[tuple[NotebookNode, NotebookNode]]:
    """Yield each output of the notebook with its cell."""
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            yield cell, output


def execute(nb: NotebookNode, folder: Path) -> NotebookNode:
    """Run every cell in order on a fresh kernel started in `folder`."""
    client = NotebookClient(
        nb,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        store_widget_state=True,  # without, nbclient fails where a cell prints into a widget
        coalesce_streams=True,
    )
    return client.execute()


def clean(nb: NotebookNode) -> NotebookNode:
    """Return the notebook without payloads and with no metadata but the book's own."""
    nb = nbformat.from_dict(nb)
    nb.nbformat, nb.nbformat_minor = 4, 5
    nb.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    for cell in nb.cells:
        cell.metadata = own_metadata(cell)
    for _, output in outputs(nb):
        if "data" in output:
            output.data = {k: v for k, v in output.data.items() if not is_payload(k)}
            output.metadata = {}
    return nb


def faults(nb: NotebookNode) -> Iterator[str]:
    """Yield what makes the notebook unclean, one sentence a fault, naming the cell."""
    names = {id(cell): f"cell {n} ({cell.get('id', 'no id')})" for n, cell in enumerate(nb.cells)}
    for cell, output in outputs(nb):
        name = names[id(cell)]
        if output.output_type == "error":
            yield f"{name}: ends in an error, {output.ename}: {output.evalue}"
        if output.output_type == "stream" and output.name == "stderr":
            yield f"{name}: writes to stderr: {output.text.strip().splitlines()[-1]}"
        for mime in filter(is_payload, output.get("data", {})):
            yield f"{name}: keeps a payload of type {mime}"

    code_cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    for expected, cell in enumerate(code_cells, 1):
        if cell.execution_count is None:
            yield f"{names[id(cell)]}: was not executed"
        elif cell.execution_count != expected:
            yield f"{names[id(cell)]}: has execution count {cell.execution_count}, not {expected}"

    for cell in nb.cells:
        if "id" not in cell:
            yield f"{names[id(cell)]}: needs an id"
        own = own_metadata(cell)
        for key in cell.metadata.keys() - own.keys():
            yield f"{names[id(cell)]}: has stray metadata {key!r}"
        if "jupyter" in own and cell.metadata.get("jupyter") != own["jupyter"]:
            tags = ", ".join(cell.metadata.tags)
            yield f"{names[id(cell)]}: is tagged {tags} but not folded for JupyterLab"
    if nb.metadata != NOTEBOOK_METADATA:
        yield f"the notebook: has metadata other than {NOTEBOOK_METADATA}"


def check(path: Path) -> list[str]:
    """Return the faults of the notebook at `path`, that of its layout last."""
    text = path.read_text(encoding="utf-8")
    nb = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
    found = list(faults(nb))
    if not found and text != nbformat.writes(clean(nb)) + "\n":
        found.append("the file: is not laid out as nbformat 4.5 writes it")
    return [f"{path}, {fault}" for fault in found]


def main() -> int:
    """Do as the command line says and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK")
    parser.add_argument("--check", action="store_true", help="change nothing, fail when unclean")
    options = parser.parse_args()

    if options.check:
        found = [fault for path in options.notebooks for fault in check(path)]
        print(*found or ["Every notebook is clean"], sep="\n")
        return 1 if found else 0

    for path in options.notebooks:
        print(f"Executing {path}", flush=True)
        try:
            nb = clean(execute(nbformat.read(path, as_version=4), path.parent))
        except CellExecutionError as error:
            sys.exit(f"{path} was left as it is:\n{error}")
        if found := list(faults(nb)):
            sys.exit("\n".join([f"{path} was left as it is:", *found]))
        nbformat.write(nb, path)
        print(f"Saved {path}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
