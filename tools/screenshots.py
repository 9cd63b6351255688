"""Take pictures of built pages: desktop and phone, light and dark, into _build/screenshots.

python tools/screenshots.py                             # every page of the book
python tools/screenshots.py intro chapters/banded_matrix
"""

import sys
from itertools import product
from pathlib import Path

from playwright.sync_api import sync_playwright
from sphinx_external_toc.parsing import parse_toc_yaml

import chromium

BUILD = Path("_build")
WIDTHS = {"desktop": 1280, "phone": 360}


def take(browser, page_name, device, mode):
    """Save the whole of one page as one picture."""
    viewport = {"width": WIDTHS[device], "height": 800}
    page = browser.new_page(viewport=viewport, color_scheme=mode)
    page.goto((BUILD / "html" / f"{page_name}.html").resolve().as_uri())
    page.evaluate("document.fonts.ready")
    picture = BUILD / "screenshots" / f"{page_name.replace('/', '-')}-{device}-{mode}.png"
    page.screenshot(path=picture, full_page=True)
    page.close()
    print(picture)


def main(names):
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        for shot in product(names or parse_toc_yaml("_toc.yml"), WIDTHS, ["light", "dark"]):
            take(browser, *shot)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
