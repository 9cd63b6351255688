r"""Formulas are drawn while the book is built, as MathML: browsers set it with no script.

The TeX stands behind each formula, and a copy gives it (see book.js). All that pages load is
formulas.css and one font, STIX Two Math cut to the characters that stand in their formulas. That
font has three changes, since Chromium does not do what a typesetter of mathematics does:

- It never asks a font for the shape that a prime has as a superscript.
- It stretches the accents of \widehat and \widetilde only if `^` and `~` have wider variants.
- It gives a fraction within a line the room that one on a line of its own has.
"""

import copy
import re
from html import unescape
from importlib.resources import files

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


def mathml(tex, display):
    """Draw a formula; LatexError if it has a fault."""
    tex = SMALL.sub("", tex).strip()
    tex = NUMBERED.sub(r"\\\1{\2*}", tex)  # the number is Sphinx's
    if "&" in tex and r"\begin" not in tex:  # as Sphinx aligns the lines of a directive
        tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"
    return MATH.convert_with_local_state(tex, displaystyle=display)


def drawn(node):
    try:
        return mathml(node.astext(), isinstance(node, nodes.math_block))
    except LatexError as error:
        raise ExtensionError(f"{place(node)}: {error} {node.astext().strip()}") from None


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


FONT = files("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf"
FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)
UNSEEN = re.compile(r"<annotation\b.*?</annotation>|<[^>]*>", re.DOTALL)
# What browsers take for a letter on its own, `x`, and Chromium for the bar of a root.
ITALIC = {
    **{chr(start + i): chr(italic + i) for start, italic, count in (
        (0x41, 0x1D434, 26), (0x61, 0x1D44E, 26), (0x391, 0x1D6E2, 25), (0x3B1, 0x1D6FC, 25),
    ) for i in range(count)},
    "h": "ℎ", "∂": "𝜕", "ϵ": "𝜖", "ϑ": "𝜗", "ϰ": "𝜘", "ϕ": "𝜙", "ϱ": "𝜚", "ϖ": "𝜛",
}  # fmt: skip
ALWAYS = set("√‾¯^~\u0302\u0303\u0305′″‴")


def characters(pages):
    """All that the formulas of some pages are set from."""
    seen = {char for page in pages for math in FORMULA.findall(page) for char in text(math)}
    return seen | {ITALIC[char] for char in seen & ITALIC.keys()} | ALWAYS


def text(math):
    return unescape(UNSEEN.sub("", math))


def cut(chars, file):
    """Save the font with no more than some characters, and with what browsers need changed."""
    font = TTFont(FONT, recalcTimestamp=False)
    shape_primes(font)
    stretch_accents(font)
    tighten_fractions(font)
    for name in font["name"].names:
        if name.nameID in (1, 4, 6):
            name.string = "BookMath" if name.nameID == 6 else "Book Math"
    options = subset.Options(
        flavor="woff2", hinting=False, layout_features=["ssty", "dtls", "flac", "ccmp"],
        name_IDs=[0, 1, 2, 4, 6, 13, 14], drop_tables=["DSIG", "GPOS", "fpgm", "prep", "cvt "],
    )  # fmt: skip
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(sorted(chars)))
    subsetter.subset(font)
    subset.save_font(font, file, options)


def shape_primes(font):
    for table in font["cmap"].tables:
        table.cmap |= {0x2032: "minute.ssty", 0x2033: "second.ssty"}


def stretch_accents(font):
    """Give `^` and `~` the wider variants of the combining accents."""
    variants, glyph = font["MATH"].table.MathVariants, font.getBestCmap()
    stretched = dict(
        zip(variants.HorizGlyphCoverage.glyphs, variants.HorizGlyphConstruction, strict=True)
    )
    for char, combining in (("^", "\u0302"), ("~", "\u0303")):
        stretched[glyph[ord(char)]] = copy.deepcopy(stretched[glyph[ord(combining)]])
    glyphs = sorted(stretched, key=font.getGlyphID)
    variants.HorizGlyphCoverage.glyphs = glyphs
    variants.HorizGlyphConstruction = [stretched[name] for name in glyphs]
    variants.HorizGlyphCount = len(glyphs)


def tighten_fractions(font):
    constants = font["MATH"].table.MathConstants
    constants.FractionNumeratorShiftUp.Value = 394
    constants.FractionDenominatorShiftDown.Value = 345
    constants.FractionNumeratorGapMin.Value = constants.FractionDenominatorGapMin.Value = 40


def cut_font(app, exception):
    """At the end, from all pages: a build may have written some of them, each in its process."""
    if exception is None and app.builder.format == "html":
        pages = (file.read_text(encoding="utf-8") for file in app.outdir.rglob("*.html"))
        cut(characters(pages), app.outdir / "_static" / "formulas.woff2")


def setup(app):
    app.add_html_math_renderer("mathml", (write_inline, None), (write_block, None))
    app.add_post_transform(Draw)
    app.connect("build-finished", cut_font)
