"""Some of the real ORL faces in CelebA's official layout, so that CelebA's rules can run without CelebA."""

import io
import zipfile
from pathlib import Path

import pandas as pd
from PIL import Image

from exoprobe.datasets.known.orl import orl_attributes
from exoprobe.datasets.landmarks import POINT_COLUMNS
from exoprobe.datasets.orl import read_labels

FEWER = 5  # pictures of each person
PARTITIONS = {24: 0, 32: 1, 40: 2}  # of the people up to this number: train, validation, test


def lay_out(archive: Path, landmarks: Path, samples: Path, folder: Path, names: dict[str, str]) -> None:
    """Write the folder.

    Args:
        archive: the ORL pictures.
        landmarks: theirs.
        samples: the ORL dataset, for the order of the landmarks.
        folder: to write.
        names: other names for some files, by the usual name.
    """
    (folder / "img_align_celeba").mkdir(parents=True)
    points = pd.read_parquet(landmarks).set_index(pd.read_parquet(samples, columns=["file"])["file"])[POINT_COLUMNS]
    labels = read_labels().query("image <= @FEWER")
    rows = []
    with zipfile.ZipFile(archive) as pictures:
        for number, row in enumerate(labels.itertuples(), 1):
            name, source = f"{number:06}.jpg", f"s{row.subject}/{row.image}.pgm"
            name = names.get(name, name)
            Image.open(io.BytesIO(pictures.read(source))).save(folder / "img_align_celeba" / name, "JPEG")
            partition = next(value for last, value in PARTITIONS.items() if row.subject <= last)
            signs = " ".join("1" if getattr(row, label) else "-1" for label in orl_attributes())
            where = " ".join(str(round(value)) for value in points.loc[source])
            rows.append((name, partition, row.subject, signs, where))
    heads = {
        "list_attr_celeba.txt": " ".join(orl_attributes()),
        "list_landmarks_align_celeba.txt": " ".join(POINT_COLUMNS),
    }
    files = ("list_eval_partition.txt", "identity_CelebA.txt", *heads)
    for place, file in enumerate(files, 1):
        lines = [f"{row[0]} {row[place]}" for row in rows]
        head = [str(len(rows)), heads[file]] if file in heads else []
        (folder / file).write_text("\n".join([*head, *lines]) + "\n")
