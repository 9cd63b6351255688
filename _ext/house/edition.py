"""Which state of the book a reader has before them: version and date, at the foot of each page."""

import os
import subprocess
from datetime import UTC, datetime

import convkit


def last_commit(folder):
    """When the last commit was made, in seconds since 1970, or None where there is no history."""
    command = ["git", "-C", str(folder), "log", "-1", "--format=%ct"]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:  # no git
        return None
    return int(done.stdout) if done.returncode == 0 and done.stdout.strip() else None


def date(folder, environ):
    """The date of an edition: that of the last commit, so that two builds of it agree."""
    told = environ.get("SOURCE_DATE_EPOCH") or last_commit(folder)
    moment = datetime.fromtimestamp(int(told), UTC) if told else datetime.now(UTC)
    return f"{moment.day} {moment:%B %Y}"


def configure(app, config):
    config.version = config.release = convkit.__version__
    kind = os.environ.get("HOUSE_EDITION")  # such as that for students
    told = f"Version {convkit.__version__}, {date(app.srcdir, os.environ)}"
    config.edition = f"{told}, {kind}" if kind else told
    config.myst_substitutions = {**config.myst_substitutions, "edition": config.edition}


def tell(app, page, template, context, doctree):
    context["edition"] = app.config.edition


def setup(app):
    app.add_config_value("edition", "", "html")  # at another one every page is written
    app.connect("config-inited", configure)
    app.connect("html-page-context", tell)
