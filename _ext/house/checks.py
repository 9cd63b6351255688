"""The code of an exercise, cut for a notebook: an answer to write, a check and a solution to open.

The source keeps all that a check needs in one cell, the answer among it, and each solution right
behind its check. In a notebook that is made, the answer has a cell of its own, and the solutions
stand at the end, where a later exercise may have taken a name.
"""

import ast

from IPython.core.inputtransformer2 import TransformerManager

CODE = ast.FunctionDef | ast.ClassDef | ast.Lambda


def parsed(source):
    """The statements of a cell, `%magic` and `!command` as calls; none where it cannot be read."""
    try:
        return ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError:  # the cell fails, and the build has said so
        return ast.Module([], [])


def blank(statement):
    """Whether a statement waits for an answer: `answer = ...`, or a dict of such."""
    if not isinstance(statement, ast.Assign):
        return False
    value = statement.value
    values = value.values if isinstance(value, ast.Dict) else [value]
    return bool(values) and all(isinstance(v, ast.Constant) and v.value is ... for v in values)


def parts_of_check(source):
    """The code before the first answer, the answers, and the rest, which judges them.

    A reader writes the answer in a cell of its own, and the code that tells it stays folded.
    """
    lines, body = source.split("\n"), parsed(source).body
    blanks = [s for s in body if blank(s)]
    if not blanks:
        return "", "", source
    asked = {line for s in blanks for line in range(s.lineno - 1, s.end_lineno)}
    first = min(asked)
    answers = [lines[n] for n in sorted(asked)]
    rest = [line for n, line in enumerate(lines) if n > first and n not in asked]
    return tuple("\n".join(part).strip("\n") for part in (lines[:first], answers, rest))


def setup_of_check(source):
    """What a check computes, without the answers and the judgement."""
    lines, kept, end = source.split("\n"), [], 0
    for statement in parsed(source).body:
        if not blank(statement) and not isinstance(statement, ast.Expr):
            kept += lines[end : statement.end_lineno]
        end = statement.end_lineno
    return "\n".join(kept).strip("\n")


def names(source):
    """The names that code gives a meaning to, outside of its functions."""
    found = set()
    for statement in parsed(source).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            found.add(statement.name)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            found |= {(a.asname or a.name).split(".")[0] for a in statement.names}
        else:
            found |= stored(statement)
    return found


def stored(statement):
    """The names that a statement stores; those of a comprehension are its own."""
    inner = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)
    if isinstance(statement, inner):
        return set()
    if isinstance(statement, ast.Name):
        return {statement.id} if isinstance(statement.ctx, ast.Store) else set()
    return set().union(*map(stored, ast.iter_child_nodes(statement)))


def lost(setup, sources, solution):
    """Whether code in between gives another meaning to what a solution needs of the setup."""
    since = set().union(*map(names, sources))
    functions = [it for it in ast.walk(parsed(setup)) if isinstance(it, CODE)]
    used = set().union(*map(mentioned, [parsed(solution), *functions]))
    return bool(names(setup) & used & since)


def mentioned(tree):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
