"""An array of samples × layers × dimensions is a representation for every layer."""

import h5py
import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from exoprobe.api import Seeds, _by_name
from exoprobe.config.audit import with_audit
from exoprobe.config.audit_layers import with_layers
from exoprobe.config.audit_settings import by_layer
from exoprobe.config.model import load_config
from exoprobe.datasets.layer_axis import count_layers
from exoprobe.datasets.user_features import open_features
from exoprobe.errors import ExoprobeError
from exoprobe.io.locations import files_of, parse_location

DEEP = np.random.default_rng(0).standard_normal((30, 12, 4)).astype(np.float32)


def in_hdf5(path):
    with h5py.File(path, "w") as file:
        file["net/hidden"] = DEEP
        file["id"] = np.arange(30)


WRITE = {
    "f.npy": lambda path: np.save(path, DEEP),
    "fortran.npy": lambda path: np.save(path, np.asfortranarray(DEEP)),
    "f.npz": lambda path: np.savez(path, hidden=DEEP, id=np.arange(30)),
    "f.h5": in_hdf5,
    "f.pt": lambda path: torch.save({"hidden": torch.from_numpy(DEEP)}, path),
    "tensor.pt": lambda path: torch.save(torch.from_numpy(DEEP), path),
    "f.safetensors": lambda path: save_file({"hidden": DEEP}, path),
}


@pytest.mark.parametrize("name", WRITE)
def test_every_layer_of_every_container_is_read(tmp_path, name):
    WRITE[name](tmp_path / name)
    assert count_layers(tmp_path / name) == 12
    for layer in (0, 3, 11):
        opened = open_features(f"{tmp_path / name}@{layer}")
        assert (opened.rows, opened.dimension, opened.layers) == (30, 4, 12)
        np.testing.assert_array_equal(opened.load(), DEEP[:, layer])
    with pytest.raises(ExoprobeError, match="the array is 30 × 12 × 4 and has the layers 0 to 11"):
        open_features(f"{tmp_path / name}@12")


def test_ids_and_a_place_go_with_a_layer(tmp_path):
    in_hdf5(tmp_path / "f.h5")
    opened = open_features(f"{tmp_path / 'f.h5'}:net/hidden@2", "id")
    np.testing.assert_array_equal(opened.ids, np.arange(30))
    np.testing.assert_array_equal(opened.load(), DEEP[:, 2])


@pytest.mark.parametrize("shape", [(30, 4), (30, 1, 4), (30,), (30, 2, 2, 2)])
def test_a_matrix_has_no_layers(tmp_path, shape):
    np.save(tmp_path / "f.npy", np.ones(shape))
    assert count_layers(tmp_path / "f.npy") == 0
    assert count_layers(np.ones(shape)) == 0
    with pytest.raises(ExoprobeError, match="a layer is that of a 3-D array|the layers 0 to 0"):
        open_features(f"{tmp_path / 'f.npy'}@1")


def test_a_layer_s_name_is_that_of_its_file_unless_a_file_is_called_so(tmp_path):
    location = parse_location("a/net.h5:hidden@3")
    assert (str(location), location.stem, location.suffix) == ("a/net.h5:hidden@3", "hidden:3", ".h5")
    assert files_of("a/net.npy@3") == ["a/net.npy"]
    assert parse_location("me@3").layer is None
    (tmp_path / "net.npy@3").write_bytes(b"x")
    assert parse_location(tmp_path / "net.npy@3").layer is None


def test_a_configuration_names_the_layers_in_their_order(shipped, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("net.npy", DEEP)
    np.save("flat.npy", DEEP[:, 0])
    (tmp_path / "t.csv").write_text("sex\n" + "f\nm\n" * 15)
    short = with_layers(with_audit({**shipped, "features": "net.npy", "factors": "t.csv"}))
    named = short["audit"]["representations"]
    assert list(named) == [f"features_layer{layer}" for layer in range(12)]
    assert named["features_layer10"] == {"title": "net:10", "features": ["net.npy@10"]}
    config = load_config({**shipped, "features": {"net": "net.npy", "flat": "flat.npy"}, "factors": "t.csv"})
    assert list(config.audit.representations)[-2:] == ["net_layer11", "flat"]
    one = load_config({**shipped, "features": "net.npy@7", "factors": "t.csv"})
    assert one.audit.representations["features"].title == "net:7"


def test_python_names_them_likewise(tmp_path):
    np.save(tmp_path / "net.npy", DEEP)
    for given in (DEEP, torch.from_numpy(DEEP), tmp_path / "net.npy", Seeds([DEEP, DEEP])):
        named = by_layer(_by_name({"net": given}, ["net"]))
        assert list(named) == [f"net_layer{layer}" for layer in range(12)]
        assert [entry.title for entry in named.values()] == [f"net:{layer}" for layer in range(12)]
        assert all(entry.control for entry in named.values())
    np.testing.assert_array_equal(by_layer(_by_name(DEEP, []))["features_layer4"].files[0], DEEP[:, 4])


def test_seeds_of_other_depths_are_refused():
    with pytest.raises(ExoprobeError, match="features net: its training seeds have 5 and 12 layers"):
        by_layer(_by_name({"net": Seeds([DEEP, DEEP[:, :5]])}, []))
