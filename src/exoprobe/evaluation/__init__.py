"""Scores of the probes' predictions, and how factors are encoded."""
