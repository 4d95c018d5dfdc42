"""Meetings of the Assembly: agenda and numbers, actions carried along, profiles, Marmot themes."""
