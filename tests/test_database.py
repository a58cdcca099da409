"""One SQLite file: its connections, its transactions, and what is said when it can't be used."""

from __future__ import annotations

import gc
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest
import sqlite_utils
from sqlite_utils import Migrations

from corpus import database as database_module
from corpus.database import Database, explained, known_names
from corpus.errors import CorpusError, LockedError, StoreError
from tests.unprivileged import reachable_folder, unprivileged

T = TypeVar("T")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "talks.sqlite3")
    yield database
    database.close()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a lock for long."""
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.05)


def notes(*names: str) -> Migrations:
    """Migrations that make a table each, and count how often they ran in the table `runs`."""
    migrations = Migrations("notes")
    for name in names:

        @migrations(name=name)
        def _make(db: sqlite_utils.Database, name: str = name) -> None:
            db.execute(f'CREATE TABLE "{name}" (text TEXT)')

    return migrations


def in_thread(work: Callable[[], T]) -> T:
    results: list[T] = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    thread.join()
    return results[0]


def texts(database: Database, table: str = "first") -> list[str]:
    return [row["text"] for row in database.db.query(f'SELECT text FROM "{table}" ORDER BY rowid')]


def pragmas(database: Database) -> tuple[str, int, int]:
    conn = database.db.conn
    names = ("journal_mode", "foreign_keys", "synchronous")
    mode, keys, synchronous = (conn.execute(f"PRAGMA {name}").fetchone()[0] for name in names)
    return mode, keys, synchronous


def test_every_thread_has_wal_foreign_keys_and_normal_sync(database: Database) -> None:
    expected = ("wal", 1, 1)
    assert pragmas(database) == expected
    assert in_thread(lambda: pragmas(database)) == expected


def test_a_thread_keeps_its_connection_and_another_has_its_own(database: Database) -> None:
    mine = database.db.conn
    assert database.db.conn is mine
    theirs = in_thread(lambda: (database.db.conn, database.db.conn))
    assert theirs[0] is theirs[1]
    assert theirs[0] is not mine


def test_connections_of_ended_threads_are_closed(database: Database) -> None:
    connections = [in_thread(lambda: database.db.conn) for _ in range(20)]
    database.db.execute("SELECT 1")  # this thread's own, opened last, closes the others
    for connection in connections:
        with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
            connection.execute("SELECT 1")


def test_closing_closes_every_thread_and_the_next_use_opens_again(database: Database) -> None:
    database.migrate(notes("first"))
    go_on, opened = threading.Event(), threading.Event()
    held: list[sqlite3.Connection] = []

    def work() -> None:
        held.append(database.db.conn)
        opened.set()
        go_on.wait(10)

    thread = threading.Thread(target=work)
    thread.start()
    opened.wait(10)
    database.close()
    go_on.set()
    thread.join()
    with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
        held[0].execute("SELECT 1")
    assert texts(database) == []


def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    database = Database(tmp_path / "new" / "folders" / "talks.sqlite3")
    database.migrate(notes("first"))
    database.close()
    assert (tmp_path / "new" / "folders" / "talks.sqlite3").is_file()


# -- migrations


def test_migrations_run_once_in_order_and_later_ones_are_added(database: Database) -> None:
    database.migrate(notes("first"))
    with database.write() as db:
        db.execute("INSERT INTO first VALUES ('kept')")
    database.migrate(notes("first"))
    database.migrate(notes("first", "second"))
    assert texts(database) == ["kept"]
    assert texts(database, "second") == []
    applied = notes().applied(database.db)
    assert [migration.name for migration in applied] == ["first", "second"]


def test_the_names_of_a_set_are_known_without_a_file() -> None:
    assert known_names(notes("first", "second")) == {"first", "second"}


def test_a_file_of_a_newer_program_is_refused_by_name_and_left_as_it_was(
    database: Database,
) -> None:
    database.migrate(notes("first", "0007_from_the_future"))
    with pytest.raises(StoreError) as caught:
        database.migrate(notes("first", "second"))
    assert str(caught.value) == (
        f"{database.path} was written by a newer Talks Bot (it has 0007_from_the_future). Update "
        "the program, or set TALKS_DATA to another folder."
    )
    assert "second" not in database.db.table_names()


def test_a_migration_that_fails_leaves_nothing_and_is_tried_again(database: Database) -> None:
    broken = notes("first")

    @broken(name="second")
    def _second(db: sqlite_utils.Database) -> None:
        db.execute("CREATE TABLE half (text TEXT)")
        db.execute("CREATE TABLE half (text TEXT)")

    with pytest.raises(StoreError, match="table half already exists"):
        database.migrate(broken)
    assert database.db.table_names() == []
    database.migrate(notes("first", "second"))
    assert {"first", "second"} <= set(database.db.table_names())


STARTER = """
import sys
from pathlib import Path
from corpus.store import Corpus
print("ready", flush=True)
sys.stdin.readline()
for number in range(15):
    corpus = Corpus(Path(sys.argv[1]) / str(number))
    assert corpus.count_passages() == 0
    corpus.database.close()
print("done", flush=True)
"""


def test_processes_that_start_at_once_on_new_folders_all_succeed(tmp_path: Path) -> None:
    root = Path(__file__).parent.parent
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", STARTER, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=root,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert (out, err, process.returncode) == ("done\n", "", 0)
    with closing(sqlite3.connect(tmp_path / "0" / "talks.sqlite3")) as conn:
        sql = "SELECT COUNT(*) FROM _sqlite_migrations WHERE migration_set = 'corpus'"
        assert conn.execute(sql).fetchone() == (len(known_corpus_migrations()),)


def known_corpus_migrations() -> set[str]:
    from corpus.schema import MIGRATIONS

    return known_names(MIGRATIONS)


# -- transactions


def write_and_fail(database: Database) -> None:
    with database.write() as db:
        db.execute("INSERT INTO first VALUES ('lost')")
        raise RuntimeError("half way")


def test_a_write_that_raises_leaves_nothing(database: Database) -> None:
    database.migrate(notes("first"))
    with pytest.raises(RuntimeError, match="half way"):
        write_and_fail(database)
    assert texts(database) == []
    with database.write() as db:
        db.execute("INSERT INTO first VALUES ('kept')")
    assert texts(database) == ["kept"]


def test_a_write_within_a_write_is_undone_alone_or_with_the_outer_one(database: Database) -> None:
    database.migrate(notes("first"))
    with database.write() as db:
        db.execute("INSERT INTO first VALUES ('outer')")
        with pytest.raises(RuntimeError):
            write_and_fail(database)
    assert texts(database) == ["outer"]

    def write_twice_and_fail() -> None:
        with database.write():
            with database.write() as db:
                db.execute("INSERT INTO first VALUES ('inner')")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_twice_and_fail()
    assert texts(database) == ["outer"]


def test_a_reader_sees_the_old_state_and_never_waits_while_another_writes(
    database: Database, hasty: None
) -> None:
    database.migrate(notes("first"))
    with database.write() as db:
        db.execute("INSERT INTO first VALUES ('old')")
    with database.write() as db:
        db.execute("UPDATE first SET text = 'new'")
        assert texts(database) == ["new"]
        assert in_thread(lambda: texts(database)) == ["old"]
    assert in_thread(lambda: texts(database)) == ["new"]


def test_reads_within_a_snapshot_agree_whatever_is_written_meanwhile(database: Database) -> None:
    database.migrate(notes("first"))

    def write() -> None:
        with database.write() as db:
            db.execute("INSERT INTO first VALUES ('meanwhile')")

    with database.snapshot():
        assert texts(database) == []
        in_thread(write)
        assert texts(database) == []
    assert texts(database) == ["meanwhile"]
    with database.write(), database.snapshot():  # within a write, the write's own state
        database.db.execute("DELETE FROM first")
        assert texts(database) == []
    assert texts(database) == []


def test_two_writers_take_turns_and_lose_nothing(database: Database) -> None:
    database.migrate(notes("first"))

    def write(name: str) -> None:
        for number in range(25):
            with database.write() as db:
                count = len(texts(database))
                db.execute("INSERT INTO first VALUES (?)", [f"{name}{number} {count}"])

    threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [text.split() for text in texts(database)]
    assert [int(count) for _, count in found] == list(range(50))
    assert {name for name, _ in found} == {f"{name}{i}" for name in "ab" for i in range(25)}


def test_foreign_keys_are_held_to(database: Database) -> None:
    with database.write() as db:
        db.execute("CREATE TABLE owner (id INTEGER PRIMARY KEY)")
        db.execute("CREATE TABLE owned (id INTEGER REFERENCES owner (id))")
    with pytest.raises(StoreError, match="FOREIGN KEY constraint failed"), database.write() as db:
        db.execute("INSERT INTO owned VALUES (1)")


# -- files that can't be used


def refusal(path: Path) -> CorpusError:
    database = Database(path)
    with pytest.raises(CorpusError) as caught:
        database.migrate(notes("first"))
    database.close()
    gc.collect()  # a connection left open would be told of here, as an error
    return caught.value


def test_a_file_that_is_not_a_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "talks.sqlite3"
    path.write_bytes(b"Dear diary, " * 1000)
    error = refusal(path)
    assert isinstance(error, StoreError)
    assert str(error) == (
        f"{path}: not a database of Talks Bot. Set TALKS_DATA to another folder. "
        "(SQLite says: file is not a database)"
    )
    assert path.read_bytes() == b"Dear diary, " * 1000


def test_a_damaged_file_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "talks.sqlite3"
    database = Database(path)
    database.migrate(notes("first"))
    with database.write() as db:
        rows = [[f"text {number} " * 50] for number in range(200)]
        db.conn.executemany("INSERT INTO first VALUES (?)", rows)
    database.close()
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    damaged = Database(path)
    with pytest.raises(StoreError, match="the file is damaged"), explained(path):
        texts(damaged)
    damaged.close()


def test_a_folder_in_place_of_the_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / "talks.sqlite3").mkdir()
    error = refusal(tmp_path / "talks.sqlite3")
    assert str(error) == (
        f"{tmp_path}/talks.sqlite3: can't be opened. Check the folder in TALKS_DATA. "
        "(SQLite says: unable to open database file)"
    )


def test_a_file_in_place_of_the_folder_is_explained(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    error = refusal(tmp_path / "data" / "talks.sqlite3")
    assert str(error) == (
        f"{tmp_path}/data/talks.sqlite3: File exists. Check the folder in TALKS_DATA."
    )


def test_a_folder_closed_to_writing_is_explained() -> None:
    with reachable_folder() as folder:
        folder.chmod(0o555)
        with unprivileged():
            error = refusal(folder / "talks.sqlite3")
            deeper = refusal(folder / "data" / "talks.sqlite3")
    assert isinstance(error, StoreError)
    assert "talks.sqlite3: can't be opened. Check the folder in TALKS_DATA." in str(error)
    assert "talks.sqlite3: Permission denied. Check the folder in TALKS_DATA." in str(deeper)


def test_a_file_closed_to_writing_is_explained() -> None:
    with reachable_folder() as folder:
        path = folder / "talks.sqlite3"
        database = Database(path)
        database.migrate(notes())
        assert pragmas(database)[0] == "wal"
        database.close()
        path.chmod(0o444)
        folder.chmod(0o777)
        with unprivileged():
            error = refusal(path)
    assert f"{path}: can't be written. Check who owns it." in str(error)


def test_a_lock_that_another_program_holds_is_waited_for_then_explained(
    database: Database, hasty: None
) -> None:
    database.migrate(notes("first"))
    with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LockedError) as caught, database.write():
            pass
        assert texts(database) == []  # reading goes on
        other.execute("ROLLBACK")
    assert str(caught.value) == (
        f"{database.path}: another program is writing to it. Wait for it or close it, then try "
        "again. (SQLite says: database is locked)"
    )
    with database.write() as db:
        db.execute("INSERT INTO first VALUES ('after')")
    assert texts(database) == ["after"]


def test_a_new_file_locked_by_another_program_is_explained(tmp_path: Path, hasty: None) -> None:
    path = tmp_path / "talks.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("CREATE TABLE theirs (text TEXT)")
        assert isinstance(refusal(path), LockedError)


def test_a_new_file_that_another_program_is_making_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "talks.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("CREATE TABLE theirs (text TEXT)")
        release = threading.Timer(0.3, other.commit)
        release.start()
        database = Database(path)
        assert pragmas(database) == ("wal", 1, 1)
        assert database.db.table_names() == ["theirs"]
        database.close()
        release.join()


def test_a_full_disk_is_explained_and_changes_nothing(database: Database) -> None:
    database.migrate(notes("first"))
    pages = database.db.conn.execute("PRAGMA page_count").fetchone()[0]
    database.db.conn.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="the disk is full"), database.write() as db:
        db.execute("INSERT INTO first VALUES (?)", ["x" * 100_000])
    assert texts(database) == []
