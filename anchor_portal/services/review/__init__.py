"""The Assembly's review: who looks, what they say among themselves, what they decide and tell the organisation."""
