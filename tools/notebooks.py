"""Execute the lecture notebooks and save them clean, or check that they are.

A clean notebook keeps its text outputs and execution counts, so that a fresh run can be compared
with every number in the book. Pictures and widgets are left out: the book's build draws them.
"""

import argparse
import copy
import json
import re
import sys
from collections.abc import Iterator
from multiprocessing.pool import ThreadPool
from pathlib import Path
from uuid import uuid4

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

CELL_SECONDS = 120
ADDRESS = re.compile(r"<[^<>]* at 0x[0-9a-fA-F]+>?")
GIVE_A_NAME = "give its last line a name, as in `lines = ax.plot(x)`, and it shows no result"
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


def places(nb: NotebookNode) -> dict[int, str]:
    """Return the number, counted from 1, and the id of each cell, by the object that it is."""
    return {id(cell): f"cell {n} ({cell.get('id', 'no id')})" for n, cell in enumerate(nb.cells, 1)}


def outputs(nb: NotebookNode) -> Iterator[tuple[NotebookNode, NotebookNode]]:
    """Yield each output of the notebook with its cell."""
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            yield cell, output


def text(output: NotebookNode) -> str:
    """Return the words of an output: all of it that is not a picture or a widget."""
    data = [part for mime, part in output.get("data", {}).items() if not is_payload(mime)]
    return "\n".join(map(str, [output.get("text", ""), *data])).strip()


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


def execute_twice(nb: NotebookNode, folder: Path) -> tuple[NotebookNode, list[str]]:
    """Run a notebook two times, side by side; return it and what differed."""
    with ThreadPool(2) as pool:
        first, second = pool.starmap(execute, [(nb, folder), (copy.deepcopy(nb), folder)])
    return first, list(differences(clean(first), clean(second)))


def differences(first: NotebookNode, second: NotebookNode) -> Iterator[str]:
    """Yield a sentence for each cell that does not show the same each time."""
    names = places(first)
    for cell, other in zip(first.cells, second.cells, strict=True):
        told = [" ".join(map(text, c.get("outputs", []))) for c in (cell, other)]
        compared = "nbval-ignore-output" not in cell.metadata.get("tags", [])
        if compared and told[0] != told[1]:
            once, again = parts_that_differ(*told)
            yield (
                f"{names[id(cell)]}: shows {once!r} once and {again!r} the next time: "
                "print no times, and seed what is random"
            )


def parts_that_differ(first: str, second: str) -> tuple[str, str]:
    """Return the first lines in which two texts differ."""
    lines = zip(f"{first}\n".split("\n"), f"{second}\n".split("\n"), strict=False)
    return next(((a, b) for a, b in lines if a != b), (first, second))


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
    names = places(nb)
    for cell, output in outputs(nb):
        name = names[id(cell)]
        if output.output_type == "error":
            yield f"{name}: ends in an error, {output.ename}: {output.evalue}"
        if output.output_type == "stream" and output.name == "stderr":
            said = re.sub(r"^\S*ipykernel\S*: ", "", output.text.strip().splitlines()[0])
            yield f"{name}: writes to stderr: {said}: mend what it warns of, or silence it there"
        for mime in filter(is_payload, output.get("data", {})):
            yield f"{name}: keeps a payload of type {mime}"
        if found := ADDRESS.search(text(output)):
            yield f"{name}: shows an address, {found[0]}: {GIVE_A_NAME}"
    for cell in nb.cells:
        shown = [o for o in cell.get("outputs", []) if o.output_type != "stream"]
        if len(shown) > 1 and "figure" in cell.metadata.get("mystnb", {}):
            yield (
                f"{names[id(cell)]}: has one caption and {len(shown)} results: a figure is one; "
                f"split the cell, or {GIVE_A_NAME}"
            )

    code_cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    for expected, cell in enumerate(code_cells, 1):
        if cell.execution_count is None:
            yield f"{names[id(cell)]}: was not executed"
        elif cell.execution_count != expected:
            yield f"{names[id(cell)]}: has execution count {cell.execution_count}, not {expected}"

    first = {}
    for cell in nb.cells:
        if "id" not in cell:
            yield f"{names[id(cell)]}: needs an id"
        elif (earlier := first.setdefault(cell.id, cell)) is not cell:
            yield f"{names[id(cell)]}: has the id of {names[id(earlier)]}"
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
    try:
        nb = read(path)
    except ValueError as error:
        return [str(error)]
    found = list(faults(nb))
    if not found and path.read_text(encoding="utf-8") != nbformat.writes(clean(nb)) + "\n":
        found.append("the file: is not laid out as nbformat 4.5 writes it")
    remedy = [f"make notebooks NB={path} executes it again and saves it clean"] if found else []
    return [f"{path}, {fault}" for fault in found] + remedy


def read(path: Path) -> NotebookNode:
    """Read a notebook, or say in a ValueError why it is none."""
    words = path.read_text(encoding="utf-8")
    if conflict := re.search(r"^[ \t]*<{7} ", words, re.MULTILINE):
        line = words[: conflict.start()].count("\n") + 1
        raise ValueError(
            f"{path}, line {line} of the file: both sides of a merge are in it: take one, with "
            f"git checkout --ours {path} or --theirs"
        )
    try:
        json.loads(words)
    except ValueError as error:
        raise ValueError(
            f"{path}, the file: is no notebook, {error}: git diff {path} shows what was changed"
        ) from None
    return nbformat.reader.reads(words)  # as it is; nbformat.reads gives a repeated id another


def save(path: Path) -> list[str]:
    """Execute the notebook at `path` and save it clean; or return why it is left as it is."""
    try:
        nb = with_ids(nbformat.convert(read(path), to_version=4))
        done, differ = execute_twice(nb, path.parent)
    except ValueError as error:
        return [str(error)]
    except CellExecutionError as error:
        return [f"{failing(nb)}:\n{error}"]
    done = clean(done)
    if found := list(faults(done)) or differ:
        return [f"{path}, {fault}" for fault in found]
    nbformat.write(done, path)
    return []


def with_ids(nb: NotebookNode) -> NotebookNode:
    """Return the notebook as nbformat 4.5, each cell with an id of its own.

    Older ones, as from Colab, have cells without; a copied cell may have that of the first.
    """
    nb.nbformat, nb.nbformat_minor = 4, 5
    known = set()
    for cell in nb.cells:
        if cell.setdefault("id", uuid4().hex[:8]) in known:
            cell.id = uuid4().hex[:8]
        known.add(cell.id)
    return nb


def failing(nb: NotebookNode) -> str:
    """Return the place of the cell that ended in an error."""
    names = places(nb)
    ended = (cell for cell, output in outputs(nb) if output.output_type == "error")
    return next((names[id(cell)] for cell in ended), "a cell")


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
        if found := save(path):
            sys.exit("\n".join([f"{path} was left as it is:", *found]))
        print(f"Saved {path}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
