"""The reference and the chapters are linked both ways.

`ck.conv2d` leads to the function's entry wherever it stands, in a cell or in the prose. The entry
names the chapters that use the function, each with the section where a reader meets it first.
"""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.ext import viewcode
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

PACKAGE, ALIAS = "convkit", "ck"
USED = re.compile(rf"\b{ALIAS}\.([\w.]*\w)")
IN_PROSE = re.compile(rf"{ALIAS}\.([\w.]+)(\(.*\))?")
HIGHLIGHTED = re.compile(
    rf'<span class="n">{ALIAS}</span>(?:<span class="o">\.</span><span class="n">\w+</span>)+'
)
TAG = re.compile(r"<[^>]+>")


def entries(env):
    """Where each object of the package is documented: {"conv2d": (page, place)}."""
    objects = env.domains["py"].objects.items()
    return {
        name.removeprefix(f"{PACKAGE}."): (entry.docname, entry.node_id)
        for name, entry in objects
        if name.startswith(f"{PACKAGE}.") and not entry.aliased
    }


# From the chapters to the reference


class Prose(SphinxPostTransform):
    """Link the names of functions in the prose."""

    default_priority = 400

    def run(self, **kwargs):
        known = entries(self.env)
        for code in list(self.document.findall(nodes.literal)):
            named = IN_PROSE.fullmatch(code.astext())
            linkable = not isinstance(code.parent, nodes.title | nodes.reference)
            if named and named[1] in known and linkable:
                page, place = known[named[1]]
                here = self.env.docname
                code.replace_self(
                    make_refnode(self.app.builder, here, page, place, code.deepcopy())
                )


def link_code(app, page, template, context, doctree):
    """Link the names of functions in highlighted code, when their page is written."""
    if doctree is None:
        return
    known = entries(app.env)

    def link(match):
        name = TAG.sub("", match[0]).removeprefix(f"{ALIAS}.")
        if name not in known:
            return match[0]
        target, place = known[name]
        address = "" if target == page else app.builder.get_relative_uri(page, target)
        return f'<a class="reference internal" href="{address}#{place}">{match[0]}</a>'

    context["body"] = HIGHLIGHTED.sub(link, context["body"])


# From the reference to the chapters


def note_uses(app, doctree):
    """Remember what a chapter uses or names, and in which section first."""
    titled = doctree.next_node(nodes.section)
    if not app.env.docname.startswith("chapters/") or not titled:
        return
    uses = {}
    for node in doctree.findall():
        if isinstance(node, nodes.literal_block | nodes.literal):
            for name in USED.findall(node.astext()):
                uses.setdefault(name, section_of(node, titled))
    app.env.metadata[app.env.docname]["uses"] = uses


def section_of(node, first):
    """The place and the title of the section that a node is in, or of the first."""
    while node and not isinstance(node, nodes.section):
        node = node.parent
    node = node or first
    return node["ids"][0], node.next_node(nodes.title).astext()


def uses(env):
    """Each chapter with its title and what it uses, in the order of the book."""
    numbers = env.toc_secnumbers  # a page without a title has none
    pages = [page for page in numbers if "" in numbers[page] and "uses" in env.metadata[page]]
    pages.sort(key=lambda page: numbers[page][""])
    return [(page, env.titles[page].astext(), env.metadata[page]["uses"]) for page in pages]


def list_chapters(app, doctree, page):
    """End each entry with the chapters that use the function."""
    chapters = uses(app.env)
    known = {target: name for name, target in entries(app.env).items()}
    for entry in doctree.findall(addnodes.desc):
        name = known.get((page, next(iter(entry[0]["ids"]), None)))
        links = [
            link_to_section(app, page, chapter, title, *first[name])
            for chapter, title, first in chapters
            if name in first
        ]
        if links:
            listed = nodes.bullet_list("", *links, classes=["in-chapters"])
            entry[-1] += [nodes.rubric("", "In the chapters"), listed]


def link_to_section(app, page, chapter, chapter_title, place, title):
    label = nodes.inline("", f"{chapter_title}: {title}")
    link = make_refnode(app.builder, page, chapter, place, label)
    return nodes.list_item("", nodes.paragraph("", "", link))


def pages_to_write(app, env):
    """The pages on both ends of the links, when a link was added, moved or removed."""
    links = entries(env), uses(env)
    if links == getattr(env, "reference_links", None):
        return []
    env.reference_links = links
    return {page for page, _ in links[0].values()} | {page for page, *_ in links[1]}


def write_source_page(app, module):
    """Write a module's page at each build: Sphinx would leave it as old as its code.

    The contents beside the code are those of the book, and chapters come and go.
    """
    return True


def nest_modules(app, page, template, context, doctree):
    """In the list of modules put those of a package inside its item: a list holds items only."""
    if page == "_modules/index":
        body = context["body"].replace("</li>\n<ul>", "\n<ul>").replace("</ul>", "</ul></li>")
        context["body"] = body.removesuffix("</li>")


def setup(app):
    viewcode.should_generate_module_page = write_source_page
    app.add_post_transform(Prose)
    app.connect("html-page-context", link_code)
    app.connect("html-page-context", nest_modules)
    app.connect("doctree-read", note_uses)
    app.connect("env-get-updated", pages_to_write, priority=900)  # when chapters have numbers
    app.connect("doctree-resolved", list_chapters)
