"""What speaks for and against a span of a passage being the answer, as numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import snowballstemmer

from corpus.analysis import content_words, words
from corpus.sentences import Span as Offsets
from corpus.sentences import sentence_around
from corpus.types import Article
from index.expected import Points, fits, points_of, whole_date
from index.reading import Span
from index.search import Hit

# What the span and its sentence say for themselves.
READ = (
    "reader",  # the reader's score
    "reader_squashed",  # the same, so that a little above 0 already says much
    "names_missing",  # share of the question's names and numbers that passage and article lack
    "numbers_differ",  # 1 when the sentence has another day or ordinal where the question has one
    "type_fits",  # 1 when the words look like what was asked for, -1 when not, 0 if unknown
)
# What search says for the passage.
SEARCHED = (
    "cosine",  # of passage and question
    "lexical",  # of the passage, see search.Hit
    "rank",  # 1 / rank in the search
)
FEATURES = (*READ, *SEARCHED)
# What orders the candidates of one question; the rest counts when it is decided whether to answer.
ORDERING = (*READ, "cosine", "lexical")

_STEMMER = snowballstemmer.stemmer("porter")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A folded word without its inflection, as the full-text index has it."""
    return str(_STEMMER.stemWord(word))


def stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(text))


@dataclass(frozen=True, slots=True)
class Question:
    """A question, taken apart once for all the passages it is held against."""

    text: str
    weights: dict[str, float]  # stem -> how much of the question's content it is
    named: frozenset[str]  # stems of names and numbers in it
    points: Points  # dates and ordinals in it

    @classmethod
    def of(cls, text: str, weigh: Callable[[str], float]) -> Question:
        """Take a question apart.

        :param weigh: How much a folded word tells.
        """
        weights = {stem(word): weigh(word) for word in content_words(text) or words(text)}
        return cls(text, weights, _named(text), points_of(text))

    def cover(self, found: frozenset[str]) -> float:
        """The share of the question's content among these stems, from 0 to 1."""
        total = sum(self.weights.values())
        return sum(w for s, w in self.weights.items() if s in found) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that may be the answer, where it stands, and what speaks for it."""

    hit: Hit
    start: int  # the words, characters into the stored paragraph
    end: int
    sentence: Offsets  # around them, characters into the stored paragraph
    features: tuple[float, ...]  # in the order of FEATURES; empty where nothing was read
    held: float = 0.0  # how much of key words the sentence holds; see keywords.holding

    @property
    def words(self) -> str:
        return self.hit.passage.paragraph_text[self.start : self.end]

    @property
    def quote(self) -> str:
        return self.hit.passage.paragraph_text[slice(*self.sentence)]


def candidate(question: Question, hit: Hit, span: Span, article: Article) -> Candidate:
    """Measure one span; `span` counts from the start of the hit's passage."""
    passage = hit.passage
    start = passage.start + span.start
    sentence = sentence_around(passage.paragraph_text, start, start + 1, article.language)
    # One sentence proves an answer: words that run into the next are left out.
    end = min(passage.start + span.end, sentence[1])
    said = passage.paragraph_text[sentence[0] : sentence[1]]
    text = passage.paragraph_text[start:end]
    features = (
        max(-3.0, span.score / 10),
        math.tanh(span.score / 5),
        lacking(question.named, stems(passage.text) | about(article)),
        float(points_of(said).contradict(question.points)),
        fits(question.text, whole_date(text, passage.paragraph_text[end:])),
        hit.cosine,
        hit.lexical,
        1 / hit.rank,
    )
    return Candidate(hit, start, end, sentence, features)


def about(article: Article) -> frozenset[str]:
    """Stems of what is known of a whole article: questions name an outlet or a day, too."""
    return stems(f"{article.title} {article.outlet} {_days(article.published)}")


def _days(published: str) -> str:
    """A day as people write it, and as it is kept."""
    try:
        day = date.fromisoformat(published)
    except ValueError:
        return published
    return f"{published} {day.day} {day:%B}"


def lacking(named: frozenset[str], found: frozenset[str]) -> float:
    """The share of these stems that are not among those found, from 0 to 1."""
    return len(named - found) / len(named) if named else 0.0


def _named(text: str) -> frozenset[str]:
    """Stems of what is capitalised within the question, and of its numbers."""
    shouted = text == text.upper()
    found = [word for word in re.findall(r"\w+", text)[1:] if word[0].isupper() and not shouted]
    found += re.findall(r"\d\w*", text)
    return frozenset(stem(word) for name in found for word in words(name))
