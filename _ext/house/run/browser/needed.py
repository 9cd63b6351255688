"""How a cell is read, and what it imports, so that Pyodide can load it before the cell runs."""

import ast
import re
from pathlib import Path

# What lies beneath convkit, which imports a part of it when it is first used.
BENEATH = {
    "convkit": ["numpy", "scipy"],
    "plotting": ["matplotlib"],
    "explorers": ["matplotlib", "traitlets"],
}

# Jupyter's own lines, %magic and !command. How its figures look is this page's affair.
MAGIC = re.compile(r"^(?P<indent>\s*)[%!](?P<look>%?(matplotlib|config)\b)?.*$", re.MULTILINE)


def parsed(source, name="cell"):
    """The statements of a cell, with a call of `get_ipython` for each line of Jupyter's own."""
    try:
        return ast.parse(source, name).body
    except SyntaxError:
        python = MAGIC.sub(lambda line: f"{line['indent']}{asks_jupyter(line)}", source)
        if python == source:
            raise
        return ast.parse(python, name).body


def asks_jupyter(line):
    return "pass" if line["look"] else "get_ipython()"


def imports(source):
    """The import statements of a cell, and those beneath convkit's, as code."""
    nodes = tree(source)
    own = imported(nodes)
    for node in own:  # which grows by what the helper modules import that lie beside the page
        for file in (Path(f"{word}.py") for word in modules(node)):
            if file.is_file():
                inner = imported(tree(file.read_text(encoding="utf-8")))
                own += [one for one in inner if ast.dump(one) not in map(ast.dump, own)]
    words = {word for node in own for word in modules(node)}
    words |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    beneath = [f"import {name}" for word in words & BENEATH.keys() for name in BENEATH[word]]
    return "\n".join([*map(ast.unparse, own), *beneath])


def tree(source):
    """All nodes of some code; none where it cannot be read."""
    try:
        return [node for statement in parsed(source) for node in ast.walk(statement)]
    except SyntaxError:
        return []


def imported(nodes):
    return [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]


def modules(node):
    """All words of an import: those of its modules, and what it takes from them."""
    names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
    return {word for name in names for word in name.split(".")}
