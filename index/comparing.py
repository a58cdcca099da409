"""Questions that lay several things side by side: no one sentence answers them, so the sentences
that bear on them are shown, if the articles tell of what is asked about at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from corpus.types import Article
from index.evidence import FEATURES, Question, about, lacking, stems
from index.search import LEXICAL_WEIGHT, Hit

COMPARISON_FEATURES = (
    "cosine",  # of the question and the best candidate's passage
    "names_nowhere",  # see Nowhere
    "words_nowhere",
)
# What the reader's squashed score adds to the score of the search, which leads: a passage that
# bears on a part of the question may hold no answer. A right passage comes first more often than
# with 0 among comparisons about invented disputes, and than with 0 or 0.2 on MultiHop-RAG.
READER_WEIGHT = 0.1
# A further sentence has to score this much beside the first: three of four bear on the question
# then, among comparisons about invented disputes.
FURTHER_SHARE = 0.6

_COSINE, _LEXICAL, _READER = map(FEATURES.index, ("cosine", "lexical", "reader_squashed"))


@dataclass(frozen=True, slots=True)
class Nowhere:
    """How much of what a question says is in nothing that was found for it."""

    names: float  # share of its names and numbers, from 0 to 1
    words: float  # share of its content by weight, from 0 to 1

    @classmethod
    def of(
        cls, question: Question, hits: Iterable[Hit], articles: Mapping[str, Article]
    ) -> Nowhere:
        """Look for a question's words in the passages, and in what is known of their articles."""
        found: set[str] = set()
        for hit in hits:
            found |= stems(hit.passage.text) | about(articles[hit.passage.article_id])
        told = frozenset(found)
        words = 1 - question.cover(told)
        # A question typed without capitals names nothing that can be told from other words.
        return cls(lacking(question.named, told) if question.named else words, words)


def score(features: Sequence[float]) -> float:
    """How much a candidate bears on a comparison, on the scale of `search.Hit.score`.

    :param features: In the order of `evidence.FEATURES`.
    """
    searched = features[_COSINE] + LEXICAL_WEIGHT * features[_LEXICAL]
    return float(searched + READER_WEIGHT * features[_READER])


def comparison_features(cosine: float, nowhere: Nowhere) -> tuple[float, ...]:
    """See COMPARISON_FEATURES."""
    return cosine, nowhere.names, nowhere.words
