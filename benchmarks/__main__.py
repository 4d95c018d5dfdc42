"""Runs every benchmark and prints its ratio; `--json` prints a list for programs."""

import json
import logging
import sys
from dataclasses import asdict

from benchmarks import certificate, dashboard, effort, section_save, statements

MEASURES = (section_save.measure, dashboard.measure, certificate.measure, statements.measure, effort.measure)


def main() -> None:
    """Measure, and print."""
    logging.getLogger("anchor_portal").setLevel(logging.ERROR)
    results = [measure() for measure in MEASURES]
    if "--json" in sys.argv[1:]:
        print(json.dumps([asdict(result) for result in results], indent=2))
        return
    for result in results:
        print(f"{result.name:<36}{result.ratio:6.2f}  ({result.target}; against {result.against})")


if __name__ == "__main__":
    main()
