r"""Formulas are drawn while the book is built, as MathML: browsers set it with no script.

The TeX stands behind each formula, and a copy gives it (see book.js). All that pages load is
formulas.css and one font, STIX Two Math cut to the characters that stand in their formulas. That
font has three changes, since Chromium does not do what a typesetter of mathematics does:

- It never asks a font for the shape that a prime has as a superscript.
- It stretches the accents of \widehat and \widetilde only if `^` and `~` have wider variants.
- It gives a fraction within a line the room that one on a line of its own has.
"""

import re
from html import unescape
from importlib.util import find_spec
from pathlib import Path

from docutils import nodes
from fontTools import subset
from fontTools.ttLib import TTFont
from math_core import LatexError, LatexToMathML
from sphinx.errors import ExtensionError
from sphinx.locale import _
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.math import get_node_equation_number

MATH = LatexToMathML(
    macros={"substack": r"\begin{subarray}{c}#1\end{subarray}"},
    annotation=True,
    allow_unreliable_rendering=True,  # what one browser or another sets badly: we look at it
    fancy_error=False,
)
SMALL = re.compile(r"\\small\b")
NUMBERED = re.compile(r"\\(begin|end)\{(align|equation|gather|multline)\}")


# Else Firefox draws these as large as a sum, and Chromium a bracket with an exponent too small.
REPAIRS = [
    (re.compile("<mo([^>]*>[⊙⊗⊕⊛]</mo>)"), r'<mo largeop="false"\1'),
    (re.compile('<mo stretchy="true">\u0332</mo></mover>'), '<mo class="bar">‾</mo></mover>'),
    (re.compile("(<msu(?:b|p|bsup)>)(<mo minsize[^>]*>.</mo>)"), r"\1<mrow>\2</mrow>"),
]


def mathml(tex, display):
    """Draw a formula; LatexError if it has a fault."""
    tex = SMALL.sub("", tex).strip()
    tex = NUMBERED.sub(r"\\\1{\2*}", tex)  # the number is Sphinx's
    if "&" in tex and r"\begin" not in tex:  # as Sphinx aligns the lines of a directive
        tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"
    formula = MATH.convert_with_local_state(tex, displaystyle=display)
    for fault, repair in REPAIRS:
        formula = fault.sub(repair, formula)
    return formula


def drawn(node):
    try:
        return mathml(node.astext(), isinstance(node, nodes.math_block))
    except LatexError as error:
        fault = f"{place(node)}: formula, at character {error} {node.astext().strip()}"
        raise ExtensionError(fault) from None


def place(node):
    """File and line; in a notebook the line is MyST-NB's, 10000 times the cell and its line."""
    while node.line is None and node.parent is not None:
        node = node.parent
    return f"{node.source or node.document['source']}:{node.line}"


class Draw(SphinxPostTransform):
    """Draw a page's formulas before it is written, and before the search takes TeX for words."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs):
        for node in self.document.findall(lambda n: isinstance(n, (nodes.math, nodes.math_block))):
            node["mathml"] = drawn(node)
            node["small"] = bool(SMALL.search(node.astext()))
            node.clear()


def write_inline(writer, node):
    # In a table of contents a title is written as it was read.
    formula = node.get("mathml") or drawn(node)
    start = writer.starttag(node, "span", "", CLASS="math notranslate nohighlight")
    writer.body.append(f"{start}{formula}</span>")
    raise nodes.SkipNode


def write_block(writer, node):
    small = " small" if node["small"] else ""
    writer.body.append(writer.starttag(node, "div", CLASS=f"math notranslate nohighlight{small}"))
    if node["number"]:
        writer.body.append(f'<span class="eqno">({get_node_equation_number(writer, node)})')
        writer.add_permalink_ref(node, _("Link to this equation"))
        writer.body.append("</span>")
    writer.body.append(f'<div class="formula">{node["mathml"]}</div></div>\n')
    raise nodes.SkipNode


FONT = Path(find_spec("ziamath").origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"
FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)
UNSEEN = re.compile(r"<annotation\b.*?</annotation>|<[^>]*>", re.DOTALL)
# What browsers take for a letter on its own, `x`, and Chromium for the bar of a root.
ITALIC = {
    **{chr(start + i): chr(italic + i) for start, italic, count in (
        (0x41, 0x1D434, 26), (0x61, 0x1D44E, 26), (0x391, 0x1D6E2, 25), (0x3B1, 0x1D6FC, 25),
    ) for i in range(count)},
    "h": "ℎ", "∂": "𝜕", "ϵ": "𝜖", "ϑ": "𝜗", "ϰ": "𝜘", "ϕ": "𝜙", "ϱ": "𝜚", "ϖ": "𝜛",
}  # fmt: skip
ALWAYS = {"√"}
# The glyphs of primes as superscripts, and of the accents that math-core asks browsers to stretch.
ACCENTS = {
    "′": "minute.ssty",
    "″": "second.ssty",
    "‴": "uni2034.ssty",
    "~": "tilde",
    "\u0302": "circumflex",
}
# Thousandths of the font's size. As TeX has it, scripts do not drop below a letter with a tail or
# climb up a bracket, and ...
CONSTANTS = {
    "SubscriptBaselineDropMin": 50,
    "SuperscriptBaselineDropMax": 386,
    "RadicalVerticalGap": 200,
    "RadicalDisplayStyleVerticalGap": 200,
    "FractionNumeratorShiftUp": 394,
    "FractionDenominatorShiftDown": 345,
    "FractionNumeratorGapMin": 40,
    "FractionDenominatorGapMin": 40,
}


def characters(pages):
    """All that the formulas of some pages are set from."""
    seen = {char for page in pages for math in FORMULA.findall(page) for char in text(math)}
    return seen | {ITALIC[char] for char in seen & ITALIC.keys()} | ALWAYS


def text(math):
    return unescape(UNSEEN.sub("", math))


def cut(chars, file):
    """Save the font with no more than some characters, and with what browsers need changed."""
    font = TTFont(FONT, recalcTimestamp=False)
    rename(font)
    map_accents(font)
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


def map_accents(font):
    for table in font["cmap"].tables:
        table.cmap |= {ord(char): glyph for char, glyph in ACCENTS.items()}


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
    app.add_html_math_renderer("mathml", (write_inline, None), (write_block, None))
    app.add_post_transform(Draw)
    app.connect("build-finished", cut_font)
