"""A version of the questionnaire, and strict reading of its file."""
