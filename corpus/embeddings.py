"""Embeddings kept beside the texts, so that nothing is embedded twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.database import Database, explained
from corpus.errors import StoreError


class EmbeddingStore:
    """Vectors by the name of their model and the hash of their text."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, model: str, hashes: Iterable[bytes]) -> set[bytes]:
        """Which of these texts have a vector of this model already."""
        sql = "SELECT 1 FROM embeddings WHERE model = ? AND sha256 = ?"
        with explained(self._database.path):
            execute = self._database.db.conn.execute
            return {key for key in hashes if execute(sql, (model, key)).fetchone()}

    def put(self, model: str, hashes: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Keep vectors, one row a hash, in one transaction."""
        rows = zip(hashes, vectors, strict=True)
        values = [(model, key, vector.astype(np.float32).tobytes()) for key, vector in rows]
        with self._database.write() as db:
            db.conn.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?)", values)

    def get(self, model: str, hashes: Sequence[bytes]) -> NDArray[np.float32]:
        """The vectors of these texts, shape (len(hashes), dim).

        :raises KeyError: If one is not kept.
        :raises StoreError: If they are not all of one length, so not of one model.
        """
        sql = "SELECT vector FROM embeddings WHERE model = ? AND sha256 = ?"
        rows = []
        with explained(self._database.path):
            execute = self._database.db.conn.execute
            for key in hashes:
                row = execute(sql, (model, key)).fetchone()
                if row is None:
                    raise KeyError(key.hex())
                rows.append(row[0])
        if len({len(row) for row in rows}) > 1:
            raise StoreError(
                f"{self._database.path}: the embeddings of {model!r} differ in length. Run `talks "
                "reindex --full`."
            )
        vectors = np.frombuffer(b"".join(rows), dtype=np.float32)
        return vectors.reshape(len(rows), -1 if rows else 0).copy()

    def count(self, model: str) -> int:
        """How many texts have a vector of this model."""
        sql = "SELECT COUNT(*) FROM embeddings WHERE model = ?"
        with explained(self._database.path):
            return int(self._database.db.execute(sql, [model]).fetchone()[0])
