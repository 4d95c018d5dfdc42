"""Disclosure control: what must not be worked out from what is published."""
