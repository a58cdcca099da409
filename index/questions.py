"""What kind of question was asked, and what a follow-up means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from corpus.analysis import STOP_WORDS, words


def set_of(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


_ASKING = set_of("who whom whose what which when where why how")
_TELLING = set_of("name list tell explain describe")  # at the start alone: "a prisoner list"
_DECIDING = set_of(
    """
    is are was were am do does did has have had will would can could shall should may might must
    isnt arent wasnt werent dont doesnt didnt hasnt havent hadnt wont wouldnt cant couldnt shouldnt
    """
)


class QuestionKind(StrEnum):
    """How a question is answered: with words, with the sentence that decides it, with the
    sentence that says most of it, or with sentences that each bear on a part of it."""

    WORDS = "words"
    YES_NO = "yes/no"
    KEYWORDS = "keywords"
    COMPARISON = "comparison"


# A question of so many words lays several things side by side, which no one sentence tells: of
# 9,300 questions written to be answered by one, two in a thousand are as long.
LONG = 26


def kind_of(question: str) -> QuestionKind:
    """Tell a question for words from one for a yes or no, from bare key words, and from one of
    `LONG` words or more. A long text that asks nothing is none of the last: it may be pasted.

    >>> [kind_of(q).value for q in ("Who led it?", "did putin come", "ceasefire 30 days")]
    ['words', 'yes/no', 'keywords']
    """
    marked = question.rstrip().endswith("?")
    asked = words(question)
    if not asked:
        return QuestionKind.KEYWORDS
    if len(asked) >= LONG and (marked or asked[0] in _ASKING | _DECIDING):
        return QuestionKind.COMPARISON
    month = asked[0] == "may" and (not marked or asked[1:2] == [] or asked[1].isdigit())
    if asked[0] in _DECIDING and not month:
        return QuestionKind.YES_NO
    if asked[0] in _TELLING or _ASKING.intersection(asked):
        return QuestionKind.WORDS
    # "Medinsky was born in?" asks for words; without a mark and a verb it is a search.
    return QuestionKind.WORDS if marked else QuestionKind.KEYWORDS


_LEAD = re.compile(
    r"^(?:(?:and|but|so|ok|okay)[\s,]+)?(?:what|how) about\b[\s,]*|^(?:and|but|so|ok|okay)\b[\s,]*",
    re.I,
)
_POINTING = set_of("he she it they him her them his hers its their theirs")
# Elsewhere these mostly don't: "who said that ...", "how many were there in ...".
_POINTING_LAST = set_of("there then that this those these")
_POSSESSIVE = re.compile(r"\b[\w.-]+['’]s\b|\b[\w.-]+s['’](?=\s|$)")
_ORDINAL = re.compile(r"\b(?:first|second|third|fourth|fifth|last|next|previous)\b", re.I)
_NAME = re.compile(r"(?<!^)(?<![.?!]\s)\b[A-ZÀ-ÞŀА-ЯІЇЄҐİĞŞÇÖÜ]\w+(?:\s+[A-ZÀ-ÞА-ЯІЇЄҐİĞŞÇÖÜ]\w+)*")
_PREPOSITIONS = r"\b(?:for|in|on|at|by|from|with|during|after|before)\b"
_PREPOSITION = re.compile(rf"({_PREPOSITIONS})\s+\S", re.I)
_SHORT = 4  # content words; a follow-up says less than a question that stands alone


def standalone(question: str, context: Sequence[str]) -> str:
    """A follow-up put into words that stand alone, with the help of the questions before it.

    "And Ukraine's?" after "Who led Russia's delegation?" is that question with the possessive
    exchanged; likewise ordinals ("the third round?"), names, and what follows a preposition ("and
    in July?"). Where there is nothing to exchange, the occasion is added. A question that only
    points back ("when was he born?") gets the earlier question's names beside it. Others stay as
    they are.

    >>> standalone("And Ukraine's?", ["Who led Russia's delegation?"])
    "Who led Ukraine's delegation?"
    """
    if not context:
        return question
    before = standalone(context[-1], context[:-1])
    lead = _LEAD.match(question)
    rest = question[lead.end() :] if lead else question
    if lead and _is_short(rest):
        replaced = _exchange(before, rest)
        if replaced is not None:
            return replaced
    if _points_back(words(question)) and len(_names(before)) > 0:
        names = [name for name in _names(before) if name.lower() not in question.lower()]
        return f"{question.rstrip(' ?')} ({', '.join(names)})?" if names else question
    if lead and _is_short(rest):
        where = "" if _PREPOSITION.match(rest) else " in" if _ORDINAL.search(rest) else ":"
        return f"{before.rstrip(' ?')}{where} {rest}"
    return question


def _points_back(asked: list[str]) -> bool:
    return bool(_POINTING.intersection(asked) or _POINTING_LAST.intersection(asked[-1:]))


def _is_short(text: str) -> bool:
    return len([word for word in words(text) if word not in STOP_WORDS]) <= _SHORT


def _exchange(before: str, rest: str) -> str | None:
    """The earlier question with the part that `rest` replaces exchanged, or None if none fits."""
    rest = rest.strip(" ?!.,")
    for pattern in (_POSSESSIVE, _ORDINAL):
        new, old = pattern.search(rest), pattern.search(before)
        if new and old:
            return f"{before[: old.start()]}{new[0]}{before[old.end() :]}"
    if preposition := _PREPOSITION.match(rest):
        # From the last such preposition to the next one, or to the end.
        phrase = rf"\b{preposition[1]}\s(?:(?!{_PREPOSITIONS}).)+(?<![\s?])"
        if phrases := list(re.finditer(phrase, before, re.IGNORECASE)):
            return f"{before[: phrases[-1].start()]}{rest}{before[phrases[-1].end() :]}"
    names = list(_NAME.finditer(before))
    name = re.fullmatch(r"(?:the\s+|in\s+|for\s+|of\s+)?([A-ZÀ-ÞА-ЯІЇЄҐİĞŞÇÖÜ][\w' -]*)", rest)
    if name and names:
        old = names[-1]
        possessive = _POSSESSIVE.match(before, old.start())
        end = possessive.end() if possessive else old.end()
        new_name = f"{name[1]}'s" if possessive else name[1]
        return f"{before[: old.start()]}{new_name}{before[end:]}"
    return None


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(re.sub(r"['’]s$", "", match[0]) for match in _NAME.finditer(text)))
