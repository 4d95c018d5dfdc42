"""Pages of the team that runs the rounds."""
