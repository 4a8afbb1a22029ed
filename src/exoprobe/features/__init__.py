"""Representations: a layer's activations for every sample of a dataset, cached as Parquet."""
