"""Messages: written with the change that they tell of, sent after it."""
