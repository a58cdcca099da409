from pathlib import Path

import numpy as np
import pytest

from corpus.errors import GenerationError
from index import generation as module
from index.embedding import Embeddings
from index.generation import Generation, VectorIndex, build_index, read_index, write_index

BIG = 2**40  # ids need 64 bits


def unit_rows(count: int, dim: int = 8, seed: int = 1) -> Embeddings:
    rows = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    unit: Embeddings = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def written(index: VectorIndex, path: Path) -> Generation:
    sha256, size = write_index(index, path)
    return Generation(
        1, path.name, "m", "text", index.dim, len(index), sha256, size, "2025-05-15", 1
    )


def test_a_vector_finds_itself_under_its_64_bit_id() -> None:
    rows = unit_rows(100)
    index = build_index([BIG + i for i in range(100)], rows)
    (passage_id, score), *_ = index.search(rows[42:43], 3)
    assert passage_id == BIG + 42
    assert score == pytest.approx(1.0, abs=1e-5)


def test_asking_for_more_than_there_is_gives_all_and_no_padding() -> None:
    index = build_index([5, 6], unit_rows(2))
    assert {passage_id for passage_id, _ in index.search(unit_rows(1), 50)} == {5, 6}
    assert build_index([], np.empty((0, 8), np.float32)).search(unit_rows(1), 5) == []


def test_the_cosine_of_one_passage_is_the_one_that_search_gives() -> None:
    rows, query = unit_rows(20), unit_rows(1, seed=2)
    index = build_index(list(range(20)), rows)
    assert dict(index.search(query, 20))[7] == pytest.approx(index.cosine(query, 7), abs=1e-6)
    assert index.cosine(query, 7) == pytest.approx(float(query[0] @ rows[7]), abs=1e-6)


def test_a_file_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    rows = unit_rows(10)
    generation = written(build_index(list(range(10)), rows), tmp_path / "a.faiss")
    index = read_index(tmp_path / "a.faiss", generation)
    assert index.ids == set(range(10))
    np.testing.assert_array_equal(index.vectors([3, 1]), rows[[3, 1]])


def test_a_file_cut_short_changed_or_missing_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.faiss"
    generation = written(build_index(list(range(10)), unit_rows(10)), path)
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    with pytest.raises(GenerationError, match="bytes where"):
        read_index(path, generation)
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(GenerationError, match="SHA-256"):
        read_index(path, generation)
    path.unlink()
    with pytest.raises(GenerationError, match="can't be read"):
        read_index(path, generation)


def test_a_file_that_cannot_be_written_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.faiss"
    written(build_index([1], unit_rows(1)), path)
    before = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("index.generation.os.fsync", full)
    with pytest.raises(GenerationError, match="No space left on device"):
        write_index(build_index([2], unit_rows(1)), path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.faiss"]


def test_a_graph_takes_new_vectors_and_no_longer_finds_those_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FLAT_LIMIT", 100)
    rows = unit_rows(300)
    graph = build_index(list(range(200)), rows[:200])
    assert graph.is_graph
    more = graph.extended([1000], rows[200:201], gone={7})
    assert 7 not in more
    assert 7 in graph  # the one that is live stays as it is
    assert len(more) == 200
    assert more.search(rows[200:201], 1)[0][0] == 1000
    assert 7 not in dict(more.search(rows[7:8], 200))
    generation = written(more, tmp_path / "g.faiss")
    again = read_index(tmp_path / "g.faiss", generation)
    assert again.ids == more.ids
    assert again.search(rows[3:4], 1)[0][0] == 3


def test_a_graph_finds_nearly_what_an_exact_search_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, queries = unit_rows(3000, 32), unit_rows(50, 32, seed=2)
    exact = build_index(list(range(3000)), rows)
    monkeypatch.setattr(module, "FLAT_LIMIT", 100)
    graph = build_index(list(range(3000)), rows)
    shared = sum(
        len(dict(exact.search(q[None], 10)).keys() & dict(graph.search(q[None], 10)).keys())
        for q in queries
    )
    assert shared / 500 > 0.95
