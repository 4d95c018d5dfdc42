"""Answers: read, checked, said."""
