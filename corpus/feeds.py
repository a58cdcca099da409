"""RSS and Atom feeds: kept in a table, asked whether anything changed, read entry by entry.

feedparser is imported by the function that needs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from urllib.parse import urljoin

import sqlite_utils
from sqlite_utils import Migrations

from corpus.addresses import article_id_of, canonical_url, host_of, readable_id
from corpus.database import Database, explained
from corpus.errors import FetchError, SourceError
from corpus.fetching import Fetched, Fetcher, article_from_url
from corpus.paragraphs import split_paragraphs
from corpus.types import Article

MAX_ENTRIES = 100  # of one check, from the top; feeds put the newest there
MAX_TRIES = 3  # checks in which an entry's page may fail before it is let go
# What a feed carries is taken for a whole text from so many characters, and else for a teaser.
TEXT_CHARACTERS = 400

MIGRATIONS = Migrations("feeds")

_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_]|$)", re.IGNORECASE)
_FEED_LINK = re.compile(
    r"<link(?=[^>]*application/(?:rss|atom)\+xml)[^>]*href\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE
)


@MIGRATIONS(name="0001_feeds_and_entries")
def _feeds_and_entries(db: sqlite_utils.Database) -> None:
    for statement in _TABLES.split(";"):
        db.execute(statement)


_TABLES = """
CREATE TABLE feeds (
    url TEXT PRIMARY KEY,
    title TEXT NOT NULL DEFAULT '',
    etag TEXT NOT NULL DEFAULT '',
    last_modified TEXT NOT NULL DEFAULT '',
    checked_at TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    last_error TEXT NOT NULL DEFAULT ''
);
CREATE TABLE feed_entries (
    feed_url TEXT NOT NULL REFERENCES feeds (url) ON DELETE CASCADE,
    key TEXT NOT NULL,
    tries INTEGER NOT NULL,
    done INTEGER NOT NULL,
    PRIMARY KEY (feed_url, key)
) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed and how its last check went."""

    url: str
    title: str  # empty before the first check
    etag: str
    last_modified: str
    checked_at: str | None  # ISO date and time, UTC; None before the first check
    failures: int  # checks in a row that failed
    last_error: str  # empty after a check that went well


@dataclass(frozen=True, slots=True)
class _Entry:
    keys: tuple[str, ...]  # its id and its link: sites change the one and keep the other
    url: str  # empty where it has no page
    title: str
    published: str
    paragraphs: tuple[str, ...]  # of the feed itself


class Feeds:
    """The feeds in the SQLite file of a corpus; safe to share between threads.

    :raises StoreError: If the file can't be used, or was written by a newer version.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        database.migrate(MIGRATIONS)

    def add(self, url: str) -> Feed:
        """Keep a feed, or find it kept; it is first fetched when checked.

        :raises SourceError: If it isn't a web address.
        """
        url = url.strip()
        if not re.match(r"https?://[^\s/@]+(?:/\S*)?$", url, re.IGNORECASE):
            raise SourceError(url, "not a web address (http:// or https://)")
        with self._database.write() as db:
            db.execute("INSERT OR IGNORE INTO feeds (url) VALUES (?)", [url])
        return self._feed(url)

    def remove(self, url: str) -> None:
        """Forget a feed and which of its entries were seen; its articles stay.

        :raises SourceError: If there is no such feed.
        """
        self._feed(url)
        with self._database.write() as db:
            db.execute("DELETE FROM feeds WHERE url = ?", [url])

    def list(self) -> Sequence[Feed]:
        """All feeds, by their addresses."""
        with explained(self._database.path):
            rows = self._database.db.query("SELECT * FROM feeds ORDER BY url")
            return tuple(Feed(**row) for row in rows)

    def check(self, feed: Feed, fetcher: Fetcher) -> Iterator[Article | SourceError]:
        """The articles of entries not seen before, or the reason why one can't be had.

        The feed is fetched at once, each article when it is asked for. An entry counts as seen when
        the next is asked for, so store an article before that: what a run that was cut off had not
        stored comes again. An entry that can't be fetched comes again in two more checks.

        :raises FetchError: If the feed can't be fetched; it is remembered in the table too.
        :raises SourceError: If what is there is no feed, or it was removed.
        """
        feed = self._feed(feed.url)
        try:
            fetched = fetcher.fetch(feed.url, etag=feed.etag, last_modified=feed.last_modified)
            parsed = None if fetched is None else _parsed(fetched, feed.url)
        except SourceError as exc:
            self._save(feed, failures=feed.failures + 1, last_error=exc.reason)
            raise
        if fetched is None or parsed is None:
            self._save(feed, failures=0, last_error="")
            return iter(())
        title = _text(parsed.feed.get("title", ""))
        feed = self._save(feed, title=title, failures=0, last_error="")
        return self._new_articles(feed, fetched, parsed, fetcher)

    def _new_articles(
        self, feed: Feed, fetched: Fetched, parsed: Any, fetcher: Fetcher
    ) -> Iterator[Article | SourceError]:
        language = _language(parsed.feed.get("language"))
        complete = True
        for entry in map(_entry, parsed.entries[:MAX_ENTRIES]):
            if self._done(feed, entry):
                continue
            item = _article(feed, entry, language, fetcher)
            yield item
            # A page that can't be read today can't be tomorrow; one not fetched may be.
            complete &= self._remember(feed, entry, again=isinstance(item, FetchError))
        # With its tag kept, an unchanged feed is not sent again, and nothing of it tried again.
        if complete:
            self._save(feed, etag=fetched.etag, last_modified=fetched.last_modified)

    def _feed(self, url: str) -> Feed:
        with explained(self._database.path):
            rows = self._database.db.query("SELECT * FROM feeds WHERE url = ?", [url])
            row = next(iter(rows), None)
        if row is None:
            raise SourceError(url, "there is no such feed. `talks feeds list` shows them all")
        return Feed(**row)

    def _save(self, feed: Feed, **changes: Any) -> Feed:
        feed = replace(feed, checked_at=datetime.now(UTC).isoformat(timespec="seconds"), **changes)
        values = [feed.title, feed.etag, feed.last_modified, feed.checked_at, feed.failures]
        with self._database.write() as db:
            db.execute(
                "UPDATE feeds SET title = ?, etag = ?, last_modified = ?, checked_at = ?,"
                " failures = ?, last_error = ? WHERE url = ?",
                [*values, feed.last_error, feed.url],
            )
        return feed

    def _done(self, feed: Feed, entry: _Entry) -> bool:
        marks = ",".join("?" * len(entry.keys))
        sql = f"SELECT 1 FROM feed_entries WHERE feed_url = ? AND done AND key IN ({marks})"
        with explained(self._database.path):
            found = self._database.db.execute(sql, [feed.url, *entry.keys]).fetchone()
        return found is not None

    def _remember(self, feed: Feed, entry: _Entry, *, again: bool) -> bool:
        """Note that an entry was tried; whether it needn't be tried again."""
        # Nothing is inserted where another process has removed the feed meanwhile.
        sql = """
            INSERT INTO feed_entries (feed_url, key, tries, done)
            SELECT url, :key, 1, :done FROM feeds WHERE url = :url
            ON CONFLICT DO UPDATE SET tries = tries + 1, done = :done OR tries + 1 >= :most
            RETURNING done
        """
        done = []
        with self._database.write() as db:
            for key in entry.keys:
                values = {"url": feed.url, "key": key, "done": not again, "most": MAX_TRIES}
                done += [bool(row[0]) for row in db.conn.execute(sql, values).fetchall()]
        return all(done)


def _parsed(fetched: Fetched, url: str) -> Any:
    import feedparser

    # Given bytes alone, feedparser would try them as the name of a file.
    parsed: Any = feedparser.parse(
        BytesIO(fetched.content),
        response_headers={
            "content-location": fetched.url,
            "content-type": f"{fetched.content_type}; charset={fetched.charset}"
            if fetched.charset
            else fetched.content_type,
        },
    )
    if not parsed.get("version") and not parsed.get("entries"):
        link = _FEED_LINK.search(fetched.content[:100_000].decode("utf-8", errors="replace"))
        advice = f"; its feed is at {urljoin(fetched.url, link[1])}" if link else ""
        raise SourceError(url, f"not a feed (RSS or Atom){advice}")
    return parsed


def _entry(entry: Any) -> _Entry:
    link = str(entry.get("link", ""))
    url = canonical_url(link) if host_of(link) and link.startswith("http") else ""
    keys = {str(entry.get("id", "")), url} - {""}
    when = entry.get("published_parsed") or entry.get("updated_parsed")
    title = _text(entry.get("title", ""))
    return _Entry(
        keys=tuple(sorted(keys)) or (title,),
        url=url,
        title=title,
        published=date(*when[:3]).isoformat() if when else "",
        paragraphs=_whole_text(entry.get("content", [])),
    )


def _whole_text(contents: Any) -> tuple[str, ...]:
    """The paragraphs that a feed carries, if they are more than a teaser."""
    from corpus.pages import fragment_paragraphs

    for content in contents:
        plain = content.get("type") == "text/plain"
        paragraphs = (split_paragraphs if plain else fragment_paragraphs)(content.get("value", ""))
        if sum(map(len, paragraphs)) >= TEXT_CHARACTERS:
            return paragraphs
    return ()


def _article(feed: Feed, entry: _Entry, language: str, fetcher: Fetcher) -> Article | SourceError:
    problem = SourceError(feed.url, f"the entry {entry.title!r} has neither a page nor a text")
    if entry.url:
        try:
            article = article_from_url(entry.url, fetcher)
            return replace(article, published=article.published or entry.published)
        except SourceError as exc:
            problem = exc
    if not (entry.paragraphs and entry.title):
        return problem
    return Article(
        id=article_id_of(entry.url)
        if entry.url
        else readable_id(host_of(feed.url), entry.title, entry.keys[0]),
        title=entry.title,
        paragraphs=entry.paragraphs,
        outlet=feed.title or host_of(feed.url),
        url=entry.url or None,
        published=entry.published,
        language=language,
    )


def _text(html: str) -> str:
    """A title's words: feeds may write titles in HTML."""
    from corpus.pages import fragment_paragraphs

    return " ".join(" ".join(fragment_paragraphs(html)).split()) if html else ""


def _language(said: Any) -> str:
    match = _LANGUAGE.match(str(said or ""))
    return match[1].lower() if match else "en"
