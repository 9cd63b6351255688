"""Build convkit's wheel and sdist into dist, and try them where nothing else is installed.

A tag, which a workflow tells (GITHUB_REF_TYPE, GITHUB_REF_NAME), has to be that of the version, and
the version's changes have to be dated.
"""

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import convkit

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
PLACE = ROOT / "_build/installed"  # an environment with nothing but what is released
PREPARED = "in preparation"


def disagreements(root, version, tag=None):
    """What in the repository names another version, or lacks the date of its release."""
    heading = re.search(r"^## (\S+), (.+)$", (root / "back/changes.md").read_text("utf-8"), re.M)
    cited = re.findall(
        r"^(?:version:|  edition: Version) (\S+)$", (root / "CITATION.cff").read_text("utf-8"), re.M
    )
    if heading[1] != version:
        yield f"back/changes.md begins with {heading[1]}, and convkit is {version}"
    if {version} != set(cited):
        yield f"CITATION.cff names {', '.join(cited)}, and convkit is {version}"
    if tag and tag != f"v{version}":
        yield f"the tag is {tag}, and convkit {version}: it should be v{version}"
    if tag and heading[2] == PREPARED:
        yield f"back/changes.md says {PREPARED!r} of {heading[1]}: write the date there"


def run(*command, **options):
    """Run a command, which has to succeed, outside of the repository's own convkit."""
    print("+", *command, flush=True)
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(list(map(str, command)), check=True, env=environ, **options)


def try_out(wheel):
    """Install the wheel alone, then with its figures, and run the examples of each."""
    venv.create(PLACE, clear=True, with_pip=True)
    python = PLACE / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = python, "-m", "pip", "install", "--disable-pip-version-check", "--quiet"
    examples = Path(__file__).with_name("examples.py")
    run(*pip, wheel, cwd=PLACE)
    run(python, "-P", examples, cwd=PLACE)
    run(*pip, "convkit[explorers]", cwd=PLACE)  # the words of the error: see convkit/extras.py
    run(python, "-P", examples, "--figures", cwd=PLACE)


def main():
    tag = os.environ["GITHUB_REF_NAME"] if os.environ.get("GITHUB_REF_TYPE") == "tag" else None
    if wrong := list(disagreements(ROOT, convkit.__version__, tag)):
        return "\n".join(wrong)
    shutil.rmtree(DIST, ignore_errors=True)
    run(sys.executable, "-m", "build", "--outdir", DIST, ROOT)
    files = sorted(DIST.iterdir())
    run(sys.executable, "-m", "twine", "check", "--strict", *files)
    try_out(next(file for file in files if file.suffix == ".whl"))
    print("Ready to be released:", *(file.name for file in files))
    return 0


if __name__ == "__main__":
    sys.exit(main())
