"""From a folder of pictures, a table and networks to an audit's features, in one process.

The workflow runs the same steps as jobs, see workflow/rules/images.smk; the files are the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exoprobe.config.images import image_representations, needs_landmarks, with_pixels
from exoprobe.datasets.image_table import build_image_table, write_image_table
from exoprobe.datasets.landmarks import detect_landmarks
from exoprobe.embeddings.adapters.dlib_models import RESNET, SHAPE_PREDICTOR, fetch_dlib_models
from exoprobe.embeddings.adapters.registry import load_adapter
from exoprobe.embeddings.image_features import extract_shard, gather_layer, write_notes


@dataclass(frozen=True)
class ImageFeatures:
    """What an audit is made of.

    Attributes:
        factors: the table, a row per picture.
        representations: name → ``title``, ``features`` (the file) and ``control``.
        notes: JSON files, each a list of sentences on the pictures.
    """

    factors: Path
    representations: Mapping[str, Mapping[str, Any]]
    notes: Sequence[Path]


def compute_image_features(
    folder: str | Path,
    table: str | Path,
    networks: Mapping[str, Mapping[str, Any]],
    out: str | Path,
    *,
    code_digest: str,
    column: str | None = None,
    texts: Sequence[str] = (),
    bad_images: str = "refuse",
    seed: int = 0,
    device: str = "auto",
    dtype: str = "float32",
    threads: int = 1,
) -> ImageFeatures:
    """Compute the features of every picture by every network, and raw pixels as a control.

    Args:
        folder: the pictures.
        table: of factors, a row per picture.
        networks: name → settings, see :func:`exoprobe.config.images.named_networks`.
        out: a folder for the files.
        code_digest: of the code, for the feature files' footers.
        column: see :func:`exoprobe.datasets.image_table.build_image_table`, as for ``texts`` and ``bad_images``.
        texts: columns that hold names.
        bad_images: ``refuse`` or ``leave_out``.
        seed: of random weights.
        device: ``auto``, ``cpu`` or ``cuda``.
        dtype: to store, ``float32`` or ``float16``.
        threads: that decode pictures.

    Raises:
        ExoprobeError: where pictures, table or a network are refused.
    """
    out, networks = Path(out), with_pixels(networks)
    samples, factors, notes = out / "samples.parquet", out / "factors.parquet", [out / "notes.json"]
    pictures = build_image_table(folder, table, column=column, texts=texts, bad_images=bad_images, threads=threads)
    write_image_table(pictures, samples, factors, notes[0])
    landmarks = out / "landmarks.parquet"
    if any(needs_landmarks(entry) for entry in networks.values()):
        detect_landmarks(samples, folder, _dlib_model(out, SHAPE_PREDICTOR), landmarks, part=0, parts=1)
    for name, entry in networks.items():
        weights = entry.get("weights") or (_dlib_model(out, RESNET) if entry["adapter"] == "dlib_resnet" else None)
        adapter, shard = load_adapter(dict(entry), weights, seed), out / name / "shard.parquet"
        extract_shard(
            samples, folder, landmarks if needs_landmarks(entry) else None, shard, adapter=adapter, weights=weights,
            shard=0, shards=1, code_digest=code_digest, device=device,
        )  # fmt: skip
        for layer in adapter.layers:
            gather_layer([shard], samples, out / name / f"{layer}.parquet", layer=layer, dtype=dtype)
        shard.unlink()
        notes.append(out / name / "notes.json")
        write_notes(notes[-1], name, adapter)
    features = f"{out}/{{network}}/{{layer}}.parquet"
    return ImageFeatures(factors, image_representations(networks, features), notes)


def _dlib_model(out: Path, name: str) -> Path:
    """Return the file of one of dlib's models, fetched if it is not there."""
    path = out / "weights" / name
    if not path.exists():
        fetch_dlib_models([path])
    return path
