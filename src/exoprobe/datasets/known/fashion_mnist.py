"""Fashion-MNIST, rotated as in section 4 of the paper."""

from exoprobe.datasets.registry import Dataset

DATASET = Dataset(
    name="fashion_mnist",
    title="Fashion-MNIST",
    source="Xiao, Rasul and Vollgraf 2017 (Zalando)",
    license="MIT",
    build="exoprobe.datasets.rotated_digits:build_rotated_digits",
    images="column",
    splits="official",
    size=70_000,
)
