"""Whether what is shown goes to a page with no Python behind it, as while the book is built.

That is so where the environment variable ``CONVKIT_EXPLORERS`` is ``static``. Then an explorer
is an element with its state, an unanswered check is a question, and the page's scripts bring
both to life.
"""

import os

STATIC = "CONVKIT_EXPLORERS"


def is_static() -> bool:
    """Tell whether what is shown is to be HTML that needs no kernel."""
    return os.environ.get(STATIC) == "static"
