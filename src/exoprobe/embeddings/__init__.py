"""Embeddings of samples: networks, extraction, controls and erasure."""
