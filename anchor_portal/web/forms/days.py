"""A date in three boxes, day, month and year, that keeps what was typed and says which box is wrong."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import Field

from anchor_portal.domain.answers.numbers import Unreadable, read_date
from anchor_portal.domain.rounds import refuse_year
from anchor_portal.web.forms.boxes import printable

BOXES = ("day", "month", "year")


class DayField(Field):
    """A day. `what` begins its messages ("The closing date"); without `missing` it may be left blank."""

    def __init__(self, label: str, what: str, missing: str = "", **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.what, self.missing = what, missing
        self.typed: dict[str, str] = dict.fromkeys(BOXES, "")
        self.data: date | None = None
        self.errors: Sequence[str] = ()
        self.wrong: tuple[str, ...] = ()

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Take what was posted."""
        if formdata:
            self.typed = {box: printable(formdata.get(f"{self.name}-{box}", "")).strip()[:20] for box in BOXES}

    def set_day(self, day: date) -> None:
        """Offer a day, as long as nothing was typed."""
        self.typed = {"day": str(day.day), "month": str(day.month), "year": str(day.year)}

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Read the boxes; False with a message where they make no date."""
        blank = tuple(box for box in BOXES if not self.typed[box])
        if len(blank) == len(BOXES):
            return self.refuse(self.missing) if self.missing else True
        if blank:
            return self.refuse(f"{self.what} must include a {' and a '.join(blank)}", *blank)
        try:
            self.data = read_date("/".join(self.typed.values()), what=self.what)
        except Unreadable as refusal:
            return self.refuse(str(refusal))
        if wrong := refuse_year(self.what.lower(), self.data):
            return self.refuse(f"{wrong[:1].upper()}{wrong[1:]}", "year")
        return True

    def refuse(self, message: str, *boxes: str) -> bool:
        """Say what is wrong, at these boxes or at all three; always False."""
        self.errors, self.wrong = [message], boxes or BOXES
        return False

    @property
    def focus_id(self) -> str:
        """The identifier of the first wrong box."""
        return f"{self.id}-{self.wrong[0] if self.wrong else BOXES[0]}"

    @property
    def items(self) -> list[dict[str, str]]:
        """The boxes, as NHS.UK's date input wants them."""
        return [
            {
                "id": f"{self.id}-{box}",
                "name": f"{self.name}-{box}",
                "label": box.capitalize(),
                "value": self.typed[box],
                "classes": f"nhsuk-input--width-{4 if box == 'year' else 2}"
                + (" nhsuk-input--error" if box in self.wrong else ""),
            }
            for box in BOXES
        ]
