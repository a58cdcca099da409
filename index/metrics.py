"""How good rankings and answers are, each measure with its definition, and how sure that is."""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.analysis import fold

Values = NDArray[np.float64]  # shape (n,)

RESAMPLES = 1_000
SEED = 13
NORMAL_95 = 1.959964  # standard deviations on either side that hold 95 % of a normal distribution

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the true value lies with 95 % confidence."""

    low: float
    high: float


# -- rankings


def recall_at_k(ranked: Sequence[Hashable], relevant: Collection[Hashable], k: int) -> float:
    """Fraction of the relevant passages among the first `k`; 0 where none is relevant.

    >>> recall_at_k(["a", "x", "b"], relevant={"a", "b"}, k=2)
    0.5
    """
    return len(set(ranked[:k]) & set(relevant)) / len(relevant) if relevant else 0.0


def success_at_k(ranked: Sequence[Hashable], relevant: Collection[Hashable], k: int) -> float:
    """1 where any relevant passage is among the first `k`, else 0 ("hit rate").

    >>> success_at_k(["x", "a", "b"], relevant={"a", "b"}, k=2)
    1.0
    """
    return float(any(passage in relevant for passage in ranked[:k]))


def reciprocal_rank(ranked: Sequence[Hashable], relevant: Collection[Hashable]) -> float:
    """1 / rank of the first relevant passage, 0 where none was found. Its mean is the MRR.

    >>> reciprocal_rank(["x", "a", "b"], relevant={"a", "b"})
    0.5
    """
    ranks = (rank for rank, passage in enumerate(ranked, start=1) if passage in relevant)
    return next((1 / rank for rank in ranks), 0.0)


# -- answers


def normalised(text: str) -> str:
    """A text as SQuAD compares it: lower case, no punctuation, no articles, single spaces.

    Source: https://arxiv.org/abs/1606.05250, section 6.1.

    >>> normalised("The  Dolmabahçe Palace, Istanbul.")
    'dolmabahçe palace istanbul'
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(found: str, answers: Iterable[str]) -> float:
    """1 where the text found is one of the known answers after normalisation, else 0.

    >>> exact_match("the Dolmabahçe Palace", ["Istanbul", "Dolmabahçe palace"])
    1.0
    """
    return float(normalised(found) in {normalised(answer) for answer in answers})


def f1(found: str, answers: Iterable[str]) -> float:
    """Harmonic mean of precision and recall of the words, against the best known answer.

    Of "aide Vladimir Medinsky" two of three words are in "Vladimir Medinsky", and both of its
    words were found: precision 2/3, recall 1, F1 2 * 2 / (3 + 2).

    >>> f1("aide Vladimir Medinsky", ["Vladimir Medinsky", "Umerov"])
    0.8
    """
    return max((_word_f1(normalised(found), normalised(answer)) for answer in answers), default=0.0)


def _word_f1(found: str, answer: str) -> float:
    have, want = Counter(found.split()), Counter(answer.split())
    if not have or not want:
        return float(have == want)
    return 2 * (have & want).total() / (have.total() + want.total())


def holds_answer(text: str, answers: Iterable[str]) -> bool:
    """Whether a known answer stands in the text, as whole words.

    Case, accents, kinds of quotes and white space make no difference, so that an answer typed
    into a question file by hand is found.

    >>> holds_answer("It lasted for one hour and 45  minutes.", ["45 minutes"])
    True
    >>> holds_answer("All 112 people left.", ["12 people"])
    False
    """
    folded = _folded(text)
    return any(_stands_in(folded, _folded(answer)) for answer in answers)


def _folded(text: str) -> str:
    return " ".join(fold(text).split())


def _stands_in(text: str, answer: str) -> bool:
    if not answer or answer not in text:
        return False
    before = r"(?<!\w)" if answer[0].isalnum() else ""
    after = r"(?!\w)" if answer[-1].isalnum() else ""
    return re.search(f"{before}{re.escape(answer)}{after}", text) is not None


# -- telling answerable from unanswerable


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers given with a confidence in one tenth of the scale, or another part of it."""

    low: float
    high: float  # exclusive, but for the last
    count: int
    confidence: float  # their mean; 0 where there are none
    right: float  # the share that is right; 0 where there are none


def reliability(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> list[Bin]:
    """How often answers are right, by the confidence in them: the same if it is calibrated.

    Source: https://arxiv.org/abs/1706.04599, section 2.

    >>> [(one.count, one.right) for one in reliability([0.1, 0.8, 0.9], [False, True, False], 2)]
    [(1, 0.0), (2, 0.5)]
    """
    sure, good = np.asarray(confidences, float), np.asarray(right, float)
    place = np.minimum((sure * bins).astype(int), bins - 1)
    return [
        Bin(
            low=number / bins,
            high=(number + 1) / bins,
            count=int(inside.sum()),
            confidence=float(sure[inside].mean()) if inside.any() else 0.0,
            right=float(good[inside].mean()) if inside.any() else 0.0,
        )
        for number in range(bins)
        for inside in [place == number]
    ]


def roc_auc(positives: Sequence[float] | Values, negatives: Sequence[float] | Values) -> float:
    """How often a positive's score is above a negative's; equal scores count a half.

    Of the four pairs of [0.9, 0.4] and [0.2, 0.6] three are in order. NaN where a side is empty.

    >>> roc_auc([0.9, 0.4], [0.2, 0.6])
    0.75
    """
    if not len(positives) or not len(negatives):
        return math.nan
    # Slow to import, and at hand already wherever sentence-transformers was loaded.
    from sklearn.metrics import roc_auc_score

    labels = np.repeat([1, 0], [len(positives), len(negatives)])
    return float(roc_auc_score(labels, np.concatenate([positives, negatives])))


# -- how sure


def wilson(successes: int, count: int) -> Interval:
    """95 % interval of a proportion (Wilson 1927); from 0 to 1 where nothing was counted.

    8 of 10: centre (0.8 + z²/20) / (1 + z²/10) = 0.717, half width 0.226.

    >>> interval = wilson(8, 10)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.49, 0.943)
    """
    if not count:
        return Interval(0.0, 1.0)
    share, spread = successes / count, NORMAL_95**2 / count
    centre = (share + spread / 2) / (1 + spread)
    half = math.sqrt(share * (1 - share) * spread + spread**2 / 4) / (1 + spread)
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def bootstrap(
    statistic: Callable[..., float],
    *samples: Sequence[float],
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Interval:
    """95 % percentile interval of a statistic of samples, each resampled by itself.

    :param statistic: Takes as many arrays as there are samples; `mean`, `roc_auc`.
    :param samples: None of them empty.

    >>> bootstrap(mean, [0.5, 0.5, 0.5])
    Interval(low=0.5, high=0.5)
    """
    rng = np.random.default_rng(seed)
    arrays = [np.asarray(sample, dtype=np.float64) for sample in samples]
    drawn = [
        statistic(*(array[rng.integers(0, len(array), len(array))] for array in arrays))
        for _ in range(resamples)
    ]
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Interval(float(low), float(high))


def mean(values: Sequence[float] | Values) -> float:
    """Arithmetic mean; NaN where there are no values."""
    return float(np.mean(values)) if len(values) else math.nan
