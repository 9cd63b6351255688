"""convkit's own tests and examples, as the code of a cell that runs them within a page."""

import base64
import io
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

ROOT = Path(__file__).parents[2]
TOOLS = ["pytest", "_pytest", "pluggy", "iniconfig", "pygments", "py"]
TESTS = ["algorithms", "signals", "fft_precision", "geometry", "padding", "patches", "receptive"]
TESTS += ["tables", "transpose", "gradients"]
# What is not so there: a size of 2**31 is too large for an address, not for the memory.
LEFT_OUT = "test_a_result_too_large_is_refused_at_once"

CODE = """
import base64, importlib.util, io, sys, zipfile
import matplotlib, numpy, scipy, traitlets
zipfile.ZipFile(io.BytesIO(base64.b64decode("ARCHIVE"))).extractall("/own")
sys.path[:0] = ["/own/tools", "/own/tests"]
open("/own/pytest.ini", "w").write("[pytest]")
import absent, pytest, types

# hypothesis is made for this machine: what it draws is left out.
# Tests name PyTorch's functions before they use them.
def missing(module, name):
    if name.startswith("__"):
        raise AttributeError(name)
    return absent.Missing("PyTorch")

absent.StandIn.__getattr__ = missing

class Anything:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args, **options):
        return self

def leave(*args, **options):
    return lambda test: test

def drop(*args, **options):
    return lambda test: None

leave.register_profile = leave.load_profile = leave
names = dict(given=drop, settings=leave, example=leave, strategies=Anything())
names |= dict.fromkeys(["HealthCheck", "assume", "event", "note", "reject", "target"], Anything())
sys.modules["hypothesis"] = types.SimpleNamespace(**names)
sys.modules["hypothesis.strategies"] = sys.modules["hypothesis"].strategies

class Plugin:
    counts = dict(passed=0, skipped=0, failed=0)

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
options = "-q -W ignore --tb=line -p no:cacheprovider -p no:faulthandler --capture=no"
options += " -c /own/pytest.ini --rootdir=/own --import-mode=importlib"
pytest.main([*options.split(), "--doctest-modules", "-k", "not LEFT_OUT", *TESTS, package],
            plugins=[plugin])
print(", ".join(f"{count} {outcome}" for outcome, count in plugin.counts.items()))
"""


def code():
    tests = [f"/own/tests/test_{name}.py" for name in TESTS]
    return (
        CODE.replace("ARCHIVE", archive())
        .replace("LEFT_OUT", LEFT_OUT)
        .replace("*TESTS", f"*{tests}")
    )


def site_packages(origin, package):
    return origin.parents[1] if package else origin.parent


def archive():
    """pytest and the tests, in base64."""
    stream = io.BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as packed:
        for tool in TOOLS:
            origin = Path(find_spec(tool).origin)
            package = origin.name == "__init__.py"
            for path in origin.parent.rglob("*.py") if package else [origin]:
                packed.write(path, Path("tools", path.relative_to(site_packages(origin, package))))
        for path in ROOT.glob("tests/*.py"):
            packed.write(path, Path("tests", path.name))
    return base64.b64encode(stream.getvalue()).decode()
