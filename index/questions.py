"""What kind of question was asked."""

from __future__ import annotations

from enum import StrEnum

from corpus.analysis import words


def set_of(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


ASKING = set_of("who whom whose what which when where why how")
_TELLING = set_of("name list tell explain describe")  # at the start alone: "a prisoner list"
DECIDING = set_of(
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
    if len(asked) >= LONG and (marked or asked[0] in ASKING | DECIDING):
        return QuestionKind.COMPARISON
    month = asked[0] == "may" and (not marked or asked[1:2] == [] or asked[1].isdigit())
    if asked[0] in DECIDING and not month:
        return QuestionKind.YES_NO
    if asked[0] in _TELLING or ASKING.intersection(asked):
        return QuestionKind.WORDS
    # "Medinsky was born in?" asks for words; without a mark and a verb it is a search.
    return QuestionKind.WORDS if marked else QuestionKind.KEYWORDS
