"""How fast training and extraction are, beside a plain loop and the bare forward pass.

python -m benchmarks.throughput [SAMPLES]

Both sides of a ratio are measured in turn, several times; the medians are compared, since a shared machine's
speed drifts.
"""

import multiprocessing
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import chain, islice, repeat
from pathlib import Path

import pandas as pd
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms.functional import to_tensor

from benchmarks.timing import report, seconds
from exoprobe.compute import choose_device, choose_precision, prepare
from exoprobe.datasets.samples import read_samples
from exoprobe.embeddings.extraction import extract_features
from exoprobe.training.architectures.lenet import LeNet
from exoprobe.training.architectures.network import PIXEL_SCALE
from exoprobe.training.checkpoint import save_weights
from exoprobe.training.digit_networks import load_images
from exoprobe.training.loop import train
from exoprobe.training.objectives.softmax import Softmax
from exoprobe.training.training_images import TrainingImages

REPEATS = 5
EXTRACTION_REPEATS = 3  # of the whole dataset
FORWARD_BATCH = 128  # of 64 to 512 the fastest for a bare pass on two cores
BATCH = 64
STEPS = 150
ANGLES = (-45, -30, -15, 0, 15, 30, 45)
RECIPE = {
    "optimizer": "adamw",
    "learning_rate": 0.001,
    "momentum": 0.9,
    "weight_decay": 0.0,
    "schedule": "inverse_decay",
    "batch_size": BATCH,
    "max_steps": STEPS,
    "validate_every": STEPS,
    "patience": 1,
}


class PillowRotations(Dataset):
    """What one would write first: rotate each image with Pillow when it is asked for."""

    def __init__(self, images: Tensor, labels: Tensor) -> None:
        self.images, self.labels = images, labels

    def __len__(self) -> int:
        """Return the number of rotated images."""
        return len(self.labels) * len(ANGLES)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        """Return one rotated image, float [1, 28, 28], and its label."""
        digit, angle = divmod(index, len(ANGLES))
        image = Image.fromarray(self.images[digit, 0].numpy())
        return to_tensor(image.rotate(ANGLES[angle], Image.Resampling.BILINEAR)), int(self.labels[digit])


class PlainLoop:
    """Trains LeNet in a plain float32 loop, in a process of its own: torch as it comes, without ``prepare``.

    Args:
        samples: the dataset.
        workers: of the DataLoader.
    """

    def __init__(self, samples: Path, workers: int) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.process = ProcessPoolExecutor(1, spawn, initializer=start_loader, initargs=(samples, workers))

    def __call__(self) -> None:
        """Train for some steps."""
        self.process.submit(train_plainly).result()


def start_loader(samples: Path, workers: int) -> None:
    """Start the DataLoader of a process, so that its workers are started outside the measured time."""
    data = load_images(samples, "train", torch.device("cpu"))
    upright = read_samples(samples, ["angle"], "train")["angle"] == 0
    plain = PillowRotations(data.images[upright], data.labels[upright])
    loader = DataLoader(plain, BATCH, shuffle=True, drop_last=True, num_workers=workers)
    train_plainly.batches = chain.from_iterable(repeat(loader))


def train_plainly() -> None:
    """Train LeNet for some steps."""
    network = LeNet().to(memory_format=torch.contiguous_format)
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.001)
    for images, labels in islice(train_plainly.batches, STEPS):
        loss = torch.nn.functional.cross_entropy(network(images / PIXEL_SCALE)["ip2"], labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def train_ours(data: TrainingImages) -> None:
    """Train LeNet for as many steps with exoprobe's loop."""
    device = data.images.device
    network = LeNet().to(device, memory_format=torch.channels_last)
    few = TrainingImages(data.images[:BATCH], data.labels[:BATCH], data.groups[:BATCH])
    generator = torch.Generator().manual_seed(0)
    precision = choose_precision("auto", device)
    train(network, Softmax({}, data, generator), data, few, RECIPE, generator=generator, precision=precision)


def compare(name: str, count: int, sides: dict[str, Callable[[], object]], repeats: int) -> pd.DataFrame:
    """Measure the sides in turn, after one run that does not count.

    Args:
        name: of the comparison.
        count: images that each side handles.
        sides: the first is ours; the others what it is held against.
        repeats: how often each side is measured.

    Returns:
        A row per side: images per second (median) and the ratio of ours to it.
    """
    times: dict[str, list[float]] = {side: [] for side in sides}
    for _ in range(repeats + 1):
        for side, action in sides.items():
            times[side].append(seconds(action))
    speed = {side: count / statistics.median(values[1:]) for side, values in times.items()}
    ours = next(iter(speed.values()))
    rows = [(name, side, round(value), round(ours / value, 2)) for side, value in speed.items()]
    return pd.DataFrame(rows, columns=["comparison", "side", "images_per_second", "ours_by_this"])


def compare_training(samples: Path) -> pd.DataFrame:
    """Training at batch 64 against a DataLoader with Pillow rotations, without and with workers."""
    data = load_images(samples, "train", torch.device("cpu"))
    sides: dict[str, Callable[[], object]] = {"exoprobe": lambda: train_ours(data)}
    for workers in (0, os.cpu_count() or 1):
        sides[f"DataLoader, Pillow, {workers} workers"] = PlainLoop(samples, workers)
    return compare("training, batch 64", BATCH * STEPS, sides, REPEATS)


def compare_extraction(samples: Path) -> pd.DataFrame:
    """Reading the images, extracting ip1 and writing the feature file, against the bare forward pass."""
    images = torch.from_numpy(read_samples(samples, ["image"])["image"]).unsqueeze(1)
    device = choose_device("auto")
    network = LeNet().to(device, memory_format=torch.channels_last)

    @torch.inference_mode()
    def forward() -> None:
        for batch in images.split(FORWARD_BATCH):
            network(batch.to(device))

    with tempfile.TemporaryDirectory(dir=samples.parent) as folder:
        path, weights = Path(folder) / "ip1.parquet", Path(folder) / "weights.safetensors"
        save_weights(weights, network.state_dict(), {})

        def extract() -> None:
            extract_features(samples, weights, path, network=network, layer="ip1", code_digest="bench")

        sides: dict[str, Callable[[], object]] = {"exoprobe, with Parquet": extract, "bare forward pass": forward}
        return compare("extraction", len(images), sides, EXTRACTION_REPEATS)


def main() -> None:
    """Print both tables and write them to results/bench/throughput.csv."""
    samples = Path(sys.argv[1] if len(sys.argv) > 1 else "results/data/mnist/samples.parquet")
    prepare(threads=os.cpu_count() or 1)
    table = pd.concat([compare_training(samples), compare_extraction(samples)])
    report("throughput", table)


if __name__ == "__main__":
    main()
