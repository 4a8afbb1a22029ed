"""A user's folder of pictures with a table of factors."""

from exoprobe.datasets.registry import Dataset

DATASET = Dataset(
    name="images",
    title="your pictures",
    source="yours",
    license="",
    build="exoprobe.datasets.image_table:build_image_table",
    images="files",
    splits="drawn",
)
