import json

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import nn

from exoprobe.config.images import named_networks
from exoprobe.embeddings.image_folder import compute_image_features
from exoprobe.features.feature_file import read_features

pytestmark = pytest.mark.filterwarnings("ignore:.torch.jit.*deprecated:FutureWarning")


def test_a_folder_a_table_and_a_network_become_features(tmp_path, rng):
    (tmp_path / "photos").mkdir()
    pictures = rng.integers(0, 256, (5, 20, 16, 3), dtype=np.uint8)
    for number, pixels in enumerate(pictures):
        Image.fromarray(pixels).save(tmp_path / "photos" / f"{number}.png")
    names = [f"{number}.png" for number in (3, 1, 4, 0, 2)]
    pd.DataFrame({"picture": names, "age": range(5)}).to_csv(tmp_path / "my.csv", index=False)
    torch.jit.script(nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten())).save(str(tmp_path / "mean-2.pt"))
    networks = named_networks([tmp_path / "mean-2.pt"], {})
    made = compute_image_features(
        tmp_path / "photos", tmp_path / "my.csv", networks, tmp_path / "out", code_digest=""
    )
    assert pd.read_parquet(made.factors)["age"].tolist() == [0, 1, 2, 3, 4]
    assert {name: (entry["title"], entry["control"]) for name, entry in made.representations.items()} == {
        "mean_2": ("mean_2", False),
        "pixels": ("raw pixels", True),
    }
    features = read_features(made.representations["mean_2"]["features"])
    first = Image.fromarray(pictures[3]).resize((224, 224), Image.Resampling.BILINEAR)
    means = np.asarray(first).reshape(2, 112, 2, 112, 3).mean((1, 3)).transpose(2, 0, 1).ravel() / 255
    np.testing.assert_allclose(features[0], means, atol=1e-5)
    assert read_features(made.representations["pixels"]["features"]).shape == (5, 576)
    said = [sentence for path in made.notes for sentence in json.loads(path.read_text())]
    assert said == [
        f"5 pictures of {tmp_path / 'photos'}, named by picture in {tmp_path / 'my.csv'}.",
        "mean_2 sees the whole picture resized, whatever its aspect ratio, to 224 × 224 pixels; its input is "
        "(pixel − 0) · 0.003922.",
        "pixels sees the whole picture resized, whatever its aspect ratio, to 24 × 24 pixels, gray.",
    ]
