"""Text as the full-text index sees it: one alphabet, one kind of quote, one spelling of accents."""

from __future__ import annotations

import re

from anyascii import anyascii

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
# What stands after the apostrophe of a possessive or a contraction, and says nothing.
_ENDINGS = frozenset({"s", "t", "d", "m", "ll", "re", "ve"})
_NEGATED = {"won": "will", "can": "can"}  # the others lose their n: "didn't" is "did"
# Cyrillic's soft and hard signs would become apostrophes and cut the word: "zelens'kiy".
_SIGNS = dict.fromkeys(map(ord, "ьЬъЪ"))

# One ending of Slavic names, spelt by many rules: Zelensky, Zelenskyy, Zelenskiy (Зеленський).
_SKY = re.compile(r"(?<=[a-z]{2})sk(?:iy|yy|yi|ii|ij|yj|y)\b")
_SKY_ENDINGS = ("ski", "sky", "skiy", "skyy", "skyi", "skii", "skij", "skyj")

# Words that say how something is asked and not what about. Left in, they'd make every passage
# a match and the index would rank the whole corpus for each question.
_STOP_WORDS = """
    a about after again all am an and any are as at be because been before being both but by can
    could did do does doing done for from get got had has have having he her here him his how i if
    in into is it its just like many me more most much my no not now of on one or other our out
    over per please said say says she should so some such tell than that the their them then there
    these they this those to too up us was we were what when where which while who whom whose why
    will with would you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


def fold(text: str) -> str:
    """Lower-case ASCII for matching: "Çırağan" and "Ciragan", ’ and ' become the same.

    Unicode's own folding leaves the Turkish dotless i and Cyrillic alone, so letters are
    transliterated: a name in Cyrillic is found by its Latin spelling. The result is matched,
    never shown: it has other offsets than the text.

    >>> fold("İbrahim Kalın’s “Мединский”")
    'ibrahim kalin\\'s "medinskiy"'
    """
    folded = text if text.isascii() else anyascii(text.translate(_SIGNS))
    return folded.lower().replace("`", "'")


def words(text: str) -> list[str]:
    """The words of a text, folded, in order; possessive and contracted endings removed.

    A name with an apostrophe is two words, as in the full-text index; Slavic names in "-sky" are
    spelt in one way.

    >>> words("Didn’t O’Brien lead Zelenskyy’s delegation?")
    ['did', 'o', 'brien', 'lead', 'zelenski', 'delegation']
    """
    found = _WORD.findall(_SKY.sub("ski", fold(text)))
    return [part for word in found for part in (_parts(word) if "'" in word else (word,))]


def spellings(word: str) -> list[str]:
    """The ways in which folded texts may have one of the `words`."""
    if len(word) < 5 or not word.endswith("ski"):
        return [word]
    return [word.removesuffix("ski") + ending for ending in _SKY_ENDINGS]


def content_words(text: str) -> list[str]:
    """The words that say what a text is about, without repeats, in order."""
    return list(dict.fromkeys(word for word in words(text) if word not in STOP_WORDS))


def _parts(word: str) -> list[str]:
    parts = word.split("'")
    if parts[-1] in _ENDINGS:
        *parts, ending = parts
        if ending == "t" and parts[-1].endswith("n"):
            parts[-1] = _NEGATED.get(parts[-1], parts[-1][:-1])
    return parts
