"""Pages about a person: signing in, what waits for them, their colleagues."""
