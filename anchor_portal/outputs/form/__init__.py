"""The form to take away: a workbook that can be read back, and paper."""
