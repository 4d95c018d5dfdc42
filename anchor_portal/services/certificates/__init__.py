"""Certificates: issued, superseded, withdrawn; one, or all of a round."""
