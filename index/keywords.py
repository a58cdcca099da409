"""Bare key words: whole sentences that hold them are the answer, and nothing has to be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from corpus.analysis import content_words
from corpus.sentences import sentence_spans
from corpus.types import Article
from index.evidence import Candidate, Question, stems
from index.search import Hit

ENOUGH = 0.7  # the share of the key words, by weight, that an answer holds
NEARLY = 0.05  # how much less of them a further sentence may hold
OWN = 0.8  # how much a sentence's own words count beside those around it


def holding(
    question: Question, hits: Sequence[Hit], articles: Mapping[str, Article]
) -> list[Candidate]:
    """The sentences of passages, each with how much of the key words it holds.

    That is from 0 to 1, and a thousandth of the passage's score, which decides between equals.
    """
    found: list[Candidate] = []
    if not content_words(question.text):
        return found
    for hit in hits:
        article = articles[hit.passage.article_id]
        text = hit.passage.paragraph_text
        around = question.cover(stems(hit.passage.text) | stems(article.title))
        for start, end in sentence_spans(text, article.language):
            if start < hit.passage.start or end > hit.passage.end:
                continue
            cover = question.cover(stems(text[start:end]))
            held = OWN * cover + (1 - OWN) * around + hit.score / 1000
            found.append(Candidate(hit, start, end, (start, end), (), held))
    return found


def confidence_of(held: float, threshold: float) -> float:
    """How much is held, on the scale of the other confidences: what is just enough is at the
    threshold."""
    return min(1.0, min(1.0, held) * threshold / ENOUGH)
