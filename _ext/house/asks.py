"""A *Predict* asks, and what follows it waits for the answer.

    > **Predict.** How many numbers come out? <!-- answer: 4 -->

The right answer is a comment, which no reader of the notebook sees. It may be

    <!-- answer: 4 -->                      a number or an expression
    <!-- answer: 3, 2, 1 -->                a list; rows are separated by semicolons
    <!-- answer: 0.29 or 29 -->             several right answers
    <!-- answer: {0, 7} -->                 a list in any order, whose length is not given away
    <!-- answer: about 30 -->               within a twentieth
    <!-- answer: yes -->                    yes or no
    <!-- answer: "smaller" -->              words
    <!-- answer: C of A, B, C -->           one of these
    <!-- answer: (a) 3; (b) 2 -->           parts, each one of these
    > - like a slash <!-- answer -->        the right one of a list of options, or several

Without any, the reader writes what they think and compares. What follows, up to the next heading,
the next *Predict* or a comment `<!-- told -->`, is hidden by the page's script (`_static/asks.js`)
until the reader has answered or asks to be shown; without scripts, and in print, all is there.
"""

import re
import zlib
from dataclasses import replace

from docutils import nodes
from sphinx.transforms import SphinxTransform

from convkit import answers

COMMENT = re.compile(r"<!--\s*(.*?)\s*-->", re.DOTALL)
ABOUT = 0.05
SMALL = {
    "_": str.maketrans("0123456789+-ij", "₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼ"),
    "^": str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"),
}
TEX = {r"\times": "×", r"\tfrac12": "½", r"\frac12": "½", r"\,": " "}


class ask(nodes.General, nodes.Element):
    """The questions of a Predict, which a script makes a form of."""


class told(nodes.General, nodes.Element):
    """What waits for the answer."""


class Asks(SphinxTransform):
    """Give each Predict its questions, and wrap what answers it."""

    default_priority = 310  # after Callouts

    def apply(self):
        predicts = [box for box in self.document.findall(nodes.admonition) if is_predict(box)]
        for number, box in enumerate(predicts):
            key = f"{zlib.crc32(box.astext().encode()):x}"
            try:
                fields = questions(box)
            except ValueError as error:
                self.document.reporter.warning(str(error), base_node=box)
                fields = []
            box += ask("", fields=fields, key=key, first=number == 0)
            wrap_what_follows(box, key)
        for comment in list(self.document.findall(is_comment)):
            if words(comment) == "told":
                comment.parent.remove(comment)
            elif words(comment).startswith("answer"):
                said = f"an answer outside of a Predict: {comment.astext().strip()}"
                self.document.reporter.warning(said, base_node=comment)
                comment.parent.remove(comment)


def is_predict(node):
    return isinstance(node, nodes.admonition) and "predict" in node["classes"]


def is_comment(node):
    return isinstance(node, nodes.raw) and COMMENT.fullmatch(node.astext().strip()) is not None


def words(comment):
    return COMMENT.fullmatch(comment.astext().strip())[1]


def questions(box):
    """Take the comments out of a Predict and return the fields that they ask for."""
    comments = list(box.findall(is_comment))
    texts = [words(comment) for comment in comments]
    marked = [option(comment) for comment in comments if option(comment)]
    if (marked and set(texts) != {"answer"}) or (not marked and len(texts) > 1):
        raise ValueError(f"mark the right options, or write one answer; not {' and '.join(texts)}")
    for comment in comments:
        comment.parent.remove(comment)
    if marked:
        return [choice(marked)]
    return [asked(label, text) for text in texts for label, text in parts(text)]


def option(comment):
    """The item of a list of options that a comment marks, or None."""
    item = comment.parent.parent
    bullets = isinstance(item, nodes.list_item) and isinstance(item.parent, nodes.bullet_list)
    return item if bullets and words(comment) == "answer" else None


def choice(marked):
    """The field for a list of options with the right ones marked; the script reads the list."""
    options = marked[0].parent
    options["classes"].append("options")
    right = sorted(map(options.index, marked))
    names = tuple(map(spoken, options))
    shape = (len(right),) if len(right) > 1 else ()
    question = answers.Question("choice", [right], shape, choices=names)
    return answers.field(question) | {"listed": True}


def spoken(item):
    """An option as a text: what a screen reader says, and a verdict. Formulas are in TeX before."""
    text = item.astext().strip()
    if not any(item.findall(nodes.math)):
        return text
    for tex, sign in TEX.items():
        text = text.replace(tex, sign)
    text = re.sub(
        r"([_^])(?:\{(.*?)\}|(\w))", lambda m: (m[2] or m[3]).translate(SMALL[m[1]]), text
    )
    if re.search(r"[\\{}_^]", text):
        raise ValueError(f"say this option in simpler signs: {item.astext()}")
    return text


def parts(text):
    """The label and the answer of each part of a comment, one without a label if there are none."""
    opening = re.match(r"answer:\s*(?=\S)", text)
    if not opening:
        raise ValueError(f"write <!-- answer: ... -->, not <!-- {text} -->")
    text = text[opening.end() :]
    if not text.startswith("("):
        return [("", text)]
    found = re.findall(r"\(([a-z])\)\s*(.*?)\s*(?:;\s*(?=\([a-z]\))|$)", text, re.DOTALL)
    if [label for label, _ in found] != list("abcdefghijkl"[: len(found)]):
        raise ValueError(f"label the parts (a), (b), ... in order: {text}")
    return [(f"({label})", answer) for label, answer in found]


def asked(label, text):
    """The field for one answer, as an author writes it."""
    if chosen := re.fullmatch(r"(\w+) of (.+)", text):
        choices = re.split(r",\s*", chosen[2])
        return answers.field(answers.question(chosen[1], choices=choices), label, shown=chosen[1])
    about = re.match(r"about\s+", text)
    shown = text[about.end() :] if about else text
    expected, *also = [value(one) for one in re.split(r"\s+or\s+", shown)]
    question = answers.question(expected, also)
    if about:
        question = replace(question, rtol=ABOUT, exact=False)
    return answers.field(question, label, shown=re.sub('["{}]', "", re.split(r"\s+or\s+", text)[0]))


def value(text):
    """What an author's answer stands for."""
    if quoted := re.fullmatch(r'"([^"]+)"', text):
        return quoted[1]
    if text in ("yes", "no"):
        return text == "yes"
    if text.startswith("{"):
        return set(value(text[1:-1]))
    try:
        return answers.read(text, 2 if ";" in text else 1 if "," in text else 0)
    except (ArithmeticError, ValueError, RecursionError):
        raise ValueError(f'{text!r} is neither numbers, nor yes or no, nor "words"') from None


def wrap_what_follows(box, key):
    """Put what follows a box, up to where it has been told, into a part of its own."""
    siblings = box.parent.children
    start = end = box.parent.index(box) + 1
    while end < len(siblings) and not ends(siblings[end]):
        end += 1
    hidden = siblings[start:end]
    if hidden:
        del box.parent.children[start:end]
        box.parent.insert(start, told("", *hidden, key=key))


def ends(node):
    """Whether the answer has been told before this node."""
    marker = is_comment(node) and words(node) == "told"
    return marker or isinstance(node, nodes.section) or is_predict(node)


def visit_ask(self, node):
    more = {"predict": True, "first": node["first"], "key": node["key"]}
    self.body.append(answers.form(node["fields"], **more))
    raise nodes.SkipNode


def visit_told(self, node):
    self.body.append(f'<told-part data-key="{node["key"]}">\n')


def depart_told(self, node):
    self.body.append("</told-part>\n")


def setup(app):
    app.add_node(ask, html=(visit_ask, None))
    app.add_node(told, html=(visit_told, depart_told))
    app.add_transform(Asks)
