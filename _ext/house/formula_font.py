"""The font of the formulas: STIX Two Math, cut to what stands in the book and set right.

A whole font for mathematics is ten times as large. And where browsers do not set a formula as TeX
would, a number or a shape in the font mends it.
"""

import re
from html import unescape
from importlib.util import find_spec
from pathlib import Path
from unicodedata import decomposition

from fontTools import subset
from fontTools.ttLib import TTFont

FONT = Path(find_spec("ziamath").origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"
FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)
UNSEEN = re.compile(r"<annotation\b.*?</annotation>|<[^>]*>", re.DOTALL)
# Browsers slant a letter that stands alone, by showing another character.
SLANTED = {chr(code) for code in (*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C))} | {"ℎ"}
ITALIC = {
    chr(int(decomposition(char).split()[1], 16)): char for char in SLANTED if decomposition(char)
}
ROOT = {"√"}  # drawn, but not written, as an element has it
# Chromium does not ask for the shapes of primes as superscripts, and accents that have no width of
# their own, as the font's combining ones, are lost at times.
SHAPES = {
    "′": "minute.ssty",
    "″": "second.ssty",
    "‴": "uni2034.ssty",
    "~": "tilde",
    "\N{COMBINING CIRCUMFLEX ACCENT}": "circumflex",
}
# In thousandths of the font's size.
CONSTANTS = {
    # As TeX has it: y's tail does not push its index down, nor a bracket its exponent up.
    "SubscriptBaselineDropMin": 50,
    "SuperscriptBaselineDropMax": 386,
    # Chromium leaves what a root is too tall below the line.
    "RadicalVerticalGap": 200,
    "RadicalDisplayStyleVerticalGap": 200,
    # A fraction within a line fits into it.
    "FractionNumeratorShiftUp": 394,
    "FractionDenominatorShiftDown": 345,
    "FractionNumeratorGapMin": 40,
    "FractionDenominatorGapMin": 40,
}


def characters(pages):
    """All that the formulas of some pages are set from."""
    formulas = (math for page in pages for math in FORMULA.findall(page))
    seen = {char for math in formulas for char in unescape(UNSEEN.sub("", math))}
    return seen | {ITALIC[char] for char in seen & ITALIC.keys()} | ROOT


def cut(chars, file):
    """Save the font with no more than some characters, and with what browsers need changed."""
    font = TTFont(FONT, recalcTimestamp=False)
    rename(font)
    map_shapes(font)
    stretch_accents(font["MATH"].table.MathVariants, font.getGlyphID)
    for constant, value in CONSTANTS.items():
        getattr(font["MATH"].table.MathConstants, constant).Value = value
    options = subset.Options(
        flavor="woff2",
        hinting=False,
        layout_features=["ssty", "dtls", "flac", "ccmp"],
        name_IDs=[0, 1, 2, 4, 6, 13, 14],
        drop_tables=["DSIG", "GPOS", "fpgm", "prep", "cvt "],
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(sorted(chars)))
    subsetter.subset(font)
    subset.save_font(font, file, options)


def rename(font):
    """A changed font is not to be taken for STIX Two Math."""
    for name in font["name"].names:
        if name.nameID in (1, 4, 6):
            name.string = "BookMath" if name.nameID == 6 else "Book Math"


def map_shapes(font):
    for table in font["cmap"].tables:
        table.cmap |= {ord(char): glyph for char, glyph in SHAPES.items()}


def stretch_accents(variants, number):
    """Give the accents the wider variants that the font has for the combining ones."""
    glyphs, ways = variants.HorizGlyphCoverage.glyphs, variants.HorizGlyphConstruction
    wider = dict(zip(glyphs, ways, strict=True))
    wider |= {"tilde": wider["uni0303"], "circumflex": wider["uni0302"]}
    # Chromium may leave out parts of what it puts together from pieces side by side.
    for brace in ("uni23DE", "uni23DF"):
        wider[brace].GlyphAssembly = None
    glyphs[:] = sorted(wider, key=number)
    ways[:] = [wider[glyph] for glyph in glyphs]
    variants.HorizGlyphCount = len(glyphs)


def cut_font(app, exception):
    """At the end, from all pages: a build may have written some of them, each in its process."""
    if exception is None and app.builder.format == "html":
        pages = (file.read_text(encoding="utf-8") for file in app.outdir.rglob("*.html"))
        cut(characters(pages), app.outdir / "_static" / "formulas.woff2")


def setup(app):
    app.connect("build-finished", cut_font)
