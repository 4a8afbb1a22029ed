"""Digits perturbed by known values, inside the ranges that a network may be trained on and outside them."""

import logging
from pathlib import Path

import numpy as np
import torch

from exoprobe.datasets.digit_splits import take_splits
from exoprobe.datasets.perturbations import PERTURBATIONS
from exoprobe.datasets.samples import write_samples

log = logging.getLogger(__name__)

# Of each digit's images, whether all values are inside: twice, since objectives pair two images of one digit.
INSIDE = (True, True, False)
BATCH = 4096  # images that are perturbed at once
Ranges = dict[str, dict[str, list[float]]]  # name → train_range and the wider test_range, [low, high] each


def build_perturbed_digits(
    source: str | Path, path: str | Path, *, perturbations: Ranges, counts: dict[str, int], seed: int
) -> None:
    """Perturb the digits and write the dataset.

    Args:
        source: the .npz file of :func:`exoprobe.datasets.digit_sources.save_digits`.
        path: the samples file to write: the digits of each split, three rows each as :func:`draw_values` says, with
            a column per perturbation, ``inside`` and ``outside_factor``.
        perturbations: the ranges of each; applied in the order of
            :data:`exoprobe.datasets.perturbations.PERTURBATIONS`.
        counts: source digits per split, see :func:`exoprobe.datasets.digit_splits.take_splits`.
        seed: of the values, the noise and the positions of occlusions.
    """
    sources = take_splits(source, counts)
    drawn = draw_values(perturbations, len(sources["label"]), seed)
    rows = {name: np.repeat(column, len(INSIDE), axis=0) for name, column in sources.items()}
    values = {name: drawn[name] for name in perturbations}
    images = perturb_images(rows.pop("image"), values, seed)
    log.info("%d digits, twice inside and once outside = %d images", len(sources["label"]), len(images))
    write_samples(path, {"sample_id": np.arange(len(images)), **rows, **drawn, "image": images})


def draw_values(perturbations: Ranges, digits: int, seed: int) -> dict[str, np.ndarray]:
    """Draw the values of three rows per digit: two inside all training ranges, one outside a random one of them.

    Args:
        perturbations: the ranges of each.
        digits: how many.
        seed: of the draw.

    Returns:
        Arrays of 3 · ``digits`` rows, three per digit: ``inside`` (whether all values are), ``outside_factor`` (the
        perturbation whose value is not, or nothing) and the values of each perturbation.
    """
    rng = np.random.default_rng(seed)
    inside = np.tile(INSIDE, digits)
    count = len(inside)
    outside_factor = np.where(inside, "", rng.choice(list(perturbations), count))
    columns = {"inside": inside, "outside_factor": outside_factor}
    for name, ranges in perturbations.items():
        low, high = ranges["train_range"]
        within = rng.uniform(low, high, count)
        beyond = _draw_beyond(ranges, count, rng)
        columns[name] = np.where(outside_factor == name, beyond, within)
    return columns


def _draw_beyond(ranges: dict[str, list[float]], count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw uniformly from the outer range without the inner one."""
    (low, high), (lowest, highest) = ranges["train_range"], ranges["test_range"]
    drawn = rng.uniform(lowest, highest - (high - low), count)
    return np.where(drawn < low, drawn, drawn + (high - low))


def perturb_images(images: np.ndarray, values: dict[str, np.ndarray], seed: int) -> np.ndarray:
    """Apply several perturbations to each image.

    Args:
        images: uint8 [N, height, width].
        values: of each perturbation [N], by name.
        seed: of noise and of positions.

    Returns:
        uint8 [N, height, width].
    """
    generator = torch.Generator().manual_seed(seed)
    perturbed = torch.from_numpy(images).clone()
    chosen = {name: torch.from_numpy(values[name]).float() for name in PERTURBATIONS if name in values}
    for rows in torch.arange(len(images)).split(BATCH):
        for name, column in chosen.items():
            perturbed[rows] = PERTURBATIONS[name].apply(perturbed[rows], column[rows], generator)
    return perturbed.numpy()
