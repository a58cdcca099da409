"""A question goes in; an answer cut out of stored text comes out, or a refusal."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from corpus.store import Corpus
from corpus.types import Article, Coverage
from index import comparing
from index.calibration import Calibration
from index.choosing import best_of_articles, one_a_passage, one_a_sentence, same, saying_otherwise
from index.collapsing import also_in, collapsed
from index.comparing import Nowhere
from index.evidence import Candidate, Question, candidate
from index.follow_ups import standalone
from index.keywords import NEARLY, confidence_of, holding
from index.leading import lead_start, leads_with, within
from index.questions import QuestionKind, kind_of
from index.reading import Reader
from index.search import DEPTH, Hit, Results, Searcher, clean_query
from index.types import Answer, Citation, Conclusion, Seconds

TOP_K = 8  # passages read for a question
MAX_CITATIONS = 4
OTHERWISE = 2  # sentences shown, beside an answer, that answer otherwise
NEAREST = 3  # sentences shown when a question is declined
# A further sentence has to be this good beside the first, be it that it says the same (others are
# shown less, not more, trust) or something else.
FURTHER_SHARE = 0.5
# Cosine of the best passage and a question that has to do with the articles at all. Of declined
# questions that have an answer, one in a hundred about the bundled articles is below it and one in
# twenty about invented disputes; so is most of what people say that is no question about them.
RELATED = 0.2
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
        cleaned = clean_query(question)
        meant = standalone(cleaned, context)
        reading = self.read(meant)
        found = self.conclude(reading)
        seconds = Seconds(reading.search_seconds, reading.read_seconds, time.perf_counter() - began)
        citations = found.citations if found.answered else ()
        return Answer(
            id="".join(secrets.choice(ID_ALPHABET) for _ in range(ID_LENGTH)),
            question=question,
            understood=meant if meant != cleaned else "",
            kind=reading.kind,
            answered=found.answered,
            words=citations[0].words if citations else None,
            confidence=round(found.confidence, 4),
            citations=citations,
            otherwise=found.otherwise,
            nearest=found.nearest,
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

    def conclude(self, reading: Reading) -> Conclusion:
        """Decide whether to answer, and choose the sentences to show."""
        confidence, chosen = self._decide(reading)
        answered = bool(chosen) and confidence >= self.threshold
        citations = self._citations(reading, chosen, confidence)
        others = self._otherwise(reading, citations) if answered else ()
        near = () if answered else self._nearest(reading)
        return Conclusion(
            confidence=confidence,
            answered=answered,
            citations=citations,
            otherwise=self._beside(reading, others, citations, OTHERWISE, confidence),
            nearest=self._beside(reading, near, (), NEAREST, confidence),
        )

    def answer_features(self, reading: Reading) -> tuple[float, ...]:
        """What speaks for the best candidate beside the others; see calibration.ANSWER_FEATURES."""
        best = reading.candidates[0]
        second = next(saying_otherwise(reading.candidates, [best.words]), None)
        strength = self._calibration.strength
        margin = strength(best.features) - strength(second.features) if second else 0.0
        return margin, *best.features

    # -- inner workings

    def _otherwise(self, reading: Reading, citations: Sequence[Citation]) -> Iterator[Candidate]:
        """Candidates with other words than the answer's that are not much worse."""
        if reading.kind not in (QuestionKind.WORDS, QuestionKind.YES_NO):
            return iter(())
        best = reading.candidates[0]
        told = [best.words]
        if reading.kind is QuestionKind.WORDS:
            told += [citation.words for citation in citations]
        good = takewhile(
            lambda one: self._share(reading.kind, one, best) >= FURTHER_SHARE, reading.candidates
        )
        sentences = one_a_sentence(good, [citation.quote for citation in citations])
        return saying_otherwise(sentences, told)

    def _nearest(self, reading: Reading) -> Iterator[Candidate]:
        """The sentences that come nearest to an answer, if what was found is near at all."""
        results, candidates = reading.results, reading.candidates
        if not results.lexical_only and all(hit.cosine < RELATED for hit in results.hits):
            return iter(())
        if reading.kind in (QuestionKind.KEYWORDS, QuestionKind.COMPARISON):
            # Their order goes by the passage more than by the sentence.
            candidates = tuple(one_a_passage(candidates))
        return one_a_sentence(candidates)

    def _decide(self, reading: Reading) -> tuple[float, list[Candidate]]:
        """The confidence in the best candidate, and it with those that agree, or, for a comparison,
        with the best of the other passages; best first."""
        if not reading.candidates:
            return 0.0, []
        best = reading.candidates[0]
        if reading.kind is QuestionKind.KEYWORDS:
            good = (c for c in reading.candidates if c.held > best.held - NEARLY)
            return confidence_of(best.held, self._calibration.threshold), one_a_passage(good)
        if reading.kind is QuestionKind.COMPARISON:
            told = comparing.comparison_features(best.hit.cosine, reading.nowhere())
            return self._calibration.comparison(told), one_a_passage(reading.candidates)
        agreeing = one_a_passage(c for c in reading.candidates if same(c.words, best.words))
        confidence = self._calibration.probability(self.answer_features(reading))
        return confidence, agreeing

    def _strength(self, kind: QuestionKind, found: Candidate) -> float:
        if kind is QuestionKind.KEYWORDS:
            return found.held
        if kind is QuestionKind.COMPARISON:
            return comparing.score(found.features)
        return self._calibration.strength(found.features)

    def _share(self, kind: QuestionKind, found: Candidate, first: Candidate) -> float:
        """How good a candidate is beside the first one, from 0 to 1."""
        if found is first:
            return 1.0
        strength, most = self._strength(kind, found), self._strength(kind, first)
        if kind in (QuestionKind.COMPARISON, QuestionKind.KEYWORDS):
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

    def _citations(
        self, reading: Reading, chosen: Sequence[Candidate], confidence: float
    ) -> tuple[Citation, ...]:
        """The best of the candidates that answer, each with the near-copies of its article."""
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

    def _beside(
        self,
        reading: Reading,
        candidates: Iterable[Candidate],
        before: Sequence[Citation],
        count: int,
        confidence: float,
    ) -> tuple[Citation, ...]:
        """Up to so many candidates as citations numbered after others, no sentence shown twice."""
        found: list[Citation] = []
        for one in candidates:
            if len(found) == count:
                break
            told = [*before, *found]
            citation = self._citation(reading, one, len(told) + 1, confidence)
            if any(within(citation, other) for other in told):
                continue
            if any(leads_with(citation, other) for other in told):
                citation = replace(citation, lead_start=None)
            found.append(citation)
        return tuple(found)

    def _citation(
        self, reading: Reading, found: Candidate, number: int, confidence: float
    ) -> Citation:
        start, end = found.start, found.end
        if reading.kind is not QuestionKind.WORDS:
            start, end = found.sentence
        share = self._share(reading.kind, found, reading.candidates[0])
        passage, article = found.hit.passage, reading.articles[found.hit.passage.article_id]
        return Citation(
            number=number,
            passage=passage,
            article=article,
            start=start,
            end=end,
            quote_start=found.sentence[0],
            quote_end=found.sentence[1],
            score=round(confidence * share, 4),
            lead_start=lead_start(passage.paragraph_text, found.sentence, article.language),
        )
