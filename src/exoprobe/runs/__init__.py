"""Which dataset, network, seed and layer there are, and the files that their results are in."""
