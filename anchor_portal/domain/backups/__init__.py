"""A backup as a file: what it says of itself, and how values are written so that either engine can take them."""
