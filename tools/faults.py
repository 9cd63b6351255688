"""Plant each deliberate bug of tests/faults.toml in a copy of convkit: do the tests notice it?

A test that cannot fail proves nothing. On an untouched copy the same tests must pass. Words on the
command line choose the faults whose file, kind or name holds one of them.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import cache_from_source
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Fault:
    """A bug: one text in a file of convkit, what replaces it, and the tests that should notice."""

    file: str
    kind: str
    name: str
    old: str
    new: str
    tests: list[str]

    def planted(self) -> str:
        """Return the source of the file with the bug in it; its text must stand there once."""
        source = (ROOT / "convkit" / self.file).read_text()
        if (count := source.count(self.old)) != 1:
            sys.exit(f"{self.file}, {self.name}: its text stands there {count} times:\n{self.old}")
        return source.replace(self.old, self.new)


def stored() -> list[Fault]:
    """Read the list of faults, whose file explains the fields."""
    with open(ROOT / "tests/faults.toml", "rb") as file:
        return [Fault(**entry) for entry in tomllib.load(file)["fault"]]


def first_failure(tests: list[str], fault: Fault | None = None) -> str | None:
    """Name the first test that fails with the fault in convkit, or return None."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "convkit"
        shutil.copytree(ROOT / "convkit", package, ignore=shutil.ignore_patterns("__pycache__"))
        changed = package / (fault.file if fault else "__init__.py")
        if fault:
            changed.write_text(fault.planted())
        done = run(tests, folder)
        imported = Path(cache_from_source(str(changed))).exists()  # then bytecode is beside it
        if done.returncode not in (0, 1) or not imported:
            sys.exit(f"This was not tested: {fault or tests}\n{done.stdout}{done.stderr}")
        failure = re.search(r"^FAILED \S*?(\w+\.py::.*?)(?: - |$)", done.stdout, re.MULTILINE)
        return failure[1] if failure else None


def run(tests: list[str], folder: str) -> subprocess.CompletedProcess[str]:
    """Run tests up to the first failure, with the convkit in `folder` instead of the installed."""
    environment = os.environ | {
        "PYTHONPATH": folder,
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # most of the time of a small test
        "HYPOTHESIS_STORAGE_DIRECTORY": f"{folder}/.hypothesis",  # no examples of other runs
    }
    options = ["-x", "-q", "-pno:cacheprovider", "-phypothesispytest", "--hypothesis-seed=0"]
    paths = [f"{ROOT}/tests/{test}" for test in tests]
    command = [sys.executable, "-m", "pytest", *options, *paths]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=1200
    )


def main(words: list[str]) -> int:
    """Print a table of the faults and which test noticed each; return 1 if one went unnoticed."""
    chosen = [
        fault
        for fault in stored()
        if not words or any(word in f"{fault.file} {fault.kind} {fault.name}" for word in words)
    ]
    if not chosen:
        sys.exit(f"No fault is called so: {' '.join(words)}")
    for fault in chosen:
        fault.planted()  # one that fits nowhere is found before minutes have passed
    with ThreadPoolExecutor(max_workers=2) as pool:
        suites = sorted({test for fault in chosen for test in fault.tests})
        print(f"The tests without a fault, then with each of {len(chosen)}:", flush=True)
        if failures := [f for f in pool.map(first_failure, [[suite] for suite in suites]) if f]:
            print(f"Failed without a fault: {', '.join(failures)}")
            return 1
        unnoticed = 0
        results = pool.map(lambda fault: first_failure(fault.tests, fault), chosen)
        for fault, noticed_by in zip(chosen, results, strict=True):
            unnoticed += noticed_by is None
            told = noticed_by or "NOT NOTICED"
            print(f"{fault.file:24}{fault.kind:10}{fault.name:52}{told}", flush=True)

    print(f"{len(chosen)} faults, {f'{unnoticed} NOT NOTICED' if unnoticed else 'all noticed'}")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
