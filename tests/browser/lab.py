"""JupyterLab with a real kernel, for the tests of what is live in a notebook.

The server is the tests' own: settings, data and notebooks live in a temporary folder, and it asks
no other host for news or updates.
"""

import os
import re
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from itertools import count
from urllib.parse import urlsplit

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

import notebooks

SECONDS_TO_START = 60
SECONDS_TO_STOP = 20
SECONDS_TO_SETTLE = 10
OPTIONS = [
    "--no-browser",
    "--port=0",
    "--expose-app-in-browser",  # as window.jupyterapp, the way to the notebook's cells and kernel
    "--allow-root",  # in a container
    "-y",  # Ctrl-C in the tests reaches the server too, which would ask whether it is meant
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
]


@contextmanager
def start(folder):
    """Start JupyterLab and stop it, with its kernels, afterwards."""
    root = folder / "notebooks"
    root.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *OPTIONS, f"--ServerApp.root_dir={root}"],
        env=isolated(folder),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Lab(process, root)
    finally:
        process.terminate()
        with killed_after(SECONDS_TO_STOP, process):
            process.wait()


def isolated(folder):
    """Return the environment of a server that knows nothing of its user's settings."""
    own = ("JUPYTER", "IPYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    parts = ["JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"]
    return kept | {part: str(folder / part.lower()) for part in parts}


@contextmanager
def killed_after(seconds, process):
    """Wait for a process in here: after so many seconds it is killed."""
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def settled(ask, wanted):
    """Ask again until the answer is the wanted one or it is too late; return the last answer."""
    too_late = time.monotonic() + SECONDS_TO_SETTLE
    while (answer := ask()) != wanted and time.monotonic() < too_late:
        pass
    return answer


class Lab:
    """A running JupyterLab; its address holds the token that lets a browser in."""

    def __init__(self, process, folder):
        self.folder, self.log = folder, []
        self._names = (f"notebook{number}.ipynb" for number in count(1))
        with killed_after(SECONDS_TO_START, process):
            self.address = self._hear_address(process.stderr)
        # a pipe that nobody reads fills up and stops the server
        threading.Thread(target=self.log.extend, args=[process.stderr], daemon=True).start()

    def _hear_address(self, lines):
        for line in lines:
            self.log.append(line)
            if address := re.search(r"http://127\.0\.0\.1:\d+/lab\?token=\w+", line):
                return urlsplit(address[0])
        raise RuntimeError("JupyterLab did not start:\n" + "".join(self.log))

    def notebook(self, browser, *sources):
        """Open a notebook of these code cells, alone in its window."""
        return self.open(browser, self._write(*sources))

    @contextmanager
    def open(self, browser, name):
        """Open a notebook of the server's folder, alone in its window."""
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        address = self.address._replace(path=f"/doc/tree/{name}").geturl()
        yield Notebook(context.new_page(), self.address.netloc, address)
        context.close()

    def _write(self, *sources):
        name = next(self._names)
        cells = [new_code_cell(source) for source in sources]
        nb = new_notebook(cells=cells, metadata=notebooks.NOTEBOOK_METADATA)
        nbformat.write(nb, self.folder / name)
        return name


PANEL = "window.jupyterapp?.shell.currentWidget"
# A kernel's answer may be lost, and evaluate would wait for it for ever.
TOO_LATE = """new Promise((_, reject) =>
    setTimeout(() => reject(new Error('JupyterLab gave no answer for two minutes')), 120_000))"""

# Functions of the open notebook's panel.
READY = """async panel => {
    await panel.context.ready;
    await panel.sessionContext.ready;
}"""
REPLACE_CELLS = """(panel, sources) => {
    const notebook = panel.content.model.sharedModel;
    notebook.transact(() => {
        notebook.deleteCellRange(0, notebook.cells.length);
        notebook.insertCells(0, sources.map(source => ({ cell_type: 'code', source })));
    });
}"""
SAVE_AND_FORGET = """async panel => {
    await panel.context.save();
    await panel.sessionContext.session.kernel.restart();
}"""
KEEP_WIDGETS = """panel =>
    window.jupyterapp.commands.execute('@jupyter-widgets/jupyterlab-manager:saveWidgetState')"""
RUN_ALL = "panel => window.jupyterapp.commands.execute('notebook:run-all-cells')"
CELLS = """panel => panel.content.widgets.map(({ model }) => ({
    type: model.type,
    source: model.sharedModel.source,
    runs: model.executionCount,
    errors: (model.outputs?.toJSON() ?? []).filter(output => output.output_type === 'error')
        .map(output => `${output.ename}: ${output.evalue}`),
}))"""
SHOW = """async (panel, id) => {
    const place = panel.content.widgets.findIndex(({ model }) => model.id === id);
    panel.content.activeCellIndex = place;
    await panel.content.scrollToItem(place, 'start');
}"""
RUN_ABOVE = """async (panel, id) => {
    panel.content.activeCellIndex = panel.content.widgets.findIndex(it => it.model.id === id);
    await window.jupyterapp.commands.execute('notebook:run-all-above');
    await window.jupyterapp.commands.execute('notebook:run-cell');
}"""
EXECUTE = """async (panel, code) => {
    const kernel = panel.sessionContext.session.kernel;
    const future = kernel.requestExecute({ code, store_history: false });
    let printed = '';
    future.onIOPub = ({ header, content }) => {
        if (header.msg_type === 'stream' && content.name === 'stdout') printed += content.text;
    };
    const { content } = await future.done;
    if (content.status === 'error') throw new Error(`${content.ename}: ${content.evalue}`);
    return printed;
}"""


class Notebook:
    """A notebook open in JupyterLab, and what was heard since."""

    def __init__(self, page, host, address):
        self.page, self.host = page, host
        self.errors, self.requests = [], []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket: self.requests.append(socket.url))
        page.goto(address)
        page.wait_for_function(f"{PANEL}?.sessionContext")
        self._call(READY)

    def _hear(self, message):
        if message.type == "error":
            self.errors.append(f"console: {message.text} ({message.location.get('url')})")

    def _call(self, function, *arguments):
        call = f"({function})({PANEL}, ...given)"
        return self.page.evaluate(f"given => Promise.race([{call}, {TOO_LATE}])", arguments)

    @property
    def cells(self):
        """The cells as JupyterLab holds them now: type, source, execution count and errors."""
        return self._call(CELLS)

    def run_cells(self, *sources):
        """Put these code cells in the place of all others and run them, in the same kernel."""
        self._call(REPLACE_CELLS, sources)
        self._call(RUN_ALL)
        errors = [error for cell in self.cells for error in cell["errors"]]
        assert not errors, f"cells failed: {errors}"

    def show(self, cell):
        """Scroll to the cell with this id."""
        self._call(SHOW, cell)

    def run_up_to(self, cell):
        """Run the cell with this id, after all those above it."""
        self._call(RUN_ABOVE, cell)

    def run_again(self):
        """Run the cells as they are."""
        self._call(RUN_ALL)

    def keep_widgets(self):
        """Choose Save Widget State Automatically in the menu Settings, or take it back."""
        self._call(KEEP_WIDGETS)

    def open_again(self):
        """Save the notebook and open it anew, when the kernel has forgotten everything."""
        self._call(SAVE_AND_FORGET)
        self.page.reload()
        self.page.wait_for_function(f"{PANEL}?.sessionContext")
        self._call(READY)

    def run(self, code):
        """Execute code in the notebook's kernel, outside of its cells; return what it printed."""
        return self._call(EXECUTE, code)

    @property
    def asked_elsewhere(self):
        """The addresses on other hosts that the page asked for."""
        own = ("data:", "blob:", f"http://{self.host}/", f"ws://{self.host}/")
        return [url for url in self.requests if not url.startswith(own)]
