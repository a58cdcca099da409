"""Generations: immutable FAISS files, built beside the live one, then published or rolled back.

A generation is one file, `generations/<number>.faiss`, and one row of the table `generations`. The
row with the highest `published` number is live. Nothing is ever changed in place: publishing and
rolling back are one SQLite transaction. A file that is lost or damaged is made again from the
stored embeddings, of the passages that there are to find by then.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
import sqlite_utils
from numpy.typing import NDArray
from sqlite_utils import Migrations

from corpus.errors import GenerationError
from index.embedding import Embeddings

log = logging.getLogger(__name__)

PassageIds = NDArray[np.int64]  # shape (n,)

# Below this an exact search takes under 10 ms on one core, so nothing approximate is worth it.
FLAT_LIMIT = 50_000
HNSW_NEIGHBOURS = 32
HNSW_BUILD_DEPTH = 64
HNSW_SEARCH_DEPTH = 128
GONE = -1  # the id that FAISS gives to "nothing found", too

MIGRATIONS = Migrations("index")


@MIGRATIONS(name="0001_generations")
def _generations(db: sqlite_utils.Database) -> None:
    db.execute(
        """
        CREATE TABLE generations (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            file TEXT NOT NULL,
            model TEXT NOT NULL,
            embedded TEXT NOT NULL,
            dim INTEGER NOT NULL,
            count INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            created_at TEXT NOT NULL,
            published INTEGER
        )
        """
    )


@dataclass(frozen=True, slots=True)
class Generation:
    """What is known of one index file."""

    number: int
    file: str  # name in the folder of generations
    model: str  # the embedding model's name
    embedded: str  # how a passage was put into words for it, see `index.building`
    dim: int
    count: int  # passages
    sha256: str  # of the file
    bytes: int  # of the file
    created_at: str  # ISO date and time, UTC
    published: int | None  # higher is later; None if never published


class VectorIndex:
    """Passage vectors in FAISS: exact to `FLAT_LIMIT`, an HNSW graph above.

    A graph can't give up a vector, so what has gone from it keeps its row under the id `GONE`.
    """

    def __init__(self, index: faiss.IndexIDMap) -> None:
        self._index = index
        self._rows: PassageIds = faiss.vector_to_array(index.id_map).astype(np.int64)
        self._row_of = {
            passage_id: row for row, passage_id in enumerate(self._rows.tolist()) if passage_id >= 0
        }

    def __len__(self) -> int:
        return len(self._row_of)

    def __contains__(self, passage_id: object) -> bool:
        return passage_id in self._row_of

    @property
    def ids(self) -> set[int]:
        """The ids of the passages that can be found."""
        return set(self._row_of)

    @property
    def dim(self) -> int:
        return int(self._index.d)

    @property
    def is_graph(self) -> bool:
        return isinstance(faiss.downcast_index(self._index.index), faiss.IndexHNSW)

    @property
    def rows(self) -> int:
        """Rows in the file, those of passages that have gone among them."""
        return len(self._rows)

    def search(self, query: Embeddings, top_k: int) -> list[tuple[int, float]]:
        """The nearest passages: their ids and cosines, best first.

        :param query: Shape (1, dim), of length 1.
        """
        gone = self.rows - len(self)
        # FAISS pads a short result with id -1, so never ask for more than there is.
        count = min(top_k + min(gone, top_k), self.rows)
        if count == 0:
            return []
        scores, ids = self._index.search(query, count)
        found = zip(ids[0].tolist(), scores[0].tolist(), strict=True)
        return [(passage_id, score) for passage_id, score in found if passage_id != GONE][:top_k]

    def cosine(self, query: Embeddings, passage_id: int) -> float:
        """The cosine of a query (shape (1, dim)) and one passage of this index."""
        return float(query[0] @ self._index.index.reconstruct(self._row_of[passage_id]))

    def vectors(self, ids: Sequence[int]) -> Embeddings:
        """The vectors of these passages, shape (len(ids), dim)."""
        rows = [self._row_of[passage_id] for passage_id in ids]
        everything = np.asarray(self._index.index.reconstruct_n(0, self.rows), dtype=np.float32)
        return everything.reshape(-1, self.dim)[rows]

    def extended(self, ids: Sequence[int], vectors: Embeddings, gone: set[int]) -> VectorIndex:
        """A copy of a graph with vectors added, and the passages `gone` no longer found."""
        index: faiss.IndexIDMap = faiss.clone_index(self._index)  # type: ignore[assignment]
        kept = np.array([GONE if row in gone else row for row in self._rows.tolist()], np.int64)
        faiss.copy_array_to_vector(kept, index.id_map)
        if ids:
            index.add_with_ids(np.ascontiguousarray(vectors), np.array(ids, dtype=np.int64))
        return VectorIndex(index)


def build_index(ids: Sequence[int], vectors: Embeddings) -> VectorIndex:
    """An index of these vectors; row i belongs to passage `ids[i]`."""
    dim = vectors.shape[1]
    if len(ids) <= FLAT_LIMIT:
        inner: faiss.Index = faiss.IndexFlatIP(dim)
    else:
        inner = faiss.IndexHNSWFlat(dim, HNSW_NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
        inner.hnsw.efConstruction = HNSW_BUILD_DEPTH
        inner.hnsw.efSearch = HNSW_SEARCH_DEPTH
    index = faiss.IndexIDMap(inner)  # 64-bit passage ids beside the rows
    if ids:
        index.add_with_ids(np.ascontiguousarray(vectors), np.array(ids, dtype=np.int64))
    return VectorIndex(index)


def write_index(index: VectorIndex, path: Path) -> tuple[str, int]:
    """Write an index so that it is either wholly there, safe from a power cut, or not at all.

    :returns: The file's SHA-256 in hex, and its size in bytes.
    :raises GenerationError: If it can't be written (disk full, no right).
    """
    beside = path.with_suffix(".writing")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        content = faiss.serialize_index(index._index).tobytes()
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync_folder(path.parent)
    except OSError as exc:
        beside.unlink(missing_ok=True)
        raise GenerationError(
            f"{path}: the index can't be written ({exc.strerror}). Free some space or check "
            "who owns the folder, then run `talks reindex` again; the embeddings are kept."
        ) from exc
    return hashlib.sha256(content).hexdigest(), len(content)


def read_index(path: Path, generation: Generation) -> VectorIndex:
    """Read the file of a generation, and check that it is that very file.

    :raises GenerationError: If it is missing, cut short, damaged or another's.
    """
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise GenerationError(f"{path.name} can't be read ({exc.strerror})") from exc
    if len(content) != generation.bytes:
        raise GenerationError(
            f"{path.name} has {len(content)} bytes where {generation.bytes} were written"
        )
    if hashlib.sha256(content).hexdigest() != generation.sha256:
        raise GenerationError(f"{path.name} is not the file that was written (its SHA-256 differs)")
    read: faiss.IndexIDMap = faiss.deserialize_index(  # type: ignore[assignment]
        np.frombuffer(content, dtype=np.uint8)
    )
    index = VectorIndex(read)
    if (index.dim, len(index)) != (generation.dim, generation.count):
        raise GenerationError(f"{path.name} has another shape than was written")
    return index


def _sync_folder(folder: Path) -> None:
    # A rename is only safe once the folder itself is on disk.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
