"""Rounds: added, opened, closed, published; more time, and reminders."""
