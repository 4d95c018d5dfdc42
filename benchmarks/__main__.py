"""Runs every benchmark and prints its ratio; `--json` prints a list for programs."""

import json
import logging
import sys
from collections.abc import Iterable
from dataclasses import asdict
from itertools import chain

from benchmarks import Result, certificate, dashboard, disclosure, effort, exports, section_save, statements

MEASURES = (
    section_save.measure,
    dashboard.measure,
    certificate.measure,
    statements.measure,
    effort.measure,
    exports.measure,
    *disclosure.MEASURES,
)


def main() -> None:
    """Measure, and print."""
    logging.getLogger("anchor_portal").setLevel(logging.ERROR)
    results = list(chain.from_iterable(_results(measure()) for measure in MEASURES))
    if "--json" in sys.argv[1:]:
        print(json.dumps([asdict(result) for result in results], indent=2))
        return
    for result in results:
        print(f"{result.name:<44}{result.ratio:6.2f}  ({result.target}; against {result.against})")


def _results(found: Result | Iterable[Result]) -> Iterable[Result]:
    return [found] if isinstance(found, Result) else found


if __name__ == "__main__":
    main()
