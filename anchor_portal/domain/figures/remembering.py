"""Results that are given again while what they were made from is equal.

Figures change when a return is accepted, pages are looked at all day. The parts are compared whole each time, never by a
date or a number, so that a result is never older than what was read for this very page.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import TypeVar

Subject = TypeVar("Subject")
Result = TypeVar("Result")


def remembered(
    name_of: Callable[[Subject], Hashable], most: int = 200
) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Make a function of a subject, and of hashable words beside it, that works only when the subject changed.

    `name_of` names the subject: at most one result is kept for each name and words, `most` in all. Results are shared
    and must not be changed.
    """

    def wrap(make: Callable[..., Result]) -> Callable[..., Result]:
        kept: OrderedDict[Hashable, tuple[Subject, Result]] = OrderedDict()
        turn = Lock()

        @wraps(make)
        def again(subject: Subject, *words: Hashable) -> Result:
            key = (name_of(subject), words)
            with turn:
                found = kept.get(key)
            if found is not None and found[0] == subject:
                return found[1]
            result = make(subject, *words)
            with turn:
                kept[key] = (subject, result)
                kept.move_to_end(key)
                if len(kept) > most:
                    kept.popitem(last=False)
            return result

        return again

    return wrap
