"""The runner of deliberate bugs, and that each bug of the list still fits its file."""

import pytest

import faults

PASSES = "import convkit\n\ndef test_double():\n    assert convkit.double(3) == 6\n"


def test_every_stored_fault_can_be_planted():
    for fault in faults.stored():
        compile(fault.planted(), fault.file, "exec")
        for test in fault.tests:
            assert (faults.ROOT / "tests" / test.split("::")[0]).exists()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return a function that makes another project, of one line, with faults in it."""

    def make(*faulty, old="2 * x", tests=PASSES):
        entries = [
            f"[[fault]]\nfile = '__init__.py'\nkind = 'size'\nname = 'double'\n"
            f"old = '{old}'\nnew = '{new}'\ntests = ['test_double.py']\n"
            for new in faulty
        ]
        files = {
            "convkit/__init__.py": "def double(x):\n    return 2 * x\n",
            "tests/test_double.py": tests,
            "tests/faults.toml": "".join(entries),
        }
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
        monkeypatch.setattr(faults, "ROOT", tmp_path)

    return make


def test_each_fault_is_noticed_or_reported(project, capsys):
    project("3 * x", "x * 2")
    assert faults.main([]) == 1
    *_, first, second, verdict = capsys.readouterr().out.splitlines()
    assert first.split()[-1] == "test_double.py::test_double"
    assert second.endswith("NOT NOTICED")
    assert verdict == "2 faults, 1 NOT NOTICED"


def test_tests_that_fail_in_any_case_notice_nothing(project, capsys):
    project("3 * x", tests=PASSES.replace("6", "7"))
    assert faults.main(["double"]) == 1
    assert "Failed without a fault: test_double.py::test_double" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("fault", "options", "message"),
    [
        ("x", {"old": "4 * x"}, r"__init__.py, double: its text stands there 0 times"),
        ("2 *", {}, r"This was not tested: Fault\(file='__init__.py'"),
        ("x", {"tests": "def test_nothing(): pass"}, "This was not tested"),
    ],
)
def test_a_fault_that_cannot_be_tried_ends_the_run(project, fault, options, message):
    project(fault, **options)
    with pytest.raises(SystemExit, match=message):
        faults.main([])
