"""Text as the full-text index sees it: one alphabet, one kind of quote, one spelling of accents."""

from __future__ import annotations

import re

from anyascii import anyascii

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")

# Words that say how something is asked and not what about. Left in, they'd make every passage
# a match and the index would rank the whole corpus for each question.
STOP_WORDS = frozenset(
    """
    a about after again all am an and any are as at be because been before being both but by can
    could did do does doing done for from get got had has have having he her here him his how i if
    in into is it its just like me more most my no not now of on one or other our out over per
    please said say says she should so some such tell than that the their them then there these
    they this those to too up us was we were what when where which while who whom whose why will
    with would you your
    """.split()
)


def fold(text: str) -> str:
    """Lower-case ASCII for matching: "Çırağan" and "Ciragan", ’ and ' become the same.

    Unicode's own folding leaves the Turkish dotless i and Cyrillic alone, so letters are
    transliterated: a name in Cyrillic is found by its Latin spelling. The result is matched,
    never shown: it has other offsets than the text.

    >>> fold("İbrahim Kalın’s “Мединский”")
    'ibrahim kalin\\'s "medinskiy"'
    """
    return text.lower() if text.isascii() else anyascii(text).lower()


def words(text: str) -> list[str]:
    """The words of a text, folded, in order, possessive endings removed.

    >>> words("Who led Russia’s delegation?")
    ['who', 'led', 'russia', 'delegation']
    """
    return [word.partition("'")[0] for word in _WORD.findall(fold(text))]


def content_words(text: str) -> list[str]:
    """The words that say what a text is about, without repeats, in order."""
    return list(dict.fromkeys(word for word in words(text) if word not in STOP_WORDS))
