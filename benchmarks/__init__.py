"""What `portal.py bench` measures: each module has a `measure()` that gives one ratio or several, each taken in one run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """One figure: `ratio` is ours over what `against` names, `target` says in words what to reach."""

    name: str
    ratio: float
    against: str
    target: str
