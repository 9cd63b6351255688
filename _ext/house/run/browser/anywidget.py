"""What an explorer takes of anywidget where a page, not a kernel, brings it to life: its traits."""

import traitlets


class AnyWidget(traitlets.HasTraits):
    def open(self):
        """Open no channel: no browser listens at the other end."""
