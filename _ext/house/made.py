"""The notebooks that a learner opens, made from those that the book is written in.

Those are sources: they hold MyST, no pictures, and each solution under its exercise. These, in
`_build/notebooks`, read as text in JupyterLab, in Colab and on GitHub (see plain.py), hold their
pictures as executed and each caption under its figure, install convkit where it is missing, fold
what the page folds, and have the solutions at the end. Files that lie beside a source, data and
helper modules, lie beside what is made of it.
"""

import ast
import base64
import hashlib
import io
import json
import re
import sys
from html import unescape
from itertools import count
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import Image
from sphinx.util import logging

from convkit.explorers.explorer import DOTS_PER_INCH

from .checks import lost, parsed, parts_of_check, setup_of_check
from .fresh import beside
from .pictures import shown_width
from .plain import Book, anchor, fragment, leftovers, pointed
from .repository import MADE

FOLDER = "notebooks"
FOLDED = {"source_hidden": True}
TITLES = {"imports": "Imports", "check": "A check"}
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
EXERCISE = re.compile(r"^#+ (?P<title>Exercise (?P<number>\w+).*)$", re.MULTILINE)
STILL = re.compile(r'<img src="data:image/webp;base64,([^"]+)" alt="([^"]*)"')
logger = logging.getLogger(__name__)


# The first cell

ON_COLAB = {"IPython", "dask", "matplotlib", "numpy", "scipy", "sklearn", "torch"}
INSTALL = """\
# @title What this notebook needs, installed where it is missing
from importlib.util import find_spec

packages = {packages}
missing = [package for name, package in packages.items() if find_spec(name) is None]
if missing:
    print("Installing what is missing, for about a minute:", *missing)
    missing = " ".join(f'"{{package}}"' for package in missing)
    %pip install --quiet {{missing}}
"""
FETCH = """
# Colab opens a notebook without the files beside it.
from pathlib import Path
from urllib.request import urlretrieve

for name in {names}:
    if not Path(name).exists():
        urlretrieve(f"{address}/{{name}}", name)
"""
TELL = """\
# @title Is convkit, the package of this book, here?
from importlib.util import find_spec

if find_spec("convkit") is None:
    raise ModuleNotFoundError(
        "This kernel has no convkit: choose the Python of the book's .venv, or run "
        "pip install '.[explorers]' in the book's folder.")
"""


def first_cell(repository, branch, sources, folder="", files=()):
    """Install convkit where it is missing, or say how where nobody knows from where.

    `files` lie beside the notebook, in a folder of the book: those that it reads are fetched.
    """
    if not repository:
        return folded(new_code_cell(TELL.rstrip(), id="convkit"))
    used = read_of(files, sources)
    texts = [*sources, *(file.read_text(encoding="utf-8") for file in used if is_module(file))]
    packages = {"convkit": f"convkit[explorers] @ git+{repository}@{branch}"}
    others = imported(texts) - ON_COLAB - packages.keys() - {file.stem for file in files}
    packages |= {name: name for name in sorted(others)}
    listed = "".join(f'\n    "{name}": "{package}",' for name, package in packages.items())
    source = INSTALL.format(packages=f"{{{listed}\n}}")
    if used:
        address = f"{repository}/raw/{MADE}/{folder}"
        source += FETCH.format(names=[file.name for file in used], address=address)
    return folded(new_code_cell(source.rstrip(), id="convkit"))


def imported(sources):
    """The packages, beside the standard library, that code imports."""
    found = set()
    for node in (node for source in sources for node in ast.walk(parsed(source))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found - {""} - sys.stdlib_module_names


def is_module(file):
    return file.suffix == ".py"


def read_of(files, sources):
    """Those of the files that code imports or names, and what these import or name in turn."""
    texts, found = list(sources), []
    for text in texts:  # which grows by each module
        modules = imported([text])
        for file in files:
            named = file.stem in modules if is_module(file) else file.name in text
            if named and file not in found:
                found.append(file)
                texts += [file.read_text(encoding="utf-8")] if is_module(file) else []
    return sorted(found)


# Cells


def folded(cell, **more):
    """Fold a cell's code in JupyterLab and in Colab."""
    cell.metadata.update(jupyter=FOLDED | more, cellView="form")
    return cell


def titled(source, title):
    """Code under a title, which JupyterLab and Colab show of a folded cell."""
    first, _, rest = source.partition("\n")
    if first.lstrip("# ").startswith(title):
        source = rest
    return f"# @title {title}\n{source}"


def title_of(cell):
    """What a folded cell is."""
    for tag in cell.metadata.get("tags", []):
        if tag in TITLES:
            return TITLES[tag]
    words = cell.metadata.get("mystnb", {}).get("code_prompt_show", "Code")
    words = re.sub("^Show (the|how)", r"\1", words)
    return words[0].upper() + words[1:]


def has_tag(cell, *tags):
    return bool(set(tags) & set(cell.metadata.get("tags", [])))


# Outputs


def outputs(cell, executed, alt):
    """What a cell puts out in Jupyter, as executed now: its texts, and its pictures.

    The page executed it, where a question and an explorer put out HTML: there the source tells.
    """
    now = executed.get("outputs", [])
    pictures = list(filter(None, map(picture_of, now)))
    found = nbformat.from_dict(cell.get("outputs", []))
    if [kind_of(output) for output in found] == [kind_of(output) for output in now]:
        for output, new in zip(found, now, strict=True):
            take_texts(output, new)
    for output in found:
        words = output.get("data", {}).get("text/plain")
        picture = next((it for it in pictures if words and it[0] == words), None)
        if picture:
            pictures.remove(picture)
            _, png, told = picture
            output.data["image/png"] = base64.b64encode(png).decode() + "\n"
            output.metadata = {"image/png": {"width": width_of(png), "alt": told or alt}}
    return found


def kind_of(output):
    return output.output_type, output.get("name"), "text/html" in output.get("data", {})


def take_texts(output, new):
    """Give an output the texts of another of its kind."""
    if "text" in output:
        output.text = new.text
    for mime in output.get("data", {}).keys() & new.get("data", {}).keys():
        output.data[mime] = new.data[mime]


def picture_of(output):
    """A picture that a cell put out: the words that stand for it, its bytes, its alternative text.

    An explorer is a page's element with a still figure until its cell is run.
    """
    data = output.get("data", {})
    if "image/png" in data:
        return data.get("text/plain"), base64.b64decode(data["image/png"]), ""
    if still := STILL.search(data.get("text/html", "")):
        return data.get("text/plain"), as_png(base64.b64decode(still[1])), unescape(still[2])
    return None


def as_png(picture):
    stream = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as image:
        image.save(stream, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH), optimize=True)
    return stream.getvalue()


def width_of(png):
    with Image.open(io.BytesIO(png)) as image:
        return shown_width(image) or image.width


# A notebook


class Maker:
    """Makes the notebook of one page."""

    def __init__(self, book, page):
        self.book, self.page = book, page
        self.cells = []
        self.solutions = []  # each with the exercise, its check and the place of that
        self.exercise, self.check = None, ("", 0)

    def make(self, source, executed, first):
        """The notebook: the title, the first cell, and all the others, solutions last."""
        for cell, result in zip(source.cells, executed.cells, strict=True):
            self.add(cell, result)
        self.add_solutions()
        self.cells.insert(1, first)
        number = count(1)
        for cell in self.cells:
            if cell.cell_type == "code":
                cell.execution_count = next(number)
                for output in cell.outputs:
                    if "execution_count" in output:
                        output.execution_count = cell.execution_count
        return new_notebook(cells=self.cells, metadata=METADATA)

    def plain(self, text):
        return self.book.plain(self.page, text)

    def add(self, cell, executed):
        if has_tag(cell, "hide-cell", "solution"):
            self.solutions.append((self.exercise, self.check, self.solution(cell, executed)))
        elif cell.cell_type == "markdown":
            self.add_text(cell)
        elif cell.metadata.get("mystnb", {}).get("code_prompt_show") == "In the notebook":
            self.add_check(cell)
        else:
            self.add_code(cell, executed)

    def add_text(self, cell):
        text = self.plain(cell.source)
        if not text:
            return
        self.cells.append(new_markdown_cell(text, id=cell.id))
        if exercise := EXERCISE.search(text):
            self.exercise, self.check = (self.cells[-1], *exercise.groups()), ("", 0)

    def add_code(self, cell, executed):
        if has_tag(cell, *TITLES, "hide-input"):
            self.cells.append(
                folded(self.code(cell, executed, titled(cell.source, title_of(cell))))
            )
        else:
            self.cells.append(self.code(cell, executed))
        if figure := cell.metadata.get("mystnb", {}).get("figure"):
            self.add_caption(cell, figure)

    def code(self, cell, executed, source=None):
        """A code cell with what it puts out."""
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        shown = outputs(cell, executed, alt)
        kept = {"tags": cell.metadata.tags} if "tags" in cell.metadata else {}
        return new_code_cell(source or cell.source, id=cell.id, outputs=shown, metadata=kept)

    def add_caption(self, cell, figure):
        caption = self.plain(figure.get("caption", ""))
        if name := figure.get("name"):
            caption = f"**{self.book.number(self.page, f'{{numref}}`{name}`')}.** {caption}"
        if "explorers." in cell.source:
            caption += " *(Run the cell above, and it moves.)*"
        self.cells.append(new_markdown_cell(caption, id=part_id(cell, "caption")))

    def add_check(self, cell):
        before, asked, rest = parts_of_check(cell.source)
        if before:
            needs = titled(before, "What the exercise needs")
            self.cells.append(folded(new_code_cell(needs, id=part_id(cell, "needs"))))
        if asked:
            answer = f"# Your answer\n{asked}"
            self.cells.append(new_code_cell(answer, id=part_id(cell, "answer")))
        self.cells.append(folded(self.code(cell, {}, titled(rest, "Is it right?"))))
        self.check = setup_of_check(cell.source), len(self.cells)

    def solution(self, cell, executed):
        if cell.cell_type == "markdown":
            return new_markdown_cell(self.plain(cell.source), id=cell.id)
        source = titled(cell.source, title_of(cell))
        return folded(self.code(cell, executed, source), outputs_hidden=True)

    def add_solutions(self):
        """Put the solutions at the end, and lead there and back."""
        if not self.solutions:
            return
        self.cells.append(new_markdown_cell("## Solutions", id="solutions"))
        led = None
        for exercise, (setup, place), cell in self.solutions:
            if exercise and exercise != led:
                self.lead(*exercise)
                led = exercise
            since = [c.source for c in self.cells[place:] if c.cell_type == "code"]
            if cell.cell_type == "code" and lost(setup, since, cell.source):
                title, _, rest = cell.source.partition("\n")
                cell.source = f"{title}\n# As in the exercise\n{setup}\n\n# The solution\n{rest}"
            self.cells.append(cell)

    def lead(self, asks, title, number):
        """A link from an exercise to its solution, and one back; Colab goes by the names."""
        there = f"Solution {number}"
        asks.source += f"\n\n{named(title)}[{there}]({fragment(there)})"
        heading = f"### {there}\n\n{named(there)}[Back to the exercise]({fragment(title)})"
        self.cells.append(new_markdown_cell(heading, id=f"solution-{number}"))


def named(heading):
    return f'<a name="{anchor(heading)}"></a>'


def part_id(cell, part):
    return f"{cell.id[: 63 - len(part)]}-{part}"


# All of them


def make(app):
    """Make the notebook of each page that is one; name what none would understand."""
    book = Book(app)
    cache = get_cache(app.config.nb_execution_cache_path)
    for page in book.notebooks:
        source = nbformat.read(app.env.doc2path(page), as_version=4)
        try:
            _, executed = cache.merge_match_into_notebook(nbformat.from_dict(source))
        except KeyError:  # it fails, and the build has said so
            executed = source
        code = [cell.source for cell in source.cells if cell.cell_type == "code"]
        folder = Path(page).parent
        files = [file for file in beside(app.srcdir) if file.parent == Path(app.srcdir, folder)]
        first = first_cell(*repository(app), code, folder.as_posix(), files)
        notebook = Maker(book, page).make(source, executed, first)
        for cell in notebook.cells:
            for left in leftovers(cell.source) if cell.cell_type == "markdown" else []:
                where = {"type": "house", "subtype": "made", "location": page}
                said = "the notebook made of it, cell %s: what is %r there?"
                logger.warning(said, cell.id, left, **where)
        nbformat.validate(notebook)
        yield f"{page}.ipynb", nbformat.writes(notebook) + "\n"
    yield "README.md", contents(app, book.notebooks)
    for file in beside(app.srcdir):
        yield file.relative_to(app.srcdir).as_posix(), file.read_bytes()


def contents(app, notebooks):
    """A list of the notebooks, in the book's order."""
    title, base = app.config.html_title, app.config.html_baseurl
    lines = [
        f"# {title}: the notebooks",
        "",
        f"Made of the sources of {pointed('the book', base)} by `make book`: what is changed here "
        "does not come back there. The first cell of each notebook says what it needs.",
        "",
    ]
    pages = [page for page in in_order(app.env, app.config.root_doc) if page in notebooks]
    lines += [f"- [{app.env.titles[page].astext()}]({page}.ipynb)" for page in pages]
    return "\n".join(lines) + "\n"


def in_order(env, page):
    """A page and those below it, in the order of the table of contents."""
    yield page
    for child in env.toctree_includes.get(page, []):
        yield from in_order(env, child)


def save(folder, made, before):
    """Write the notebooks and files, but never over one that a reader changed since it was made.

    Such a one stays where the book has nothing new for it; else it is kept beside the new one.
    `before` and what is returned are the digests of the notebooks as they were made.
    """
    now = {}
    for name, content in made:
        path = folder / name
        content = content.encode() if isinstance(content, str) else content
        now[name] = digest(content)
        if not path.exists() or now[name] != before.get(name):
            keep(path, before.get(name))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    for name in before.keys() - now.keys():
        keep(folder / name, before[name])
        (folder / name).unlink(missing_ok=True)
    return now


def keep(path, made):
    """Move a notebook aside, if it is not as it was made."""
    if path.exists() and digest(path.read_bytes()) != made:
        yours = path.with_stem(f"{path.stem}-yours")
        path.rename(yours)
        logger.info("%s has changes of yours: they are in %s now", path, yours.name)


def digest(content):
    return hashlib.sha256(content).hexdigest()


def state(app):
    """All that the notebooks depend on: with another convkit or _ext each page is read anew."""
    read = app.env.all_docs
    state = [read, *repository(app), app.config.html_baseurl]
    return digest(json.dumps(state, sort_keys=True).encode())


def repository(app):
    options = app.config.html_theme_options
    return options.get("repository_url"), options.get("repository_branch")


def write(app, error):
    """Make the notebooks when the pages are written, if anything has changed.

    Not while a page has a fault: a notebook would have it too, and only repeat what was said.
    """
    if error or app.warned or app.builder.format != "html":
        return
    folder = Path(app.outdir).parent / FOLDER
    record = folder.with_name(f".{FOLDER}.json")
    before = json.loads(record.read_text()) if record.exists() else {"made": {}}
    there = all((folder / name).exists() for name in before["made"])
    if before.get("state") == state(app) and there:
        return
    made = save(folder, make(app), before["made"])
    record.write_text(json.dumps({"state": state(app), "made": made}, indent=1))
    number = sum(name.endswith(".ipynb") for name in made)
    logger.info("%d notebooks to work in are in %s: make lab", number, folder)


def setup(app):
    app.connect("build-finished", write)
