"""Slips of the fingers and of the ear: whether one typed word may have been meant as another."""

from __future__ import annotations

from enum import Enum, auto
from itertools import pairwise

from rapidfuzz.distance import OSA

from corpus.analysis import STOP_WORDS

# Words that ask and name nothing, which questions are full of: what a short slip often stands for.
_ASKING = """
    ago against between day days during each ever every far few first last long many much next
    often old only since under until year years
"""
ASKING = STOP_WORDS | frozenset(_ASKING.split())

LONG = 8  # letters from which a word is near few others
_VOWELS = set("aeiouy")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
NEIGHBOURS = {  # the keys around each key
    key: "".join(
        other
        for near in _ROWS[max(0, y - 1) : y + 2]
        for other in near[max(0, x - 1) : x + 2]
        if other != key
    )
    for y, row in enumerate(_ROWS)
    for x, key in enumerate(row)
}


class Slip(Enum):
    """How one letter went wrong."""

    HANDS = auto()  # two swapped, one dropped, or one typed twice: all others are right
    KEYS = auto()  # a key beside the right one
    EAR = auto()  # one vowel for another
    OTHER = auto()  # no such thing


def slip(typed: str, meant: str) -> Slip:
    """What happened to the word meant, letters a to z.

    >>> slip("wich", "which").name, slip("istambul", "istanbul").name, slip("meny", "many").name
    ('HANDS', 'KEYS', 'EAR')
    """
    if OSA.distance(typed, meant, score_cutoff=1) != 1:
        return Slip.OTHER
    if len(typed) > len(meant):
        return Slip.HANDS if meant in _single(typed) else Slip.OTHER
    if len(typed) < len(meant) or sorted(typed) == sorted(meant):
        return Slip.HANDS
    wrong, right = next((a, b) for a, b in zip(typed, meant, strict=True) if a != b)
    if right in NEIGHBOURS[wrong]:
        return Slip.KEYS
    return Slip.EAR if {wrong, right} <= _VOWELS else Slip.OTHER


def likely(typed: str, meant: str) -> bool:
    """Whether a word may be a slip for one that is one letter away.

    Short words are near many others, so only the commonest slips are believed of them.
    """
    how = slip(typed, meant)
    if len(typed) < 4:
        return how is Slip.HANDS and meant in ASKING
    if typed[0] != meant[0] and min(len(typed), len(meant)) < 5 and meant not in ASKING:
        # First letters are seldom wrong, and tell short words from each other.
        return how is Slip.HANDS and (len(meant) > 4 or len(typed) == len(meant))
    return how is not Slip.OTHER or len(typed) >= LONG


def unslipped(typed: str) -> list[str]:
    """The words that hands turn into this one by typing a letter twice or swapping two."""
    swapped = (typed[:i] + b + a + typed[i + 2 :] for i, (a, b) in enumerate(pairwise(typed)))
    return [*_single(typed), *swapped]


def _single(typed: str) -> list[str]:
    return [typed[:i] + typed[i + 1 :] for i, (a, b) in enumerate(pairwise(typed)) if a == b]
