"""What a question means after others of the same conversation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.analysis import STOP_WORDS, words
from index.expected import MONTHS, points_of
from index.questions import ASKING, DECIDING, set_of

_LEAD = re.compile(
    r"^(?:(?:and|but|so|ok|okay)[\s,]+)?(?:what|how) about\b[\s,]*|^(?:and|but|so|ok|okay)\b[\s,]*",
    re.I,
)
_PERSONS = set_of("he she him her his hers")
_THINGS = set_of("it they them its their theirs")
# Elsewhere these mostly don't point back: "who said that ...", "how many were there in ...".
_POINTING_LAST = set_of("there then that this those these")
_POSSESSIVE = re.compile(r"\b[\w.-]+['’]s\b|\b[\w.-]+s['’](?=\s|$)")
_ORDINAL = re.compile(r"\b(?:first|second|third|fourth|fifth|last|next|previous)\b", re.I)
_ROUND = re.compile(rf"(?:the\s+)?{_ORDINAL.pattern}(?:\s+\w+)?\W*", re.I)
_OCCASION = re.compile(rf"{_ORDINAL.pattern}\s+[a-z]+", re.I)
_NAME = re.compile(r"(?<!^)(?<![.?!]\s)\b[A-ZÀ-ÞŀА-ЯІЇЄҐİĞŞÇÖÜ]\w+(?:\s+[A-ZÀ-ÞА-ЯІЇЄҐİĞŞÇÖÜ]\w+)*")
_PREPOSITIONS = r"\b(?:for|in|on|at|by|from|with|during|after|before)\b"
_PREPOSITION = re.compile(rf"({_PREPOSITIONS})\s+\S", re.I)
_DATE = re.compile(
    rf"\b(?:on|in|during|of)\s+(?:the\s+)?"
    rf"(?:(?:\d{{1,2}}\s+)?(?:{'|'.join(MONTHS)})\b(?:\s+\d{{1,4}}\b)*|(?:19|20)\d\d\b)",
    re.I,
)
_WHEN = set_of("before after during")
_JOINING = set_of("and but so ok okay")
_SHORT = 4  # content words; a follow-up says less than a question that stands alone


def standalone(question: str, context: Sequence[str]) -> str:
    """A follow-up put into words that stand alone, with the help of the questions before it.

    "And Ukraine's?" after "Who led Russia's delegation?" is that question with the possessive
    exchanged; likewise ordinals ("the third round?"), dates, names, and what follows a preposition
    ("and in Antalya?"). Where there is nothing to exchange, the occasion is added. A question that
    only points back ("when was he born?") gets the earlier question's names and occasions beside
    it. Others stay as they are.

    >>> standalone("And Ukraine's?", ["Who led Russia's delegation?"])
    "Who led Ukraine's delegation?"
    """
    if not context:
        return question
    before = standalone(context[-1], context[:-1])
    lead = _LEAD.match(question)
    rest = question[lead.end() :] if lead else question
    if not words(rest):
        return question
    follows = lead is not None and _is_short(rest) and words(rest)[0] not in ASKING | DECIDING
    if follows and (replaced := _exchange(before, rest)) is not None:
        return replaced
    if _points_back(question):
        told = [one for one in _things_in(before) if one.lower() not in question.lower()]
        return f"{question.rstrip(' ?')} ({', '.join(told)})?" if told else question
    if follows:
        where = "" if _PREPOSITION.match(rest) else " in" if _ROUND.fullmatch(rest) else ":"
        return f"{before.rstrip(' ?')}{where} {rest}"
    return question


def _points_back(question: str) -> bool:
    asked = words(question)
    if ASKING.issuperset(word for word in asked if word not in _JOINING):
        return True  # "and why?"
    if _PERSONS.intersection(asked) or _POINTING_LAST.intersection(asked[-1:]):
        return True
    # "How many did they free on 16 May?" says itself what it is about.
    own = _names(question) or points_of(question).days
    return bool(_THINGS.intersection(asked)) and not own


def _is_short(text: str) -> bool:
    return len([word for word in words(text) if word not in STOP_WORDS]) <= _SHORT


def _exchange(before: str, rest: str) -> str | None:
    """The earlier question with the part that `rest` replaces exchanged, or None if none fits."""
    rest = rest.strip(" ?!.,")
    for pattern in (_POSSESSIVE, _ORDINAL, _DATE):
        new, old = pattern.search(rest), pattern.search(before)
        if new and old:
            return f"{before[: old.start()]}{new[0]}{before[old.end() :]}"
    if replaced := _exchange_name(before, rest):
        return replaced
    # A date takes no other phrase's place, and "after that" means what is said before.
    pointing = (_PERSONS | _THINGS | _POINTING_LAST | ASKING).intersection(words(rest))
    preposition = _PREPOSITION.match(rest)
    if preposition and not pointing and not _DATE.search(rest):
        alike = "|".join(_WHEN) if preposition[1].lower() in _WHEN else preposition[1]
        # From the last such preposition to the next one, or to the end.
        phrase = rf"\b(?:{alike})\s(?:(?!{_PREPOSITIONS}).)+(?<![\s?])"
        if phrases := list(re.finditer(phrase, before, re.IGNORECASE)):
            return f"{before[: phrases[-1].start()]}{rest}{before[phrases[-1].end() :]}"
    return None


def _exchange_name(before: str, rest: str) -> str | None:
    """The earlier question with its last name exchanged for the one that `rest` is.

    A single word may be a name without a capital: people type so.
    """
    name = re.fullmatch(r"(?:the\s+|for\s+|of\s+)?(\w[\w' -]*)", rest)
    names = list(_NAME.finditer(before))
    if not name or not names:
        return None
    new = name[1]
    typed_small = new[0].islower()
    if typed_small and (" " in new or new in STOP_WORDS | ASKING):
        return None
    old = names[-1]
    possessive = _POSSESSIVE.match(before, old.start())
    end = possessive.end() if possessive else old.end()
    if possessive and not (typed_small and new.endswith("s")):  # "ukraines" is one already
        new = f"{new}'s"
    return f"{before[: old.start()]}{new[0].upper()}{new[1:]}{before[end:]}"


def _things_in(text: str) -> list[str]:
    """The names in a text, and its occasions ("second round")."""
    return [*_names(text), *(match[0] for match in _OCCASION.finditer(text))]


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(re.sub(r"['’]s$", "", match[0]) for match in _NAME.finditer(text)))
