"""Join the explorers' JavaScript: a module each for live notebooks, classic scripts for the pages.

A browser opens no module from disk, and a widget takes one file without imports. So the sources,
plain ES modules, are joined here in two ways. A live notebook gets one module for each explorer,
with all that it imports. A page gets the shared library, `library`, and the `script` of each
explorer that it shows. The sources may say ``import { a, b } from './lib/x.js';`` on one line,
``export const`` and ``export function`` in `lib`, and ``export default { render };`` at the end of
an explorer. Joined files share one scope, so a name that two of them define is an error. What the
library has for few stands between ``// For walk, player:`` and ``// End.`` (in a style sheet,
within ``/* */``): a live notebook gets it only with an explorer that says one of these words.

An installed convkit has all of them ready (`write_all`, which ``hatch_build.py`` calls), so that
nothing is joined when a notebook runs.
"""

import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
READY = HERE / "ready"  # only in an installed convkit
IMPORT = re.compile(r"^import \{([^}]*)\} from '(\./[^']+)';\n", re.MULTILINE)
DEFINED = re.compile(r"^(?:export )?(?:const|let|function) (\w+)", re.MULTILINE)
EXPORTED = re.compile(r"^export (?:const|function) (\w+)", re.MULTILINE)
RENDER = re.compile(r"^export default \{ render \};\s*\Z", re.MULTILINE)
EXPORT = re.compile(r"^export (?=const|function)", re.MULTILINE)
FOR_FEW = re.compile(r"/[/*] For ([\w, ]+):.*?/[/*] End\.(?: \*/)?", re.DOTALL)
OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


@cache
def module(name: str) -> str:
    """Return the explorer `name` and all that it imports as one ES module, for a live notebook."""

    def join() -> str:
        explorer = HERE / f"{name}.js"
        parts = [*imported([explorer]), explorer]
        check_names(parts)
        code = only_for(explorer, "".join(map(body, parts)))
        code = f"{style(parts, explorer)} {code} return {{ render }};"
        return f"const explorer = (() => {{ {code} }})(); export default explorer;"

    return ready(f"{name}.js", join)


@cache
def library() -> str:
    """Return what all explorers of a page share, and what starts them, as a classic script."""

    def join() -> str:
        page = HERE / "lib/page.js"
        shared = imported([*explorers(), page])
        check_names([*shared, page])
        names = ", ".join(name for part in shared for name in EXPORTED.findall(source(part)))
        code = "".join(map(body, shared)) + f"const LIBRARY = {{ {names} }}; {body(page)}"
        return f"(() => {{ 'use strict'; {style([*shared, page])} {code} }})();"

    return ready("page/library.js", join)


@cache
def script(name: str) -> str:
    """Return what the explorer `name` adds to the library on a page, as a classic script."""

    def join() -> str:
        explorer = HERE / f"{name}.js"
        check_names([*imported([explorer]), explorer])
        taken = ", ".join(names.strip() for names, _ in IMPORT.findall(source(explorer)))
        code = f"{body(explorer)} return render;"
        add = f"convkitExplorers.add('{name}', STYLE, ({{ {taken} }}) => {{ {code} }});"
        return f"(() => {{ 'use strict'; {style([explorer])} {add} }})();"

    return ready(f"page/{name}.js", join)


def write_all(folder: Path) -> None:
    """Write every module and every script into a folder, as an installed convkit has them."""
    (folder / "page").mkdir(parents=True)
    (folder / "page/library.js").write_text(library(), "utf-8")
    for name in (path.stem for path in explorers()):
        (folder / f"{name}.js").write_text(module(name), "utf-8")
        (folder / f"page/{name}.js").write_text(script(name), "utf-8")


def only_for(explorer: Path, code: str) -> str:
    """Return the library's code without what this explorer has no use for."""
    said = set(re.findall(r"\w+", source(explorer)))
    return FOR_FEW.sub(lambda few: few[0] if said & set(few[1].split(", ")) else "", code)


def explorers() -> list[Path]:
    """Return the explorers' own files."""
    return sorted(HERE.glob("*.js"))


def ready(file: str, join: Callable[[], str]) -> str:
    """Return what is ready in an installed convkit; from the sources, what `join` makes of them."""
    path = READY / file
    return source(path) if path.exists() else minified(join(), "text/javascript")


def minified(code: str, kind: str) -> str:
    """Return the code without what a browser does not need; as it is if there is no minifier."""
    try:
        import minify
    except ImportError:  # as in a live notebook on these sources: it works all the same
        return code
    return str(minify.string(kind, code))


def imported(paths: Iterable[Path]) -> list[Path]:
    """Return the files that these import, each after those that it imports itself."""
    found: dict[Path, None] = {}
    for path in paths:
        direct = [path.parent / name for _, name in IMPORT.findall(source(path))]
        found |= dict.fromkeys([*imported(direct), *direct])
    return list(found)


def body(path: Path) -> str:
    """Return a file's code without its imports and exports."""
    code = EXPORT.sub("", RENDER.sub("", IMPORT.sub("", source(path))))
    if other := OTHER.search(code):
        raise SyntaxError(f"{path.name}: cannot join {other[0]!r}")
    return code


def style(paths: Iterable[Path], explorer: Path | None = None) -> str:
    """Return the style sheets beside these files, all or for one explorer, as a constant."""
    sheets = [path.with_suffix(".css") for path in paths]
    plain = "".join(source(sheet) for sheet in sheets if sheet.exists())
    if explorer:
        plain = only_for(explorer, plain)
    css = re.sub(r"\s*([{};])\s*", r"\1", minified(plain, "text/css"))
    return f"const STYLE = {json.dumps(css, ensure_ascii=False)};\n"


def source(path: Path) -> str:
    """Return the text of a file."""
    return path.read_text("utf-8")


def check_names(paths: Iterable[Path]) -> None:
    """Refuse two files that define one name."""
    home: dict[str, str] = {}
    for path in paths:
        for name in DEFINED.findall(source(path)):
            if name in home:
                raise SyntaxError(f"{name} is defined in {home[name]} and in {path.name}")
            home[name] = path.name
