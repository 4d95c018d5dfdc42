"""Certificates: what each kind says, and whether one still stands."""
