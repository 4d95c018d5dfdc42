"""Repeated items of one answer that are uploaded files: they stay where they are, whatever comes in or goes out."""

from anchor_portal.domain.answers.parts import Parts, item_numbers


def file_numbers(parts: Parts) -> frozenset[int]:
    """The numbers of the pieces of evidence that are uploaded files: neither a spreadsheet nor an import touches them."""
    return frozenset(item_numbers(parts, {"file", "digest"}))


def without_files(parts: Parts) -> Parts:
    """The items that are no uploaded files, numbered anew from 1; the very same answer where none is."""
    files = file_numbers(parts)
    if not files:
        return parts
    left = [number for number in numbers_of(parts) if number not in files]
    rest = {part: text for part, text in parts.items() if not part.partition(".")[0].isdecimal()}
    items = ((new, _item(parts, old)) for new, old in enumerate(left, 1))
    return rest | {f"{new}.{name}": text for new, item in items for name, text in item.items()}


def beside_files(typed: Parts, before: Parts) -> dict[str, str]:
    """Repeated items with the uploaded files that are stored among them: no spreadsheet changes or takes those.

    A file that is known by its part `file` keeps the place that it has in `typed`; any other comes at its number, and
    what was typed under a number that a file has by now comes after everything.
    """
    files = file_numbers(before)
    stored = {before.get(f"{number}.file", ""): number for number in files}
    items = {number: _item(typed, number) for number in numbers_of(typed)}
    placed = {number: stored.pop(item["file"]) for number, item in items.items() if item.get("file") in stored}
    taken = {number: item for number, item in items.items() if number not in placed and "file" not in item}
    result = {number: _item(before, old) for number, old in placed.items()}
    result |= {number: _item(before, number) for number in stored.values()}
    free = max([*items, *files], default=0) + 1
    for number, item in taken.items():
        result[number if number not in result else free] = item
        free += number in files
    return {f"{number}.{name}": text for number, item in sorted(result.items()) for name, text in item.items()}


def numbers_of(parts: Parts) -> list[int]:
    """The numbers of all items, whatever they are, in their order."""
    return sorted({int(number) for part in parts if (number := part.partition(".")[0]).isdecimal()})


def _item(parts: Parts, number: int) -> dict[str, str]:
    start = f"{number}."
    return {part.removeprefix(start): text for part, text in parts.items() if part.startswith(start)}
