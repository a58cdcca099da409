"""How search and reindexing grow with the corpus, to 100,000 passages.

    python -m benchmarks.scale --data FOLDER --write

The passages are sentences of Wikipedia, from `squad_v1.1_train.json` (or `.json.gz`) in FOLDER, and
the questions those that were asked about it. Where sentences don't suffice, or without FOLDER,
two sentences drawn at random make further passages; without it they come from the bundled articles.

Embedding takes most of the time. With `--singles 30000` the model embeds only so many sentences;
all other passages are two of them, with the mean of their vectors in place of the model's.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import click
import numpy as np

from benchmarks.material import (
    Articles,
    articles_of,
    bundled_material,
    put_mean_vectors,
    squad_material,
)
from benchmarks.tables import Table, machine, ms, percentile, show, write_option
from bot.assembly import Assembly, Reindexed
from bot.progress import progress_bar
from bot.settings import Settings
from corpus.embeddings import EmbeddingStore
from corpus.store import FILE_NAME
from corpus.types import Article
from index.building import OnProgress, Progress
from index.embedding import Embeddings
from index.generation import VectorIndex
from index.metrics import mean, recall_at_k

DEPTH = 10  # of the graph's recall
WARM_UP = 10  # searches before those that are measured
SEED = 13
HEAD = (
    "passages",
    "stored, s",
    "embedded, s",
    "passages a second",
    "built and verified, s",
    "search p50 / p95, ms",
    "recall@10 of the graph",
    "reindex after one article, s",
    "texts embedded",
    "SQLite, MB",
    "index, MB",
)


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one corpus; seconds and bytes."""

    passages: int
    store: float
    embedded: int  # texts
    embed: float
    build: float  # without embedding
    searches: list[float]
    recall: float | None  # None: the search is exact
    reindex: float  # after one article was added
    reindexed: int  # texts embedded then
    database_bytes: int
    index_bytes: int

    def row(self) -> tuple[str, ...]:
        searched = (ms(percentile(self.searches, 50)), ms(percentile(self.searches, 95)))
        return (
            f"{self.passages:,}",
            f"{self.store:.1f}",
            f"{self.embed:.1f}",
            f"{self.embedded / self.embed:.0f}",
            f"{self.build:.2f}",
            " / ".join(searched),
            "exact" if self.recall is None else f"{self.recall:.3f}",
            f"{self.reindex:.2f}",
            str(self.reindexed),
            f"{self.database_bytes / 1e6:.1f}",
            f"{self.index_bytes / 1e6:.1f}",
        )


class Steps:
    """Passes progress on, and keeps when each step of the last reindex began."""

    def __init__(self) -> None:
        self.began: dict[str, float] = {}

    @contextmanager
    def showing(self) -> Iterator[OnProgress]:
        self.began.clear()
        with progress_bar() as shown:

            def tell(progress: Progress) -> None:
                self.began.setdefault(progress.step, time.perf_counter())
                if shown is not None:
                    shown(progress)

            yield tell

    @property
    def embedding(self) -> float:
        """Seconds."""
        return self.began["building"] - self.began["embedding"]


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--sizes", default="1000,10000,100000", show_default=True, help="Passages.")
@click.option("--questions", "count", default=200, show_default=True, help="Searched for.")
@click.option("--singles", default=1_000_000, help="Passages that are one sentence, at most.")
@write_option
def main(data: Path | None, sizes: str, count: int, singles: int, write: bool) -> None:
    """Measure corpora of several sizes, each in a temporary folder."""
    wanted = [int(size) for size in sizes.split(",")]
    material = squad_material(data) if data else bundled_material()
    questions = Random(SEED).sample(material.questions, min(count, len(material.questions)))
    # Only if asked for: two sentences that fill up a corpus are embedded as any other text.
    mean_vectors = singles < len(material.sentences)
    rows = []
    for size in wanted:
        click.echo(f"{size:,} passages", err=True)
        rows.append(measure(articles_of(material, size, singles), questions, mean_vectors).row())
    note = f"{machine()} {len(questions)} questions; the passages are {material.told}."
    if mean_vectors:
        note += f" Past {singles:,}, passages are two sentences, with the mean of their vectors."
    show(Table("scale", HEAD, rows, note), write=write)


def measure(corpus: Articles, questions: Sequence[str], mean_vectors: bool) -> Measured:
    """Build, search and extend one corpus."""
    with TemporaryDirectory(prefix="talks-") as name:
        steps = Steps()
        # A folder that isn't there: no bundled articles among the passages.
        folders = {"data": Path(name), "corpus": Path(name) / "no-articles"}
        assembly = Assembly(Settings().model_copy(update=folders), steps.showing)
        try:
            return _measured(assembly, steps, corpus, questions, mean_vectors)
        finally:
            assembly.corpus.database.close()


def _measured(
    assembly: Assembly,
    steps: Steps,
    corpus: Articles,
    questions: Sequence[str],
    mean_vectors: bool,
) -> Measured:
    assembly.loaded_embedder().encode_queries(questions[:WARM_UP])
    store = _timed_store(assembly, corpus.articles)
    began = time.perf_counter()
    pairs = corpus.pairs if mean_vectors else {}
    embeddings = EmbeddingStore(assembly.corpus.database)
    embedded = put_mean_vectors(assembly.loaded_embedder(), embeddings, pairs) if pairs else 0
    before = time.perf_counter() - began
    build, built = _timed_reindex(assembly)
    embed = steps.embedding
    searches = _searches(assembly, questions)
    recall = _recall(assembly, questions)
    assembly.corpus.add(corpus.extra)
    reindex, again = _timed_reindex(assembly)
    assembly.corpus.database.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Measured(
        passages=built.built.generation.count,
        store=store,
        embedded=embedded + built.built.embedded,
        embed=before + embed,
        build=build - embed,
        searches=searches,
        recall=recall,
        reindex=reindex,
        reindexed=again.built.embedded,
        database_bytes=(assembly.settings.data / FILE_NAME).stat().st_size,
        index_bytes=again.built.generation.bytes,
    )


def _timed_store(assembly: Assembly, articles: Sequence[Article]) -> float:
    began = time.perf_counter()
    for _ in assembly.corpus.add_many(articles):
        pass
    return time.perf_counter() - began


def _timed_reindex(assembly: Assembly) -> tuple[float, Reindexed]:
    began = time.perf_counter()
    done = assembly.reindex()
    return time.perf_counter() - began, done


def _searches(assembly: Assembly, questions: Sequence[str]) -> list[float]:
    """Seconds of each search, embedding the question included."""
    searcher = assembly.searcher
    # Others than those measured, so that no word's frequency is known beforehand for having
    # been looked up a moment ago.
    for number in range(WARM_UP):
        searcher.search(f"Which question is number {number}?")
    seconds = []
    for question in questions:
        began = time.perf_counter()
        searcher.search(question)
        seconds.append(time.perf_counter() - began)
    return seconds


def _recall(assembly: Assembly, questions: Sequence[str]) -> float | None:
    """The share of the truly nearest passages that the graph finds; None without a graph."""
    live = assembly.generations.live()
    assert live is not None
    index = assembly.generations.load(live, None)
    if not index.is_graph:
        return None
    queries = assembly.loaded_embedder().encode_queries(questions)
    nearest = exact(index, queries, DEPTH)
    found = [[i for i, _ in index.search(query[None], DEPTH)] for query in queries]
    return mean([recall_at_k(f, n, DEPTH) for f, n in zip(found, nearest, strict=True)])


def exact(index: VectorIndex, queries: Embeddings, depth: int) -> list[list[int]]:
    """The ids of the passages nearest to each query, by comparing it with all of them."""
    ids = sorted(index.ids)
    scores = queries @ index.vectors(ids).T
    return [[ids[row] for row in np.argsort(-line)[:depth]] for line in scores]


if __name__ == "__main__":
    main()
