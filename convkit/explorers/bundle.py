"""Join the explorers' JavaScript: one module for a live notebook, one classic script for the pages.

A browser opens no module from disk, and a widget takes one file without imports. So the sources,
plain ES modules, are joined here in two ways. They may say ``import { a, b } from './lib/x.js';``
on one line, ``export const`` and ``export function`` in `lib`, and ``export default { render };``
at the end of an explorer. Joined files share one scope, so a name that two of them define is an
error; so is a template string inside another, which the minifier would not understand.
"""

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from rcssmin import cssmin
from rjsmin import jsmin

HERE = Path(__file__).parent
IMPORT = re.compile(r"^import \{[^}]*\} from '(\./[^']+)';\n", re.MULTILINE)
DEFINED = re.compile(r"^(?:export )?(?:const|let|function) (\w+)", re.MULTILINE)
RENDER = re.compile(r"^export default \{ render \};\s*\Z", re.MULTILINE)
EXPORT = re.compile(r"^export (?=const|function)", re.MULTILINE)
OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


@cache
def module(name: str) -> str:
    """Return the explorer `name` and all that it imports as one ES module, for a live notebook."""
    explorer = HERE / f"{name}.js"
    parts = [*imported([explorer]), explorer]
    check_names(parts)
    return minified(style(parts) + "".join(map(body, parts)) + "export default { render };")


@cache
def page_script(names: tuple[str, ...]) -> str:
    """Return the explorers `names` as one classic script that starts them on a page."""
    explorers, page = [HERE / f"{name}.js" for name in names], HERE / "lib/page.js"
    shared = imported([*explorers, page])
    for explorer in explorers:
        check_names([*shared, page, explorer])
    functions = "".join(f"{e.stem}() {{ {body(e)}; return {{ render }}; }}," for e in explorers)
    library = style([*shared, *explorers, page]) + "".join(map(body, shared))
    code = f"{library} const EXPLORERS = {{ {functions} }}; {body(page)}"
    return minified(f"(() => {{ 'use strict'; {code} }})();")


def minified(code: str) -> str:
    """Return the code without comments, and without space and semicolons that it does not need."""
    return re.sub(r";(?=\})|(?<=[;}])\n", "", str(jsmin(code)))


def imported(paths: Iterable[Path]) -> list[Path]:
    """Return the files that these import, each after those that it imports itself."""
    found: dict[Path, None] = {}
    for path in paths:
        direct = [path.parent / name for name in IMPORT.findall(source(path))]
        found |= dict.fromkeys([*imported(direct), *direct])
    return list(found)


def body(path: Path) -> str:
    """Return a file's code without its imports and exports."""
    code = EXPORT.sub("", RENDER.sub("", IMPORT.sub("", source(path))))
    if other := OTHER.search(code):
        raise SyntaxError(f"{path.name}: cannot join {other[0]!r}")
    check_templates(path.name, code)
    return code


def check_templates(name: str, code: str) -> None:
    """Refuse a template string inside another, which the minifier would take for the end of it."""
    for template in code.split("`")[1::2]:
        if "${" in template and "}" not in template.rpartition("${")[2]:
            raise SyntaxError(f"{name}: a template string inside `{template}...")


def style(paths: Iterable[Path]) -> str:
    """Return the style sheets beside these files, as a constant of the script."""
    sheets = [path.with_suffix(".css") for path in paths]
    css = cssmin("".join(source(sheet) for sheet in sheets if sheet.exists()))
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
