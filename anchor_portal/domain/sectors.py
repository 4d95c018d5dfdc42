"""The kinds of organisation, the places and the tiers by which figures are broken down."""

SECTORS = {
    "nhs-trust": "NHS trusts",
    "nhs-icb": "Integrated care board",
    "nhs-shared-service": "NHS shared service",
    "council": "Councils",
    "vcse": "Voluntary and community organisations",
    "housing": "Housing associations",
    "company": "Companies",
    "primary-care": "Primary care",
}

SECTOR_OF_ONE = {
    "nhs-trust": "NHS trust",
    "nhs-icb": "Integrated care board",
    "nhs-shared-service": "NHS shared service",
    "council": "Council",
    "vcse": "Voluntary or community organisation",
    "housing": "Housing association",
    "company": "Company",
    "primary-care": "Primary care organisation",
}

SEVERAL_PLACES = "several"
"""The row of organisations without one main place, so that the places add up to the total once."""

TIERS = {
    "lower": "Lower",
    "middle": "Middle",
    "upper": "Upper",
    "medical_and_dental": "Medical and dental",
    "board": "Board",
    "other": "Other (NHS)",
}

SCALES = ("nhs", "general")
