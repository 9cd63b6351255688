"""The book's own extension: links that follow a fork, caches that follow the code, callouts."""

import os
import sys
from pathlib import Path

import pytest
from docutils import nodes
from nbformat.v4 import new_output
from PIL import Image, ImageChops
from sphinx.errors import ExtensionError

sys.path.insert(0, str(Path(__file__).parents[1] / "_ext"))

from house import callouts, fresh, pictures, repository, streams, unbroken

FORK = {"GITHUB_REPOSITORY": "ada/book", "GITHUB_SERVER_URL": "https://github.com"}


@pytest.mark.parametrize(
    ("setting", "environ", "expected"),
    [
        ("", {}, ("", "main")),
        ("https://github.com/us/book/", {}, ("https://github.com/us/book", "main")),
        ("", FORK, ("https://github.com/ada/book", "main")),
        ("https://github.com/us/book", FORK, ("https://github.com/ada/book", "main")),
        ("", FORK | {"GITHUB_REF_NAME": "draft"}, ("https://github.com/ada/book", "draft")),
        (
            "",
            FORK | {"GITHUB_REF_NAME": "7/merge", "GITHUB_HEAD_REF": "fix"},
            ("https://github.com/ada/book", "main"),
        ),
        (
            "",
            FORK | {"GITHUB_SERVER_URL": "https://git.uni.edu"},
            ("https://git.uni.edu/ada/book", "main"),
        ),
    ],
)
def test_workflow_tells_the_address_before_the_setting(setting, environ, expected):
    assert repository.locate(setting, "main", environ) == expected


def test_no_address_no_buttons():
    options = repository.theme_options("", "main")
    assert not any(options.values())


def test_colab_opens_from_github_only():
    assert (
        "colab_url" in repository.theme_options("https://github.com/a/b", "main")["launch_buttons"]
    )
    elsewhere = repository.theme_options("https://gitlab.com/a/b", "main")
    assert elsewhere["repository_provider"] == "gitlab"
    assert "colab_url" not in elsewhere["launch_buttons"]


def test_a_hub_gets_a_button_if_there_is_one():
    def buttons(hub):
        return repository.theme_options("https://github.com/a/b", "main", hub)["launch_buttons"]

    assert "jupyterhub_url" not in buttons("")
    assert buttons("https://hub.uni.edu")["jupyterhub_url"] == "https://hub.uni.edu"


def test_words_for_the_pages_name_the_repository_or_say_what_to_do():
    known = repository.substitutions("https://github.com/a/b")
    assert "rocket" in known["run_online"]
    unknown = repository.substitutions("")
    assert unknown.keys() == known.keys()
    assert not any(word in str(unknown) for word in ("OWNER", "rocket", "Binder"))


@pytest.mark.parametrize(
    ("url", "baseurl", "prefix"),
    [
        ("", "", "/"),
        ("https://github.com/ada/book", "", "/book/"),
        ("https://github.com/ada/ada.github.io", "", "/"),
        ("https://github.com/ada/book", "https://book.example.org", "/"),
        ("https://github.com/ada/book", "https://example.org/notes/book", "/notes/book/"),
    ],
)
def test_prefix_of_the_site(url, baseurl, prefix):
    assert repository.site_prefix(url, baseurl) == prefix


def test_fingerprint_follows_the_code_and_the_pins_only(tmp_path):
    seen = set()
    for name in ["convkit/a.py", "convkit/deep/b.py", "convkit/c.js", "requirements.txt"]:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("1")
        seen.add(fresh.fingerprint(tmp_path))
        file.write_text("2")
        seen.add(fresh.fingerprint(tmp_path))
    assert len(seen) == 8
    (tmp_path / "README.md").write_text("not code")
    assert fresh.fingerprint(tmp_path) in seen


def test_prune_keeps_the_last_used_caches(tmp_path):
    for age, name in enumerate("abcde"):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    fresh.prune(tmp_path, keep=3)
    assert {cache.name for cache in tmp_path.iterdir()} == set("abc")
    fresh.prune(tmp_path, keep=3)
    assert len(list(tmp_path.iterdir())) == 3


def quotation(*inline):
    return nodes.block_quote("", nodes.paragraph("", "", *inline))


def test_bold_opening_makes_a_callout():
    callout = callouts.as_callout(
        quotation(nodes.strong("", "Predict."), nodes.Text(" How many numbers?"))
    )
    assert callout["classes"] == ["predict"]
    assert [part.astext().strip() for part in callout] == ["Predict", "How many numbers?"]


@pytest.mark.parametrize(
    "inline",
    [
        [nodes.Text("A quotation.")],
        [nodes.strong("", "Nobody"), nodes.Text(" said so.")],
        [nodes.Text("They say: "), nodes.strong("", "Predict."), nodes.Text(" And so on.")],
    ],
)
def test_other_quotations_stay(inline):
    assert callouts.as_callout(quotation(*inline)) is None


def test_picture_is_shown_at_the_size_of_its_figure(tmp_path):
    figure = tmp_path / "figure.png"
    for told, width in [({"dpi": (200, 200)}, 720), ({}, None)]:
        Image.new("RGB", (1440, 600)).save(figure, **told)
        with Image.open(figure) as picture:
            assert pictures.shown_width(picture) == width


def test_picture_is_sent_with_no_visible_loss(tmp_path):
    noise = Image.effect_noise((64, 48), 80).convert("RGB")
    with Image.open(pictures.as_webp(tmp_path / "figure.png", noise)) as sent:
        extremes = ImageChops.difference(noise, sent.convert("RGB")).getextrema()
    assert max(largest for _, largest in extremes) <= 2


@pytest.mark.parametrize(
    ("behind", "kept", "left"), [(", so", ",", " so"), (".", ".", ""), (" is", "", " is")]
)
def test_punctuation_stays_with_its_formula(behind, kept, left):
    formula = nodes.math("", "x")
    paragraph = nodes.paragraph("", "", nodes.Text("The input "), formula, nodes.Text(behind))
    unbroken.keep_together(formula)
    assert paragraph.astext() == "The input x" + behind
    assert formula.parent.astext() == ("x" + kept if kept else paragraph.astext())
    assert paragraph.children[-1].astext() == left


def test_every_comma_stays_where_it_was():
    text = [nodes.math("", "k"), nodes.Text(", "), nodes.math("", "s"), nodes.Text(", ")]
    paragraph = nodes.paragraph("", "", nodes.Text(", "), *text, nodes.math("", "p"))
    before = paragraph.astext()
    for formula in list(paragraph.findall(nodes.math)):
        unbroken.keep_together(formula)
    assert paragraph.astext() == before


def test_what_a_cell_printed_is_shown_as_it_printed_it():
    parts = [
        new_output("stream", name="stdout", text="PyTorch "),
        new_output("display_data", {"text/plain": "a figure"}),
        new_output("stream", name="stderr", text="careful"),
        new_output("stream", name="stdout", text="[7 12 17]\n\n"),
    ]
    whole = streams.join(parts)
    assert [output.get("text") for output in whole] == ["PyTorch [7 12 17]\n\n", None, "careful"]
    assert parts[0].text == "PyTorch "


def test_myst_nb_joins_streams_our_way(monkeypatch):
    monkeypatch.setattr(streams.render, "coalesce_streams", None)
    streams.setup(None)
    assert streams.render.coalesce_streams is streams.join
    monkeypatch.delattr(streams.render, "coalesce_streams")
    with pytest.raises(ExtensionError):
        streams.setup(None)
