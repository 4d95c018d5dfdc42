"""The rules of the portal, with nothing but the standard library under them."""
