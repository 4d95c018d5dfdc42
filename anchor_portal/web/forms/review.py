"""The form of a review: outcomes, queries beside answers, a summary, a day to answer by; and remarks among reviewers."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField

from anchor_portal.clock import today
from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.pledges import NUMBERS, Outcome
from anchor_portal.domain.questionnaire.version import Questionnaire
from anchor_portal.domain.review.outcomes import MOST_NOTE, Found, ask_for, missing_outcomes, read_outcomes
from anchor_portal.domain.review_queries import MOST_WORDS, default_answer_by, refuse_answer_by
from anchor_portal.models import Verdict
from anchor_portal.outputs.rows import anchor_of
from anchor_portal.services.review.deciding import Asked, Findings
from anchor_portal.web.forms.days import DayField

NOTHING_ASKED = "Ask something, beside an answer or about the whole return, so that the organisation knows what to do"
ASKED_AND_ACCEPTED = "You wrote queries: return the return with them, or clear their boxes to accept it without them"


class ReviewForm(FlaskForm):
    """Everything on the page of a review that can be typed or chosen; each button sends all of it.

    `offered` are outcomes that stand already, by the number of their pledge: chosen until something is posted.
    """

    class Meta(FlaskForm.Meta):
        """The token against forgery is checked before any view is called, and stands in the page by itself."""

        csrf = False

    revision = HiddenField()
    summary = TextAreaField("Summary for the organisation (optional)", filters=[lambda typed: clean_text(typed or "")])
    reason = TextAreaField(
        "About the return as a whole: what should the organisation change or explain?",
        filters=[lambda typed: clean_text(typed or "")],
    )
    answer_by = DayField("Answer by", "The day to answer by", "Enter the day to answer by")

    def __init__(self, questionnaire: Questionnaire, offered: Mapping[int, Found] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        known = {question.key for question in questionnaire.questions}
        boxes = {name: clean_text(text) for name, text in request.form.items() if name.startswith("ask:")}
        self.asked = {name[4:]: text for name, text in boxes.items() if text and name[4:] in known}
        self.is_posted = posted = request.method not in {"GET", "HEAD"}
        self.outcomes = read_outcomes(request.form) if posted else dict(offered or {})
        self.notes = {number: clean_text(request.form.get(f"note-{number}", "")).strip() for number in NUMBERS}
        if not posted:
            self.notes |= {number: each.note for number, each in self.outcomes.items()}
            self.answer_by.set_day(default_answer_by(today()))
        self.wrong: dict[str, str] = {}
        """Messages by the identifier of the box that they stand beside."""

    @property
    def queries(self) -> list[Asked]:
        """What is asked: about the whole return first."""
        whole = [Asked("", self.reason.data)] if self.reason.data else []
        return whole + [Asked(key, text) for key, text in self.asked.items()]

    @property
    def findings(self) -> Findings:
        """What goes to the organisation beside the queries."""
        return Findings(self.summary.data or "", self.outcomes)

    def comment(self, pledge: int) -> str:
        """The remark that was typed for reviewers on a pledge, or on the whole return where it is 0."""
        return clean_text(request.form.get(f"comment-{pledge}", ""))

    @property
    def opinion(self) -> str:
        """What the reviewer would do, where they chose it."""
        chosen = request.form.get("opinion", "")
        return chosen if chosen in set(Verdict) else ""

    @property
    def opinion_text(self) -> str:
        """Why."""
        return clean_text(request.form.get("opinion-text", ""))

    def check_acceptance(self) -> bool:
        """Whether the return can be accepted with what was chosen: an outcome for each pledge, and nothing asked."""
        missing = missing_outcomes(self.outcomes)
        for number in missing:
            self.wrong[f"outcome-{number}"] = f"Choose an outcome for pledge {number}"
        self._check_lengths()
        if self.queries:
            self.wrong["accept"] = ASKED_AND_ACCEPTED
        return not self.wrong

    def check_return(self) -> bool:
        """Whether something is asked, in words that are not too many, by a day that can be."""
        self.validate()
        self._check_lengths()
        if not self.queries:
            self.wrong["reason"] = NOTHING_ASKED
        day = self.answer_by.data
        refusal = refuse_answer_by(day, today()) if day and not self.answer_by.errors else ""
        if refusal:
            self.answer_by.refuse(refusal)
        return not self.wrong and not self.answer_by.errors

    def check_length(self, box: str, text: str, what: str, most: int = MOST_WORDS) -> bool:
        """Whether a text is short enough; else the message beside its box."""
        if len(text) > most:
            self.wrong[box] = f"{what} can be at most {most:,} characters long, and this has {len(text):,}"
        return len(text) <= most

    def _check_lengths(self) -> None:
        for key, text in self.asked.items():
            self.check_length(f"ask-{anchor_of(key)}", text, "A query")
        self.check_length("reason", self.reason.data or "", "A query")
        self.check_length("summary", self.summary.data or "", "The summary")
        for number, note in self.notes.items():
            self.check_length(f"note-{number}", note, "The sentence about an outcome", MOST_NOTE)

    @property
    def links(self) -> list[dict[str, str]]:
        """Every message, for the summary at the top; one sentence for all pledges without an outcome."""
        return list(self._links())

    def _links(self) -> Iterator[dict[str, str]]:
        missing = [number for number in NUMBERS if f"outcome-{number}" in self.wrong]
        if missing:
            yield {"text": ask_for(missing), "href": f"#outcome-{missing[0]}"}
        for box, text in self.wrong.items():
            if not box.startswith("outcome-"):
                yield {"text": text, "href": f"#{box}"}
        if self.answer_by.errors:
            yield {"text": self.answer_by.errors[0], "href": f"#{self.answer_by.focus_id}"}


def offered_outcome(word: str, note: str) -> Found:
    """An outcome that stands already."""
    return Found(Outcome(word), note)
