"""The Assembly's review: what to look at first, who may decide, what was found, and whether a decision still fits."""
