"""The packages that only the figures need, and what to say where one is missing."""


def missing(part: str, error: ModuleNotFoundError) -> ModuleNotFoundError:
    """Return an error that names the package and what installs it; `part` is that of the extra."""
    package = (error.name or "").partition(".")[0]
    if package == "convkit":
        return error
    return ModuleNotFoundError(
        f'convkit.{part} needs {package}, which is not installed: pip install "convkit[{part}]"',
        name=error.name,
    )
