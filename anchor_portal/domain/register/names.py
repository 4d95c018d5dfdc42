"""Names of organisations, folded so that spellings of one name meet and names of two organisations do not."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from anchor_portal.domain.register.slips import SHORT, count_slips

LONGEST_NAME = 300
"""Characters; the longest name of a real organisation has about 160."""
LONGEST_SLUG = 60
RESERVED = frozenset({"add", "alike", "export", "holdings", "imports", "organisation"})
"""Words of addresses that no organisation can have as its own."""

_APOSTROPHES = re.compile("['’‘‛ʼʹ`´′＇]")
_MARKS = re.compile("[\u0300-\u036f]")
_SAID_SHORTER = (
    ("council for voluntary services", "cvs"),
    ("council for voluntary service", "cvs"),
    ("community and voluntary services", "cvs"),
    ("community and voluntary service", "cvs"),
    ("national health service", "nhs"),
    ("integrated care board", "icb"),
    ("united kingdom", "uk"),
    ("saint", "st"),
    ("mbc", "council"),
)
"""Phrases and what they are known by as well; compared after `plain`."""
_FORMS = {
    "nhs foundation trust": "nhs",
    "nhs trust": "nhs",
    "foundation trust": "nhs",
    "nhs ft": "nhs",
    "company limited by guarantee": "company",
    "limited liability partnership": "company",
    "public limited company": "company",
    "community interest company": "company",
    "limited": "company",
    "ltd": "company",
    "plc": "company",
    "llp": "company",
    "cic": "company",
    "charitable incorporated organisation": "charity",
    "cio": "charity",
}
"""Legal forms at the end of a name, which people leave out; the longer ones first."""
_KINDS = {
    word: word.removesuffix("s") if word.endswith("ls") else word
    for word in (
        *(
            "academy",
            "ambulance",
            "association",
            "board",
            "cathedral",
            "ccg",
            "chamber",
            "church",
            "college",
            "council",
        ),
        *("cvs", "fire", "hospice", "hospital", "hospitals", "housing", "icb", "library", "museum", "police", "school"),
        *("schools", "university"),
    )
}
"""Words that tell the organisations of one place apart: Sefton CVS is not Sefton Council."""
_LOOSE = frozenset(
    ["care", "centre", "health", "healthcare", "homes", "partnership", "service", "services", "society", "teaching"]
)
"""Words that are often left out, but not always by mistake."""
_TOLD = (*_KINDS, *sorted(_LOOSE))
_WEAK = frozenset(
    (
        *("a", "an", "and", "at", "borough", "city", "district", "for", "foundation", "ft", "group", "in"),
        *("metropolitan", "nhs", "of", "on", "org", "the", "trust", "uk", "unitary", "with"),
    )
)
"""Words that tell nothing apart."""


@dataclass(frozen=True, slots=True)
class FoldedName:
    """A name as it is compared: `plain` in small letters, `fold` without legal form, and its words by what they tell."""

    plain: str
    fold: str
    form: str
    core: tuple[str, ...]
    kinds: frozenset[str]
    loose: frozenset[str]

    @property
    def block(self) -> str:
        """What two names that are alike always share: the first letters of their own words, in alphabetical order."""
        return "".join(sorted(word[0] for word in self.core))

    @property
    def initials(self) -> str:
        """The first letters of all words that are not weak, as in an abbreviation."""
        return "".join(word[0] for word in self.fold.split() if word not in _WEAK)


def plain(name: str) -> str:
    """The name in small letters without accents, apostrophes and punctuation, words with one space between them."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    text = _APOSTROPHES.sub("", unicodedata.normalize("NFC", _MARKS.sub("", text))).replace("&", " and ")
    return " ".join("".join(sign if sign.isalnum() else " " for sign in text).split())


@lru_cache(maxsize=60_000)
def fold_name(name: str) -> FoldedName:
    """The name as it is compared; the same for "Alzheimer's Society" with either apostrophe."""
    simple = plain(name)
    fold, form = _without_form(_said_shorter(simple))
    words = [_mend(word) for word in fold.split()]
    core = tuple(word for word in words if word not in _WEAK and word not in _KINDS and word not in _LOOSE)
    kinds = frozenset(_KINDS[word] for word in words if word in _KINDS)
    return FoldedName(simple, fold, form, core, kinds, frozenset(words) & _LOOSE)


def _mend(word: str) -> str:
    """The word; one of those that tell kinds apart, where it is that with a slip in it ("Socety")."""
    if word in _TOLD or word in _WEAK or len(word) < SHORT:
        return word
    return next((each for each in _TOLD if count_slips(word, each)), word)


def _said_shorter(text: str) -> str:
    for long, short in _SAID_SHORTER:
        if long in text:
            text = re.sub(rf"\b{long}\b", short, text)
    return text


def _without_form(text: str) -> tuple[str, str]:
    """The name without its legal form and a leading article, and which form it was; a name that is only that stays."""
    form = ""
    for ending, meaning in _FORMS.items():
        if text.endswith(f" {ending}"):
            text, form = text.removesuffix(f" {ending}"), meaning
            break
    return text.removeprefix("the ") or text, form


def slug_of(name: str, taken: frozenset[str] | set[str]) -> str:
    """An address for a new organisation that nobody has: small letters, digits and hyphens. It never changes again."""
    ascii_name = unicodedata.normalize("NFKD", plain(name)).encode("ascii", "ignore").decode()
    base = "-".join(re.findall("[a-z0-9]+", ascii_name))[:LONGEST_SLUG].strip("-") or "organisation"
    slug, number = base, 2
    while slug in taken or slug in RESERVED:
        slug, number = f"{base}-{number}", number + 1
    return slug


_ABBREVIATIONS = frozenset(
    [
        "bbc",
        "bme",
        "cic",
        "cio",
        "cvs",
        "gp",
        "hmp",
        "icb",
        "it",
        "lgbt",
        "llp",
        "nhs",
        "plc",
        "rspca",
        "uk",
        "ymca",
        "ywca",
    ]
)
_SMALL = frozenset(
    ["a", "and", "at", "by", "de", "for", "in", "le", "of", "on", "or", "the", "to", "under", "upon", "with"]
)


def calm_name(name: str) -> str:
    """A name that is all in capitals, as lists of the NHS have them, in capitals and small letters; others as they are."""
    if not name.isupper() or " " not in name:
        return name
    return " ".join(_calm_word(word, is_first=not place) for place, word in enumerate(name.split()))


def _calm_word(word: str, *, is_first: bool) -> str:
    bare = plain(word)
    if bare in _ABBREVIATIONS or any(sign.isdigit() for sign in word):
        return word
    if bare in _SMALL and not is_first:
        return word.lower()
    parts = re.split("([-(/&])", word.lower())
    return "".join(
        part if part in _SMALL and place else part[:1].upper() + part[1:] for place, part in enumerate(parts)
    )
