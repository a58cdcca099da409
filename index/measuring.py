"""What became of questions with known answers, summed up as figures with their intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from index.datasets import KnownQuestion
from index.metrics import (
    Interval,
    bootstrap,
    exact_match,
    f1,
    holds_answer,
    mean,
    recall_at_k,
    reciprocal_rank,
    roc_auc,
    success_at_k,
    wilson,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question; words, quote and place are those of the best candidate, which
    was given as the answer only if `answered`."""

    known: KnownQuestion
    answered: bool
    confidence: float
    words: str  # empty where there was no candidate, as are the next two
    quote: str  # the sentence around them
    shown: tuple[str, ...]  # the sentences a person is shown, answered or not; none without search
    place: str  # article id and paragraph number, for people
    cited: int | None  # the passage's id
    ranked: tuple[int, ...] | None  # ids of the passages found; None if there was no search
    relevant: frozenset[int]  # ids of the passages that answer
    seconds: float

    @property
    def in_quote(self) -> bool:
        return holds_answer(self.quote, self.known.answers)

    @property
    def in_shown(self) -> bool:
        return any(holds_answer(sentence, self.known.answers) for sentence in self.shown)

    @property
    def right_passage(self) -> bool:
        return self.cited in self.relevant

    @property
    def right(self) -> bool:
        """Whether a person was told the truth, or rightly told that it isn't known."""
        if not self.known.answerable:
            return not self.answered
        return self.answered and (self.in_quote if self.known.extractive else self.right_passage)


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure over some of the questions."""

    key: str  # in JSON
    label: str  # for people
    value: float  # from 0 to 1
    interval: Interval  # 95 %
    count: int  # questions it was measured on, never 0
    percent: bool = True  # shown as a percentage

    @property
    def shown(self) -> str:
        return f"{100 * self.value:.1f} %" if self.percent else f"{self.value:.3f}"

    @property
    def shown_interval(self) -> str:
        scale, digits = (100, 1) if self.percent else (1, 3)
        low, high = self.interval.low * scale, self.interval.high * scale
        return f"{low:.{digits}f} to {high:.{digits}f}"


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one evaluation."""

    name: str
    questions: int
    answerable: int
    unsupported: int  # answerable ones that no passage of the corpus answers
    threshold: float  # of confidence, below which a question is declined
    measures: tuple[Measure, ...]
    kinds: dict[str, tuple[Measure, ...]]
    p50: float  # seconds a question
    p95: float
    outcomes: tuple[Outcome, ...] = field(repr=False)

    def value(self, key: str) -> float:
        """:raises KeyError: If there was no question to measure it on."""
        return {measure.key: measure.value for measure in self.measures}[key]

    @property
    def wrong(self) -> list[Outcome]:
        """Answered wrongly, declined though there is an answer, or answered though there's none."""
        return [outcome for outcome in self.outcomes if not outcome.right]


# -- measuring


@dataclass(frozen=True, slots=True)
class _Definition:
    key: str
    label: str
    value: Callable[[Outcome], float]
    counts: Callable[[Outcome], bool]  # which questions it is measured on
    proportion: bool = True  # every value is 0 or 1

    def over(self, outcomes: Sequence[Outcome]) -> Iterator[Measure]:
        """The measure, or nothing where there is no question to measure it on."""
        values = [float(self.value(outcome)) for outcome in outcomes if self.counts(outcome)]
        if not values:
            return
        count = len(values)
        interval = wilson(round(sum(values)), count) if self.proportion else bootstrap(mean, values)
        percent = self.key != "mrr"
        yield Measure(self.key, self.label, mean(values), interval, count, percent)


def _answerable(outcome: Outcome) -> bool:
    return outcome.known.answerable


def _unanswerable(outcome: Outcome) -> bool:
    return not outcome.known.answerable


def _searched(outcome: Outcome) -> bool:
    return outcome.known.answerable and outcome.ranked is not None


def _extractive(outcome: Outcome) -> bool:
    return outcome.known.answerable and outcome.known.extractive


def _recall(k: int, outcome: Outcome) -> float:
    return recall_at_k(outcome.ranked or (), outcome.relevant, k)


def _success(k: int, outcome: Outcome) -> float:
    return success_at_k(outcome.ranked or (), outcome.relevant, k)


def _search_definitions(depths: Sequence[int]) -> Iterator[_Definition]:
    for k in depths:
        label = f"search: recall@{k}"
        yield _Definition(f"recall@{k}", label, partial(_recall, k), _searched, proportion=False)
    for k in depths:
        label = f"search: a right passage {'first' if k == 1 else f'among the first {k}'}"
        yield _Definition(f"success@{k}", label, partial(_success, k), _searched)
    yield _Definition(
        "mrr",
        "search: MRR",
        lambda o: reciprocal_rank(o.ranked or (), o.relevant),
        _searched,
        proportion=False,
    )


IN_QUOTE = _Definition(
    "answer_in_quote",
    "a known answer in the first citation's quote",
    lambda o: o.answered and o.in_quote,
    _extractive,
)
RIGHT_PASSAGE = _Definition(
    "right_passage",
    "a right passage cited first",
    lambda o: o.answered and o.right_passage,
    _searched,
)
F1 = _Definition(
    "f1",
    "F1 of the answer",
    lambda o: f1(o.words, o.known.answers) if o.answered else 0.0,
    _extractive,
    proportion=False,
)
FALSE_ANSWERS = _Definition(
    "false_answer_rate", "unanswerable, but answered", lambda o: o.answered, _unanswerable
)
FALSE_REFUSALS = _Definition(
    "false_refusal_rate", "answerable, but declined", lambda o: not o.answered, _answerable
)
ANSWER_DEFINITIONS = (
    IN_QUOTE,
    RIGHT_PASSAGE,
    _Definition(
        "exact_match",
        "exact match",
        lambda o: exact_match(o.words, o.known.answers) if o.answered else 0.0,
        _extractive,
    ),
    F1,
    _Definition(
        "answer_in_quote_always",
        "a known answer in the quote, were nothing declined",
        lambda o: o.in_quote,
        _extractive,
    ),
    _Definition(
        "right_passage_always",
        "a right passage cited first, were nothing declined",
        lambda o: o.right_passage,
        _searched,
    ),
    _Definition(
        "f1_always",
        "F1, were nothing declined",
        lambda o: f1(o.words, o.known.answers),
        _extractive,
        proportion=False,
    ),
    _Definition(
        "answer_shown",
        "a known answer in a sentence shown, answered or declined",
        lambda o: o.in_shown,
        lambda o: _searched(o) and _extractive(o),
    ),
    FALSE_ANSWERS,
    FALSE_REFUSALS,
)
KIND_DEFINITIONS = (IN_QUOTE, RIGHT_PASSAGE, F1, FALSE_REFUSALS, FALSE_ANSWERS)


# -- summing up


def report(
    name: str, outcomes: Sequence[Outcome], threshold: float, depths: Sequence[int]
) -> Report:
    """Sum up.

    :param depths: The k of recall@k and success@k.
    """
    definitions = (*_search_definitions(depths), *ANSWER_DEFINITIONS)
    measures = [measure for one in definitions for measure in one.over(outcomes)]
    by_kind: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_kind.setdefault(outcome.known.kind, []).append(outcome)
    p50, p95 = np.percentile([outcome.seconds for outcome in outcomes], (50, 95))
    return Report(
        name=name,
        questions=len(outcomes),
        answerable=sum(map(_answerable, outcomes)),
        unsupported=sum(_searched(outcome) and not outcome.relevant for outcome in outcomes),
        threshold=threshold,
        measures=(*measures, *_auc(outcomes)),
        kinds={
            kind: tuple(m for one in KIND_DEFINITIONS for m in one.over(group))
            for kind, group in by_kind.items()
        },
        p50=float(p50),
        p95=float(p95),
        outcomes=tuple(outcomes),
    )


def _auc(outcomes: Sequence[Outcome]) -> Iterator[Measure]:
    positives = [outcome.confidence for outcome in outcomes if outcome.known.answerable]
    negatives = [outcome.confidence for outcome in outcomes if not outcome.known.answerable]
    if positives and negatives:
        yield Measure(
            "auc",
            "AUC of confidence, answerable against not",
            roc_auc(positives, negatives),
            bootstrap(roc_auc, positives, negatives),
            len(outcomes),
            percent=False,
        )
