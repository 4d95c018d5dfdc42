"""A round's exports: workbook, CSV, JSON, summary on paper, and everything in one archive."""
