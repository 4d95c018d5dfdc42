"""How an installation stands, for whoever watches over it."""
