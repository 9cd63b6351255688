"""What a docstring says in plain text is not taken for markup."""

import re

# At the start of a line a letter with a full stop would number a list: "R. M. Gray, ..."
INITIAL = re.compile(r"^(\s*)([A-Z])\. ")
# A star would begin an emphasis: "(N, C, *S)". In a literal it would not.
LITERAL_OR_STAR = re.compile(r"(``.+?``)|(?<!\\)\*(?=[A-Z]\w*[,)])")


def escaped(line):
    """A line of a docstring with its initials and the stars of its shapes kept as they are."""
    line = INITIAL.sub(r"\1\\\2. ", line)
    return LITERAL_OR_STAR.sub(lambda match: match[1] or r"\*", line)


def escape(app, what, name, obj, options, lines):
    lines[:] = map(escaped, lines)


def setup(app):
    app.connect("autodoc-process-docstring", escape)
