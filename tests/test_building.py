import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from corpus.errors import GenerationError, LockedError
from corpus.store import Corpus
from index.building import Generations, Progress
from index.embedding import Embedder, Embeddings
from index.search import Searcher
from tests.conftest import article

Index = Callable[[Corpus], Searcher]


class Counting(Embedder):
    """The real model, which counts what it is asked to embed."""

    def __init__(self, embedder: Embedder) -> None:
        self.__dict__.update(embedder.__dict__)
        self.texts: list[str] = []

    def encode_documents(self, texts, /, on_batch=None) -> Embeddings:  # type: ignore[no-untyped-def]
        self.texts += texts
        return super().encode_documents(texts, on_batch)


@pytest.fixture
def counting(embedder: Embedder) -> Counting:
    return Counting(embedder)


def published(corpus: Corpus, embedder: Embedder, *, full: bool = False) -> int:
    generations = Generations(corpus)
    with generations.writing():
        built = generations.build(embedder, full=full)
        generations.publish(built.generation)
    return built.generation.number


def test_only_new_texts_are_embedded(corpus: Corpus, counting: Counting) -> None:
    corpus.add(article("a", "Egan Bernal won the Tour de France in 2019."))
    published(corpus, counting)
    corpus.add(article("b", "Tadej Pogacar won the Tour de France in 2020."))
    published(corpus, counting)
    assert counting.texts == [
        "Egan Bernal won the Tour de France in 2019.",
        "Tadej Pogacar won the Tour de France in 2020.",
    ]
    published(corpus, counting, full=True)
    assert len(counting.texts) == 4


def test_the_same_text_in_two_articles_is_embedded_once(corpus: Corpus, counting: Counting) -> None:
    corpus.add(article("a", "The talks were held at a palace in Istanbul."))
    corpus.add(article("b", "The talks were held at a palace in Istanbul."))
    published(corpus, counting)
    assert len(counting.texts) == 1
    live = Generations(corpus).live()
    assert live is not None
    assert live.count == 2


def test_an_embedding_is_the_models_own_and_of_length_1(embedder: Embedder) -> None:
    rows = embedder.encode_documents(["short", "a longer text about the talks", "x"])
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    alone = embedder.encode_documents(["a longer text about the talks"])
    np.testing.assert_allclose(rows[1], alone[0], atol=1e-5)
    assert rows.shape == (3, 384)
    assert rows.dtype == np.float32


def test_a_run_that_is_cut_off_keeps_what_it_had_embedded(
    corpus: Corpus, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.building.EMBED_BATCH", 2)
    corpus.add(article("a", *(f"Paragraph number {n} tells of the talks." for n in range(6))))
    generations = Generations(corpus)

    def cut_off(progress: Progress) -> None:
        if progress.step == "embedding" and progress.done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), generations.writing():
        generations.build(counting, on_progress=cut_off)
    assert generations.live() is None
    assert len(counting.texts) == 4
    published(corpus, counting)
    assert len(counting.texts) == 6


def test_rollback_publishes_the_generation_before_and_says_when_there_is_none(
    corpus: Corpus, embedder: Embedder
) -> None:
    corpus.add(article("a", "Egan Bernal won the Tour de France in 2019."))
    first = published(corpus, embedder)
    corpus.add(article("b", "Tadej Pogacar won the Tour de France in 2020."))
    second = published(corpus, embedder)
    searcher = Searcher(corpus, embedder)
    assert searcher.search("Tour de France 2020").hits[0].passage.article_id == "b"
    assert Generations(corpus).rollback().number == first
    results = searcher.search("Tour de France 2020")
    assert (results.generation, [hit.passage.article_id for hit in results.hits]) == (first, ["a"])
    with pytest.raises(GenerationError, match="no earlier generation"):
        Generations(corpus).rollback()
    assert published(corpus, embedder) > second


def test_old_generations_are_dropped_but_two(corpus: Corpus, embedder: Embedder) -> None:
    corpus.add(article("a", "Egan Bernal won the Tour de France in 2019."))
    numbers = [published(corpus, embedder) for _ in range(5)]
    generations = Generations(corpus)
    assert [g.number for g in generations.published()] == numbers[:1:-1]
    assert sorted(file.name for file in generations.folder.iterdir()) == [
        f"{number:06}.faiss" for number in numbers[2:]
    ]


def test_a_second_reindex_is_told_that_one_is_running(corpus: Corpus) -> None:
    def second() -> None:
        with Generations(corpus).writing():
            pass

    told = pytest.raises(LockedError, match="Another reindex is running")
    with ThreadPoolExecutor(1) as pool, Generations(corpus).writing(), told:
        pool.submit(second).result()


@pytest.mark.parametrize("damage", ["missing", "cut short", "foreign"])
def test_a_damaged_file_is_made_again_without_the_model(
    corpus: Corpus,
    counting: Counting,
    damage: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    corpus.add(article("a", "Egan Bernal won the Tour de France in 2019."))
    published(corpus, counting)
    generations = Generations(corpus)
    live = generations.live()
    assert live is not None
    path = generations.path(live)
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:50] if damage == "cut short" else b"x" * live.bytes)
    hit = Searcher(corpus, counting).search("Who won the Tour?").hits[0]
    assert hit.passage.article_id == "a"
    assert len(counting.texts) == 1
    assert [record.message.count("made again") for record in caplog.records] == [1]
    caplog.clear()
    Searcher(corpus, counting).search("Who won the Tour?")
    assert not caplog.records  # it was mended on disk


def test_an_index_of_another_model_is_refused_with_what_to_do(
    corpus: Corpus, embedder: Embedder
) -> None:
    corpus.add(article("a", "Egan Bernal won the Tour de France in 2019."))
    number = published(corpus, embedder)
    with corpus.database.write() as db:
        db.execute("UPDATE generations SET model = 'other' WHERE number = ?", [number])
    with pytest.raises(GenerationError, match="talks reindex"):
        Searcher(corpus, embedder).search("anything")


def test_publishing_is_one_transaction(corpus: Corpus, embedder: Embedder) -> None:
    corpus.add(article("a", "Egan Bernal won the Tour de France in 2019."))
    first = published(corpus, embedder)
    generations = Generations(corpus)
    with generations.writing():
        built = generations.build(embedder)
        assert generations.live_number() == first  # built, and not yet live
        other = sqlite3.connect(corpus.database.path)
        assert other.execute("SELECT COUNT(*) FROM generations WHERE published > 0").fetchone() == (
            1,
        )
        other.close()
        generations.publish(built.generation)
    assert generations.live_number() == built.generation.number


def test_pending_counts_what_the_next_reindex_would_change(
    corpus: Corpus, embedder: Embedder
) -> None:
    corpus.add(article("a", "One paragraph.", "Another paragraph."))
    assert Generations(corpus).pending() == (2, 0)
    published(corpus, embedder)
    corpus.withdraw("a")
    corpus.add(article("b", "A third paragraph."))
    assert Generations(corpus).pending() == (1, 2)
