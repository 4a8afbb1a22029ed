"""Linear support vector problems that share their features: all targets and every C in one fit."""
