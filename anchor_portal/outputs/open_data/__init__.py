"""Open data as files, and what describes them."""
