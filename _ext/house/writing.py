"""Pages are written on all cores: Jupyter Book has no option for it.

They are still read in one process. sphinx-multitoc-numbering, which Jupyter Book loads, does not
say that it could do with more, and the time of reading is that of executing the notebooks.
"""

import os


def use_all_cores(app, env):
    app.parallel = os.cpu_count()


def setup(app):
    app.connect("env-updated", use_all_cores)
