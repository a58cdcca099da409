"""Adding one article to 10,000: seconds, and how many texts were embedded.

    python -m benchmarks.add_one [--articles 10000]

The vectors of the many are random, as only the one that is added has to be embedded; everything
else is as in use: SQLite, near-copies, the index, its check and its publication.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.corpora import articles
from corpus.embeddings import EmbeddingStore
from corpus.store import Corpus
from corpus.types import Article
from index.building import Generations
from index.embedding import Embedder, text_hash

ONE = Article(
    id="added",
    title="The article that is added",
    paragraphs=(
        "A new round of talks was announced for the autumn, a spokesman in Ankara said.",
        "He named neither a day nor who would lead the delegations.",
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=10_000)
    count: int = parser.parse_args().articles
    with tempfile.TemporaryDirectory() as folder:
        corpus = Corpus(Path(folder))
        began = time.perf_counter()
        for _ in corpus.add_many(articles(count)):
            pass
        print(f"{count:,} articles stored and compared: {time.perf_counter() - began:.1f} s")
        embedder = Embedder()
        embed_at_random(corpus, embedder)
        generations = Generations(corpus)
        with generations.writing():
            generations.publish(generations.build(embedder).generation)
        print(f"{corpus.count_passages():,} passages indexed")

        began = time.perf_counter()
        corpus.add(ONE)
        stored = time.perf_counter()
        with generations.writing():
            built = generations.build(embedder)
            generations.publish(built.generation)
        done = time.perf_counter()
        print(f"one article stored and compared: {stored - began:.3f} s")
        print(f"indexed, checked and published: {done - stored:.2f} s")
        print(f"texts embedded: {built.embedded} (the article has {len(ONE.paragraphs)})")
        corpus.database.close()


def embed_at_random(corpus: Corpus, embedder: Embedder) -> None:
    """Give every stored passage a random vector of length 1."""
    rng = np.random.default_rng(1)
    hashes = [text_hash(passage.text) for passage in corpus.live_passages()]
    vectors = rng.normal(size=(len(hashes), embedder.dim)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    EmbeddingStore(corpus.database).put(embedder.name, hashes, vectors)


if __name__ == "__main__":
    main()
