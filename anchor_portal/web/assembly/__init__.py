"""Pages of the Assembly: what to look at, what was decided, are promises kept."""
