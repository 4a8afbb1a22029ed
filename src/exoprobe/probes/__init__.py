"""Small readouts, fitted on train, tuned on validation, scored once on test."""
