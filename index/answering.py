"""A question goes in; an answer cut out of stored text comes out, or a refusal."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from corpus.analysis import words
from corpus.store import Corpus
from corpus.types import Article, Coverage
from index import comparing
from index.calibration import Calibration
from index.collapsing import also_in, collapsed
from index.comparing import Nowhere
from index.evidence import Candidate, Question, candidate
from index.keywords import NEARLY, confidence_of, holding
from index.questions import QuestionKind, kind_of, standalone
from index.reading import Reader
from index.search import DEPTH, Hit, Results, Searcher, clean_query
from index.types import Answer, Citation, Seconds

TOP_K = 8  # passages read for a question
MAX_CITATIONS = 4
NEAREST = 3  # sentences shown, as no answer, when a question is declined
OTHERWISE = 2  # sentences shown that answer otherwise
# A further sentence has to be this good beside the first, be it that it says the same (others are
# shown less, not more, trust) or something else.
FURTHER_SHARE = 0.5
HALVED = 2.5  # how much less strength makes a candidate half as good as another
ID_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is read as something else
ID_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Reading:
    """A question with what was found and read for it, before anything is decided."""

    question: Question
    kind: QuestionKind
    results: Results
    articles: dict[str, Article]
    candidates: tuple[Candidate, ...]  # best first
    search_seconds: float
    read_seconds: float

    def nowhere(self) -> Nowhere:
        """How much of what the question says is in nothing that was found."""
        return Nowhere.of(self.question, self.results.hits, self.articles)


class Answerer:
    """Answers questions out of a corpus; safe to share between threads."""

    def __init__(
        self,
        corpus: Corpus,
        searcher: Searcher,
        reader: Reader,
        calibration: Calibration,
        top_k: int = TOP_K,
        threshold: float | None = None,
    ) -> None:
        self._corpus = corpus
        self._searcher = searcher
        self._reader = reader
        self._calibration = calibration
        self._top_k = top_k
        self.threshold = calibration.threshold if threshold is None else threshold

    def answer(self, question: str, context: Sequence[str] = ()) -> Answer:
        """The answer to a question, with citations, or a refusal with what was nearest.

        :param context: Earlier questions of the same conversation, oldest first, for follow-ups.
        :raises QueryError: If the question is empty.
        """
        began = time.perf_counter()
        reading = self.read(standalone(clean_query(question), context))
        confidence, citations = self.conclude(reading)
        answered = bool(citations) and confidence >= self.threshold
        citations = citations if answered else ()
        otherwise = self.otherwise(reading, citations)
        seconds = Seconds(reading.search_seconds, reading.read_seconds, time.perf_counter() - began)
        return Answer(
            id="".join(secrets.choice(ID_ALPHABET) for _ in range(ID_LENGTH)),
            question=question,
            kind=reading.kind,
            answered=answered,
            words=citations[0].words if citations else None,
            confidence=round(confidence, 4),
            citations=citations,
            otherwise=otherwise,
            nearest=self.nearest(reading, (*citations, *otherwise), confidence),
            coverage=self.coverage(),
            generation=reading.results.generation,
            lexical_only=reading.results.lexical_only,
            seconds=seconds,
        )

    def coverage(self) -> Coverage:
        """What the corpus holds."""
        return self._corpus.coverage()

    def read(self, question: str) -> Reading:
        """Find passages for a question, read them, and order what may be the answer."""
        began = time.perf_counter()
        # What is read and weighed is what was searched; the answer shows the question as typed.
        question = self._searcher.understood(question)
        results = self._searcher.find(question, 2 * DEPTH)
        # All that was found is at hand, so copies of one passage take no other's place.
        hits = collapsed(self._corpus.copies, results.hits, self._top_k)
        results = replace(results, hits=hits)
        found = time.perf_counter()
        articles = {
            hit.passage.article_id: self._corpus.article(hit.passage.article_id).article
            for hit in results.hits
        }
        asked = Question.of(question, self._searcher.full_text.weight)
        kind = kind_of(question)
        # Key words are answered by whole sentences, for which nothing has to be read.
        find = holding if kind is QuestionKind.KEYWORDS else self._candidates
        candidates = find(asked, results.hits, articles)
        read = time.perf_counter()
        return Reading(
            question=asked,
            kind=kind,
            results=results,
            articles=articles,
            candidates=tuple(sorted(candidates, key=lambda one: -self._strength(kind, one))),
            search_seconds=found - began,
            read_seconds=read - found,
        )

    def conclude(self, reading: Reading) -> tuple[float, tuple[Citation, ...]]:
        """What would be answered, and the confidence in it, be that enough to answer or not."""
        confidence, chosen = self._decide(reading)
        return confidence, self._cite(reading, chosen, confidence) if chosen else ()

    def otherwise(self, reading: Reading, citations: Sequence[Citation]) -> tuple[Citation, ...]:
        """Sentences with other words than an answer's, nearly as good; one for each of such words.

        :param citations: Of the answer; without any there is nothing to be beside.
        """
        if not citations or reading.kind not in (QuestionKind.WORDS, QuestionKind.YES_NO):
            return ()
        best = reading.candidates[0]
        found = [best]
        for other in _others(reading.candidates, citations):
            if self._share(reading.kind, other, best) < FURTHER_SHARE:
                break
            if len(found) <= OTHERWISE and not any(same(other.words, one.words) for one in found):
                found.append(other)
        return self._cited(reading, found[1:], citations, citations[0].score)

    def nearest(
        self, reading: Reading, shown: Sequence[Citation], confidence: float
    ) -> tuple[Citation, ...]:
        """The sentences that come nearest to an answer, but for those shown already."""
        found = list(islice(_others(reading.candidates, shown), NEAREST))
        return self._cited(reading, found, shown, confidence)

    def _cited(
        self,
        reading: Reading,
        found: Sequence[Candidate],
        before: Sequence[Citation],
        confidence: float,
    ) -> tuple[Citation, ...]:
        """Candidates as citations, numbered after others."""
        return tuple(
            self._citation(reading, one, number, confidence)
            for number, one in enumerate(found, start=len(before) + 1)
        )

    def _decide(self, reading: Reading) -> tuple[float, list[Candidate]]:
        """The confidence in the best candidate, and it with those that agree, or, for a comparison,
        with the best of the other passages; best first."""
        if not reading.candidates:
            return 0.0, []
        best = reading.candidates[0]
        if reading.kind is QuestionKind.KEYWORDS:
            held, enough = best.features[0], self._calibration.threshold
            good = (c for c in reading.candidates if c.features[0] > held - NEARLY)
            return confidence_of(held, enough), one_a_passage(good)
        if reading.kind is QuestionKind.COMPARISON:
            told = comparing.comparison_features(best.hit.cosine, reading.nowhere())
            return self._calibration.comparison(told), one_a_passage(reading.candidates)
        agreeing = one_a_passage(c for c in reading.candidates if same(c.words, best.words))
        confidence = self._calibration.probability(self.answer_features(reading))
        return confidence, agreeing

    def answer_features(self, reading: Reading) -> tuple[float, ...]:
        """What speaks for the best candidate beside the others; see calibration.ANSWER_FEATURES."""
        best = reading.candidates[0]
        others = (c for c in reading.candidates if not same(c.words, best.words))
        second = next(others, None)
        strength = self._calibration.strength
        margin = strength(best.features) - strength(second.features) if second else 0.0
        return margin, *best.features

    # -- inner workings

    def _strength(self, kind: QuestionKind, found: Candidate) -> float:
        if kind is QuestionKind.KEYWORDS:
            return found.features[0]
        if kind is QuestionKind.COMPARISON:
            return comparing.score(found.features)
        return self._calibration.strength(found.features)

    def _share(self, kind: QuestionKind, found: Candidate, first: Candidate) -> float:
        """How good a candidate is beside the first one, from 0 to 1."""
        if kind is QuestionKind.KEYWORDS or found is first:
            return 1.0
        strength, most = self._strength(kind, found), self._strength(kind, first)
        if kind is QuestionKind.COMPARISON:
            return max(0.0, strength) / max(1e-9, most)
        return float(2.0 ** -max(0.0, (most - strength) / HALVED))

    def _candidates(
        self, question: Question, hits: Sequence[Hit], articles: dict[str, Article]
    ) -> list[Candidate]:
        # The reader is surer of a question that has its mark.
        asked = question.text if question.text.endswith("?") else f"{question.text}?"
        titles = [articles[hit.passage.article_id].title for hit in hits]
        spans = self._reader.read(asked, [hit.passage.text for hit in hits], titles=titles)
        return [
            candidate(question, hit, span, articles[hit.passage.article_id])
            for hit, found in zip(hits, spans, strict=True)
            for span in found
        ]

    def _cite(
        self, reading: Reading, chosen: Sequence[Candidate], confidence: float
    ) -> tuple[Citation, ...]:
        citations: list[Citation] = []
        told: set[str] = set()  # near-copies named beside an earlier citation
        ordered, enough = best_of_articles(chosen), FURTHER_SHARE
        if reading.kind is QuestionKind.COMPARISON:
            # What bears on it says different things: none proves another.
            ordered, enough = list(chosen), comparing.FURTHER_SHARE
        for choice in ordered:
            if len(citations) == MAX_CITATIONS:
                break
            if choice.hit.passage.article_id in told:
                continue
            share = self._share(reading.kind, choice, chosen[0])
            if share < enough:
                continue
            citation = self._citation(reading, choice, len(citations) + 1, confidence)
            others = also_in(self._corpus, citation.article.id, citation.quote)
            told.update(article.id for article in others)
            citations.append(replace(citation, also_in=others))
        return tuple(citations)

    def _citation(
        self, reading: Reading, found: Candidate, number: int, confidence: float
    ) -> Citation:
        start, end = found.start, found.end
        if reading.kind is not QuestionKind.WORDS:
            start, end = found.sentence
        share = self._share(reading.kind, found, reading.candidates[0])
        return Citation(
            number=number,
            passage=found.hit.passage,
            article=reading.articles[found.hit.passage.article_id],
            start=start,
            end=end,
            quote_start=found.sentence[0],
            quote_end=found.sentence[1],
            score=round(confidence * share, 4),
        )


def same(one: str, other: str) -> bool:
    """Whether two spans give the same answer: one's words are all the other's, in a row.

    >>> same("Vladimir Medinsky", "Medinsky"), same("2 June", "2 June 2025"), same("1", "12")
    (True, True, False)
    """
    short, long = sorted((_bare(one), _bare(other)), key=len)
    if not short:  # "the", or a sign, has no words of its own
        return one == other
    return any(long[i : i + len(short)] == short for i in range(len(long) - len(short) + 1))


def _others(candidates: Iterable[Candidate], shown: Iterable[Citation]) -> Iterator[Candidate]:
    """The first candidate of each sentence, by its text, that isn't shown already."""
    told = {citation.quote for citation in shown}
    for found in candidates:
        if found.quote not in told:
            told.add(found.quote)
            yield found


def _bare(text: str) -> list[str]:
    return [word for word in words(text) if word not in ("a", "an", "the")]


def one_a_passage(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The first candidate of each passage, in order."""
    firsts: dict[int, Candidate] = {}
    for found in candidates:
        firsts.setdefault(found.hit.passage.id, found)
    return list(firsts.values())


def best_of_articles(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The best candidate of each article first, then the others: other articles prove more."""
    firsts: list[Candidate] = []
    rest: list[Candidate] = []
    seen: set[str] = set()
    for found in candidates:
        article_id = found.hit.passage.article_id
        (rest if article_id in seen else firsts).append(found)
        seen.add(article_id)
    return firsts + rest
