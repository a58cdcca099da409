"""One SQLite file, one connection per thread, and one way to write to it."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlite_utils
from sqlite_utils import Migrations

from corpus.errors import LockedError, StoreError

BUSY_SECONDS = 15.0  # how long a writer waits for another before it gives up


class Database:
    """A SQLite file in WAL mode with foreign keys on, opened once per thread.

    :raises StoreError: If the file is not a database, is damaged, or can't be written.
    :raises LockedError: If another program writes to it for longer than `BUSY_SECONDS`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._opened: list[tuple[threading.Thread, sqlite3.Connection]] = []
        self._guard = threading.Lock()

    @property
    def db(self) -> sqlite_utils.Database:
        """This thread's connection, opened on first use."""
        connection: sqlite_utils.Database | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._open()
        return connection

    def migrate(self, migrations: Migrations) -> None:
        """Bring the tables of one migration set up to date.

        :raises StoreError: If a newer Talks Bot has written the file.
        """
        with explained(self.path):
            applied = {migration.name for migration in migrations.applied(self.db)}
            known = known_names(migrations)
            if unknown := applied - known:
                raise StoreError(
                    f"{self.path} was written by a newer Talks Bot (it has "
                    f"{', '.join(sorted(unknown))}). Update the program, or set TALKS_DATA to "
                    "another folder."
                )
            if known - applied:
                # Two processes may start at once: the second waits here, then finds it done.
                with self.write():
                    migrations.apply(self.db)

    @contextmanager
    def write(self) -> Iterator[sqlite_utils.Database]:
        """A transaction that has the right to write from its first statement.

        A deferred one that reads first may find itself unable to write (SQLITE_BUSY_SNAPSHOT),
        however long it waits: https://www.sqlite.org/isolation.html
        """
        db = self.db
        if db.conn.in_transaction:
            with db.atomic():
                yield db
            return
        with explained(self.path):
            db.conn.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.conn.execute("COMMIT")
            except BaseException:
                db.conn.rollback()
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Several reads that see one state of the file, whatever is written meanwhile."""
        conn = self.db.conn
        if conn.in_transaction:
            yield
            return
        with explained(self.path):
            conn.execute("BEGIN")
            try:
                yield
            finally:
                conn.rollback()

    def close(self) -> None:
        """Close the connections of every thread."""
        with self._guard:
            for _, connection in self._opened:
                connection.close()
            self._opened.clear()
        self._local = threading.local()

    def _open(self) -> sqlite_utils.Database:
        with explained(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # close() is called by one thread for all of them.
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, check_same_thread=False)
            try:
                db = sqlite_utils.Database(connection)
                _use_wal(db)
                # A crash of the machine may lose the last transactions of the log, never the file.
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute("PRAGMA foreign_keys = ON")
            except BaseException:
                connection.close()
                raise
            self._remember(connection)
            return db

    def _remember(self, connection: sqlite3.Connection) -> None:
        """Keep this thread's connection for close(), and close those of threads that have ended."""
        with self._guard:
            ended = [pair for pair in self._opened if not pair[0].is_alive()]
            for pair in ended:
                pair[1].close()
                self._opened.remove(pair)
            self._opened.append((threading.current_thread(), connection))


def _use_wal(db: sqlite_utils.Database) -> None:
    """Switch a new file to WAL; SQLite doesn't wait for another process that does the same."""
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            db.enable_wal()
            return
        except sqlite3.OperationalError as exc:
            if "locked" not in str(exc) or time.monotonic() > give_up:
                raise
            time.sleep(0.02)


def known_names(migrations: Migrations) -> set[str]:
    """Names of all migrations of a set, applied or not."""
    with closing(sqlite_utils.Database(memory=True)) as empty:
        return {migration.name for migration in migrations.pending(empty)}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's and the file system's errors into ours, in words that help."""
    try:
        yield
    except sqlite3.DatabaseError as exc:
        kind = LockedError if "locked" in str(exc) else StoreError
        raise kind(f"{path}: {_advice(exc)}") from exc
    except OSError as exc:
        raise StoreError(f"{path}: {exc.strerror or exc}. Check the folder in TALKS_DATA.") from exc


def _advice(exc: sqlite3.DatabaseError) -> str:
    said = str(exc)
    for words, advice in (
        ("locked", "another program is writing to it. Wait for it or close it, then try again."),
        ("not a database", "not a database of Talks Bot. Set TALKS_DATA to another folder."),
        ("malformed", "the file is damaged. Restore a backup, or remove it and add anew."),
        ("full", "the disk is full. Nothing was changed; free some space, then try again."),
        ("readonly", "can't be written. Check who owns it."),
        ("unable to open", "can't be opened. Check the folder in TALKS_DATA."),
    ):
        if words in said:
            return f"{advice} (SQLite says: {said})"
    return f"SQLite says: {said}"
