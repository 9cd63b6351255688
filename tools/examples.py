"""Run the examples in the docstrings of an installed convkit.

python examples.py            # without the figures, which have to say what they need
python examples.py --figures  # with them

It needs the standard library and convkit, because it runs where nothing else is.
"""

import doctest
import importlib
import pkgutil
import sys

import convkit

FIGURES = ("convkit.explorers", "convkit.plotting")


def modules(figures):
    """The names of convkit's modules, with those of the figures or without."""
    found = pkgutil.walk_packages(convkit.__path__, "convkit.", onerror=lambda _: None)
    names = ["convkit", *(module.name for module in found)]
    return [name for name in names if figures or not name.startswith(FIGURES)]


def refusals():
    """What each module of the figures says where it lacks a package."""
    for name in FIGURES:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            yield str(error)
        else:
            yield f"{name} needs nothing more"


def main(figures):
    results = [doctest.testmod(importlib.import_module(name)) for name in modules(figures)]
    failed = sum(result.failed for result in results)
    print(f"{convkit.__path__[0]}: {sum(r.attempted for r in results)} examples, {failed} failed")
    if figures:
        from convkit.explorers import bundle

        if not bundle.READY.is_dir():
            return "the explorers' scripts are not in the package"
    else:
        for said in refusals():
            print(said)
            if "pip install" not in said:
                return "where a package is missing the remedy is not told"
    return failed > 0


if __name__ == "__main__":
    sys.exit(main("--figures" in sys.argv))
