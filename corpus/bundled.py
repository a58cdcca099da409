"""Articles that come with the program, or lie in a folder of one's own: what was taken over when.

A file that hasn't changed since is left alone, so that what an admin corrected stays corrected.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import sqlite_utils
from sqlite_utils import Migrations

from corpus.database import explained
from corpus.store import Corpus
from corpus.types import Article, Change

MIGRATIONS = Migrations("bundled")


@MIGRATIONS(name="0001_taken_over")
def _taken_over(db: sqlite_utils.Database) -> None:
    db.execute("CREATE TABLE taken_over (article_id TEXT PRIMARY KEY, sha256 BLOB NOT NULL)")


def take_over(corpus: Corpus, articles: Iterable[Article]) -> Iterator[tuple[Article, Change]]:
    """Store the articles whose files are new or have changed, each saying what was done.

    Those that an admin has withdrawn stay withdrawn.
    """
    corpus.database.migrate(MIGRATIONS)
    with explained(corpus.database.path):
        known = dict(corpus.database.db.execute("SELECT * FROM taken_over").fetchall())
    for article in articles:
        sha256 = hashlib.sha256(repr(article).encode()).digest()
        if known.get(article.id) == sha256:
            continue
        with corpus.database.write() as db:
            change = corpus.add(article, restore=False)
            row = {"article_id": article.id, "sha256": sha256}
            db.table("taken_over").upsert(row, pk="article_id")
        yield article, change
