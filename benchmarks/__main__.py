"""Runs every benchmark and prints its ratio; with names, such as `pages kills`, those modules alone.

`--json` prints a list for programs, `--hour` runs the national simulation alone, for an hour on each engine,
`--million` alone exports and imports ten thousand returns (a million rows) instead of a thousand, on each engine,
`--kills N` kills the server so often instead of the rest of a thousand times (0: never; this takes some twenty minutes).
"""

import json
import logging
import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import partial
from itertools import chain

from benchmarks import (
    Result,
    certificate,
    certificate_archive,
    dashboard,
    disclosure,
    effort,
    exports,
    guide,
    importing,
    kills,
    lighthouse,
    national,
    pages,
    section_save,
    sign_in,
    statements,
)
from tests.engines import keep_every_commit

Measure = Callable[[], Result | Iterable[Result]]
MEASURES: tuple[Measure, ...] = (
    section_save.measure,
    pages.measure,
    dashboard.measure,
    certificate.measure,
    certificate_archive.measure,
    statements.measure,
    sign_in.measure,
    effort.measure,
    exports.measure,
    importing.measure,
    national.measure,
    lighthouse.measure,
    *disclosure.MEASURES,
    guide.measure,
    kills.measure,
)


def main() -> None:
    """Measure, and print each result as soon as it is there."""
    keep_every_commit()  # here, since the tests load some of these modules, too
    logging.getLogger("anchor_portal").addHandler(logging.NullHandler())  # so that the portal adds none of its own
    words = sys.argv[1:]
    failed: list[str] = []
    results = chain.from_iterable(_measured(measure, failed) for measure in _asked_for(words))
    if "--json" in words:
        print(json.dumps([asdict(result) for result in results], indent=2))
    else:
        for result in results:
            print(f"{result.name:<44}{result.ratio:6.2f}  ({result.target}; against {result.against})", flush=True)
    if failed:
        sys.exit(f"Not measured: {'; '.join(failed)}")


def _asked_for(words: list[str]) -> Iterable[Measure]:
    """What is to be measured: everything, some modules, or one matter alone at its full length."""
    if "--hour" in words:
        return (partial(national.measure, national.AN_HOUR),)
    if "--million" in words:
        return (partial(exports.measure, *exports.WHOLE), partial(importing.measure, *importing.WHOLE))
    modules = {measure.__module__.rpartition(".")[2] for measure in MEASURES}
    named = {word for word in words if word in modules}
    return [measure for measure in MEASURES if not named or measure.__module__.rpartition(".")[2] in named]


def _measured(measure: Measure, failed: list[str]) -> Iterable[Result]:
    """What a measure finds; where it fails, it is noted and the others go on."""
    try:
        yield from _results(measure())
    except Exception as fault:
        traceback.print_exc()
        name = measure.func if isinstance(measure, partial) else measure
        failed.append(f"{name.__module__.rpartition('.')[2]} ({type(fault).__name__})")


def _results(found: Result | Iterable[Result]) -> Iterable[Result]:
    return [found] if isinstance(found, Result) else found


if __name__ == "__main__":
    main()
