"""Pages of a return, from the list of its sections to the signed revision."""
