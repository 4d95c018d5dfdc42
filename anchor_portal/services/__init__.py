"""Every change of the database; services flush and never commit."""
