"""The figures' helpers draw what they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from convkit import plotting


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def texts(ax):
    return [t.get_text() for t in ax.texts]


def test_grid_writes_every_number(ax):
    plotting.grid(ax, [[1, -2, 0.125], [4, 5, 6]], outline=[(0, 1)], title="x")
    assert texts(ax) == ["1", "−2", "0.125", "4", "5", "6"]
    assert len(ax.patches) == 7


def test_muted_cells_are_dashed(ax):
    plotting.grid(ax, [0, 5], muted=[True, False])
    assert [p.get_linestyle() for p in ax.patches] == ["dashed", "solid"]


def test_responses_keep_zero_white(ax):
    image = plotting.responses(ax, np.array([[-1.0, 0.0, 4.0]]))
    assert image.get_clim() == (-4, 4)
    assert plotting.SIGNED(0.5)[:3] == pytest.approx((1, 1, 1), abs=0.01)


def test_stems_are_numbered_from_their_start(ax):
    plotting.stems(ax, [3, -1], "output", start=-1)
    assert texts(ax) == ["3", "−1"]
    assert list(ax.get_xticks()) == [-1, 0]


def test_matrix_leaves_its_zeros_pale_and_frames_its_blocks(ax):
    plotting.matrix(ax, [[2, 0], [-1, 2]], blocks=(1, 1), outline=[(0, 0)], at=(3, 5))
    assert texts(ax) == ["2", "0", "−1", "2"]
    zero, framed = ax.patches[1], ax.patches[4:]
    assert zero.get_facecolor()[:3] == (1, 1, 1)
    assert len(framed) == 1 + 4
    assert framed[0].get_xy() == (5, 3)


def test_matrix_takes_letters_with_nothing_for_zero(ax):
    plotting.matrix(ax, np.array([["k", ""], ["", "k"]]))
    assert texts(ax) == ["k", "0", "0", "k"]


def test_pictures_are_grey_and_titled(ax):
    plotting.picture(ax, np.eye(3), "photograph")
    assert ax.get_title() == "photograph"
    assert ax.images[0].get_cmap().name == "gray"


def test_the_style_is_opaque_paper():
    with plt.rc_context():
        plotting.use_style()
        assert plt.rcParams["savefig.facecolor"] == "white"


def test_labels_are_read_on_a_phone():
    """A page shows 100 pixels to the inch; of a phone's 375 a figure has 335."""
    with plt.rc_context():
        plotting.use_style()
        width = 100 * plt.rcParams["figure.figsize"][0]
        for size in ("font.size", "axes.titlesize"):
            assert plt.rcParams[size] * 100 / 72 * 335 / width >= 11
