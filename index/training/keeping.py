"""Changes that leave the answer as it was, so that a changed question is not told by its looks."""

from __future__ import annotations

from random import Random

from index.training.antonyms import ANTONYMS
from index.training.asked import (
    QUALIFIER,
    Asked,
    Maker,
    exchange,
    passage_with,
    qualified,
    share_words,
)
from index.training.language import contains, replaced, words
from index.training.lexicon import Lexicon
from index.training.pairs import Pair


def renamed(asked: Asked, lexicon: Lexicon, rng: Random) -> Pair | None:
    """Still answered: a name or number changed alike in the question and the passage."""
    exchanged = exchange(asked, asked.passage, lexicon, rng)
    if exchanged is None:
        return None
    old, new = exchanged
    passage, answer = passage_with(asked, old, new)
    return Pair(replaced(asked.question, old, new), passage, answer, answer, "renamed")


def opposed_alike(asked: Asked, lexicon: Lexicon, rng: Random) -> Pair | None:
    """Still answered: a word's opposite put for it in the question and the passage."""
    found = [
        word
        for word in words(asked.question)
        if word.lower() in ANTONYMS
        and contains(asked.passage, word)
        and not contains(asked.answer_text, word)
    ]
    if not found:
        return None
    old = rng.choice(found)
    new = rng.choice(ANTONYMS[old.lower()])
    if contains(asked.passage, new):
        return None
    passage, answer = passage_with(asked, old, new)
    return Pair(replaced(asked.question, old, new), passage, answer, answer, "opposed alike")


def true_premise(asked: Asked, lexicon: Lexicon, rng: Random) -> Pair | None:
    """Still answered: a circumstance that the answer's own sentence states, added."""
    found = [
        phrase
        for phrase in QUALIFIER.findall(asked.sentence)
        if not share_words(phrase, asked.answer_text)
        and not any(contains(asked.question, word) for word in words(phrase) if not word.islower())
    ]
    if not found:
        return None
    question = qualified(asked.question, rng.choice(found), rng)
    return Pair(question, asked.passage, asked.answer, asked.answer, "true premise")


# How often each is tried.
KEEPERS: tuple[tuple[float, Maker], ...] = (
    (0.07, renamed),
    (0.20, opposed_alike),
    (0.15, true_premise),
)


def answerable(asked: Asked, lexicon: Lexicon, rng: Random) -> Pair:
    """The pair with its answer: as it is, or changed so that the answer stays."""
    for chance, keeper in KEEPERS:
        if rng.random() < chance:
            pair = keeper(asked, lexicon, rng)
            if pair is not None:
                return pair
    return Pair(asked.question, asked.passage, asked.answer, asked.answer, "as asked")
