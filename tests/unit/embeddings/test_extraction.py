import numpy as np
import pytest
import torch

from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.embeddings.extraction import extract_features, layer_batches, layer_vectors
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import read_features, read_info
from exoprobe.training.architectures.lenet import LeNet
from tests.threads import threads_of_a_new_thread


def test_features_are_the_layer_s_activations_in_the_dataset_s_order(tiny_dataset, tmp_path):
    network = LeNet(2, torch.Generator().manual_seed(0))
    weights = tmp_path / "weights"
    weights.write_bytes(b"stands for the weights")
    for layer, dimension in (("ip1", 500), ("pool2", 800)):
        path = tmp_path / f"{layer}.parquet"
        extract_features(tiny_dataset, weights, path, network=network, layer=layer, code_digest="c", device="cpu")
        images = torch.from_numpy(read_samples(tiny_dataset, ["image"])["image"]).unsqueeze(1)
        expected = torch.cat([network(image[None])[layer].flatten(1) for image in images]).detach().numpy()
        np.testing.assert_allclose(read_features(path), expected, atol=1e-5)
        info = read_info(path)
        assert (info.dimension, info.layer, info.rows) == (dimension, layer, 36)
        assert info.dataset_digest == dataset_digest(tiny_dataset)


def test_threads_that_compute_blocks_of_their_own_change_no_bit_and_are_left_as_they_were(monkeypatch):
    monkeypatch.setattr("exoprobe.embeddings.extraction.BLOCK", 100)
    generator = torch.Generator().manual_seed(0)
    network = LeNet(2, generator).to(memory_format=torch.channels_last).eval()
    images = torch.randint(256, (450, 1, 28, 28), dtype=torch.uint8, generator=generator)
    before, found = torch.get_num_threads(), {}
    try:
        for threads in (1, 2, 8):
            torch.set_num_threads(threads)
            found[threads] = np.concatenate(list(layer_batches(network, images, "ip1")))
            assert threads_of_a_new_thread() == threads
        next(layer_batches(network, images, "ip1")).sum()  # and so where the rest is not asked for
        assert threads_of_a_new_thread() == 8
    finally:
        torch.set_num_threads(before)
    np.testing.assert_array_equal(found[1], found[2])
    np.testing.assert_array_equal(found[1], found[8])
    np.testing.assert_allclose(found[1], network(images)["ip1"].detach(), atol=1e-5)


def test_a_layer_that_a_truncated_network_lacks_is_refused(tiny_dataset, tmp_path):
    arguments = {"network": LeNet(0), "layer": "ip2", "code_digest": "c", "device": "cpu"}
    with pytest.raises(ExoprobeError, match="this network has no layer ip2; it has conv1, pool1"):
        extract_features(tiny_dataset, tiny_dataset, tmp_path / "ip2.parquet", **arguments)


def test_a_large_map_is_averaged_over_the_largest_square_grid_that_fits(tiny_dataset, tmp_path):
    path = tmp_path / "pool1.parquet"
    arguments = {"network": LeNet(0), "layer": "pool1", "code_digest": "c", "device": "cpu"}
    extract_features(tiny_dataset, tiny_dataset, path, **arguments, max_features=800)
    assert read_info(path).dimension == 20 * 6 * 6  # of 12 × 12; 7 × 7 would be 980
    maps = torch.arange(32.0).view(1, 2, 4, 4)
    halves = maps.view(1, 2, 2, 2, 2, 2).mean((3, 5)).flatten(1)
    torch.testing.assert_close(layer_vectors(maps, 8), halves)
    assert torch.equal(layer_vectors(maps, 32), maps.flatten(1))
    assert layer_vectors(maps, 1).shape == (1, 2)  # a cell of each channel is left at least
    assert layer_vectors(maps.flatten(1), 8).shape == (1, 32)  # no map
