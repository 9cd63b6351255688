"""Make the whole book one EPUB, from its built pages: _build/book.epub.

An EPUB is an archive of web pages with a list of them. Its reader sets the formulas, as a browser
does. (Sphinx's own builder would build the book once more, with forms and sliders in it.)
"""

import mimetypes
import zipfile
from datetime import datetime
from html import escape
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import NAMESPACE_URL, uuid5

from bs4 import Tag

from .pages import BUILD, SITE, Page, edition, edition_day, element, join, place, read, still
from .pdf import title_page, with_solutions
from .printing import AUTHORS

HERE = Path(__file__).parent
STYLE = ("displaystyle", "scriptlevel")  # EPUB's MathML has them on an element of their own
MATH = "http://www.w3.org/1998/Math/MathML"
EARLIEST = (1980, 1, 1, 0, 0, 0)  # of all that an archive can tell
CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" '
    'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book/book.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)


def file_name(page: str) -> str:
    return f"{place(page)}.xhtml"


def lead(article: Tag, own: str, homes: dict[str, str]) -> None:
    """Make the links of one document lead from file to file."""
    for link in article.select('a[href^="#"]'):
        home = homes[link["href"][1:]]
        link["href"] = home + (
            link["href"] if link["href"][1:] != home.removesuffix(".xhtml") else ""
        )
        if link["href"].startswith(f"{own}#"):
            link["href"] = link["href"].removeprefix(own)


def take_images(article: Tag, images: dict[str, Path]) -> None:
    """Let pictures be read from the archive, and note which."""
    for image in article.select('img[src^="file:"]'):
        path = Path(unquote(urlsplit(image["src"]).path))
        images[path.name] = path
        image["src"] = f"images/{path.name}"


def tidy(article: Tag) -> None:
    """Leave what XHTML allows."""
    for formula in article.select("math"):
        formula["xmlns"] = MATH
        for part in formula.select("[displaystyle], [scriptlevel]"):
            style = {name: part.attrs.pop(name) for name in STYLE if name in part.attrs}
            part.wrap(element("mstyle", **style))
    for part in article.select("[data-page]"):
        line = part.find_parent(class_="page") or part
        line.decompose()
    for part in article.find_all(True):
        for name in [
            name for name in part.attrs if name.startswith("data-") or name in ("valign", "align")
        ]:
            del part[name]


def xhtml(title: str, body: str) -> str:
    """Return a file of the book. Its formulas are declared in `tidy`."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" '
        'lang="en" xml:lang="en">'
        f'<head><title>{escape(title)}</title><link rel="stylesheet" href="epub.css"/>'
        f'<link rel="stylesheet" href="formulas.css"/></head><body>{body}</body></html>\n'
    )


def navigation(pages: list[Page]) -> str:
    """Return the table of contents: the parts, their pages, and the sections of chapters."""
    made, part = [], None
    for page in pages:
        if page.part != part:
            made.append(
                ("</ol></li>" if part else "") + f"<li><span>{escape(page.part)}</span><ol>"
            )
            part = page.part
        title = escape(f"{page.number} {page.title}".strip())
        made.append(f'<li><a href="{file_name(page.name)}">{title}</a></li>')
    return f'<nav epub:type="toc"><h1>Contents</h1><ol>{"".join(made)}</ol></li></ol></nav>'


def package(
    title: str, told: str, date: datetime, files: dict[str, bytes], order: list[str]
) -> str:
    """Return the list of what is in the archive, and the order of reading."""
    items = []
    for number, name in enumerate(files):
        kind = mimetypes.guess_type(name)[0] or "application/xhtml+xml"
        text = files[name].decode(errors="ignore") if name.endswith(".xhtml") else ""
        told_of = (
            ["nav"] * ("epub:type" in text)
            + ["mathml"] * ("<math" in text)
            + ["svg"] * ("<svg" in text)
        )
        properties = f' properties="{" ".join(told_of)}"' if told_of else ""
        items.append(f'<item id="f{number}" href="{name}" media-type="{kind}"{properties}/>')
    ids = {name: f"f{number}" for number, name in enumerate(files)}
    spine = "".join(f'<itemref idref="{ids[name]}"/>' for name in order)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<package xmlns="http://www.idpf.org/2007/opf" '
        'version="3.0" unique-identifier="id" xml:lang="en"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="id">urn:uuid:{uuid5(NAMESPACE_URL, f"{title} {told}")}</dc:identifier>'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>{AUTHORS}</dc:creator>"
        "<dc:language>en</dc:language>"
        f"<dc:description>{escape(told)}</dc:description><dc:date>{date:%Y-%m-%d}</dc:date>"
        f'<meta property="dcterms:modified">{date:%Y-%m-%dT%H:%M:%SZ}</meta></metadata>'
        f"<manifest>{''.join(items)}</manifest><spine>{spine}</spine></package>\n"
    )


def archive(files: dict[str, bytes], target: Path) -> None:
    """Write the files into an archive that is the same whenever it is written."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as book:
        book.writestr(zipfile.ZipInfo("mimetype", EARLIEST), "application/epub+zip")
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            book.writestr(entry, content)


def parts(root: Page, pages: list[Page], told: str) -> tuple[dict[str, str], dict[str, Path]]:
    """Return the files of the book in the order of reading, and the pictures that they show."""
    first = title_page(root, told)
    for page in pages:
        still(page.article)
    join(pages)
    pages = with_solutions(pages)
    homes = {
        part["id"]: file_name(page.name) for page in pages for part in page.article.select("[id]")
    }
    homes |= {page.article["id"]: file_name(page.name) for page in pages}
    files = {"title.xhtml": str(first), "nav.xhtml": navigation(pages)}
    images: dict[str, Path] = {}
    for page in pages:
        lead(page.article, file_name(page.name), homes)
        take_images(page.article, images)
        tidy(page.article)
        files[file_name(page.name)] = str(page.article)
    titles = {file_name(page.name): page.title for page in pages} | {"nav.xhtml": "Contents"}
    return {name: xhtml(titles.get(name, root.title), body) for name, body in files.items()}, images


def main() -> None:
    told = edition()
    root, *pages = read()
    files, images = parts(root, pages, told)
    content = {name: text.encode() for name, text in files.items()}
    content["epub.css"] = (HERE / "epub.css").read_bytes()
    for file in ("formulas.css", "formulas.woff2"):
        content[file] = (SITE / "_static" / file).read_bytes()
    content |= {f"images/{name}": images[name].read_bytes() for name in sorted(images)}
    opf = package(root.title, told, edition_day(told), content, list(files))
    whole = {"META-INF/container.xml": CONTAINER.encode(), "book/book.opf": opf.encode()}
    whole |= {f"book/{name}": data for name, data in content.items()}
    archive(whole, BUILD / "book.epub")
    print(f"The book is one file of {len(files)} parts: _build/book.epub")


if __name__ == "__main__":
    main()
