"""Words that somebody looks for, the same for both databases: folded, without those that are in every text."""

from anchor_portal.domain.register.names import plain

MOST_WORDS, LONGEST_WORD, LONGEST = 10, 40, 200
_SAY_NOTHING = """
i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her
hers herself it its itself they them their theirs themselves what which who whom this that these
those am is are was were be been being have has had having do does did doing a an the and but if or
because as until while of at by for with about against between into through during before after
above below to from up down in out on off over under again further then once here there when where
why how all any both each few more most other some such no nor not only own same so than too very s
t can will just don should now
"""
EVERYWHERE = frozenset(_SAY_NOTHING.split())
"""English words that say nothing about what is looked for, as PostgreSQL leaves them out too."""


def fold(text: str) -> str:
    """A text as it is searched: small letters and figures, without accents."""
    return plain(text)


def search_words(typed: str) -> tuple[str, ...]:
    """The words to look for, at most ten; none where only such words were typed as are in every text."""
    words = [word[:LONGEST_WORD] for word in fold(typed[:LONGEST]).split() if word not in EVERYWHERE]
    return tuple(dict.fromkeys(words))[:MOST_WORDS]
