"""How fast and how close the PyTorch copy of dlib's face ResNet is to dlib itself, on the ORL faces.

python -m benchmarks.dlib_speed
"""

import os

import dlib
import numpy as np
import pandas as pd
import torch

from benchmarks.throughput import compare
from benchmarks.timing import report
from exoprobe.compute import prepare
from exoprobe.datasets.images import ImageFiles
from exoprobe.datasets.landmarks import read_landmarks
from exoprobe.datasets.samples import read_samples
from exoprobe.embeddings.adapters.dlib_resnet import CROP, load_dlib_resnet
from exoprobe.embeddings.crops import crop_face

WEIGHTS = "results/weights/dlib_face_recognition_resnet_model_v1.dat"
SAMPLES, LANDMARKS = "results/data/orl/samples.parquet", "results/data/orl/landmarks.parquet"
IMAGES = "results/data/orl/images.zip"
CHIPS, BATCH, REPEATS = 64, 32, 3


def main() -> None:
    """Print images per second, their ratio and the largest difference of a descriptor's dimension."""
    prepare(threads=os.cpu_count() or 1)
    files, names = ImageFiles(IMAGES), read_samples(SAMPLES, ["file"])["file"][:CHIPS]
    faces = read_landmarks(LANDMARKS).head(CHIPS).to_dict("records")
    chips = [crop_face(files.load(name), face, CROP) for name, face in zip(names, faces, strict=True)]
    batch = torch.from_numpy(np.stack(chips))
    rows = [np.ascontiguousarray(chip.transpose(1, 2, 0)) for chip in chips]
    ours, theirs = load_dlib_resnet(WEIGHTS), dlib.face_recognition_model_v1(WEIGHTS)

    @torch.inference_mode()
    def torch_descriptors() -> np.ndarray:
        return torch.cat([ours(chunk)["embedding"] for chunk in batch.split(BATCH)]).numpy()

    def dlib_descriptors() -> np.ndarray:
        return np.array([theirs.compute_face_descriptor(chip) for chip in rows])

    difference = np.abs(torch_descriptors() - dlib_descriptors()).max()
    sides = {"exoprobe, PyTorch": torch_descriptors, "dlib": dlib_descriptors}
    table: pd.DataFrame = compare("dlib's face ResNet", CHIPS, sides, REPEATS)
    table["largest_difference"] = difference
    report("dlib", table)


if __name__ == "__main__":
    main()
