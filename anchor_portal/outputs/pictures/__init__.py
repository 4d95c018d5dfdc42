"""Pictures as PNG, for pages that are shared."""
