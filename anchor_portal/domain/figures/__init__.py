"""How a figure is made."""
