"""Formulas are drawn while the book is built, as MathML: browsers set it with no script.

The TeX stands behind each formula, and a copy gives it (see book.js). All that a page loads for
them is formulas.css and the font that formula_font.py makes.
"""

import re
from html import escape

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.locale import _
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)

MATH = LatexToMathML(
    macros={"substack": r"\begin{subarray}{c}#1\end{subarray}"},
    annotation=True,
    allow_unreliable_rendering=True,  # what one browser or another sets badly: we look at it
    fancy_error=False,
)
SMALL = re.compile(r"\\small\b")
NUMBERED = re.compile(r"\\(begin|end)\{(align|equation|gather)\}")
REPAIRS = [
    # Firefox would draw it as large as a sum.
    (re.compile("<mo([^>]*>[⊙⊗⊕⊛]</mo>)"), r'<mo largeop="false"\1'),
    # Chromium would draw a large bracket with an exponent at its usual size.
    (re.compile("(<msu(?:b|p|bsup)>)(<mo minsize[^>]*>.</mo>)"), r"\1<mrow>\2</mrow>"),
    # Chromium would leave out parts of a long bar: formulas.css draws it.
    (re.compile('<mo stretchy="true">\u0332</mo></mover>'), '<mo class="bar">‾</mo></mover>'),
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
        tex = node.astext().strip()
        logger.warning("formula, at character %s %s", error, tex, location=node)
        return f"<code>{escape(tex)}</code>"


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
    small = " small-math" if node["small"] else ""
    writer.body.append(writer.starttag(node, "div", CLASS=f"math notranslate nohighlight{small}"))
    if node["number"]:
        writer.body.append(f'<span class="eqno">({get_node_equation_number(writer, node)})')
        writer.add_permalink_ref(node, _("Link to this equation"))
        writer.body.append("</span>")
    writer.body.append(f'<div class="formula">{node["mathml"]}</div></div>\n')
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (write_inline, None), (write_block, None))
    app.add_post_transform(Draw)
