"""A question with its answer, and what may be put for a part of either."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from index.training.language import (
    contains,
    content,
    is_year,
    names,
    numbers,
    replaced,
    sentence_around,
    sentences,
    stem,
    words,
)
from index.training.lexicon import Lexicon
from index.training.pairs import Pair, Span

QUALIFIER = re.compile(
    r"\b(?:in|during|after|before|at|near|under|from|for|since|until|with) "
    r"(?:the )?(?:[A-Z][\w'’-]+(?: (?:of (?:the )?)?[A-Z][\w'’-]+){0,2}|(?:[A-Z][a-z]+ )?\d{4})\b"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answer, and what its article offers for turning it about."""

    question: str
    passage: str
    answer: Span
    names: Sequence[str]  # of the whole article
    others: Sequence[str]  # the article's other paragraphs, the nearest to the question first

    @property
    def answer_text(self) -> str:
        return self.passage[self.answer[0] : self.answer[1]]

    @property
    def sentence(self) -> str:
        """The sentence that holds the answer."""
        start, end = sentence_around(self.passage, self.answer)
        return self.passage[start:end]


Maker = Callable[[Asked, Lexicon, Random], Pair | None]


def renaming(old: str, asked: Asked, lexicon: Lexicon, rng: Random) -> str | None:
    """A name or number of the like that neither the passage nor the question has."""
    if old in numbers(old):
        candidates = [other_number(old, rng)]
    else:
        candidates = lexicon.nearest(old, asked.names, 12)
    new = [
        word
        for word in candidates
        if not contains(asked.passage, word) and not contains(asked.question, word)
    ]
    return rng.choice(new[:4]) if new else None


def exchange(asked: Asked, text: str, lexicon: Lexicon, rng: Random) -> tuple[str, str] | None:
    """A name or number of the question that stands in a text, and one of the like to put for it."""
    found = [
        word
        for word in [*names(asked.question), *numbers(asked.question)]
        if contains(text, word) and not share_words(word, asked.answer_text)
    ]
    if not found:
        return None
    old = rng.choice(found)
    new = renaming(old, asked, lexicon, rng)
    return None if new is None else (old, new)


def passage_with(asked: Asked, old: str, new: str) -> tuple[str, Span]:
    """The passage with `new` for `old` outside of the answer, and where the answer then stands."""
    before = replaced(asked.passage[: asked.answer[0]], old, new)
    after = replaced(asked.passage[asked.answer[1] :], old, new)
    start = len(before)
    return before + asked.answer_text + after, (start, start + len(asked.answer_text))


def qualified(question: str, phrase: str, rng: Random) -> str:
    bare = question.rstrip(" ?.")
    if rng.random() < 0.25:
        return f"{phrase[0].upper()}{phrase[1:]}, {question[0].lower()}{question[1:]}"
    return f"{bare} {phrase}?"


def share_words(left: str, right: str) -> bool:
    return bool({stem(word) for word in words(left)} & {stem(word) for word in words(right)})


def other_number(number: str, rng: Random) -> str:
    plain = number.replace(",", "")
    if is_year(number):
        return str(int(number) + rng.choice((-30, -10, -5, -3, -2, -1, 1, 2, 3, 5, 10, 30)))
    value = float(plain)
    changed = value + rng.choice((1, 2, 3, 5, 10)) if value < 20 else value * rng.uniform(0.4, 1.9)
    digits = len(plain.partition(".")[2])
    return f"{changed:,.{digits}f}" if "," in number else f"{changed:.{digits}f}"


def is_apart(phrase: str, asked: Asked) -> bool:
    """Whether no sentence that has the phrase is about what the question asks."""
    if contains(asked.question, phrase) or contains(asked.sentence, phrase):
        return False
    about = content(asked.question)
    having = [
        asked.passage[start:end]
        for start, end in sentences(asked.passage)
        if contains(asked.passage[start:end], phrase)
    ]
    return all(len(about & content(sentence)) <= 0.4 * len(about) for sentence in having)
