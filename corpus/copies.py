"""Near-copies: one agency's story in several outlets, found by MinHash when an article is added.

Texts are compared by their sets of three words in a row, as Jaccard similarity: the share of both
sets that is in each (Broder 1997, "On the resemblance and containment of documents"). Signatures
and the bands of their LSH are kept in SQLite, so that adding one article to 10,000 looks at a few
of them and loads none of the others.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlite_utils
from numpy.typing import NDArray
from sqlite_utils import Migrations

from corpus.analysis import words
from corpus.database import Database, explained
from corpus.types import Article

if TYPE_CHECKING:
    from datasketch import MinHash

SHINGLE = 3  # words in a row
# Stories of one writer about one event share up to 0.09; a copy with one word in twenty exchanged
# keeps 0.64, and one that lost its last third 0.57.
THRESHOLD = 0.4
# A pair at the threshold shares one of the bands with a probability of 0.93, at 0.6 of 0.99997.
BANDS, ROWS = 42, 3
# A signature tells a similarity to 0.05 or so: those below this are not compared word by word.
WORTH_COMPARING = THRESHOLD - 0.15

MIGRATIONS = Migrations("copies")


@MIGRATIONS(name="0001_signatures_and_near_copies")
def _signatures_and_near_copies(db: sqlite_utils.Database) -> None:
    for statement in _TABLES.split(";"):
        db.execute(statement)


_TABLES = """
CREATE TABLE signatures (
    number INTEGER PRIMARY KEY,
    article_id TEXT NOT NULL UNIQUE REFERENCES articles (id),
    signature BLOB NOT NULL
);
CREATE TABLE signature_bands (
    band INTEGER NOT NULL, -- its place and its values, hashed together
    number INTEGER NOT NULL REFERENCES signatures (number),
    PRIMARY KEY (band, number)
) WITHOUT ROWID;
CREATE INDEX bands_of_signature ON signature_bands (number);
CREATE TABLE near_copies (
    article_id TEXT NOT NULL REFERENCES articles (id),
    other_id TEXT NOT NULL REFERENCES articles (id),
    similarity REAL NOT NULL,
    PRIMARY KEY (article_id, other_id) -- every pair stands here in both orders
) WITHOUT ROWID
"""

Signature = NDArray[np.uint32]  # shape (BANDS * ROWS,)


@dataclass(frozen=True, slots=True)
class NearCopy:
    """An article that reads nearly like another."""

    article_id: str
    similarity: float  # Jaccard, from THRESHOLD to 1


class Copies:
    """Which articles of a corpus are near-copies of which."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.migrate(MIGRATIONS)

    def update(self, article: Article) -> None:
        """Compare an article, as it now reads, with all others, and keep what was found.

        Call it in the transaction that stores the article.
        """
        signature = _signature(shingles(article.paragraphs))
        with self._database.write() as db:
            self._forget(db, article.id)
            found = self._similar(article, signature)
            number = db.execute(
                "INSERT INTO signatures (article_id, signature) VALUES (?, ?)",
                [article.id, signature.tobytes()],
            ).lastrowid
            bands = [(band, number) for band in _bands(signature)]
            db.conn.executemany("INSERT OR IGNORE INTO signature_bands VALUES (?, ?)", bands)
            for near in found:
                pairs = ((article.id, near.article_id), (near.article_id, article.id))
                rows = [(*pair, near.similarity) for pair in pairs]
                db.conn.executemany("INSERT INTO near_copies VALUES (?, ?, ?)", rows)

    def similar(self, article: Article) -> list[NearCopy]:
        """The stored articles that this one, stored or not, is a near-copy of, nearest first."""
        return self._similar(article, _signature(shingles(article.paragraphs)))

    def group(self, article_id: str) -> list[str]:
        """The articles that near-copying links this one to, itself left out, in order of id."""
        sql = """
            WITH RECURSIVE linked (id) AS (
                VALUES (?)
                UNION SELECT other_id FROM near_copies JOIN linked ON article_id = linked.id
            )
            SELECT id FROM linked WHERE id != ? ORDER BY id
        """
        return [row["id"] for row in self._rows(sql, [article_id, article_id])]

    def groups(self) -> list[list[str]]:
        """Every group of near-copies, in order of id."""
        seen: set[str] = set()
        found = []
        for row in self._rows("SELECT DISTINCT article_id FROM near_copies ORDER BY article_id"):
            if row["article_id"] not in seen:
                group = sorted([row["article_id"], *self.group(row["article_id"])])
                seen.update(group)
                found.append(group)
        return found

    # -- inner workings

    def _similar(self, article: Article, signature: Signature) -> list[NearCopy]:
        bands = sorted(_bands(signature))
        marks = ",".join("?" * len(bands))
        sql = f"""
            SELECT article_id, signature FROM signatures WHERE article_id != ? AND number IN
            (SELECT number FROM signature_bands WHERE band IN ({marks}))
        """
        own = shingles(article.paragraphs)
        found = []
        for row in self._rows(sql, [article.id, *bands]):
            other = np.frombuffer(row["signature"], dtype=np.uint32)
            if float(np.mean(other == signature)) < WORTH_COMPARING:
                continue
            similarity = jaccard(own, shingles(self._paragraphs(row["article_id"])))
            if similarity >= THRESHOLD:
                found.append(NearCopy(row["article_id"], similarity))
        return sorted(found, key=lambda near: (-near.similarity, near.article_id))

    def _paragraphs(self, article_id: str) -> list[str]:
        sql = "SELECT text FROM paragraphs WHERE article_id = ? AND retired_version IS NULL"
        return [row["text"] for row in self._rows(f"{sql} ORDER BY number", [article_id])]

    def _forget(self, db: sqlite_utils.Database, article_id: str) -> None:
        db.execute(
            "DELETE FROM signature_bands WHERE number IN"
            " (SELECT number FROM signatures WHERE article_id = ?)",
            [article_id],
        )
        db.execute("DELETE FROM signatures WHERE article_id = ?", [article_id])
        db.execute(
            "DELETE FROM near_copies WHERE (article_id, other_id) IN"
            " (SELECT other_id, article_id FROM near_copies WHERE article_id = ?)",
            [article_id],
        )
        db.execute("DELETE FROM near_copies WHERE article_id = ?", [article_id])

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        with explained(self._database.path):
            return list(self._database.db.query(sql, list(values)))


def unlike(one: Article, other: Article) -> bool:
    """Whether two articles have neither the title nor any three words in a row in common."""
    return one.title != other.title and not (shingles(one.paragraphs) & shingles(other.paragraphs))


def shingles(paragraphs: Sequence[str]) -> frozenset[str]:
    """Every three words in a row of a text, folded; never across paragraphs.

    A paragraph of fewer words is one shingle, so that no text has an empty set.

    >>> sorted(shingles(["The talks began late.", "No deal."]))
    ['no deal', 'talks began late', 'the talks began']
    """
    found: set[str] = set()
    for paragraph in paragraphs:
        said = words(paragraph)
        last = max(1, len(said) - SHINGLE + 1)
        found.update(" ".join(said[i : i + SHINGLE]) for i in range(last))
    return frozenset(found)


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of two sets' members that is in both.

    >>> jaccard(frozenset("abc"), frozenset("bcd"))
    0.5
    """
    return len(one & other) / (len(one | other) or 1)


def _signature(found: frozenset[str]) -> Signature:
    minhash = _empty().copy()
    minhash.update_batch([shingle.encode() for shingle in found])
    return np.asarray(minhash.hashvalues, dtype=np.uint32)


@cache
def _empty() -> MinHash:
    # Imported here: datasketch brings scipy, which takes half a second. Its permutations follow
    # from the seed, which must never change: signatures are kept.
    from datasketch import MinHash

    return MinHash(num_perm=BANDS * ROWS, seed=1, hashfunc=zlib.crc32, scheme="affine32")


def _bands(signature: Signature) -> set[int]:
    """A number for each band's place and values; two texts that share one are worth a look."""
    pieces = signature.reshape(BANDS, ROWS)
    return {
        zlib.crc32(piece.tobytes()) << 8 | place  # SQLite's integers have 64 bits
        for place, piece in enumerate(pieces)
    }
