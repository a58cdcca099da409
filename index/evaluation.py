"""Questions with known answers are asked; what became of each is kept, and summed up."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from corpus.paragraphs import passage_spans
from corpus.sentences import sentence_around
from corpus.store import Corpus
from corpus.types import Passage
from index.answering import TOP_K, Answerer
from index.datasets import KnownQuestion, QuestionSet
from index.measuring import Outcome, Report, report
from index.metrics import holds_answer
from index.reading import Reader, Span
from index.search import clean_query

OnAsked = Callable[[int, int], None]  # questions asked, and all of them

# The score above which the reader, left to itself, says that a passage answers.
READER_THRESHOLD = 0.0
NO_SPAN = -1_000.0  # stands for the score where the reader found no span at all


def evaluate(
    corpus: Corpus,
    answerer: Answerer,
    questions: Sequence[KnownQuestion],
    *,
    name: str = "",
    top_k: int = TOP_K,
    on_asked: OnAsked | None = None,
) -> Report:
    """Ask every question, and compare with what is known.

    :param top_k: How many passages the answerer reads; search is measured to that depth.
    """
    right = RightPassages(corpus)
    tell = on_asked or (lambda done, total: None)
    outcomes: list[Outcome] = []
    for done, known in enumerate(questions):
        tell(done, len(questions))
        outcomes.append(_ask(answerer, known, right.of(known)))
    tell(len(questions), len(questions))
    return report(name, outcomes, answerer.threshold, tuple(sorted({1, 5, top_k})))


def evaluate_reader(
    reader: Reader,
    question_set: QuestionSet,
    questions: Sequence[KnownQuestion],
    *,
    on_asked: OnAsked | None = None,
) -> Report:
    """Give the reader the one paragraph that each question was written about, without search.

    :param questions: Of this set, which must bring its paragraphs.
    """
    tell = on_asked or (lambda done, total: None)
    outcomes: list[Outcome] = []
    for done, known in enumerate(questions):
        tell(done, len(questions))
        outcomes.append(_read(reader, question_set, known))
    tell(len(questions), len(questions))
    return report(f"{question_set.name}, given the paragraph", outcomes, READER_THRESHOLD, ())


class RightPassages:
    """Tells which passages of a corpus answer a question."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._passages: dict[str, list[Passage]] = {}

    def of(self, known: KnownQuestion) -> frozenset[int]:
        """Ids of those in the paragraphs that answer, or else of those that hold an answer."""
        if not known.answerable:
            return frozenset()
        if known.paragraphs:
            return frozenset(i for key in known.paragraphs for i in self._within(known, *key))
        articles = known.articles or [one.article.id for one in self._corpus.articles()]
        return frozenset(
            passage.id
            for article_id in articles
            for passage in self._of_article(article_id)
            if holds_answer(passage.text, known.answers)
        )

    def _within(self, known: KnownQuestion, article_id: str, paragraph: int) -> list[int]:
        # A long paragraph is several passages; the answer is in one of them, or it is no
        # extract ("Yes"), and then each of them will do.
        parts = [p for p in self._of_article(article_id) if p.paragraph == paragraph]
        holding = [p.id for p in parts if holds_answer(p.text, known.answers)]
        return holding or [p.id for p in parts]

    def _of_article(self, article_id: str) -> list[Passage]:
        if article_id not in self._passages:
            stored = self._corpus.find(article_id)
            findable = stored is not None and not stored.withdrawn
            self._passages[article_id] = self._corpus.passages_of(article_id) if findable else []
        return self._passages[article_id]


# -- asking


def _ask(answerer: Answerer, known: KnownQuestion, relevant: frozenset[int]) -> Outcome:
    # Not Answerer.answer: a refusal doesn't say what it would have answered, nor what was found.
    began = time.perf_counter()
    reading = answerer.read(clean_query(known.question))
    found = answerer.conclude(reading)
    seconds = time.perf_counter() - began
    best = found.citations[0] if found.citations else None
    return Outcome(
        known=known,
        answered=found.answered,
        confidence=found.confidence,
        words=best.words if best else "",
        quote=best.quote if best else "",
        shown=tuple(citation.quote for citation in found.shown),
        place=_place(best.passage) if best else "",
        cited=best.passage.id if best else None,
        ranked=tuple(hit.passage.id for hit in reading.results.hits),
        relevant=relevant,
        seconds=seconds,
    )


def _place(passage: Passage) -> str:
    return f"{passage.article_id}, paragraph {passage.paragraph}"


def _best_span(reader: Reader, question: str, paragraph: str) -> Span | None:
    """The best span of a paragraph, which is read in the passages that it is stored as."""
    parts = passage_spans(paragraph)
    found = reader.read(clean_query(question), [paragraph[a:b] for a, b in parts], n_best=1)
    spans = [
        replace(span, start=start + span.start, end=start + span.end)
        for (start, _), best in zip(parts, found, strict=True)
        for span in best
    ]
    return max(spans, key=lambda span: span.score, default=None)


def _read(reader: Reader, question_set: QuestionSet, known: KnownQuestion) -> Outcome:
    assert known.asked_of is not None
    text = question_set.paragraph(known.asked_of)
    began = time.perf_counter()
    best = _best_span(reader, known.question, text)
    seconds = time.perf_counter() - began
    quote = sentence_around(text, best.start, best.end) if best else (0, 0)
    return Outcome(
        known=known,
        answered=best is not None and best.score > READER_THRESHOLD,
        confidence=best.score if best else NO_SPAN,
        words=text[best.start : best.end] if best else "",
        quote=text[quote[0] : quote[1]],
        shown=(),
        place=f"{known.asked_of[0]}, paragraph {known.asked_of[1]}",
        cited=None,
        ranked=None,
        relevant=frozenset(),
        seconds=seconds,
    )
