"""One page written straight into a file, for what is drawn by the thousand: most of it is made once and kept."""
