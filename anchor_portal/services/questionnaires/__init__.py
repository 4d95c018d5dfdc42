"""Versions of the questionnaire: uploaded, reworded, checked beside earlier ones, published."""
