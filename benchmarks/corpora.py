"""Large corpora for measurements: real sentences of the bundled articles, put together anew."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from corpus.parsing import read_sources
from corpus.sentences import sentence_spans
from corpus.types import Article

ARTICLES = Path(__file__).parent.parent / "corpus" / "articles"


def sentences() -> list[str]:
    """Every sentence of the bundled articles."""
    found = []
    for item in read_sources([ARTICLES]):
        if isinstance(item, Article):
            for text in item.paragraphs:
                found += [text[start:end] for start, end in sentence_spans(text)]
    return found


def articles(count: int, paragraphs: int = 3, seed: int = 1) -> Iterator[Article]:
    """So many articles, each paragraph of three sentences and a number that makes it its own."""
    rng = random.Random(seed)
    pool = sentences()
    for number in range(count):
        texts = (
            f"Report {number}, part {part}. " + " ".join(rng.sample(pool, 3))
            for part in range(1, paragraphs + 1)
        )
        yield Article(id=f"report-{number}", title=f"Report {number}", paragraphs=tuple(texts))
