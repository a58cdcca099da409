"""What a question expects: the shape of its answer, and the dates and ordinals it is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corpus.analysis import fold, words

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH = rf"(?:{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in MONTHS)})"
_DATE = re.compile(
    rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({_MONTH})\b|({_MONTH}) (\d{{1,2}})\b)"
)
_DATES = re.compile(rf"\b\d{{1,2}}(?:, \d{{1,2}})*(?: and \d{{1,2}}| to \d{{1,2}})? {_MONTH}\b")
_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]
_ORDINAL = re.compile(rf"\b(?:({'|'.join(_ORDINALS)})|(\d+)(?:st|nd|rd|th))\b")
_COUNT_WORD = (
    "one two three four five six seven eight nine ten eleven twelve dozen twenty thirty forty "
    "fifty hundred thousand million billion half none several few both"
)
_NUMBER = rf"(?:\d[\d,.]*|\b(?:{'|'.join(_COUNT_WORD.split())})\b)"
_UNIT = r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centuries|time)"
_TIME = re.compile(
    rf"\d|\b(?:{_MONTH}|\w+day|morning|noon|evening|night|midnight|week|month|year|spring|summer|"
    r"autumn|winter|before|after|during|since|until|when|century|late|early)\b"
)


@dataclass(frozen=True, slots=True)
class Points:
    """The days and ordinals that a text names."""

    days: frozenset[tuple[int, str]]  # day of the month, first three letters of the month
    ordinals: frozenset[int]

    def contradict(self, asked: Points) -> bool:
        """Whether this text is about other days, or other ordinals, than those asked about."""
        return (bool(asked.days and self.days) and not asked.days & self.days) or (
            bool(asked.ordinals and self.ordinals) and not asked.ordinals & self.ordinals
        )


def points_of(text: str) -> Points:
    """The days and ordinals in a text.

    >>> points = points_of("the second round, on 2 June 2025")
    >>> sorted(points.days), sorted(points.ordinals)
    ([(2, 'jun')], [2])
    """
    folded = fold(text)
    days = set()
    for match in _DATE.finditer(folded):
        day, month = (match[1], match[2]) if match[1] else (match[4], match[3])
        days.add((int(day), month[:3]))
    # "2nd June" is a day, not the second of anything.
    rest = _DATE.sub(" ", folded)
    ordinals = {
        _ORDINALS.index(match[1]) + 1 if match[1] else int(match[2])
        for match in _ORDINAL.finditer(rest)
    }
    return Points(frozenset(days), frozenset(ordinals))


_REST_OF_DATE = re.compile(rf"^(?:, \d{{1,2}})*(?: and \d{{1,2}}| to \d{{1,2}})? {_MONTH}\b", re.I)


def whole_date(text: str, following: str) -> str:
    """A text with the rest of the date that its last number belongs to.

    >>> whole_date("19, 20", " and 26 June, on 4 July")
    '19, 20 and 26 June'
    """
    rest = _REST_OF_DATE.match(following) if text[-1:].isdigit() else None
    return text + rest[0] if rest else text


def fits(question: str, text: str) -> float:
    """1 if a text looks like what the question asks for, -1 if not, 0 where nothing is expected.

    >>> fits("How long did it last?", "two hours"), fits("How long did it last?", "4 June 2025")
    (1.0, -1.0)
    """
    asked = " ".join(words(question))
    for pattern, looks_right in _EXPECTED:
        if pattern.search(asked):
            return 1.0 if looks_right(text) else -1.0
    return 0.0


def _is_duration(text: str) -> bool:
    return bool(re.search(rf"(?:{_NUMBER}|\ban?\b|\bseveral\b)[ -](?:\w+ )?{_UNIT}\b", fold(text)))


def _is_count(text: str) -> bool:
    """A number that is not the day or the year of a date."""
    rest = _DATE.sub(" ", _DATES.sub(" ", fold(text)))
    rest = re.sub(rf"\b{_MONTH} \d{{4}}\b|\b(?:19|20)\d\d\b", " ", rest)
    return bool(re.search(_NUMBER, rest))


def _is_time(text: str) -> bool:
    return bool(_TIME.search(fold(text)))


def _has_name(text: str) -> bool:
    return any(word[0].isupper() for word in re.findall(r"\w+", text))


_EXPECTED: Sequence[tuple[re.Pattern[str], Callable[[str], bool]]] = (
    (re.compile(r"\bhow (?:long|much time)\b"), _is_duration),
    (
        re.compile(r"\bhow (?:many|much|old|far|large|big|tall)\b|\bwhat (?:number|share)\b"),
        _is_count,
    ),
    (
        re.compile(
            r"^(?:since |until )?when\b|\b(?:what|which) (?:year|date|day|month|time|century)\b"
        ),
        _is_time,
    ),
    (re.compile(r"\bwho(?:m|se)?\b|\bwhere\b|\bwhich (?:city|town|country|palace)\b"), _has_name),
)
