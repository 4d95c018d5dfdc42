"""Meetings of the Assembly: planned, recorded live, carried along, and printed as a pack."""
