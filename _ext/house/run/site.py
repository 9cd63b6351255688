"""The files beside Pyodide: the pages' scripts, convkit, a lock of what is there, photographs, and
what lies beside the chapters, data and helper modules."""

import io
import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from PIL import Image

from .. import fresh
from . import files

# What convkit and the chapters import; traitlets is all that is left of anywidget there.
PACKAGES = ["numpy", "scipy", "matplotlib", "scikit-learn", "traitlets"]
BROWSER = Path(__file__).parent / "browser"
# Pillow decodes the colours of a JPEG otherwise there: as they are here, without loss.
PHOTOGRAPHS = [
    "matplotlib/mpl-data/sample_data/grace_hopper.jpg",
    "sklearn/datasets/images/china.jpg",
    "sklearn/datasets/images/flower.jpg",
]


def make(pyodide, folder, root):
    """Write the files into a folder; return the megabytes that a page may ask for, all told."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for script in [*BROWSER.glob("*.js"), *BROWSER.glob("*.css")]:
        shutil.copy(script, folder)
    (folder / "python.zip").write_bytes(python(root))
    (folder / "photographs.zip").write_bytes(photographs())
    (folder / "beside.zip").write_bytes(beside(root))
    lock = only(files.read_lock(pyodide), PACKAGES)
    (folder / "lock.json").write_text(json.dumps(lock), encoding="utf-8")
    sizes = sizes_of(pyodide, lock) | {f.name: f.stat().st_size for f in folder.glob("*.zip")}
    (folder / "sizes.json").write_text(json.dumps(sizes), encoding="utf-8")
    return round(sum(sizes.values()) / 1e6)


def only(lock, packages):
    """The lock with no more packages than the site has: any other is then not found."""
    entries = files.needed(lock, packages)
    for entry in entries.values():
        entry["file_name"] = f"../{files.FOLDER}/{entry['file_name']}"
    return lock | {"packages": entries}


def sizes_of(pyodide, lock):
    """Bytes of each file that a browser asks for, by its name."""
    own = ["pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip"]
    theirs = [Path(entry["file_name"]).name for entry in lock["packages"].values()]
    return {name: (pyodide / name).stat().st_size for name in own + theirs}


def python(root):
    """convkit and what runs the cells, as an archive to unpack where Python finds it."""
    convkit = {path.relative_to(root).as_posix(): path for path in root.glob("convkit/**/*.py")}
    texts = {name: path.read_text(encoding="utf-8") for name, path in convkit.items()}
    texts |= {path.name: path.read_text(encoding="utf-8") for path in BROWSER.glob("*.py")}
    # The page has the explorers' scripts already: none are to be joined there.
    for script in root.glob("convkit/explorers/*.js"):
        texts[f"convkit/explorers/ready/{script.name}"] = ""
    return archive({name: text.encode() for name, text in texts.items()})


def beside(root):
    """The files beside the chapters, to unpack as they lie here."""
    found = sorted(fresh.beside(root))
    return archive({file.relative_to(root).as_posix(): file.read_bytes() for file in found})


def photographs():
    return archive({name: lossless(name) for name in PHOTOGRAPHS})


def lossless(name):
    """A photograph of an installed package as WebP; readers go by the content, not by the name."""
    package, _, path = name.partition("/")
    stream = io.BytesIO()
    with Image.open(Path(find_spec(package).origin).parent / path) as photograph:
        photograph.save(stream, "webp", lossless=True, method=0, quality=0)  # fast
    return stream.getvalue()


def archive(contents):
    """A zip of these, without their dates: the same for the same contents, so that caches hold."""
    stream = io.BytesIO()
    with ZipFile(stream, "w") as packed:
        for name, content in contents.items():
            packed.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return stream.getvalue()
