"""A user's embeddings with a table of factors."""

from exoprobe.datasets.registry import Dataset

DATASET = Dataset(
    name="audit",
    title="your embeddings",
    source="yours",
    license="",
    build="exoprobe.datasets.user_dataset:build_audit",
    images="none",
    splits="drawn",
)
