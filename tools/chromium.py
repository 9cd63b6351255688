"""The system's Chromium, for the tests on the built pages and for pictures of them."""

import os
import shutil

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
QUIET = ["--disable-background-networking", "--disable-component-update", "--no-first-run"]


def find():
    """The path of the browser, or None."""
    return next(filter(None, map(shutil.which, [*NAMES, MAC])), None)


def launch(playwright):
    """Start the browser without a window and without errands of its own."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    sandbox = ["--no-sandbox"] if is_root else []  # as root Chromium starts only without one
    return playwright.chromium.launch(executable_path=find(), args=[*QUIET, *sandbox])
