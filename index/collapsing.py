"""Near-copies are read and cited once, with the other articles that say the very same named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from corpus.analysis import words
from corpus.copies import Copies, jaccard, shingles
from corpus.store import Corpus
from corpus.types import Article
from index.search import Hit

# Passages of near-copies are one passage when they share so much; a copy may well have a passage
# of its own, or one corrected since, and that is read and cited for itself.
SAME_PASSAGE = 0.7


def collapsed(copies: Copies, hits: Sequence[Hit], top_k: int) -> tuple[Hit, ...]:
    """The best `top_k` hits, of passages that near-copies share only the best one."""
    groups: dict[str, frozenset[str]] = {}
    kept: list[Hit] = []
    for hit in hits:
        if len(kept) == top_k:
            break
        article_id = hit.passage.article_id
        if article_id not in groups:
            groups[article_id] = frozenset(copies.group(article_id))
        if not any(
            other.passage.article_id in groups[article_id] and _same_passage(hit, other)
            for other in kept
        ):
            kept.append(replace(hit, rank=len(kept) + 1))
    return tuple(kept)


def also_in(corpus: Corpus, article_id: str, quote: str) -> tuple[Article, ...]:
    """The near-copies of an article, none of them withdrawn, that have this very quote too."""
    said = words(quote)
    found = []
    for other_id in corpus.copies.group(article_id):
        stored = corpus.article(other_id)
        if not stored.withdrawn and any(_has(p, said) for p in stored.article.paragraphs):
            found.append(stored.article)
    return tuple(found)


def _same_passage(one: Hit, other: Hit) -> bool:
    texts = (shingles([hit.passage.text]) for hit in (one, other))
    return jaccard(*texts) >= SAME_PASSAGE


def _has(paragraph: str, said: list[str]) -> bool:
    """Whether words stand in a paragraph, in a row, however it writes quotes and accents."""
    return f" {' '.join(said)} " in f" {' '.join(words(paragraph))} "
