"""The corpus as one file: copied while in use, put back with checks, or exported as JSON lines."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from corpus import copies, feeds, journal, schema
from corpus.database import known_names
from corpus.errors import StoreError
from corpus.store import FILE_NAME, Corpus

SQLITE = b"SQLite format 3\0"  # how such a file begins
PAGES = 2_000  # copied between two reports of progress

OnPages = Callable[[int, int], None]  # pages copied, pages in all


def back_up(corpus: Corpus, target: Path, on_pages: OnPages | None = None) -> int:
    """Copy the corpus into one file, as it is at this moment, while others read and write it.

    Index files are not copied: they are made again from the embeddings, which are.

    :returns: The size of the file in bytes. A backup that was there before is replaced, at the end.
    :raises StoreError: If the file can't be written or holds something else, or what was written
        isn't sound.
    """
    _refuse_others(target, SQLITE, "an SQLite file")
    beside = target.with_name(f"{target.name}.writing")
    try:
        with _telling(target):
            beside.unlink(missing_ok=True)
            _copy(corpus.database.path, beside, on_pages)
            _check(beside, target)
            _sync(beside)
            beside.replace(target)
            _sync(target.parent)
    finally:
        for file in (beside, beside.with_name(f"{beside.name}-journal")):
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)
    return target.stat().st_size


def restore(source: Path, folder: Path) -> Path | None:
    """Put a backup in the place of a data folder's corpus; the file that was there is kept aside.

    :returns: Where the file that was there before is now, or None if there was none.
    :raises StoreError: If the backup isn't sound, isn't a corpus, was written by a newer program,
        or a bot or another program has the corpus open. Nothing is changed then.
    """
    if not source.is_file():
        raise StoreError(f"{source}: there is no such file.")
    path = folder / FILE_NAME
    if path.exists() and path.samefile(source):
        raise StoreError(f"{source} is the corpus itself, not a backup of it.")
    beside = path.with_name(f"{FILE_NAME}.restoring")
    try:
        with _telling(source):
            folder.mkdir(parents=True, exist_ok=True)
            beside.unlink(missing_ok=True)
            _copy(source, beside, None)
            _check(beside, source)
            _sync(beside)
            kept = _set_aside(path)
            beside.replace(path)
            _sync(folder)
    finally:
        for file in (beside, beside.with_name(f"{beside.name}-journal")):
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)
    return kept


def export(corpus: Corpus) -> Iterator[str]:
    """Every article that can be found as a line of JSON, in the format that `talks add` reads."""
    for stored in corpus.each_article():
        article = stored.article
        record = {
            "id": article.id,
            "title": article.title,
            "outlet": article.outlet,
            "url": article.url,
            "published": article.published,
            "language": article.language,
            "sources": list(article.sources),
            "note": article.note,
            "paragraphs": list(article.paragraphs),
        }
        yield json.dumps(record, ensure_ascii=False)


def write_lines(lines: Iterator[str], target: Path) -> int:
    """Write JSON lines to a file, which takes its place once it is whole; how many there were.

    :raises StoreError: If it can't be written, or holds something else.
    """
    _refuse_others(target, b"{", "JSON lines")
    beside = target.with_name(f"{target.name}.writing")
    count = 0
    try:
        with _telling(target):
            with beside.open("w", encoding="utf-8", newline="\n") as file:
                for count, line in enumerate(lines, start=1):  # noqa: B007 - told at the end
                    file.write(f"{line}\n")
            _sync(beside)
            beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return count


def _refuse_others(target: Path, start: bytes, kind: str) -> None:
    """Keep from writing over what is not of the same kind: most likely a mistyped name."""
    if target.is_dir():
        raise StoreError(f"{target} is a folder. Name a file in it.")
    if not target.parent.is_dir():
        raise StoreError(f"There is no folder {target.parent} to write {target.name} into.")
    if target.is_file():
        with _telling(target), target.open("rb") as file:
            found = file.read(len(start))
        if found and found != start:
            raise StoreError(f"{target} is there and isn't {kind}. Name another file.")


def _copy(source: Path, target: Path, on_pages: OnPages | None) -> None:
    tell = on_pages or (lambda done, total: None)
    # The path is quoted by as_uri; mode=ro so that a mistyped name makes no empty file.
    uri = f"{source.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=15)) as old:
        # Read before the first page: held open, this keeps the copy at one moment's content
        # however much is written meanwhile, where SQLite would otherwise start over.
        old.execute("BEGIN")
        old.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        with closing(sqlite3.connect(target)) as new:
            old.backup(new, pages=PAGES, progress=lambda _, left, total: tell(total - left, total))
            # A log file of its own is of no use to a file that nobody writes.
            new.execute("PRAGMA journal_mode = DELETE")


def _check(path: Path, name: Path) -> None:
    """Look whether a copy is a whole corpus that this program can read.

    :param name: The file that errors name.
    :raises StoreError: If it isn't.
    """
    with closing(sqlite3.connect(path)) as db:
        said = db.execute("PRAGMA integrity_check").fetchone()[0]
        if said != "ok":
            raise StoreError(f"{name}: damaged ({said}). Nothing was changed.")
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
        if not {"articles", "paragraphs", "passages", "embeddings"} <= tables:
            raise StoreError(f"{name}: a SQLite file, but no corpus of Talks Bot.")
        if db.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise StoreError(f"{name}: damaged (rows refer to others that are missing).")
        for migrations in (
            schema.MIGRATIONS,
            copies.MIGRATIONS,
            journal.MIGRATIONS,
            feeds.MIGRATIONS,
        ):
            sql = "SELECT name FROM _sqlite_migrations WHERE migration_set = ?"
            applied = {row[0] for row in db.execute(sql, [migrations.name])}
            if unknown := applied - known_names(migrations):
                raise StoreError(
                    f"{name}: written by a newer Talks Bot (it has {', '.join(sorted(unknown))}). "
                    "Update the program first."
                )


def _set_aside(path: Path) -> Path | None:
    """Give the corpus in use a second name, from which the first can be taken away at a stroke."""
    if not path.exists():
        _drop_logs(path, None)
        return None
    sound = _closed(path)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    kept = path.with_name(f"{path.name}.before-{stamp}")
    number = 1
    while kept.exists():
        number += 1
        kept = path.with_name(f"{path.name}.before-{stamp}-{number}")
    try:
        os.link(path, kept)
    except OSError:  # a file system without links
        shutil.copy2(path, kept)
    if not sound:
        _drop_logs(path, kept)
    return kept


def _closed(path: Path) -> bool:
    """Fold the log into the file; whether that worked, which it can't on a damaged one.

    :raises StoreError: If another program has the file open: it would go on with the old one.
    """
    with closing(sqlite3.connect(path, timeout=1)) as db:
        try:
            # Only possible while no other connection is open.
            mode = db.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
        except sqlite3.OperationalError as exc:
            if "locked" not in str(exc):
                return False
            mode = "wal"
        except sqlite3.DatabaseError:
            return False
    if mode == "wal":
        raise StoreError(
            f"{path} is in use. Stop the bot and every other `talks`, then restore again."
        )
    return True


def _drop_logs(path: Path, kept: Path | None) -> None:
    # A log left beside a damaged file would be played into the one that takes its place.
    for suffix in ("-wal", "-shm"):
        log = path.with_name(path.name + suffix)
        if kept is not None and log.exists():
            log.replace(kept.with_name(kept.name + suffix))
        else:
            log.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _telling(path: Path) -> Iterator[None]:
    """Turn SQLite's and the file system's errors into ours, which name the file."""
    try:
        yield
    except sqlite3.DatabaseError as exc:
        said = str(exc)
        reason = next((reason for words, reason in _REASONS if words in said), "can't be copied")
        raise StoreError(f"{path}: {reason}. Nothing was changed. (SQLite says: {said})") from exc
    except OSError as exc:
        raise StoreError(f"{path}: {exc.strerror or exc}. Nothing was changed.") from exc


_REASONS = (
    ("not a database", "no backup of Talks Bot, nor any SQLite file"),
    ("malformed", "damaged"),
    ("full", "the disk is full"),
    ("disk I/O", "can't be read or written; the disk may be full"),
    ("unable to open", "can't be opened"),
    ("locked", "another program holds it locked"),
)
