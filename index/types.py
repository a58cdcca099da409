"""The records of an answer: its words, its citations, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.types import Article, Coverage, Passage
from index.questions import QuestionKind


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an answer stands: a passage, the sentence in it, and the words in the sentence.

    All offsets count characters from the start of the stored paragraph, so that what is shown is
    cut out of what is stored.
    """

    number: int  # from 1
    passage: Passage
    article: Article
    start: int  # the answer's words
    end: int  # exclusive
    quote_start: int  # the sentence around them
    quote_end: int  # exclusive
    score: float  # from 0 to 1: the answer's confidence x how good this is beside the first
    # Near-copies of the article that have the same quote; told of `Answer.citations` alone.
    also_in: tuple[Article, ...] = ()
    # Where what is shown begins, if a sentence before the quote says whom its "they" means.
    lead_start: int | None = None

    @property
    def words(self) -> str:
        return self.passage.paragraph_text[self.start : self.end]

    @property
    def quote(self) -> str:
        return self.passage.paragraph_text[self.quote_start : self.quote_end]

    @property
    def excerpt_start(self) -> int:
        return self.quote_start if self.lead_start is None else self.lead_start

    @property
    def excerpt(self) -> str:
        """The quote, with the sentences before it without which one can't tell who is meant."""
        return self.passage.paragraph_text[self.excerpt_start : self.quote_end]


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What is made of a reading."""

    confidence: float
    answered: bool
    citations: tuple[Citation, ...]  # of the best candidate, be it enough to answer or not
    otherwise: tuple[Citation, ...]  # see Answer, as for the next
    nearest: tuple[Citation, ...]

    @property
    def shown(self) -> tuple[Citation, ...]:
        return (*self.citations, *self.otherwise) if self.answered else self.nearest


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long an answer took."""

    search: float
    read: float
    total: float


@dataclass(frozen=True, slots=True)
class Answer:
    """A question answered out of the corpus, or declined."""

    id: str  # short, random
    question: str  # as asked
    understood: str  # what a follow-up was taken to mean; empty if the question stands alone
    kind: QuestionKind
    answered: bool
    words: str | None  # the answer's words, cut out of the first citation's paragraph
    # Of the best candidate, answered or not; from 0 to 1. A chance for words and for a yes or no;
    # for the other kinds moved to the same threshold.
    confidence: float
    citations: tuple[Citation, ...]  # numbered from 1; empty if declined
    # At least half as good, each with other words than the citations and than one another;
    # numbered after the citations; empty if declined.
    otherwise: tuple[Citation, ...]
    nearest: tuple[Citation, ...]  # none sure enough to be given as an answer; empty if answered
    coverage: Coverage
    generation: int | None
    lexical_only: str  # why only words were searched for; empty when meaning was too
    seconds: Seconds

    @property
    def shown(self) -> tuple[Citation, ...]:
        """The sentences a person is shown, whether the question is answered or declined."""
        return (*self.citations, *self.otherwise, *self.nearest)
