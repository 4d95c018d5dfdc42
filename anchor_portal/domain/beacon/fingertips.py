"""The columns of a Fingertips download, which public-health analysts know: ours to write, and to read."""

COLUMNS = (
    "Indicator ID",
    "Indicator Name",
    "Parent Code",
    "Parent Name",
    "Area Code",
    "Area Name",
    "Area Type",
    "Sex",
    "Age",
    "Category Type",
    "Category",
    "Time period",
    "Value",
    "Lower CI 95.0 limit",
    "Upper CI 95.0 limit",
    "Lower CI 99.8 limit",
    "Upper CI 99.8 limit",
    "Count",
    "Denominator",
    "Value note",
    "Recent Trend",
    "Compared to England value or percentiles",
    "Compared to percentiles",
    "Time period Sortable",
    "New data",
    "Compared to goal",
    "Time period range",
)
"""Names and order of a file from Fingertips' "Download data" (OHID)."""

ENGLAND = ("E92000001", "England")
"""Code and name of the country in those files."""
CHESHIRE_AND_MERSEYSIDE = ("E54000008", "NHS Cheshire and Merseyside Integrated Care Board")
"""Code and name of the integrated care board's area (ONS, April 2023)."""
