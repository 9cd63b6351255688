"""One colour grammar: the same hues in figures and explorers, told apart by every reader."""

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb

from convkit import plotting

LIBRARY = Path(plotting.__file__).parent / "explorers/lib"
SHEET = (LIBRARY / "frame.css").read_text()
PAGE = {"light": ("#ffffff", "#1f2328"), "dark": ("#16181c", "#d9dde3")}  # paper and ink

# How the colour blind see, as matrices on linear RGB (Machado, Oliveira and Fernandes 2009).
EYES = {
    "trichromat": np.eye(3),
    "protanope": [[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]],
    "deuteranope": [[0.3673, 0.8606, -0.2280], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]],
    "tritanope": [[1.2555, -0.0767, -0.1788], [-0.0784, 0.9309, 0.1476], [0.0047, 0.6914, 0.3039]],
}
TO_XYZ = [[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]]
WHITE = np.array([0.9505, 1.0, 1.089])


def linear(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(colour, eye):
    """Where a colour is, as an eye sees it, in a space where distance is difference (CIELAB)."""
    seen = np.clip(np.array(EYES[eye]) @ linear(colour), 0, 1)
    x, y, z = np.cbrt(np.maximum(TO_XYZ @ seen / WHITE, 0.008856))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(one, other, eye):
    return np.linalg.norm(lab(one, eye) - lab(other, eye))


def contrast(one, other):
    """Contrast of two colours as WCAG has it."""
    low, high = sorted((TO_XYZ @ linear(colour))[1] for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def mixed(colour, paper, share):
    return to_hex(share * np.array(to_rgb(colour)) + (1 - share) * np.array(to_rgb(paper)))


def properties(mode):
    """The custom properties of the explorers' style sheet."""
    start = {"light": ".cx {", "dark": "[data-theme=dark] .cx,"}[mode]
    block = SHEET.split("\n" + start)[1].split("\n}")[0]
    return dict(re.findall(r"--([a-z]+): ([^;]+);", block))


def roles(mode):
    return {role: properties(mode)[role] for role in plotting.COLOURS}


def test_figures_and_explorers_have_the_same_colours():
    assert roles("light") == {role: colour.lower() for role, colour in plotting.COLOURS.items()}


def test_pictures_have_the_same_two_colours_of_signs():
    script = (LIBRARY / "dom.js").read_text()
    for name in ("POSITIVE", "NEGATIVE"):
        rgb = re.search(rf"{name} = \[(\d+), (\d+), (\d+)\]", script).groups()
        assert to_hex([int(part) / 255 for part in rgb]) == getattr(plotting, name).lower()
    assert re.search(r"canvas \{[^}]*background: #fff;", (LIBRARY / "picture.css").read_text())


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("mode", PAGE)
def test_every_eye_tells_roles_apart(mode, eye):
    for one, other in combinations(roles(mode).items(), 2):
        assert difference(one[1], other[1], eye) > 15, (one, other)
    for role, colour in roles(mode).items():
        assert difference(colour, PAGE[mode][0], eye) > 25, role


@pytest.mark.parametrize("eye", EYES)
def test_every_eye_tells_signs_apart_and_from_paper(eye):
    ends = plotting.NEGATIVE, plotting.POSITIVE
    assert difference(*ends, eye) > 30
    for end in ends:
        assert difference(end, plotting.PAPER, eye) > 40
        assert difference(mixed(end, plotting.PAPER, 0.25), plotting.PAPER, eye) > 8


def test_signs_have_no_role_s_hue():
    for end in (plotting.NEGATIVE, plotting.POSITIVE):
        for role, colour in plotting.COLOURS.items():
            assert difference(end, colour, "trichromat") > 30, role


@pytest.mark.parametrize("mode", PAGE)
def test_numbers_are_read_on_every_tint(mode):
    paper, ink = PAGE[mode]
    depth = float(properties(mode)["depth"].rstrip("%")) / 100
    for role, colour in roles(mode).items():
        for share in (0, 0.5, 1):
            assert contrast(ink, mixed(colour, paper, share * depth)) >= 4.5, role
    assert contrast("#111111", mixed(roles(mode)["output"], paper, 0.75)) >= 4.5  # within a bar


def test_numbers_are_read_in_the_cells_of_a_matrix():
    for colour in plotting.COLOURS.values():
        assert contrast("black", mixed(colour, plotting.PAPER, 0.5)) >= 4.5


@pytest.mark.parametrize("mode", PAGE)
def test_bars_stand_out_from_the_page(mode):
    paper, _ = PAGE[mode]
    for end in roles(mode).values():
        assert contrast(end, paper) >= 2.5
    for end in (plotting.NEGATIVE, plotting.POSITIVE):
        assert contrast(end, plotting.PAPER) >= 3
