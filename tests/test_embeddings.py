"""Vectors kept by model and hash: what goes in comes out, bit for bit."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pytest

from corpus.embeddings import EmbeddingStore
from corpus.errors import StoreError
from corpus.store import Corpus

ONE, TWO, THREE = (sha256(text).digest() for text in (b"one", b"two", b"three"))
VECTORS = np.array([[0.6, 0.8, 0.0], [1e-38, -1.0, np.float32(1 / 3)]], dtype=np.float32)


@pytest.fixture
def store(corpus: Corpus) -> EmbeddingStore:
    return EmbeddingStore(corpus.database)


def test_vectors_come_back_in_the_order_asked_for(store: EmbeddingStore) -> None:
    store.put("model", [ONE, TWO], VECTORS)
    found = store.get("model", [TWO, ONE, TWO])
    assert found.dtype == np.float32
    assert found.tolist() == VECTORS[[1, 0, 1]].tolist()
    found[0] = 0  # it is the caller's own
    assert store.get("model", [TWO]).tolist() == VECTORS[[1]].tolist()


def test_what_is_known_is_told_by_model(store: EmbeddingStore) -> None:
    store.put("model", [ONE, TWO], VECTORS)
    store.put("other", [THREE], VECTORS[:1])
    assert store.known("model", [ONE, THREE, TWO]) == {ONE, TWO}
    assert store.known("other", [ONE, THREE]) == {THREE}
    assert store.known("nothing", [ONE]) == set()
    assert store.known("model", []) == set()
    assert (store.count("model"), store.count("other"), store.count("nothing")) == (2, 1, 0)


def test_a_vector_put_again_takes_the_place_of_the_first(store: EmbeddingStore) -> None:
    store.put("model", [ONE], VECTORS[:1])
    store.put("model", [ONE], VECTORS[1:])
    assert store.get("model", [ONE]).tolist() == VECTORS[1:].tolist()
    assert store.count("model") == 1


def test_a_vector_that_is_not_kept_is_named_by_its_hash(store: EmbeddingStore) -> None:
    store.put("model", [ONE], VECTORS[:1])
    with pytest.raises(KeyError, match=THREE.hex()):
        store.get("model", [ONE, THREE])


def test_nothing_asked_for_is_nothing(store: EmbeddingStore) -> None:
    assert store.get("model", []).shape == (0, 0)
    store.put("model", [], np.empty((0, 3), dtype=np.float32))
    assert store.count("model") == 0


def test_more_hashes_than_rows_keep_nothing(store: EmbeddingStore) -> None:
    with pytest.raises(ValueError, match="shorter"):
        store.put("model", [ONE, TWO, THREE], VECTORS)
    assert store.count("model") == 0


def test_rows_of_a_larger_array_and_of_doubles_are_kept_as_float32(store: EmbeddingStore) -> None:
    doubles = np.array([[1 / 3, 2 / 3, 1.0], [0.1, 0.2, 0.3]])[:, ::2]
    store.put("model", [ONE, TWO], doubles)
    assert store.get("model", [ONE, TWO]).tolist() == doubles.astype(np.float32).tolist()


def test_vectors_of_two_lengths_under_one_name_are_told(store: EmbeddingStore) -> None:
    store.put("model", [ONE], VECTORS[:1])
    store.put("model", [TWO], VECTORS[1:, :2])
    with pytest.raises(StoreError, match="the embeddings of 'model' differ in length"):
        store.get("model", [ONE, TWO])


def test_vectors_are_there_in_the_next_run(corpus: Corpus, store: EmbeddingStore) -> None:
    store.put("model", [ONE, TWO], VECTORS)
    corpus.database.close()
    again = Corpus(corpus.folder)
    assert EmbeddingStore(again.database).get("model", [ONE, TWO]).tolist() == VECTORS.tolist()
    again.database.close()
