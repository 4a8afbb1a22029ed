"""The section images: its short form, what it makes of the audit, and what is told before any job starts."""

import pandas as pd
import pytest

from exoprobe.config.audit import PICTURE_FACTORS
from exoprobe.config.images import image_representations
from exoprobe.config.model import load_config
from exoprobe.errors import ExoprobeError

SHORT = {"images": "photos", "factors": "my.csv", "group": "person", "network": "net.onnx"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with a user's files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    (tmp_path / "net.onnx").touch()
    (tmp_path / "7-b.pt").touch()
    pd.DataFrame({"picture": ["a.png", "b.png"], "person": [1, 2], "age": [1.0, 2.0]}).to_csv("my.csv", index=False)
    return tmp_path


def whole(shipped, **given):
    return load_config({**shipped, **given}).model_dump(exclude_none=True)


def plain(shipped):
    return load_config(shipped).model_dump(exclude_none=True)


def test_the_short_form_fills_both_sections(shipped, folder):
    config = whole(shipped, **SHORT, id="picture")
    assert config["images"] == {
        "folder": "photos",
        "table": "my.csv",
        "column": "picture",
        "bad_images": "refuse",
        "networks": {
            "net": {"adapter": "onnx", "weights": "net.onnx"},
            "pixels": {"adapter": "pixels", "align": "image"},
        },
        "shards": 1,
    }
    features = "results/features/images/{}.parquet"
    assert config["audit"] == {
        **plain(shipped)["audit"],
        "factors": PICTURE_FACTORS,
        "group": "person",
        "images": features.format("pixels/pixels"),
        "representations": {
            "net": {"title": "net", "features": [features.format("net/output")], "control": False},
            "pixels": {"title": "raw pixels", "features": [features.format("pixels/pixels")], "control": True},
        },
    }


@pytest.mark.parametrize("given", [{}, {"images": None}, {"images": "null"}, {"images": {}}])
def test_without_pictures_nothing_changes(shipped, given):
    assert plain({**shipped, **given}) == plain(shipped)


def test_networks_are_files_names_or_models_of_torchvision(shipped, folder):
    networks = ["7-b.pt", "dlib", "torchvision:resnet18"]
    config = whole(shipped, **{**SHORT, "images": {"folder": "photos", "networks": networks, "shards": "3"}})
    assert config["images"]["shards"] == 3
    titles = {name: (entry["title"], entry["control"]) for name, entry in config["audit"]["representations"].items()}
    assert titles == {
        "7_b": ("7_b", False),
        "dlib_penultimate": ("dlib penultimate", False),
        "dlib_embedding": ("dlib embedding", False),
        "resnet18": ("resnet18, untrained (random weights)", True),
        "net": ("net", False),
        "pixels": ("raw pixels", True),
    }


def test_an_untrained_network_alone_is_what_is_audited():
    made = image_representations({"resnet18": {"adapter": "torchvision", "model": "resnet18"}})
    assert [(entry["title"], entry["control"]) for entry in made.values()] == [
        ("resnet18, untrained (random weights)", False)
    ]


def test_what_an_earlier_run_made_of_another_table_is_not_asked(shipped, folder):
    (folder / PICTURE_FACTORS).parent.mkdir(parents=True)
    pd.DataFrame({"other": [1]}).to_parquet(folder / PICTURE_FACTORS)
    whole(shipped, **SHORT)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"images": "fotos"}, "images.folder is 'fotos'; it does not exist"),
        ({"images": None}, "images.folder is null; name the pictures' folder too"),
        (
            {"images": {"folder": "photos", "column": "pictur"}},
            "images.column is 'pictur', but .* did you mean picture",
        ),
        (
            {"images": {"folder": "photos", "shard": 2}},
            r"images.shard \(value 2\) is not a known key; did you mean shards",
        ),
        ({"factors": None}, "factors is empty; give a value, or leave factors out"),
        ({"factors": ...}, "images.table is null; give the pictures' table too"),
        ({"factors": "your.csv"}, "images.table is 'your.csv'; it does not exist"),
        ({"factors": "net.onnx"}, "images.table is 'net.onnx'; its name must end in .csv, .tsv, .parquet"),
        ({"group": "persn"}, "audit.group is 'persn', but my.csv has no such column; did you mean person"),
        ({"network": None}, "images.networks is empty; name a network too"),
        (
            {"network": "resnet18"},
            "there is no network 'resnet18'; name a file .*, torchvision:resnet18 or one of dlib",
        ),
        ({"network": "other.onnx"}, "images.networks.other.weights is 'other.onnx'; it does not exist"),
        ({"network": ["net.onnx", "more/net.pt"]}, "two networks are called net; rename"),
        ({"network": "attribute_network"}, "images.networks.attribute_network: it is trained on faces"),
        (
            {"images": {"folder": "photos", "networks": {"a": {"adapter": "b"}}}},
            "images.networks.a.adapter is 'b'; allowed",
        ),
        ({"images": {"folder": "photos", "networks": {"a": 1}}}, "images.networks.a is 1; it must be a section"),
    ],
)
def test_a_fault_is_told_in_one_line_before_any_job(shipped, folder, given, message):
    with pytest.raises(ExoprobeError, match=message):
        whole(shipped, **{key: value for key, value in {**SHORT, **given}.items() if value is not ...})
