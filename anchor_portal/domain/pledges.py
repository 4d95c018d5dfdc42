"""The seven pledges: short titles for headings, grids and certificates, and what the Assembly may find about one.

Their full texts stand in each version of the questionnaire.
"""

from enum import StrEnum

PLEDGES = {
    1: "Real living wage and an equal local job sector",
    2: "Employ and buy locally",
    3: "Buildings as community assets",
    4: "Net zero by 2040 or sooner",
    5: "Social Value Charter and Award",
    6: "Tackling health inequalities",
    7: "Showcasing social value",
}

NUMBERS = tuple(PLEDGES)


class Outcome(StrEnum):
    """What the Assembly finds about one pledge of one organisation in one round (workflow.md)."""

    MET = "met"
    MAKING_PROGRESS = "making_progress"
    NOT_YET_EVIDENCED = "not_yet_evidenced"
    NOT_APPLICABLE = "not_applicable"


OUTCOME_NAMES = {
    Outcome.MET: "Met",
    Outcome.MAKING_PROGRESS: "Making progress",
    Outcome.NOT_YET_EVIDENCED: "Not yet evidenced",
    Outcome.NOT_APPLICABLE: "Not applicable",
}
