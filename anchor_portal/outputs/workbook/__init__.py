"""A round's workbook."""
