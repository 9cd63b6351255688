"""PyTorch, and what else does not run in browsers.

`import torch` gives a stand-in, and where a cell first uses it the cell stops: its output stays
that of the book. The names that the rest of the cell was to define are marked, so that no later
cell uses an old value by accident; it stops as well, where it uses one.
"""

import ast
import importlib.abc
import importlib.machinery
import symtable
import sys
import types

ABSENT = {"torch": "PyTorch", "dask": "Dask", "distributed": "Dask", "resource": "Unix"}
KERNEL = "Jupyter’s kernel"
ABSENT |= {"ipywidgets": KERNEL}


class Needs(BaseException):
    """What a cell needs and does not have. No Exception: `except Exception` must not swallow it."""


def get_ipython():
    """What Jupyter's own lines call: %magic and !command."""
    raise Needs(KERNEL)


class StandIn(types.ModuleType):
    """A module of which only the name is there."""

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        raise Needs(ABSENT[self.__name__.partition(".")[0]])


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds stand-ins, submodules too."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return StandIn(spec.name)

    def exec_module(self, module):
        pass


class Missing:
    """What a cell that stopped would have defined: whatever is done with it stops a cell."""

    __slots__ = ("_name",)

    def __init__(self, name):
        object.__setattr__(self, "_name", name)

    def __getattribute__(self, name):
        if name == "__class__":
            return Missing
        return stop(self)


def stop(self, *args, **kwargs):
    raise Needs(object.__getattribute__(self, "_name"))


# Python looks these up on the class, and NumPy and `with` too.
SPECIAL = """setattr delattr repr str bytes format lt le eq ne gt ge hash bool call len getitem
setitem delitem iter next reversed contains add sub mul matmul truediv floordiv mod divmod pow
lshift rshift and xor or radd rsub rmul rmatmul rtruediv rfloordiv rmod rdivmod rpow rlshift rrshift
rand rxor ror neg pos abs invert complex int float index round trunc floor ceil enter exit array
array_ufunc array_function instancecheck subclasscheck"""
for name in SPECIAL.split():
    setattr(Missing, f"__{name}__", stop)


def mark(statements, names):
    """Mark, among a cell's names, those that these statements would have defined or changed."""
    for name in defined(statements):
        if not isinstance(names.get(name), types.ModuleType):
            names[name] = Missing(name)


def defined(statements):
    """The names that statements give a value or may change: x = 1, x[0] = 1, x.append(1)."""
    code = ast.unparse(ast.Module(statements, []))
    symbols = symtable.symtable(code, "cell", "exec").get_symbols()
    names = {
        symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()
    }
    nodes = (node for statement in statements for node in ast.walk(statement))
    return names | {root(node).id for node in nodes if isinstance(root(node), ast.Name)}


def root(node):
    """The node of the name whose value this one changes, if it does."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        node = node.value.func
        if not isinstance(node, ast.Attribute):
            return None
    elif not isinstance(getattr(node, "ctx", None), ast.Store):
        return None
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node


sys.meta_path.insert(0, Finder())
