"""How the book and the package are published: workflows, releases, what a fork finds."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import release
import versions

ROOT = Path(__file__).parents[1]
WORKFLOWS = {path.stem: path for path in ROOT.glob(".github/workflows/*.yml")}
CHANGES = (ROOT / "back/changes.md").read_text("utf-8")


def workflow(name):
    """A workflow as data; YAML takes the key `on` for a truth value."""
    return yaml.safe_load(WORKFLOWS[name].read_text("utf-8").replace("\non:\n", "\n'on':\n"))


def jobs():
    for name in WORKFLOWS:
        for job in workflow(name)["jobs"].values():
            yield name, job


def steps(job, action):
    """The settings of each step of a job that uses an action."""
    return [step.get("with", {}) for step in job["steps"] if action in step.get("uses", "")]


# Workflows


def commands():
    """Whatever a workflow runs, a matrix spelled out."""
    for _, job in jobs():
        rows = job.get("strategy", {}).get("matrix", {}).get("include", [])
        for step in job["steps"]:
            if step.get("run") == "${{ matrix.run }}":
                yield from (row["run"] for row in rows)
            elif "run" in step:
                yield step["run"]


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_a_workflow_runs_a_target_or_a_script(command):
    """One line, which anybody can run: nothing happens only there."""
    program, name = shlex.split(command)
    if program == "make":
        assert re.search(rf"^{name}\b.*:", (ROOT / "Makefile").read_text(), re.M)
    else:
        assert program in ("bash", "python")
        assert (ROOT / name).is_file()


def handed_on(job):
    """What the tested artifacts are called, those that a job takes, and where it has them."""
    tested = steps(workflow("book")["jobs"]["test"], "upload-artifact@")
    (taken,) = steps(job, "download-artifact@")
    return {kept["name"]: kept["path"] for kept in tested}[taken["name"]], taken["path"]


def test_what_is_published_is_what_was_tested():
    """The site that the browser tests saw is handed on; it is not built a second time."""
    jobs = workflow("book")["jobs"]
    site, notebooks = jobs["publish"], jobs["notebooks"]
    assert site["needs"] == notebooks["needs"] == "test"
    assert not [step for step in site["steps"] if "run" in step]
    path, there = handed_on(site)
    assert path == "_build/html"
    assert steps(site, "upload-pages-artifact@") == [{"path": there}]
    assert handed_on(notebooks) == ("_build/notebooks", "_build/notebooks")
    assert notebooks["steps"][-1]["run"] == "python tools/publish.py"


def test_what_is_handed_on_is_kept_once_and_after_the_tests():
    test = workflow("book")["jobs"]["test"]
    run = [step.get("run") for step in test["steps"]].index("bash .ci/run")
    for kept in (step for step in test["steps"] if "upload-artifact@" in step.get("uses", "")):
        python = re.fullmatch(r"matrix.python == '(.+)'", kept["if"])[1]
        assert python in test["strategy"]["matrix"]["python"]
        assert run < test["steps"].index(kept)


def test_a_release_hands_on_what_was_checked():
    build, publish = (workflow("release")["jobs"][job] for job in ("build", "publish"))
    assert publish["needs"] == "build"
    assert not [step for step in publish["steps"] if "run" in step]
    assert publish["permissions"] == {"id-token": "write"}  # and no password anywhere
    assert "secrets." not in WORKFLOWS["release"].read_text()
    (made,), (taken,) = steps(build, "upload-artifact@"), steps(publish, "download-artifact@")
    assert made["path"] == taken["path"] == release.DIST.name
    assert made["name"] == taken["name"]


def test_a_branch_with_a_pull_request_is_tested_once():
    triggers = workflow("book")["on"]
    assert "pull_request" in triggers
    assert triggers["push"] == {"branches": ["main"]}
    others = [workflow(name)["on"] for name in WORKFLOWS.keys() - {"book"}]
    assert not any(
        "pull_request" in other or "branches" in (other.get("push") or {}) for other in others
    )


def test_no_workflow_cancels_another_and_none_what_is_published():
    groups = {name: workflow(name)["concurrency"] for name in WORKFLOWS}
    names = [re.sub(r"-?\$\{\{.*?\}\}", "", group["group"]) for group in groups.values()]
    assert sorted(names) == sorted(WORKFLOWS)
    cancels = {name for name, group in groups.items() if group.get("cancel-in-progress")}
    assert cancels == {"book"}
    assert groups["book"]["cancel-in-progress"] == "${{ github.ref != 'refs/heads/main' }}"


def test_every_python_that_is_supported_is_tested():
    declared = re.search(r">=3\.(\d+)", (ROOT / "pyproject.toml").read_text())[1]
    tested = workflow("book")["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert tested == [f"3.{minor}" for minor in range(int(declared), int(declared) + len(tested))]
    assert f"3.{declared} to {tested[-1]}" in (ROOT / "requirements.txt").read_text()


def test_each_pinned_file_is_kept_up_to_date():
    (pip, actions) = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())["updates"]
    tracked = subprocess.check_output(["git", "ls-files", "*requirements.txt"], cwd=ROOT, text=True)
    folders = {"/" + file.rpartition("/")[0] for file in tracked.split()}
    assert set(pip["directories"]) == folders
    assert actions["package-ecosystem"] == "github-actions"


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.dependabot", ".github/dependabot.yml"),
        ("vendor.github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
        ("vendor.github-issue-forms", ".github/ISSUE_TEMPLATE/[!c]*.yml"),
    ],
)
def test_what_github_reads_follows_its_schema(schema, files):
    paths = sorted(ROOT.glob(files))
    assert paths
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *paths]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


# Versions and releases


def test_the_oldest_are_those_that_the_package_asks_for():
    project = {
        "dependencies": ["numpy>=2.0"],
        "optional-dependencies": {"a": ["anywidget>=0.9.13"], "b": ["anywidget>=0.9.13"]},
    }
    assert versions.taken(project) == ["anywidget>=0.9.13", "numpy>=2.0"]
    assert versions.wanted("oldest", ["numpy>=2.0"]) == ["numpy==2.0"]
    assert versions.wanted("newest", ["numpy>=2.0"]) == ["numpy"]


def test_the_tests_of_other_versions_are_those_of_convkit_and_need_nothing_else():
    names = {file.name for file in versions.tests()}
    assert {"test_convolution.py", "test_average_pooling.py", "test_explorers.py"} <= names
    assert not {"test_house.py", "test_chapters.py", "test_typing.py"} & names
    assert len(versions.pins(versions.RUNNERS)) == len(versions.RUNNERS)


@pytest.fixture
def repository(tmp_path):
    (tmp_path / "back").mkdir()
    (tmp_path / "back/changes.md").write_text("# Changes\n\n## 1.2.3, 4 May 2026\n\nNew.\n")
    (tmp_path / "CITATION.cff").write_text(
        "cff-version: 1.2.0\nversion: 1.2.3\nedition: Version 1.2.3\n"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("version", "tag", "spoil", "fault"),
    [
        ("1.2.3", None, None, None),
        ("1.2.3", "v1.2.3", None, None),
        ("1.2.3", "v1.2.4", None, "the tag is v1.2.4"),
        ("1.2.4", None, None, "changes.md begins with 1.2.3.*CITATION.cff names 1.2.3"),
        ("1.2.3", None, "in preparation", None),
        ("1.2.3", "v1.2.3", "in preparation", "write the date there"),
    ],
)
def test_a_release_needs_one_version_everywhere_and_its_date(
    repository, version, tag, spoil, fault
):
    if spoil:
        changes = repository / "back/changes.md"
        changes.write_text(changes.read_text().replace("4 May 2026", spoil))
    found = "; ".join(release.disagreements(repository, version, tag))
    assert re.search(fault, found) if fault else not found


def test_the_repository_names_one_version():
    import convkit

    assert not list(release.disagreements(ROOT, convkit.__version__))


# Pages that moved


def renamed():
    """Each page of the book that was renamed, as far as the history goes."""
    command = ["git", "log", "--diff-filter=R", "--find-renames", "--name-status", "--format="]
    done = subprocess.run(
        [*command, "--", "*.md", "*.ipynb"], cwd=ROOT, capture_output=True, text=True
    )
    for line in done.stdout.splitlines():
        _, *names = line.split("\t")
        yield [name.rpartition(".")[0] for name in names]


def test_a_renamed_page_leads_on_from_its_old_address():
    from sphinx_external_toc.parsing import parse_toc_yaml

    pages = set(parse_toc_yaml(ROOT / "_toc.yml"))
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    redirects = config["sphinx"]["config"]["redirects"]
    lost = [
        f"{old}: {new}.html"
        for old, new in renamed()
        if new in pages and old not in pages | redirects.keys()
    ]
    assert not lost, f"add to redirects in _config.yml: {lost}"
    for old, target in redirects.items():
        assert old not in pages, f"{old} is a page"
        goal = (Path("/") / old).parent / target
        assert str(goal).removeprefix("/").removesuffix(".html") in pages, f"{old} leads nowhere"
