"""What a cell prints is shown as it printed it, in however many parts a busy kernel sent it.

MyST-NB joins the parts too (`nb_merge_streams`), but ends each with a new line: a line that was
sent in two parts became two lines.
"""

from myst_nb.core import render
from sphinx.errors import ExtensionError


def join(outputs):
    """Join the parts of each stream where the first of them stands."""
    whole, streams = [], {}
    for output in outputs:
        if output["output_type"] != "stream":
            whole.append(output)
        elif output["name"] in streams:
            streams[output["name"]]["text"] += output["text"]
        else:
            streams[output["name"]] = output.copy()
            whole.append(streams[output["name"]])
    return whole


def setup(app):
    if not hasattr(render, "coalesce_streams"):
        raise ExtensionError("MyST-NB joins streams elsewhere now: is its own way right by now?")
    render.coalesce_streams = join
