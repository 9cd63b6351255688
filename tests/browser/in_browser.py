"""convkit's own tests and examples, as the code of a cell that runs them within a page."""

import base64
import io
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

ROOT = Path(__file__).parents[2]
TOOLS = ["pytest", "_pytest", "pluggy", "iniconfig", "hypothesis", "sortedcontainers"]
TESTS = ["algorithms", "signals", "fft_precision", "geometry", "padding", "patches", "receptive"]
TESTS += ["tables", "testing", "transpose"]

CODE = """
import base64, importlib.util, io, sys, zipfile
import matplotlib, numpy, scipy
zipfile.ZipFile(io.BytesIO(base64.b64decode("ARCHIVE"))).extractall("/own")
sys.path[:0] = ["/own/tools", "/own/tests"]
import absent, hypothesis, pytest

class Plugin:
    counts = dict(passed=0, skipped=0, failed=0)

    def pytest_collection_finish(self):
        hypothesis.settings.register_profile("browser", max_examples=20, deadline=None)
        hypothesis.settings.load_profile("browser")

    @pytest.hookimpl(hookwrapper=True)
    def pytest_pyfunc_call(self):
        outcome = yield
        if isinstance(outcome.exception, absent.Needs):
            outcome.force_exception(pytest.skip.Exception("needs PyTorch"))

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome != "passed":
            self.counts[report.outcome] += 1
        if report.failed:
            print(report.nodeid, str(report.longrepr)[-500:])

plugin = Plugin()
package = importlib.util.find_spec("convkit").submodule_search_locations[0]
options = "-p no:cacheprovider -p no:terminal -c /dev/null --rootdir=/own --import-mode=importlib"
pytest.main([*options.split(), "--doctest-modules", "--ignore-glob=*explorers*", *TESTS, package],
            plugins=[plugin])
print(", ".join(f"{count} {outcome}" for outcome, count in plugin.counts.items()))
"""


def code():
    tests = [f"/own/tests/test_{name}.py" for name in TESTS]
    return CODE.replace("ARCHIVE", archive()).replace("*TESTS", f"*{tests}")


def archive():
    """pytest, hypothesis and the tests, in base64."""
    stream = io.BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as packed:
        for tool in TOOLS:
            spec = find_spec(tool)
            folder = Path(spec.origin).parent
            for path in folder.rglob("*.py"):
                packed.write(path, Path("tools", tool, path.relative_to(folder)))
        for path in ROOT.glob("tests/*.py"):
            packed.write(path, Path("tests", path.name))
    return base64.b64encode(stream.getvalue()).decode()
