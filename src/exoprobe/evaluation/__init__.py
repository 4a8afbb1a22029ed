"""What the probes' results and the features' structure say."""
