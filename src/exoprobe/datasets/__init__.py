"""Datasets: images with factors, groups and splits, from raw files to Parquet."""
