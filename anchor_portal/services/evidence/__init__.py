"""Files as evidence: taken, scanned, kept."""
