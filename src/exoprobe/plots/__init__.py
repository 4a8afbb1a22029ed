"""Pictures, each with the tidy data behind it."""
