"""Linear support vector machines that share their features: all targets and every C in one fit."""
