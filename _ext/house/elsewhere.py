"""What `make links` asks about a DOI: whether it is registered. Publishers turn programs away."""

RESOLVER = "https://doi.org/"
REGISTRY = RESOLVER + "api/handles/"


def ask_the_registry(app, uri):
    return REGISTRY + uri.removeprefix(RESOLVER) if uri.startswith(RESOLVER) else None


def setup(app):
    app.connect("linkcheck-process-uri", ask_the_registry)
