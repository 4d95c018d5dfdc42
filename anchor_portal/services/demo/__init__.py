"""The demonstration: invented answers of real organisations, and invented people."""
