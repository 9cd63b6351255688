"""Files as a host with gzip sends them."""

import gzip
from functools import cache

TEXT = {".html", ".css", ".js", ".svg", ".json"}


def is_text(file):
    return file.suffix in TEXT


@cache
def body(file):
    """What goes over the line: text is compressed, pictures and fonts are so already."""
    data = file.read_bytes()
    return gzip.compress(data, 6) if is_text(file) else data


def weight(file):
    return len(body(file))
