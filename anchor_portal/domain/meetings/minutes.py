"""The minutes of decisions: what a meeting recorded, item by item, as page and paper say it."""

from dataclasses import dataclass

WITHHELD = "Withheld from you, because you have an interest in this organisation."
NOTHING = "Nothing was recorded."


@dataclass(frozen=True, slots=True)
class MinutedItem:
    """An item with what was recorded: decisions, outcomes and actions as lines; nothing of them where it is withheld."""

    number: str
    title: str
    decisions: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    is_withheld: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was recorded, as far as the reader may see."""
        return not (self.decisions or self.outcomes or self.actions)


@dataclass(frozen=True, slots=True)
class Minutes:
    """The minutes of one meeting; `held` says when and where, `standing` whether they are agreed."""

    reference: str
    title: str
    held: str
    standing: str
    chair: str
    present: tuple[str, ...]
    apologies: tuple[str, ...]
    declarations: tuple[str, ...]
    items: tuple[MinutedItem, ...]


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a text that say something."""
    return tuple(line.strip() for line in text.split("\n") if line.strip())
