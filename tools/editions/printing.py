"""One HTML document becomes a PDF, by the browser that the tests use.

Chromium sets text, formulas and boxes at the page's edge, and writes the outline. What it lacks is
the number of the page that a link leads to. So a document is printed with a guess for each, the
numbers are read from the links of that PDF, and it is printed again, until they stay.
"""

import sys
from io import BytesIO
from pathlib import Path

import pikepdf
from matplotlib import font_manager
from playwright.sync_api import sync_playwright

import chromium

from .pages import SITE, edition_day

HERE = Path(__file__).parent
PASSES = 6
AUTHORS = "The convkit authors"
FACES = {  # all of them come with Matplotlib, so that each machine sets the same pages
    "STIXGeneral.ttf": "font-family: Book",
    "STIXGeneralItalic.ttf": "font-family: Book; font-style: italic",
    "STIXGeneralBol.ttf": "font-family: Book; font-weight: bold",
    "STIXGeneralBolIta.ttf": "font-family: Book; font-weight: bold; font-style: italic",
    "DejaVuSansMono.ttf": "font-family: BookCode",
    "DejaVuSansMono-Bold.ttf": "font-family: BookCode; font-weight: bold",
    "DejaVuSansMono-Oblique.ttf": "font-family: BookCode; font-style: italic",
}
FILL = """pages => {
  const lines = [...document.querySelectorAll("[data-page]")];
  lines.forEach((line) => { line.textContent = pages[line.dataset.page] ?? ""; });
  return lines.filter((line) => !line.textContent).map((line) => line.dataset.page);
}"""


def fonts() -> str:
    """Return the style sheet that names the fonts."""
    folder = Path(font_manager.findfont("DejaVu Sans")).parent
    return "\n".join(
        f'@font-face {{ src: url("{(folder / file).as_uri()}"); {told} }}'
        for file, told in FACES.items()
    )


def document(title: str, body: str, style: str = "") -> str:
    """Return a whole document: the body, with what the book's pages look like on paper."""
    sheets = [
        SITE / "_static" / "pygments.css",
        SITE / "_static" / "formulas.css",
        HERE / "print.css",
    ]
    links = "".join(f'<link rel="stylesheet" href="{sheet.as_uri()}">' for sheet in sheets)
    return (
        '<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8">'
        f"<title>{title}</title>{links}<style>{fonts()}\n{style}</style></head><body>{body}</body></html>"
    )


def numbers(pdf: bytes) -> dict[str, int]:
    """Return the page of each place that a link of the PDF leads to."""
    with pikepdf.open(BytesIO(pdf)) as file:
        pages = {page.objgen: number for number, page in enumerate(file.pages, 1)}
        places = file.Root.get("/Dests", {})
        return {name[1:]: pages[place[0].objgen] for name, place in places.items()}


def render(browser, file: Path) -> bytes:
    """Print a document until the numbers of its pages are those that stand in it."""
    page = browser.new_page()
    page.goto(file.as_uri(), timeout=120_000)
    page.emulate_media(media="print")
    page.evaluate((HERE / "print.js").read_text(encoding="utf-8"))
    known: dict[str, int] = {}
    for number in range(1, PASSES + 1):
        print(f"Setting the pages, pass {number}", flush=True)
        pdf = page.pdf(prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
        found = numbers(pdf)
        if nowhere := page.evaluate(FILL, found):
            sys.exit(f"{file.name} has no link to {nowhere[0]}, whose page it should name")
        if found == known:
            page.close()
            return pdf
        known = found
    sys.exit(f"The page numbers of {file.name} do not settle in {PASSES} passes")


def dated(pdf: bytes, title: str, edition: str) -> bytes:
    """Return the PDF with its title, and with the date of the edition, not of today."""
    out, date = BytesIO(), f"D:{edition_day(edition):%Y%m%d}000000Z"
    with pikepdf.open(BytesIO(pdf)) as file:
        for key in list(file.docinfo):
            del file.docinfo[key]
        file.docinfo["/Title"] = title
        file.docinfo["/Author"] = AUTHORS
        file.docinfo["/Subject"] = edition
        file.docinfo["/CreationDate"] = file.docinfo["/ModDate"] = date
        packed = pikepdf.ObjectStreamMode.generate
        file.save(out, deterministic_id=True, object_stream_mode=packed)
    return out.getvalue()


def save(html: str, target: Path, title: str, edition: str) -> int:
    """Print a document into a file and return its number of pages."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source = target.parent / f".{target.stem}.html"
    source.write_text(html, encoding="utf-8")
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        pdf = dated(render(browser, source), title, edition)
        browser.close()
    target.write_bytes(pdf)
    with pikepdf.open(BytesIO(pdf)) as file:
        return len(file.pages)
