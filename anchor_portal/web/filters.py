"""What every template may use: dates in words, NHS.UK components, names of statuses, who is signed in."""

from datetime import datetime
from functools import lru_cache

from flask import Flask, request
from flask_login import current_user

from anchor_portal.clock import local
from anchor_portal.domain import lifecycle
from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.people import Role
from anchor_portal.domain.pledges import PLEDGES
from anchor_portal.domain.rounds import title_of
from anchor_portal.domain.sectors import SECTOR_OF_ONE
from anchor_portal.domain.signing_in.second_factors import say_recovery_code
from anchor_portal.engine import DATABASE_FAILS
from anchor_portal.extensions import csrf, reference, settings
from anchor_portal.web.frame import Frame
from anchor_portal.web.nhsuk import component


def set_up(app: Flask) -> None:
    """Make them known to the templates."""
    app.jinja_env.globals.update(
        nhs=component,
        PLEDGES=PLEDGES,
        Role=Role,
        STATUS_NAMES=lifecycle.NAMES,
        SECTORS=SECTOR_OF_ONE,
    )
    app.jinja_env.filters.update(day=say_date, moment=say_moment, round_title=title_of, recovery_code=say_recovery_code)
    frame = Frame(app)

    @app.context_processor
    def of_every_page() -> dict[str, object]:
        who = current_user._get_current_object()
        return {
            "settings": settings(),
            "csrf_token": csrf.token,
            "is_demo": _is_demo(),
            "viewer": who,
            "header": lambda: frame.header(who),
            "footer": frame.footer,
            "path": request.path,
        }


@lru_cache(maxsize=4096)
def say_moment(moment: datetime) -> str:
    """A moment in local time: 31 July 2026 at 14:02; the hour that comes twice in autumn says which it is."""
    here = local(moment)
    comes_twice = here.utcoffset() != here.replace(fold=1 - here.fold).utcoffset()
    which = (" (winter time)" if here.fold else " (summer time)") if comes_twice else ""
    return f"{say_date(here.date())} at {here:%H:%M}{which}"


def _is_demo() -> bool:
    """Whether the figures are synthetic; an error page must not fail because the database does."""
    try:
        return reference().is_demo
    except (*DATABASE_FAILS, AttributeError):
        return False
