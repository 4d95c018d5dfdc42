"""Accounts as the team sees to them: closed and opened again, roles taken away, everything handed over, last seen."""
