"""Every change of the register of organisations, and files that are read into it."""
