"""Push the notebooks that the book's build made to a branch of their own.

    python tools/publish.py REMOTE

Colab, Binder and GitHub open them from there. In a GitHub workflow the remote is its repository,
and GITHUB_TOKEN lets it in.
"""

import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
MADE = ROOT / "_build" / "notebooks"
BRANCH = "notebooks"
AUTHOR = ["-c", "user.name=The book's build", "-c", "user.email=build@localhost"]


def git(folder: Path, *arguments: str, fails: bool = False) -> str | None:
    """Run git in a folder and return what it printed; None where it failed and may fail."""
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True)
    if done.returncode and not fails:
        sys.exit(f"git {arguments[0]} failed:\n{done.stderr}")
    return None if done.returncode else done.stdout.strip()


def log_in(server: str) -> None:
    """Give git the workflow's token, in no command line and in no file."""
    if token := os.environ.get("GITHUB_TOKEN"):
        secret = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        os.environ |= {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"http.{server}/.extraheader",
            "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: basic {secret}",
        }


def is_made(path: Path) -> bool:
    """Tell a file that the build made from what Jupyter and Python leave beside it."""
    parts = path.relative_to(MADE).parts
    return path.is_file() and not any(p.startswith(".") or p == "__pycache__" for p in parts)


def fill(folder: Path, package: str) -> None:
    """Put into the folder what the branch holds: the notebooks, with the files that they read, and
    what Binder needs for them."""
    for path in folder.iterdir():
        if path.name != ".git":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in filter(is_made, MADE.rglob("*")):
        goal = folder / path.relative_to(MADE)
        goal.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, goal)
    shutil.copytree(ROOT / "binder", folder / "binder")
    listed = folder / "binder" / "requirements.txt"
    text = re.sub(r"^-e \.$", package, listed.read_text(), flags=re.MULTILINE)
    listed.write_text(text)


def publish(remote: str) -> str:
    """Push what was made, if it is not there already, and say what was done."""
    commit = git(ROOT, "rev-parse", "HEAD")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        git(folder, "init", "--quiet", "--initial-branch", BRANCH)
        if git(folder, "fetch", "--quiet", "--depth", "1", remote, BRANCH, fails=True) is not None:
            git(folder, "reset", "--hard", "FETCH_HEAD")
        fill(folder, f"convkit[explorers] @ git+{remote}@{commit}")
        git(folder, "add", "--all")
        if not git(folder, "status", "--porcelain"):
            return f"The branch {BRANCH} has these notebooks already"
        git(folder, *AUTHOR, "commit", "--quiet", "--message", f"The notebooks of {commit}")
        git(folder, "push", "--quiet", remote, f"HEAD:refs/heads/{BRANCH}")
    return f"The notebooks of {commit} are on the branch {BRANCH}"


def main() -> None:
    """Publish to the remote of the command line, or to the workflow's repository."""
    server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
    slug = os.environ.get("GITHUB_REPOSITORY")
    remote = sys.argv[1] if len(sys.argv) > 1 else slug and f"{server}/{slug}"
    if not remote:
        sys.exit("Where to? make publish REMOTE=https://github.com/OWNER/REPO")
    log_in(server)
    print(publish(remote))


if __name__ == "__main__":
    main()
