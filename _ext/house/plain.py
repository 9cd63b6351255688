"""Markdown that any notebook shows, made of that of the book.

JupyterLab, Colab and GitHub know neither roles nor labels. Here they become words, numbers and
links. What they say is what the page says, because Sphinx resolves them; what is plain Markdown is
left as it is. A link leads to another notebook, or to the book where its address is known.
"""

import re
from functools import cache, cached_property
from posixpath import dirname, join, normpath, relpath
from urllib.parse import quote, urldefrag, urljoin

from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.utils import new_document
from myst_parser.parsers.sphinx_ import MystParser
from sphinx.transforms import SphinxTransformer
from sphinx.transforms.post_transforms import ReferencesResolver
from sphinx.util.docutils import sphinx_domains

from . import asks

# What is not to be looked into stands first: code, and then formulas.
PARTS = re.compile(
    r"""
      (?P<fence>^[ >]*(?P<mark>`{3,}|~{3,})(?!\{).*?^[ >]*(?P=mark)[ ]*$)
    | (?P<role>\{(?P<name>[\w:.+-]+)\}(?P<quote>`+)(?P<said>.+?)(?P=quote))
    | (?P<code>(?<!`)(?P<ticks>`{1,2})(?!`).+?(?<!`)(?P=ticks)(?!`))
    | (?P<display>\$\$(?P<tex>.+?)\$\$(?:[ ]*\((?P<label>[\w:.-]+)\))?)
    | (?P<formula>(?<![\\$])\$(?!\s)[^$]+?(?<![\\\s])\$(?!\$))
    | (?P<comment>^[ ]*<!--.*?-->[ ]*\n+|[ ]*<!--.*?-->)
    | (?P<link>(?<!!)\[(?P<words>(?:`[^`]*`|\$[^$]*\$|[^\[\]])*)\]
          \((?P<goal>[^()\s]+(?:\([^()]*\)[^()\s]*)*)\))
    """,
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
# What would be read as markup in a notebook: see `leftovers`.
LEFT = re.compile(
    r"""
      \{[\w:.+-]+\}`               # a role
    | ^[ >]*(?:`{3,}|:{3,})\s*\{   # a directive
    | ^[ >]*:::                    # its end
    | ^\([\w:.-]+\)=               # a label
    | \$\$[ ]*\([\w:.-]+\)[ ]*$    # that of a formula
    | \{\{.*?\}\}                  # a substitution
    | <!--                         # an answer, which only the page judges
    | [\])`]\{[.\#]\w              # attributes
    """,
    re.MULTILINE | re.VERBOSE,
)

# Zhang [2019], where the year is a link, becomes [Zhang (2019)](…).
ROUND = str.maketrans("[]", "()")
AUTHOR_YEAR = re.compile(r"([^()\[\];,]+) \(\[(\w+)\]\(([^)]*)\)\)")
ONE_LINK = r"[\1 (\2)](\3)"

PREDICT = re.compile(r"^> \*\*Predict\.\*\*.*(?:\n>.*)*", re.MULTILINE)
OPTION = re.compile(r"^> *[-*] +((?:(?!^> *[-*] ).)*?)\s*<!-- answer -->", re.DOTALL | re.MULTILINE)


def anchor(heading):
    """The name that JupyterLab and nbconvert give to a heading, by the words that are seen."""
    return "-".join(re.sub(r"[`*]", "", heading).split())


def fragment(heading):
    """The end of an address that leads to a heading."""
    return "#" + quote(anchor(heading), safe=":,;!?'&=+@/*")


def leftovers(text):
    """The markup in a text that no notebook understands."""
    shown = PARTS.sub(lambda found: "" if found["fence"] or found["code"] else found[0], text)
    return [found[0].strip() for found in LEFT.finditer(shown)]


def pointed(words, place):
    """Words with a link, if there is a place to go to."""
    return f"[{words}]({place})" if place else words


class Book:
    """What the notebooks ask of the book: what a role says, and where a place is in them."""

    def __init__(self, app):
        self.app, self.env = app, app.env
        self.pages = sorted(self.env.all_docs)
        self.notebooks = [p for p in self.pages if self.env.doc2path(p).endswith(".ipynb")]
        self.env.get_doctree = cache(self.env.get_doctree)  # Sphinx reads it for each number
        self.headings = cache(self.headings)
        self.resolved = cache(self.resolved)

    # Places

    def headings(self, page):
        """For each place that has a name on a page, the heading above it; the title's is ""."""
        named = self.env.get_doctree(page).findall(
            lambda it: getattr(it, "attributes", {}).get("ids")
        )
        return {name: heading_above(node) for node in named for name in node["ids"]}

    def place(self, here, page, name=""):
        """Where a link to a place leads, from the notebook of a page; "" where there is no way."""
        if page in self.notebooks:
            heading = self.headings(page).get(name, "")
            file = "" if page == here else relpath(page, dirname(here) or ".") + ".ipynb"
            # JupyterLab and nbconvert do not agree on the name of a heading with a formula.
            return file + (fragment(heading) if heading and "$" not in heading else "")
        base = self.app.config.html_baseurl
        uri = self.app.builder.get_target_uri(page) + (name and f"#{name}")
        return base and urljoin(base, uri)

    def goal(self, here, goal):
        """Where a link of the source leads, from the notebook of its page.

        Of a page that is not there Sphinx has warned.
        """
        if re.match(r"[a-z][a-z+.-]*:", goal):
            return goal
        path, slug = urldefrag(goal)
        page = normpath(join(dirname(here), path)).rpartition(".")[0] if path else here
        if page not in self.env.all_docs:
            return ""
        slugs = self.env.metadata[page].get("myst_slugs", {})
        return self.place(here, page, slugs[slug][1] if slug in slugs else slug)

    # Roles

    @cached_property
    def settings(self):
        settings = get_default_settings(MystParser())
        vars(settings).update(self.env.settings, env=self.env)
        return settings

    def resolved(self, page, source):
        """A line of the source as Sphinx resolves it on a page."""
        self.env.prepare_settings(page)
        document = new_document(self.env.doc2path(page), self.settings)
        with sphinx_domains(self.env):
            MystParser().parse(source, document)
        resolver = SphinxTransformer(document)
        resolver.set_environment(self.env)
        resolver.add_transform(ReferencesResolver)
        resolver.apply_transforms()
        return document

    def role(self, page, source):
        """What a role says, in Markdown; one that nobody knows is left as it is."""
        document = self.resolved(page, source)
        if any(document.findall(nodes.system_message)):
            return source
        if not source.startswith("{cite"):
            return self.markdown(page, document).strip()
        for text in [t for t in document.findall(nodes.Text) if not in_reference(t)]:
            text.parent.replace(text, nodes.Text(text.translate(ROUND)))
        return AUTHOR_YEAR.sub(ONE_LINK, self.markdown(page, document).strip())

    def number(self, page, source):
        """What a role says, without a link."""
        return self.resolved(page, source).astext().strip()

    def markdown(self, page, node):
        """A resolved part of a line as Markdown."""
        if isinstance(node, nodes.Text):
            return str(node)
        if isinstance(node, nodes.math):
            return f"${node.astext()}$"
        if isinstance(node, nodes.literal) and "xref" not in node["classes"]:
            return f"`{node.astext()}`"
        inside = "".join(self.markdown(page, child) for child in node)
        if isinstance(node, nodes.reference):
            return self.reference(page, node, inside)
        mark = {nodes.emphasis: "*", nodes.strong: "**"}.get(type(node), "")
        return f"{mark}{inside}{mark}"

    def reference(self, page, node, words):
        """A resolved reference: a work is at its publisher's, all else at a place of the book."""
        target = node.get("refuri") or "#" + node["refid"]
        path, name = urldefrag(urljoin(self.app.builder.get_target_uri(page), target))
        where = self.addresses.get(path)
        if where is None:
            return pointed(words, target)
        if where == page:  # a figure or a formula nearby, which has its number
            return words
        return pointed(words, self.works.get((where, name)) or self.place(page, where, name))

    @cached_property
    def addresses(self):
        """The page at each address of the site."""
        return {self.app.builder.get_target_uri(page): page for page in self.pages}

    @cached_property
    def works(self):
        """Where each entry of the bibliography can be read, and its title."""
        found = {}
        for citation in self.env.get_domain("cite").citations:
            fields = citation.entry.fields
            doi = fields.get("doi")
            address = fields.get("url") or (doi and f"https://doi.org/{quote(doi, safe='/:;')}")
            if address:
                title = re.sub(r"[{}\"\\]", "", fields["title"]).replace("--", "–")
                place = citation.bibliography_key.docname, citation.citation_id
                found[place] = f'{address} "{title}"'
        return found

    # Text

    def plain(self, page, text):
        """The Markdown of a page's cell as any notebook shows it."""
        text = PREDICT.sub(with_answer, text)
        return PARTS.sub(lambda found: self.part(page, found), text).strip("\n")

    def part(self, page, found):
        if found["role"]:
            return self.role(page, found["role"])
        if found["label"]:
            number = self.number(page, f"{{eq}}`{found['label']}`").strip("()")
            tex, end = re.fullmatch(r"(.*?)(\s*(?:\n[ >]*)?)", found["tex"], re.DOTALL).groups()
            return f"$${tex} \\tag{{{number}}}{end}$$"
        if found["comment"]:
            return ""
        if found["link"]:
            words = self.plain(page, found["words"])
            return pointed(words, self.goal(page, found["goal"]))
        return found[0]


def in_reference(node):
    return isinstance(node.parent, nodes.reference) or bool(
        node.parent.parent and in_reference(node.parent)
    )


def heading_above(node):
    """The heading that a place stands under, "" for the page's own title."""
    while not isinstance(node, nodes.section | nodes.document):
        node = node.parent
    if isinstance(node, nodes.document) or isinstance(node.parent, nodes.document):
        return ""
    title = node.next_node(nodes.title)
    texts = title.findall(nodes.Text)
    return "".join(f"${t}$" if isinstance(t.parent, nodes.math) else str(t) for t in texts)


# Questions


def with_answer(predict):
    """A Predict with its answer folded under it."""
    answer = "; ".join(answers(predict[0]))
    text = re.sub(r"[ ]*<!--.*?-->", "", predict[0], flags=re.DOTALL).rstrip("> \n")
    return text + (quoted_details("Answer", answer) if answer else "")


def answers(predict):
    """The answers that the comments of a Predict hold, in words."""
    options = [" ".join(found.replace("\n>", " ").split()) for found in OPTION.findall(predict)]
    if options:
        return options
    texts = [found for found in asks.COMMENT.findall(predict) if found.startswith("answer")]
    return [
        f"{label} {shown(value)}".strip() for text in texts for label, value in asks.parts(text)
    ]


def shown(value):
    """An answer as an author writes it, for a reader: the first of several right ones."""
    value = re.split(r"\s+or\s+", value)[0]
    if value in ("yes", "no") or value.startswith('"'):
        return value.strip('"')
    about = "about " if value.startswith("about ") else ""
    return f"{about}`{value.removeprefix('about ')}`"


def quoted_details(summary, text):
    lines = ["", "<details>", f"<summary>{summary}</summary>", "", text, "", "</details>"]
    return "".join(f"\n> {line}".rstrip(" ") for line in lines)
