"""KMNIST, rotated as in section 4 of the paper."""

from exoprobe.datasets.registry import Dataset

DATASET = Dataset(
    name="kmnist",
    title="KMNIST",
    source="Clanuwat et al. 2018 (ROIS-DS Center for Open Data in the Humanities)",
    license="CC BY-SA 4.0",
    build="exoprobe.datasets.rotated_digits:build_rotated_digits",
    images="column",
    splits="official",
    size=70_000,
)
