"""Questions turned about so that their paragraph no longer answers them.

Each maker returns None where it does not apply, or where the changed question may still be
answered: what it brings in must not stand in the sentence that held the answer.
"""

from __future__ import annotations

import re
from random import Random

from index.training.antonyms import ANTONYMS
from index.training.asked import (
    QUALIFIER,
    Asked,
    Maker,
    exchange,
    is_apart,
    other_number,
    passage_with,
    qualified,
)
from index.training.language import (
    STOP_WORDS,
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
from index.training.pairs import Pair

_AUXILIARY = re.compile(r"\b(is|are|was|were|did|does|do|can|could|has|have|had|will|would)\b")
_NEGATION = re.compile(r"\b(?:not|never|no|none|nor|neither|without|except)\b|n['’]t\b", re.I)
_CONTRACTED = {"can": "can't", "will": "won't"}


def name_swapped(asked: Asked, lexicon: Lexicon, rng: Random) -> Pair | None:
    """Another name of the article, of a like kind, for one that the question has."""
    found = [name for name in names(asked.question) if contains(asked.passage, name)]
    if not found:
        return None
    old = rng.choice(found)
    here = lexicon.nearest(old, sorted(set(names(asked.passage))), 6)
    near = [name for name in here if is_apart(name, asked)]
    if not near or rng.random() < 0.5:
        near = [name for name in lexicon.nearest(old, asked.names, 12) if is_apart(name, asked)]
    if not near:
        return None
    return _questioned(asked, replaced(asked.question, old, rng.choice(near[:4])), "name")


def number_swapped(asked: Asked, lexicon: Lexicon, rng: Random) -> Pair | None:
    """Another year or number, of the paragraph or close by, for one that the question has."""
    found = numbers(asked.question)
    if not found:
        return None
    old = rng.choice(found)
    here = [
        number
        for number in numbers(asked.passage)
        if is_year(number) == is_year(old) and number != old and is_apart(number, asked)
    ]
    new = rng.choice(here) if here and rng.random() < 0.5 else other_number(old, rng)
    if new not in here and contains(asked.passage, new):
        return None
    return _questioned(asked, replaced(asked.question, old, new), "number")


def opposed(asked: Asked, lexicon: Lexicon, rng: Random) -> Pair | None:
    """The opposite of one word: last for first, lost for won."""
    found = [word for word in words(asked.question) if word.lower() in ANTONYMS]
    if not found:
        return None
    old = rng.choice(found)
    new = rng.choice(ANTONYMS[old.lower()])
    if contains(asked.sentence, new) or _follows_more(asked.question, old):
        return None
    return _questioned(asked, replaced(asked.question, old, new), "opposite")


def negated(asked: Asked, lexicon: Lexicon, rng: Random) -> Pair | None:
    """A negation in the question, where the answer's sentence has none."""
    if _NEGATION.search(asked.question) or _NEGATION.search(asked.sentence):
        return None
    match = _AUXILIARY.search(asked.question)
    if match is None:
        parts = asked.question.split(" ", 2)
        if len(parts) < 3 or parts[0].lower() != "who":
            return None
        return _questioned(asked, f"{parts[0]} never {parts[1]} {parts[2]}", "negation")
    verb = match.group()
    new = _CONTRACTED.get(verb, f"{verb}n't")
    if verb in ("is", "are", "was", "were", "has", "have", "had") and rng.random() < 0.3:
        new = f"{verb} {rng.choice(('not', 'never'))}"
    question = asked.question[: match.start()] + new + asked.question[match.end() :]
    return _questioned(asked, question, "negation")


def word_swapped(asked: Asked, lexicon: Lexicon, rng: Random) -> Pair | None:
    """A related word of another meaning (rebuilt for built) for one that the text shares."""
    shared = content(asked.sentence)
    plain = [
        word
        for word in words(asked.question)[1:]
        if word.islower()
        and word not in STOP_WORDS
        and (stem(word) in shared or rng.random() < 0.3)
    ]
    rng.shuffle(plain)
    here = content(asked.passage)
    for word in plain:
        related = [
            other
            for other in lexicon.related(word, 0.27, 0.47)
            if stem(other) not in here and _ending(other) == _ending(word)
        ]
        if related:
            return _questioned(asked, replaced(asked.question, word, rng.choice(related)), "word")
    return None


def false_premise(asked: Asked, lexicon: Lexicon, rng: Random) -> Pair | None:
    """A circumstance out of another paragraph added to the question, or put for its own."""
    dated = any(is_year(number) for number in numbers(asked.question))
    found = [
        phrase
        for other in rng.sample(asked.others, min(6, len(asked.others)))
        for phrase in QUALIFIER.findall(other)
        if not any(contains(asked.passage, word) for word in words(phrase) if not word.islower())
        and not (dated and numbers(phrase))
    ]
    if not found:
        return None
    return _questioned(asked, qualified(asked.question, rng.choice(found), rng), "premise")


def passage_changed(asked: Asked, lexicon: Lexicon, rng: Random) -> Pair | None:
    """The question as it was; a name or number that it asks about changed in the passage."""
    exchanged = exchange(asked, asked.sentence, lexicon, rng)
    if exchanged is None:
        return None
    old, new = exchanged
    passage, focus = passage_with(asked, old, new)
    return Pair(asked.question, passage, None, focus, "passage")


def sentence_removed(asked: Asked, lexicon: Lexicon, rng: Random) -> Pair | None:
    """The passage without the sentences that hold the answer's words."""
    parts = sentences(asked.passage)
    around = sentence_around(asked.passage, asked.answer)
    kept = [
        asked.passage[start:end]
        for start, end in parts
        if not (around[0] <= start < around[1])
        and not contains(asked.passage[start:end], asked.answer_text)
    ]
    passage = " ".join(kept)
    if len(parts) - len(kept) > 2 or len(passage) < 150:
        return None
    place = rng.randrange(len(passage) - 1)
    return Pair(asked.question, passage, None, (place, place + 1), "removed")


def paragraph_other(asked: Asked, lexicon: Lexicon, rng: Random) -> Pair | None:
    """One of the article's paragraphs nearest to the question, without the answer's words."""
    apart = [other for other in asked.others[:8] if not contains(other, asked.answer_text)]
    if not apart:
        return None
    passage = apart[min(int(rng.expovariate(0.5)), len(apart) - 1)]
    place = rng.randrange(len(passage))
    return Pair(asked.question, passage, None, (place, place + 1), "paragraph")


# How often each is tried first; where one does not apply, another is drawn.
MAKERS: tuple[tuple[float, Maker], ...] = (
    (0.26, name_swapped),
    (0.20, number_swapped),
    (0.20, opposed),
    (0.06, negated),
    (0.07, word_swapped),
    (0.06, false_premise),
    (0.07, passage_changed),
    (0.05, sentence_removed),
    (0.05, paragraph_other),
)


def unanswerable(asked: Asked, lexicon: Lexicon, rng: Random) -> Pair | None:
    """One pair without an answer, made of one that has it."""
    makers = list(MAKERS)
    while makers:
        place = rng.choices(range(len(makers)), [weight for weight, _ in makers])[0]
        pair = makers.pop(place)[1](asked, lexicon, rng)
        if pair is not None:
            return pair
    return None


def _questioned(asked: Asked, question: str, kind: str) -> Pair | None:
    if question == asked.question:
        return None
    return Pair(question, asked.passage, None, asked.answer, kind)


def _follows_more(question: str, word: str) -> bool:
    """Whether the word belongs to "how many", "at most", "more than one": no opposites."""
    pattern = rf"\b(?:how|at) {re.escape(word)}\b|\b{re.escape(word)} than one"
    return re.search(pattern, question, re.IGNORECASE) is not None


def _ending(word: str) -> str:
    return next((end for end in ("ing", "ed", "ly", "s", "er") if word.endswith(end)), "")
