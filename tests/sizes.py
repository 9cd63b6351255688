"""How much the tests draw and combine, chosen here for all of them.

`make test` takes the quick sizes: enough that each planted bug is noticed. `make test-all` sets
THOROUGH=1: the same tests, with more of what is drawn and every combination.
"""

import os

THOROUGH = os.environ.get("THOROUGH") == "1"


def sized(quick, thorough):
    """The size for this run."""
    return thorough if THOROUGH else quick
