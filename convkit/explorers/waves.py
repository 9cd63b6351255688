"""Waves: what a kernel and a stride make of one wave, and of a roof."""

import base64
from functools import cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import plotting
from ..arguments import Array
from ..convolution import conv1d, conv2d
from .explorer import Explorer
from .still import counted
from .traits import choice, numbers, whole

N = 24  # places on the ring
KERNELS = {
    "none": [0, 0, 1, 0, 0],
    "blur 1 2 1": [0, 1, 2, 1, 0],
    "blur 1 4 6 4 1": [1, 4, 6, 4, 1],
    "mean of five": [1, 1, 1, 1, 1],
    "difference": [0, 1, -1, 0, 0],
    "sharpen": [0, -1, 6, -1, 0],
}
OFFSETS = np.arange(5) - 2  # of the kernel's weights from its centre

# Part of a roof: rows 260 to 280 and columns 200 to 271 of china.jpg, a photograph that comes with
# scikit-learn, in 8 greys of 3 bits each.
HEIGHT, WIDTH, SEEN = 21, 72, 48
ROOF = (
    "aSSSRJRKQLITJUIsBsC0DyNoNgeRlJtK0L0LZCqLpLxMxOoXYWYeQeRmRtK0MyNpVheZmStSsJ0K0CzKzDyNyM6N"
    "pVpWhdRlKsLyMpVhWheZmZuhuRuRtKtL1LzDzMyMqVhehmRsKzMyNyVqdpehdhdheZlSuStLsL0MyNxVpehmStKs"
    "LzLyVpVqexVhVpeZmZuStStKsLzMqVpVZeSmSuTtMyMzUyNpVpVpVpdhlZlRlStK0LzNpWhehmalLsLtUzLrMzMq"
    "MzMxWheZeRmRtK1MyUyMyVpeStSuT1K1L0M0M0MzMqNpNhVZeZmSsL0LzNyWZlRlamSuKlT1SsKsLzMyMpVpVheZ"
    "mS1KtTrMZlhdhdhmalZuRuStKtL0LzMyMqVpVhnZmSuKqVpVqdpepehlhehmZlRtStK0LrMzNpepfZeZrNqVqVqU"
    "qVpVqVpVheheRnSmS1K1S0KqLpUhrLzLzMzLzMzVzNyVxVpVpNhVZdRdRcSkSrLy1StStKtKtKtK0L0KzLqLqTiU"
    "hVhWheRlJlJcmYdReZeRlSlSlacSkStKzLzLqDqMhLhMhNYVdZdZdhcZeZmZuQdYdRdJcJcJdJsBzDyEpUhLeqep"
    "VpUpUhUhMhMhMgNgWReRdRkJbKTKTJbKLqKhKrCqKqLpNxMxMhLZSZSZKZLhbRbRcRcQDzD0DzDrDqLiKbKSKSJa"
    "KiKiTiKiLZKZJKBQLkKUKTJLKLKTKcKkKjRbRcRbJaJKISCJRKSR"
)
# The strongest wave in it, periods per pixel down and across: its tiles lean like a backslash.
TILES = -13 / 128, 34 / 128


class Waves(Explorer):
    """A wave on a ring of 24 places that meets a kernel, and of which a stride keeps some samples.

    Drag the wave to move it, the dot on the gain curve to make it faster or slower, a weight to
    change the kernel. The third view does the same to a roof in a photograph. The kernel is divided
    by the size of its sum, unless that is 0. Every trait can be given as an argument, read, set and
    observed. Giving `w` chooses the kernel ``"own"``.

    Parameters
    ----------
    view : {"line", "ring", "roof"}
        The wave with its ring unrolled or round it, or the roof.
    kernel : str
        The weights: "none", "blur 1 2 1", "blur 1 4 6 4 1", "mean of five", "difference",
        "sharpen", or "own", which is `w`.
    w : array_like of int
        The own weights: five, from -9 to 9, centred on the place of the output.
    q : int
        How many times the wave turns round the ring, from 0 to 12: its frequency is q / 24.
    s : int
        Stride, from 1 to 4.
    t : int
        How far the wave has moved, from 0 to 23, in 24ths of its period; the roof, in pixels.

    Examples
    --------
    >>> import convkit as ck
    >>> figure = ck.explorers.Waves(q=7, s=3)
    >>> figure.turns
    -1
    >>> figure.kernel = "blur 1 2 1"
    >>> round(figure.gain, 2)
    0.37
    """

    view = choice("line", "line", "ring", "roof")
    view.tag(limits=view.metadata["limits"] | {"roof": ROOF})
    kernel = choice("none", *KERNELS, "own")
    kernel.tag(limits=kernel.metadata["limits"] | {"presets": KERNELS})
    w = numbers(KERNELS["none"], -9, 9)
    q = whole(7, 0, N // 2)
    s = whole(3, 1, 4)
    t = whole(0, 0, N - 1)

    def __init__(self, **state: Any) -> None:
        super().__init__(**({"kernel": "own"} if "w" in state else {}) | state)

    @property
    def weights(self) -> Array:
        """The kernel's five weights, divided by the size of their sum, unless that is 0."""
        w = np.array(KERNELS.get(self.kernel, self.w))
        weights: Array = w / (abs(w.sum()) or 1)
        return weights

    @property
    def input(self) -> Array:
        """The wave, (24,), or the roof in 8 greys, (21, 48)."""
        if self.view == "roof":
            return roof()[:, WIDTH - SEEN - self.t :][:, :SEEN].astype(float)
        wave: Array = np.cos(2 * np.pi * (self.q * np.arange(N) - self.t) / N)
        return wave

    @property
    def output(self) -> Array:
        """What the kernel makes of the input, and the stride keeps."""
        x, w = self.input[None], self.weights
        if self.view == "roof":
            w2 = np.outer(w, w)[None, None]
            y: Array = conv2d(x, w2, None, self.s, 2, padding_mode="replicate")[0]
        else:
            y = conv1d(x, w[None, None], None, self.s, 2, padding_mode="circular")[0]
        return y

    def factor(self, frequency: float) -> complex:
        """Return what the kernel multiplies a wave of so many periods per sample by."""
        return complex(self.weights @ np.exp(2j * np.pi * frequency * OFFSETS))

    @property
    def gain(self) -> float:
        """The size of the kernel's factor for the wave; for the tiles, down times across."""
        waves = TILES if self.view == "roof" else [self.q / N]
        return float(np.prod([abs(self.factor(f)) for f in waves]))

    @property
    def turns(self) -> int:
        """How often the kept samples seem to turn round the ring, negative for backwards."""
        return int(np.rint(N / self.s * folded(self.q / N, self.s)))

    def sentence(self) -> str:
        """Return what the figure says in its present state."""
        said = self.of_tiles() if self.view == "roof" else f"{self.of_kernel()} {self.of_stride()}"
        return said.strip().replace("-", "\N{MINUS SIGN}")

    def of_kernel(self) -> str:
        """Return what the kernel does to the wave."""
        factor = self.factor(self.q / N)
        if self.kernel == "none":
            return ""
        if abs(factor) < 1e-9:
            return "The kernel wipes this wave out."
        said = f"The kernel multiplies this wave by {about(abs(factor))}"
        if abs(factor.imag) < 1e-9:
            return said + (" and turns it upside down." if factor.real < 0 else ".")
        later = -np.angle(factor) * N / (2 * np.pi * self.q)
        way = "later" if later > 0 else "earlier"
        return f"{said} and moves it {about(abs(later))} places {way}."

    def of_stride(self) -> str:
        """Return what the kept samples show of it."""
        if self.s == 1:
            return "Every sample is kept."
        if self.gain < 1e-9:
            return ""
        said = (
            f"The {N // self.s} samples that are kept can show at most "
            f"{counted(N // self.s // 2, 'turn')}: {self.q} "
        )
        if abs(self.turns) == self.q:
            return f"{said}{'stays' if self.q == 1 else 'stay'} {self.q}."
        mirrored = ", mirrored: it runs backwards" if self.turns < 0 else ""
        return f"{said}look like {abs(self.turns)}{mirrored}."

    def of_tiles(self) -> str:
        """Return which way the tiles lean, and how strong their stripes are."""
        left = f"The kernel leaves {about(self.gain)} of the stripes. "
        said = left if self.kernel != "none" else ""
        if self.s == 1:
            return f"{said}The tiles lean like \\."
        if self.s == 4:
            return (
                f"{said}Across, the tiles fold twice, mirrored and mirrored back: "
                "they lean like \\ again."
            )
        return (
            f"{said}Across, the tiles are too fine for stride {self.s}: "
            "they fold, mirrored, and lean the other way, like /."
        )

    def still(self) -> Figure:
        """Return input, output and gain curve as a figure."""
        figure = Figure(figsize=(5.4, 5.4), layout="constrained", facecolor="white")
        first, second, last = figure.subplots(3, 1, height_ratios=[1, 1, 1.1])
        kept = f"output y, stride {self.s}"
        if self.view == "roof":
            plotting.picture(first, self.input, "input x")
            plotting.picture(second, self.output, kept)
        else:
            self.draw_wave(first, "input", N)
            self.draw_wave(second, "output", N // self.s)
            first.set_title("input x")
            second.set_title(kept)
        self.draw_gain(last)
        return figure

    def draw_wave(self, ax: Axes, role: str, many: int) -> None:
        """Draw samples of the input or the output, joined by the slowest wave that has them."""
        q, factor, colour = self.q, 1 + 0j, plotting.COLOURS[role]
        if role == "output":
            q, factor = self.turns, self.factor(self.q / N)
            ax.axhline(0, color="black", linewidth=0.5)
        i = np.linspace(0, N, 500)
        wave = factor * np.exp(-2j * np.pi * self.t / N)
        ax.plot(i, (wave * np.exp(2j * np.pi * q * i / N)).real, color=colour)
        at = np.arange(0, N, N // many)
        ax.plot(at, (wave * np.exp(2j * np.pi * self.q * at / N)).real, "o", color=colour)
        ax.set_xticks(range(0, N + 1, 6))

    def draw_gain(self, ax: Axes) -> None:
        """Draw the gain curve, what folds, and the wave or the tiles on it."""
        f = np.linspace(0, 0.5, 200)
        ax.plot(N * f, [abs(self.factor(one)) for one in f], color=plotting.COLOURS["kernel"])
        for fold in np.arange(N / self.s / 2, N / 2, N / self.s / 2):
            ax.axvline(fold, color="black", linestyle=":")
        waves = TILES if self.view == "roof" else [self.q / N]
        for one in waves:
            ax.plot(N * abs(one), abs(self.factor(one)), "o", color=plotting.COLOURS["output"])
        ax.set_title("gain, by turns in 24 places")
        ax.set(xticks=range(0, 13, 2), ylim=(0, None))


def folded(frequency: float, s: int) -> float:
    """Return the frequency per kept sample that a frequency per sample seems to have."""
    return float(s * frequency - np.ceil(s * frequency - 0.5))


def about(value: float) -> str:
    """Return a number that is not negative with two decimals at most, as the page writes it."""
    return f"{round(value + 1e-9, 2):g}"


@cache
def roof() -> Array:
    """Return the roof, (21, 72), from 0 (black) to 7 (white)."""
    bits = np.unpackbits(np.frombuffer(base64.b64decode(ROOF), np.uint8))
    greys: Array = bits.reshape(HEIGHT, WIDTH, 3) @ [4, 2, 1]
    return greys
