"""The corpus: articles, their paragraphs and passages, in one SQLite file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import sqlite_utils

from corpus.analysis import fold
from corpus.copies import Copies
from corpus.database import Database, explained
from corpus.errors import ArticleNotFoundError, CorpusError
from corpus.paragraphs import passage_spans
from corpus.schema import MIGRATIONS
from corpus.types import Article, Change, Coverage, Passage, StoredArticle, unwritable

FILE_NAME = "talks.sqlite3"
# SQLite takes 32,766 variables a statement: https://www.sqlite.org/limits.html
VARIABLES = 10_000
# Articles written in one transaction: many for speed, few enough that readers see progress and
# that a run cut off keeps what it had.
BATCH = 200

T = TypeVar("T")

_FROM = """
    FROM passages JOIN paragraphs ON paragraphs.id = passages.paragraph_id
    JOIN articles ON articles.id = paragraphs.article_id
"""
_PASSAGE = f"""
    SELECT passages.id, paragraphs.article_id, paragraphs.number, paragraphs.text,
           passages.start, passages."end" {_FROM}
"""
_LIVE = "paragraphs.retired_version IS NULL AND articles.withdrawn_at IS NULL"


class Corpus:
    """Articles and passages in the SQLite file of a data folder; safe to share between threads.

    :raises StoreError: If the file can't be opened, or was written by a newer version.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = Database(folder / FILE_NAME)
        self.database.migrate(MIGRATIONS)
        self.copies = Copies(self.database)

    # -- writing

    def add(self, article: Article, *, restore: bool = True) -> Change:
        """Store an article, or a new version of it if its id is known and it reads otherwise.

        :param restore: Whether a withdrawn article can be found again after this.
        :raises CorpusError: If it has no title or no paragraph, or can't be written as UTF-8.
        """
        _check(article)
        with self.database.write() as db:
            stored = self.find(article.id)
            if stored is None:
                return self._insert(db, article)
            if stored.withdrawn and restore:
                self._set_withdrawn(db, article.id, None)
            if stored.article != article:
                return self._change(db, stored, article)
            return Change.RESTORED if stored.withdrawn and restore else Change.UNCHANGED

    def add_many(
        self, articles: Iterable[Article], *, restore: bool = True
    ) -> Iterator[tuple[Article, Change]]:
        """Store articles as they come, in batches, each saying what was done.

        Nothing of a batch is told before it is safely on disk.
        """
        for batch in _batches(articles, BATCH):
            with self.database.write():
                changes = [self.add(article, restore=restore) for article in batch]
            yield from zip(batch, changes, strict=True)

    def withdraw(self, article_id: str) -> None:
        """Hide an article from search at once; its text stays readable for answers given earlier.

        :raises ArticleNotFoundError: If there is none of this id.
        """
        self._mark(article_id, _now())

    def restore(self, article_id: str) -> None:
        """Let a withdrawn article be found again.

        :raises ArticleNotFoundError: If there is none of this id.
        """
        self._mark(article_id, None)

    # -- reading articles

    def find(self, article_id: str) -> StoredArticle | None:
        """The latest version of an article, withdrawn or not."""
        with self.database.snapshot():
            row = self._one("SELECT * FROM articles WHERE id = ?", [article_id])
            return None if row is None else self._stored(row)

    def article(self, article_id: str) -> StoredArticle:
        """The latest version of an article, withdrawn or not.

        :raises ArticleNotFoundError: If there is none of this id.
        """
        stored = self.find(article_id)
        if stored is None:
            raise ArticleNotFoundError(article_id)
        return stored

    def find_url(self, url: str) -> StoredArticle | None:
        """The article published at this very address, whatever its id; the oldest if several."""
        with self.database.snapshot():
            row = self._one("SELECT * FROM articles WHERE url = ? ORDER BY added_at, id", [url])
            return None if row is None else self._stored(row)

    def identified(self, article: Article) -> Article:
        """A fetched article under the id that its address has here, if it is known.

        A date that the page doesn't tell, but a feed or an admin did, stays.
        """
        known = self.find(article.id) or (self.find_url(article.url) if article.url else None)
        if known is None:
            return article
        published = article.published or known.article.published
        return replace(article, id=known.article.id, published=published)

    def each_article(self) -> Iterator[StoredArticle]:
        """All articles that can be found, in order of id, without holding them all."""
        last = ""
        while True:
            sql = "SELECT * FROM articles WHERE withdrawn_at IS NULL AND id > ? ORDER BY id LIMIT ?"
            rows = self._rows(sql, [last, BATCH])
            yield from map(self._stored, rows)
            if not rows:
                return
            last = rows[-1]["id"]

    def paragraphs_of(self, article_id: str, version: int) -> tuple[str, ...]:
        """An article's paragraphs as an earlier (or its latest) version had them.

        :raises ArticleNotFoundError: If there is no such article, or no such version of it.
        """
        if not 1 <= version <= self.article(article_id).version:
            raise ArticleNotFoundError(f"{article_id}, version {version}")
        sql = (
            "SELECT text FROM paragraphs WHERE article_id = ? AND first_version <= ?"
            " AND (retired_version IS NULL OR retired_version > ?) ORDER BY number"
        )
        return tuple(row["text"] for row in self._rows(sql, [article_id, version, version]))

    def articles(self, *, withdrawn: bool = False) -> list[StoredArticle]:
        """All articles that can be found (or, if asked, those withdrawn), newest first."""
        test = "IS NOT NULL" if withdrawn else "IS NULL"
        sql = f"SELECT * FROM articles WHERE withdrawn_at {test} ORDER BY published DESC, id"
        with self.database.snapshot():
            return [self._stored(row) for row in self._rows(sql)]

    def coverage(self) -> Coverage:
        """How many articles and passages can be found, and the dates that they span."""
        row = self._one(
            "SELECT COUNT(*) AS articles, MIN(NULLIF(published, '')) AS earliest,"
            " MAX(published) AS latest FROM articles WHERE withdrawn_at IS NULL"
        )
        assert row is not None
        earliest, latest = row["earliest"] or "", row["latest"] or ""
        return Coverage(row["articles"], self.count_passages(), earliest, latest)

    # -- reading passages

    def count_passages(self) -> int:
        """How many passages there are to find."""
        row = self._one(f"SELECT COUNT(*) AS n FROM ({_PASSAGE} WHERE {_LIVE})")
        assert row is not None
        return int(row["n"])

    def live_passage_ids(self) -> list[int]:
        """The ids of all passages to find, in order."""
        sql = f"SELECT passages.id {_FROM} WHERE {_LIVE} ORDER BY passages.id"
        with explained(self.database.path):
            return [row[0] for row in self.database.db.conn.execute(sql)]

    def title(self, article_id: str) -> str:
        """An article's latest title; the empty string if there is no such article."""
        row = self._one("SELECT title FROM articles WHERE id = ?", [article_id])
        return "" if row is None else str(row["title"])

    def live_passages(self) -> Iterator[Passage]:
        """Every passage to find, in the order of their ids, without holding them all."""
        last = 0
        while True:
            sql = f"{_PASSAGE} WHERE {_LIVE} AND passages.id > ? ORDER BY passages.id LIMIT 2000"
            rows = self._rows(sql, [last])
            yield from (_passage(row) for row in rows)
            if not rows:
                return
            last = rows[-1]["id"]

    def passages(self, ids: Sequence[int], *, findable: bool = True) -> dict[int, Passage]:
        """Passages by id; unknown ids are left out.

        :param findable: Leave out those of withdrawn articles too. Passages of an article's earlier
            versions are given either way: the live generation may still hold them.
        """
        found: dict[int, Passage] = {}
        test = " AND articles.withdrawn_at IS NULL" if findable else ""
        for batch in _batches(ids, VARIABLES):
            marks = ",".join("?" * len(batch))
            for row in self._rows(f"{_PASSAGE} WHERE passages.id IN ({marks}){test}", batch):
                found[row["id"]] = _passage(row)
        return found

    def passages_of(self, article_id: str) -> list[Passage]:
        """The passages of an article's latest version, in reading order."""
        sql = f"{_PASSAGE} WHERE articles.id = ? AND paragraphs.retired_version IS NULL"
        return [_passage(r) for r in self._rows(f"{sql} ORDER BY number, start", [article_id])]

    def version_of(self, passage_id: int) -> int:
        """The latest version of its article that has this passage; 0 if there is none."""
        row = self._one(
            "SELECT COALESCE(retired_version - 1, articles.version) AS version"
            f" {_FROM} WHERE passages.id = ?",
            [passage_id],
        )
        return 0 if row is None else int(row["version"])

    def retired(self, passage_ids: Sequence[int]) -> set[int]:
        """Which of these passages an article's later version no longer has."""
        found: set[int] = set()
        for batch in _batches(passage_ids, VARIABLES):
            marks = ",".join("?" * len(batch))
            sql = f"SELECT passages.id {_FROM} WHERE passages.id IN ({marks})"
            rows = self._rows(f"{sql} AND retired_version IS NOT NULL", batch)
            found.update(row["id"] for row in rows)
        return found

    # -- inner workings

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        with explained(self.database.path):
            try:
                return list(self.database.db.query(sql, list(values)))
            except UnicodeEncodeError:  # half of a surrogate pair: nothing stored has one
                return []

    def _one(self, sql: str, values: Sequence[Any] = ()) -> dict[str, Any] | None:
        return next(iter(self._rows(sql, values)), None)

    def _stored(self, row: dict[str, Any]) -> StoredArticle:
        sql = (
            "SELECT text FROM paragraphs WHERE article_id = ? AND retired_version IS NULL"
            " ORDER BY number"
        )
        article = Article(
            id=row["id"],
            title=row["title"],
            paragraphs=tuple(paragraph["text"] for paragraph in self._rows(sql, [row["id"]])),
            outlet=row["outlet"],
            url=row["url"],
            published=row["published"],
            language=row["language"],
            sources=tuple(json.loads(row["sources"])),
            note=row["note"],
        )
        stamps = (row["added_at"], row["changed_at"], row["withdrawn_at"])
        return StoredArticle(article, row["version"], *stamps)

    def _insert(self, db: sqlite_utils.Database, article: Article) -> Change:
        now = _now()
        stamps = {"version": 1, "added_at": now, "changed_at": now, "withdrawn_at": None}
        db.table("articles").insert(_columns(article) | stamps)
        for number, text in enumerate(article.paragraphs, start=1):
            self._insert_paragraph(db, article, number, text, version=1)
        self.copies.update(article)
        return Change.ADDED

    def _change(self, db: sqlite_utils.Database, stored: StoredArticle, article: Article) -> Change:
        # A title is part of what is searched: with a new one every passage is a new one.
        keep_text = stored.article.title == article.title
        if keep_text and stored.article.paragraphs == article.paragraphs:
            db.table("articles").update(article.id, _columns(article))
            return Change.CHANGED
        version = stored.version + 1
        stamps = {"version": version, "changed_at": _now()}
        db.table("articles").update(article.id, _columns(article) | stamps)
        new = dict(enumerate(article.paragraphs, start=1))
        for number, text in enumerate(stored.article.paragraphs, start=1):
            if keep_text and new.get(number) == text:
                del new[number]
            else:
                db.execute(
                    "UPDATE paragraphs SET retired_version = ?"
                    " WHERE article_id = ? AND number = ? AND retired_version IS NULL",
                    [version, article.id, number],
                )
        for number, text in new.items():
            self._insert_paragraph(db, article, number, text, version)
        self.copies.update(article)
        return Change.CHANGED

    def _insert_paragraph(
        self, db: sqlite_utils.Database, article: Article, number: int, text: str, version: int
    ) -> None:
        paragraph_id = db.execute(
            "INSERT INTO paragraphs (article_id, number, text, first_version) VALUES (?, ?, ?, ?)",
            [article.id, number, text, version],
        ).lastrowid
        for start, end in passage_spans(text, article.language):
            passage_id = db.execute(
                'INSERT INTO passages (paragraph_id, start, "end") VALUES (?, ?, ?)',
                [paragraph_id, start, end],
            ).lastrowid
            folded, title = fold(text[start:end]), fold(article.title)
            db.execute(
                "INSERT INTO passages_fts (rowid, text, title) VALUES (?, ?, ?)",
                [passage_id, folded, title],
            )
            db.execute(
                "INSERT INTO words_fts (rowid, text) VALUES (?, ?)",
                [passage_id, f"{folded} {title}"],
            )

    def _mark(self, article_id: str, withdrawn_at: str | None) -> None:
        with self.database.write() as db:
            self.article(article_id)
            self._set_withdrawn(db, article_id, withdrawn_at)

    def _set_withdrawn(
        self, db: sqlite_utils.Database, article_id: str, withdrawn_at: str | None
    ) -> None:
        db.table("articles").update(article_id, {"withdrawn_at": withdrawn_at})


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    # itertools.batched came with Python 3.12.
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _check(article: Article) -> None:
    if not article.title.strip():
        raise CorpusError(f"Article {article.id!r} has no title.")
    if not any(paragraph.strip() for paragraph in article.paragraphs):
        raise CorpusError(f"Article {article.id!r} has no paragraph.")
    if broken := unwritable(article):
        raise CorpusError(f"Article {article.id!r} holds {broken!r}, half of a character.")


def _columns(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "outlet": article.outlet,
        "url": article.url,
        "published": article.published,
        "language": article.language,
        "sources": json.dumps(article.sources, ensure_ascii=False),
        "note": article.note,
    }


def _passage(row: dict[str, Any]) -> Passage:
    return Passage(
        id=row["id"],
        article_id=row["article_id"],
        paragraph=row["number"],
        paragraph_text=row["text"],
        start=row["start"],
        end=row["end"],
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
