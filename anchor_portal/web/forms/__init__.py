"""Forms that follow from a declaration: a section of the questionnaire as fields of a page."""
