"""The functions that judge exercises with many right answers, taken out of their chapters."""

import ast
import json
from functools import cache

import contents


@cache
def judges(chapter):
    """Each function that judges an exercise, with all statements before it and itself."""
    found, before, functions = {}, [], {}
    cells = json.loads(contents.path(chapter).read_text(encoding="utf-8"))["cells"]
    code = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    for statement in (statement for source in code for statement in ast.parse(source).body):
        before.append(statement)
        if isinstance(statement, ast.FunctionDef):
            functions[statement.name] = len(before)
        functions = {
            n: end
            for n, end in functions.items()
            if end == len(before) or n not in given(statement)
        }
        match statement:
            case ast.Expr(ast.Call(ast.Name("check"), [_, ast.Name(name), *_])) if (
                name in functions
            ):
                found[name] = before[: functions[name]]
    return found


def names(node, kind):
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, kind)}


def own(statement):
    """The names that mean something inside a statement only."""
    inner = {n.arg for n in ast.walk(statement) if isinstance(n, ast.arg)}
    for node in ast.walk(statement):
        if isinstance(node, ast.comprehension | ast.For):
            inner |= names(node.target, ast.Store)
        elif isinstance(node, ast.FunctionDef):
            inner |= names(node, ast.Store)
    return inner


def given(statement):
    """The names that a statement gives a value."""
    if isinstance(statement, ast.FunctionDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.split(".")[0] for alias in statement.names}
    return names(statement, ast.Store) - own(statement)


def changed(statement):
    """The names of arrays and lists whose contents a statement changes."""
    found = set()
    if not isinstance(statement, ast.FunctionDef):
        for node in ast.walk(statement):
            match node:
                case ast.Subscript(ast.Name(name), _, ast.Store()):
                    found.add(name)
                case ast.Call(ast.Attribute(ast.Name(name), "append" | "extend" | "update")):
                    found.add(name)
    return found


def asked(statement):
    return names(statement, ast.Load) - own(statement)


def slice_for(last, before):
    """The statements that the last one needs, in order, and itself."""
    needed, kept = asked(last), [last]
    for statement in reversed(before):
        gives = given(statement)
        if needed & (gives | changed(statement)):
            if isinstance(statement, ast.Assign | ast.FunctionDef | ast.Import | ast.ImportFrom):
                needed -= gives
            needed |= asked(statement)
            kept.insert(0, statement)
    return kept


def judge(chapter, function):
    """Return what a judge needs, and itself, as a chapter's names."""
    *before, last = judges(chapter)[function]
    space = {"__name__": chapter}
    code = ast.Module(slice_for(last, before), [])
    exec(compile(code, chapter, "exec"), space)
    return space
