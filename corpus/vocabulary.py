"""The words of a corpus, by how they are spelt and by how they sound."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

# One sound has many spellings once a name leaves its alphabet: Kyiv is Kiev, Oleh is Oleg. Rules
# of transliteration, applied in this order; capitals are sounds of several letters.
_SOUNDS = tuple(
    (re.compile(pattern), letter)
    for pattern, letter in (
        ("shch|sch", "S"),
        ("kh|gh|g", "h"),
        ("ph", "f"),
        ("tz|ts", "T"),
        ("ck|c(?!h)|q", "k"),
        ("x", "ks"),
        ("w|ff?$", "v"),
        ("ia|ya|ja", "a"),
        ("[iyje]+", "i"),
        ("[ou]+", "o"),
        (r"(.)\1+", r"\1"),
    )
)
_VOWELS = re.compile(r"(?<=.)[aio]")
_TWICE = re.compile(r"(.)\1+")
# Coarser than `skeleton` and quick to work out for a whole vocabulary: words with one skeleton
# have one of these, and first letters under one heading.
_COARSE = str.maketrans("cqwfpz", "kkvvvs", "aeiouyjgh") | {ord("x"): "ks"}
_HEADINGS = str.maketrans("cqghwfpyjeu", "kkkkvvviiio")


@lru_cache(maxsize=10_000)
def sound(word: str) -> str:
    """A folded word with the spellings of each sound made equal.

    >>> sound("kiev") == sound("kyiv"), sound("turkiye") == sound("turkey")
    (True, True)
    """
    for pattern, letter in _SOUNDS:
        word = pattern.sub(letter, word)
    return word


def skeleton(word: str) -> str:
    """The consonants of a folded word's `sound`, with the first letter whatever it is.

    >>> skeleton("kislitsa") == skeleton("kyslytsya")
    True
    """
    return _TWICE.sub(r"\1", _VOWELS.sub("", sound(word)))


class Vocabulary:
    """The words of all passages, folded but not stemmed.

    :param newest: The id of the last passage that was counted.
    :param counts: In how many passages each word stands.
    """

    def __init__(self, newest: int, counts: Mapping[str, int]) -> None:
        self.newest = newest
        self.counts = counts
        self._by_first: dict[tuple[str, int], list[str]] = {}  # by letter and length
        self._by_last: dict[tuple[str, int], list[str]] = {}
        self._alike: dict[str, dict[str, list[str]]] = {}  # by heading, then by `_coarse`
        for word in counts:
            self._by_first.setdefault((word[0], len(word)), []).append(word)
            self._by_last.setdefault((word[-1], len(word)), []).append(word)

    def near(self, word: str) -> Iterator[str]:
        """Words one letter away: one more, one less, another, or two swapped."""
        for length in (len(word) - 1, len(word), len(word) + 1):
            # One slip spares the first letter or the last.
            firsts = self._by_first.get((word[0], length), ())
            lasts = self._by_last.get((word[-1], length), ())
            for listed in (firsts, lasts):
                found = extract(word, listed, scorer=OSA.distance, score_cutoff=1, limit=None)
                yield from (other for other, _, _ in found)

    def alike(self, word: str) -> list[str]:
        """Words with the same `skeleton`, of about the same length."""
        bones = skeleton(word)
        listed = self._heading(word[0].translate(_HEADINGS)).get(_coarse(word), ())
        return [o for o in listed if abs(len(o) - len(word)) < 4 and skeleton(o) == bones]

    def _heading(self, heading: str) -> dict[str, list[str]]:
        if heading not in self._alike:
            found: dict[str, list[str]] = {}
            for (letter, _), listed in self._by_first.items():
                if letter.translate(_HEADINGS) == heading:
                    for word in listed:
                        found.setdefault(_coarse(word), []).append(word)
            self._alike[heading] = found
        return self._alike[heading]


def _coarse(word: str) -> str:
    return _TWICE.sub(r"\1", word.replace("kh", "h").translate(_COARSE))
