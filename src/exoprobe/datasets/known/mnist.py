"""MNIST, rotated as in section 4 of the paper."""

from exoprobe.datasets.registry import Dataset

DATASET = Dataset(
    name="mnist",
    title="MNIST",
    source="LeCun, Bottou, Bengio and Haffner 1998",
    license="CC BY-SA 3.0",
    build="exoprobe.datasets.rotated_digits:build_rotated_digits",
    images="column",
    splits="official",
    size=70_000,
)
