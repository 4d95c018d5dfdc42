"""Outcomes of pledges as pages show them: a word and a shape, never a colour alone."""

from anchor_portal.domain.pledges import Outcome

SHAPES = {
    Outcome.MET: "met",
    Outcome.MAKING_PROGRESS: "part",
    Outcome.NOT_YET_EVIDENCED: "open",
    Outcome.NOT_APPLICABLE: "dash",
}
"""The class of the style sheet for the shape beside each outcome."""
