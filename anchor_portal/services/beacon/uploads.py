"""Published values of Beacon indicators: a file taken in, looked at, applied in one go, and undone with a reason."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.text import all_of, clean_line
from anchor_portal.domain.beacon.file import Area, Download, NotADownload, RawRow, Series, read_download
from anchor_portal.domain.beacon.reading import (
    Differences,
    SeriesRead,
    differences,
    read_series,
    refusal_of,
    remark_on,
    say_ignored,
    sort_alike,
)
from anchor_portal.domain.beacon.table import Reading
from anchor_portal.domain.beacon.words import FACTS, Facts
from anchor_portal.folders import folder
from anchor_portal.models import BeaconIndicator, BeaconSeries, BeaconUpload, BeaconValue, Place, UploadState
from anchor_portal.models.base import now
from anchor_portal.queries.beacon import load_readings, remembered
from anchor_portal.services.audit import record

LARGEST = 15 * 1024 * 1024
"""Bytes of a file that is taken."""
KEPT_FOR = timedelta(days=2)
"""How long a file that nobody applies is kept."""
Choices = Mapping[int, int | None]
"""By the position of a series in its file, which of our indicators it is; None where it is not to be used."""


class UploadRefused(Exception):
    """The file cannot be taken, or not applied, or not undone; the text is a sentence."""


class StalePreview(Exception):
    """What is shown changed after the preview; nothing was stored."""


class ChoicesRefused(Exception):
    """Some series cannot be what was chosen for them; `faults` has a sentence by position."""

    def __init__(self, faults: Mapping[int, str]) -> None:
        super().__init__("; ".join(faults.values()))
        self.faults = dict(faults)


@dataclass(frozen=True, slots=True)
class SeriesPreview:
    """A series of a file beside what is shown now."""

    series: BeaconSeries
    facts: Facts
    read: SeriesRead
    differences: Differences
    remark: str

    @property
    def periods(self) -> tuple[str, str]:
        """The first and the last period."""
        ordered = sorted(self.read.readings, key=lambda each: (each.sortable, each.period))
        return (ordered[0].period, ordered[-1].period) if ordered else ("", "")


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do: by series, with a mark of what it was compared with; `ignored` says what is left alone."""

    series: tuple[SeriesPreview, ...]
    ignored: str
    mark: str

    @property
    def faults(self) -> list[str]:
        """Everything wrong with the lines of the series chosen."""
        return [fault for each in self.series for fault in each.read.faults]

    @property
    def new(self) -> int:
        """Values that are not shown yet."""
        return sum(len(each.differences.new) for each in self.series)

    @property
    def changed(self) -> int:
        """Values that are shown and differ."""
        return sum(len(each.differences.changed) for each in self.series)

    @property
    def can_apply(self) -> bool:
        """Whether there is something to apply, and nothing wrong."""
        return not self.faults and self.new + self.changed > 0


@cache
def _own_codes() -> tuple[tuple[str, Area], ...]:
    """England and Cheshire and Merseyside by every code that a file may use."""
    with (folder("seeds") / "beacon_areas.csv").open(encoding="utf-8", newline="") as file:
        return tuple((row["code"], Area(row["area"], row["name"])) for row in csv.DictReader(file))


def load_areas(session: Session) -> dict[str, Area]:
    """Our areas by every code that a file may use."""
    places = session.execute(select(Place.gss_code, Place.name))
    return dict(_own_codes()) | {code: Area(code, name) for code, name in places}


def read(content: bytes, areas: Mapping[str, Area]) -> Download:
    """Read a file; `areas` are as `load_areas` gives them. Raises UploadRefused."""
    try:
        return read_download(content, areas)
    except NotADownload as refusal:
        raise UploadRefused(str(refusal)) from None


def stage(session: Session, content: bytes, file_name: str, who: str, download: Download | None = None) -> BeaconUpload:
    """Take a file in to be looked at; which indicators it holds is as it was chosen last time. Raises UploadRefused.

    `download` is the file as it was read before, where nobody was to wait for that.
    """
    _tidy(session)
    download = download or read(content, load_areas(session))
    upload = _upload(download, content, file_name, who)
    _choose_as_before(session, upload.series)
    session.add(upload)
    session.flush()
    return upload


def _tidy(session: Session) -> None:
    old = BeaconUpload.uploaded_at < now() - KEPT_FOR
    session.execute(delete(BeaconUpload).where(BeaconUpload.state == UploadState.PREVIEW, old))


def _upload(download: Download, content: bytes, file_name: str, who: str) -> BeaconUpload:
    return BeaconUpload(
        file_name=clean_line(file_name.replace("\\", "/").rpartition("/")[2])[:120] or "a file without a name",
        digest=sha256(content).hexdigest(),
        staged=_write(download.series),
        lines=download.lines,
        other_areas=download.other_areas,
        categories=download.categories,
        uploaded_by=who,
        series=[
            BeaconSeries(position=index, ident=each.ident, name=each.name, age=each.age, rows=len(each.rows))
            for index, each in enumerate(download.series)
        ],
    )


def _write(series: Sequence[Series]) -> str:
    every = [[each.ident, each.name, each.age, [list(asdict(row).values()) for row in each.rows]] for each in series]
    return json.dumps(every, ensure_ascii=False, separators=(",", ":"))


def _staged(upload: BeaconUpload) -> list[Series]:
    return [
        Series(ident, name, age, [RawRow(line, area, tuple(texts), fault) for line, area, texts, fault in rows])
        for ident, name, age, rows in json.loads(upload.staged or "[]")
    ]


def _choose_as_before(session: Session, series: Sequence[BeaconSeries]) -> None:
    """What was chosen for the same indicator and age last time; the first where two would be the same of ours."""
    before = remembered(session, [(each.ident, each.name, each.age) for each in series])
    taken: set[int] = set()
    for each in series:
        number = before.get((each.ident, each.name, each.age))
        if number is not None and number not in taken:
            each.number = number
            taken.add(number)


def choose(session: Session, upload: BeaconUpload, choices: Choices) -> None:
    """Keep which of our indicators the series of a file are. Raises ChoicesRefused, UploadRefused."""
    _require(upload, UploadState.PREVIEW, "This file was applied or thrown away meanwhile")
    faults: dict[int, str] = {}
    taken: dict[int, str] = {}
    for each in upload.series:
        number = choices.get(each.position)
        if number is not None and (fault := _fault_of(number, taken)):
            faults[each.position] = fault
        elif number is not None:
            taken[number] = each.name
    if faults:
        raise ChoicesRefused(faults)
    for each in upload.series:
        each.number = None
    session.flush()  # before two of them change places
    for each in upload.series:
        each.number = choices.get(each.position)
    session.flush()


def _fault_of(number: int, taken: Mapping[int, str]) -> str:
    if number not in FACTS:
        return "Choose one of the 22 Beacon indicators"
    if number in taken:
        return f"Indicator {number} is chosen for “{taken[number]}” already: one of the file’s indicators can be it"
    return refusal_of(number)


def preview(session: Session, upload: BeaconUpload) -> Preview:
    """What a file would change, beside what is shown now."""
    names = {area.code: area.name for area in load_areas(session).values()}
    chosen = [each for each in upload.series if each.number is not None]
    shown = load_readings(session, [each.number for each in chosen if each.number is not None])
    rows = _staged(upload)
    series = tuple(_preview_of(each, rows[each.position], shown, names) for each in chosen)
    other_sexes = sum(each.read.other_sexes for each in series)
    ignored = say_ignored(upload.other_areas, upload.categories, other_sexes)
    return Preview(series, ignored, _mark(series))


def _preview_of(
    chosen: BeaconSeries,
    rows: Series,
    shown: Mapping[int, Mapping[tuple[str, str, str], Reading]],
    names: dict[str, str],
) -> SeriesPreview:
    number = chosen.number or 0
    facts = FACTS[number]
    read = read_series(rows, facts, names)
    read.readings = sort_alike(read.readings, shown[number].values())
    return SeriesPreview(chosen, facts, read, differences(read.readings, shown[number]), remark_on(number))


def _mark(series: Sequence[SeriesPreview]) -> str:
    """A mark of what was chosen and what is shown now, by which a stale preview is noticed."""
    seen = [
        (
            each.facts.number,
            each.series.position,
            sorted(new.key for new in each.differences.new),
            each.differences.changed,
        )
        for each in series
    ]
    return sha256(repr(seen).encode()).hexdigest()[:16]


def apply(session: Session, upload: BeaconUpload, seen: str, who: str) -> Preview:
    """Put the values of a file into the table, all of them or none; values of earlier files stay behind them.

    `seen` is the mark of the preview. Raises StalePreview, UploadRefused.
    """
    _require(upload, UploadState.PREVIEW, "This file was applied or thrown away meanwhile")
    _hold(session, upload)
    found = preview(session, upload)
    if found.mark != seen:
        raise StalePreview
    if found.faults:
        raise UploadRefused("Some lines of the file cannot be read. Nothing was stored")
    if not found.can_apply:
        raise UploadRefused("The file changes nothing: all its values are shown already")
    enter(session, upload, found, who, now())
    record(session, who, "beacon values applied", upload.file_name, _summary(found))
    return found


def enter(session: Session, upload: BeaconUpload, found: Preview, who: str, at: datetime) -> None:
    """Store the values of a preview without faults, and show them."""
    _store(session, upload, found)
    upload.state, upload.staged = UploadState.APPLIED, None
    upload.applied_by, upload.applied_at = who, at
    _finish(session, upload)


def _require(upload: BeaconUpload, state: UploadState, otherwise: str) -> None:
    if upload.state != state:
        raise UploadRefused(otherwise)


def _numbers(upload: BeaconUpload) -> list[int]:
    return sorted(each.number for each in upload.series if each.number is not None)


def _hold(session: Session, upload: BeaconUpload) -> None:
    """Take turns with everyone who changes values of the same indicators."""
    held = select(BeaconIndicator.number).where(BeaconIndicator.number.in_(_numbers(upload)))
    session.execute(held.order_by(BeaconIndicator.number).with_for_update()).all()


def _store(session: Session, upload: BeaconUpload, found: Preview) -> None:
    rows = []
    for each in found.series:
        counts = each.differences
        each.series.added, each.series.changed, each.series.same = len(counts.new), len(counts.changed), counts.same
        mine = {"upload_id": upload.id, "number": each.facts.number, "is_shown": False}
        rows += [asdict(reading) | mine for reading in each.read.readings]
    session.execute(insert(BeaconValue), rows)


def _finish(session: Session, upload: BeaconUpload) -> None:
    """Show, of every value, the one that was applied last and not undone: values get their ids in that order."""
    session.flush()
    numbers = _numbers(upload)
    last = (
        select(func.max(BeaconValue.id))
        .join(BeaconUpload, BeaconUpload.id == BeaconValue.upload_id)
        .where(BeaconValue.number.in_(numbers), BeaconUpload.state == UploadState.APPLIED)
        .group_by(BeaconValue.number, BeaconValue.area, BeaconValue.sex, BeaconValue.period)
    )
    mine = update(BeaconValue).where(BeaconValue.number.in_(numbers)).execution_options(synchronize_session=False)
    session.execute(mine.where(BeaconValue.is_shown, BeaconValue.id.not_in(last)).values(is_shown=False))
    session.execute(mine.where(~BeaconValue.is_shown, BeaconValue.id.in_(last)).values(is_shown=True))


def _summary(found: Preview) -> str:
    numbers = all_of([str(each.facts.number) for each in found.series])
    return f"indicators {numbers}: {found.new} new, {found.changed} changed"


def undo(session: Session, upload: BeaconUpload, reason: str, who: str) -> None:
    """Take the values of a file out of the table: those of earlier files show again. Raises UploadRefused."""
    _require(upload, UploadState.APPLIED, "This file is not in the table: somebody took it out already")
    _hold(session, upload)
    upload.state, upload.undone_by, upload.undone_at = UploadState.UNDONE, who, now()
    upload.undo_reason = reason
    record(session, who, "beacon values undone", upload.file_name, reason)
    _finish(session, upload)


def discard(session: Session, upload: BeaconUpload) -> None:
    """Throw away a file that was only looked at. Raises UploadRefused."""
    _require(upload, UploadState.PREVIEW, "This file was applied already: take it out of the table instead")
    session.delete(upload)
    session.flush()
