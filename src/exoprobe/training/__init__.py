"""Networks that exoprobe trains itself, their objectives and the training loop."""
