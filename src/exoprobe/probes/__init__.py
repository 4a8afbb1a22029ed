"""Small models, fitted on train, tuned on validation, scored once on test."""
