"""matplotlib draws into memory, and `plt.show()` puts the figures among a cell's outputs."""

from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas


def show(*args, **kwargs):
    from outputs import show_figures

    show_figures()


__all__ = ["FigureCanvas", "show"]
