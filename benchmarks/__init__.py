"""Measurements of speed, as ratios between two things measured in turn in one run."""
