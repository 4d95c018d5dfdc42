"""Pages that anybody reads: figures, publications, open data, the Beacon indicators."""
