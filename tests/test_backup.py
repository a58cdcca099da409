import os
import resource
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from corpus.backup import back_up, export, restore, write_lines
from corpus.errors import StoreError
from corpus.parsing import read_sources
from corpus.store import FILE_NAME, Corpus
from corpus.types import Article
from index.building import Generations
from index.search import Searcher
from tests.conftest import ARTICLES, Index, article

YESTERDAY = b"SQLite format 3\0, and the backup of yesterday"


def ids(corpus: Corpus) -> list[str]:
    return sorted(stored.article.id for stored in corpus.articles())


def test_a_backup_restored_elsewhere_holds_the_same_articles(
    corpus: Corpus, tmp_path: Path
) -> None:
    corpus.add(article("one", "The talks opened in Istanbul."))
    back_up(corpus, tmp_path / "copy.sqlite3")
    corpus.add(article("two", "The talks ended."))
    assert restore(tmp_path / "copy.sqlite3", tmp_path / "elsewhere") is None
    other = Corpus(tmp_path / "elsewhere")
    assert ids(other) == ["one"]
    assert other.article("one") == corpus.article("one")
    other.database.close()


def test_a_backup_is_one_file_that_any_sqlite_opens(corpus: Corpus, tmp_path: Path) -> None:
    corpus.add(article("one", "The talks opened in Istanbul."))
    folder = tmp_path / "backups"
    folder.mkdir()
    size = back_up(corpus, folder / "copy.sqlite3")
    assert [file.name for file in folder.iterdir()] == ["copy.sqlite3"]
    assert size == (folder / "copy.sqlite3").stat().st_size
    with closing(sqlite3.connect(folder / "copy.sqlite3")) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert db.execute("SELECT id FROM articles").fetchall() == [("one",)]


def test_a_backup_is_of_one_moment_while_others_write(corpus: Corpus, tmp_path: Path) -> None:
    """Each write adds a pair; a backup between two halves of one would hold an odd number."""
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            with corpus.database.write():
                for half in "ab":
                    corpus.add(article(f"{number:04}{half}", f"Text {number} {half}. " * 20))
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    counts = []
    for number in range(5):
        back_up(corpus, tmp_path / f"{number}.sqlite3")
        with closing(sqlite3.connect(tmp_path / f"{number}.sqlite3")) as db:
            counts.append(db.execute("SELECT COUNT(*) FROM articles").fetchone()[0])
    stop.set()
    writer.join()
    assert [count % 2 for count in counts] == [0] * 5
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def test_progress_is_told_in_pages(corpus: Corpus, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    back_up(corpus, tmp_path / "copy.sqlite3", lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] > 0


def test_restoring_keeps_the_corpus_that_was_there(corpus: Corpus, tmp_path: Path) -> None:
    corpus.add(article("one", "The talks opened in Istanbul."))
    back_up(corpus, tmp_path / "copy.sqlite3")
    corpus.add(article("two", "The talks ended."))
    corpus.database.close()
    kept = restore(tmp_path / "copy.sqlite3", corpus.folder)
    assert ids(corpus) == ["one"]
    assert kept is not None
    assert kept.name.startswith(f"{FILE_NAME}.before-")
    corpus.database.close()
    with closing(sqlite3.connect(kept)) as db:
        assert db.execute("SELECT id FROM articles ORDER BY id").fetchall() == [("one",), ("two",)]


def test_a_corpus_in_use_is_not_replaced(corpus: Corpus, tmp_path: Path) -> None:
    corpus.add(article("one", "The talks opened in Istanbul."))
    back_up(corpus, tmp_path / "copy.sqlite3")
    corpus.add(article("two", "The talks ended."))
    with pytest.raises(StoreError, match=r"is in use. Stop the bot and every other `talks`"):
        restore(tmp_path / "copy.sqlite3", corpus.folder)
    assert ids(corpus) == ["one", "two"]
    assert sorted(p.name for p in corpus.folder.iterdir() if "restoring" in p.name) == []


def test_a_damaged_corpus_is_replaced_and_kept(corpus: Corpus, tmp_path: Path) -> None:
    corpus.add(article("one", "The talks opened in Istanbul."))
    back_up(corpus, tmp_path / "copy.sqlite3")
    corpus.database.close()
    path = corpus.folder / FILE_NAME
    path.write_bytes(b"no database at all" * 1000)
    path.with_name(f"{FILE_NAME}-wal").write_bytes(b"what a crash has left")
    kept = restore(tmp_path / "copy.sqlite3", corpus.folder)
    assert ids(corpus) == ["one"]
    assert kept is not None
    assert kept.read_bytes().startswith(b"no database at all")


def damaged(content: bytes) -> bytes:
    return content[:4096] + b"\xff" * 8192 + content[4096 + 8192 :]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "a SQLite file, but no corpus of Talks Bot"),
        (b"<html>not found</html>" * 300, "no backup of Talks Bot, nor any SQLite file"),
        (None, "damaged"),
    ],
)
def test_what_is_no_backup_is_told_and_changes_nothing(
    corpus: Corpus, tmp_path: Path, content: bytes | None, reason: str
) -> None:
    corpus.add(article("one", "The talks opened in Istanbul."))
    back_up(corpus, tmp_path / "good.sqlite3")
    corpus.database.close()
    bad = tmp_path / "bad.sqlite3"
    bad.write_bytes(
        damaged((tmp_path / "good.sqlite3").read_bytes()) if content is None else content
    )
    with pytest.raises(StoreError, match=f"bad.sqlite3: {reason}"):
        restore(bad, corpus.folder)
    assert ids(corpus) == ["one"]
    assert not list(corpus.folder.glob("*.before-*"))


def test_a_database_of_another_program_is_no_backup(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.sqlite3")) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")
        db.commit()
    with pytest.raises(StoreError, match="a SQLite file, but no corpus of Talks Bot"):
        restore(tmp_path / "other.sqlite3", tmp_path / "data")
    assert not (tmp_path / "data" / FILE_NAME).exists()


def test_a_backup_of_a_newer_program_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    back_up(corpus, tmp_path / "copy.sqlite3")
    with closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('corpus', '0099_time_travel', '')"
        )
        db.commit()
    with pytest.raises(StoreError, match=r"written by a newer Talks Bot .it has 0099_time_travel"):
        restore(tmp_path / "copy.sqlite3", tmp_path / "data")


def test_a_missing_file_and_the_corpus_itself_are_told(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no such file"):
        restore(tmp_path / "none.sqlite3", corpus.folder)
    with pytest.raises(StoreError, match="is the corpus itself"):
        restore(corpus.folder / FILE_NAME, corpus.folder)
    with pytest.raises(StoreError, match=r"is a folder. Name a file in it"):
        back_up(corpus, tmp_path)


def test_a_full_disk_leaves_the_backup_before_it(corpus: Corpus, tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: writing fails half-way."""
    list(corpus.add_many(article(f"a{n}", f"Text {n} of many. " * 100) for n in range(200)))
    corpus.database.close()
    target = tmp_path / "copy.sqlite3"
    target.write_bytes(YESTERDAY)
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from corpus.backup import back_up; from corpus.store import Corpus\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))\n"
        "back_up(Corpus(Path(sys.argv[1])), Path(sys.argv[2]))\n"
    )
    assert resource.RLIMIT_FSIZE is not None
    done = subprocess.run(
        [sys.executable, "-c", code, str(corpus.folder), str(target)],
        capture_output=True, text=True, cwd=Path(__file__).parent.parent, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "copy.sqlite3: " in done.stderr
    assert "Nothing was changed" in done.stderr
    assert target.read_bytes() == YESTERDAY
    assert not list(tmp_path.glob("*.writing*"))


def test_after_a_restore_the_index_is_made_again_without_the_model(
    corpus: Corpus, index: Index, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    corpus.add(article("one", "The talks opened in Istanbul."))
    index(corpus)
    back_up(corpus, tmp_path / "copy.sqlite3")
    restore(tmp_path / "copy.sqlite3", tmp_path / "elsewhere")
    other = Corpus(tmp_path / "elsewhere")
    generations = Generations(other)
    live = generations.live()
    assert live is not None
    assert len(generations.load(live, None)) == 1
    assert "made again from the stored embeddings" in caplog.text
    from corpus.errors import ModelError

    hits = Searcher(other, ModelError("none")).search("Istanbul").hits
    assert [hit.passage.article_id for hit in hits] == ["one"]
    other.database.close()


def test_an_export_added_elsewhere_is_the_same_corpus(corpus: Corpus, tmp_path: Path) -> None:
    bundled = [item for item in read_sources([ARTICLES]) if isinstance(item, Article)]
    list(corpus.add_many(bundled))
    corpus.add(article("gone", "Withdrawn."))
    corpus.withdraw("gone")
    assert write_lines(export(corpus), tmp_path / "all.jsonl") == len(bundled)
    again = list(read_sources([tmp_path / "all.jsonl"]))
    assert again == sorted(bundled, key=lambda item: item.id)


def test_an_export_that_cannot_be_written_leaves_nothing(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="There is no folder"):
        write_lines(export(corpus), tmp_path / "no" / "where.jsonl")
    assert os.listdir(tmp_path) == ["data"]


def test_only_an_older_backup_or_export_is_written_over(corpus: Corpus, tmp_path: Path) -> None:
    corpus.add(article("opening", "Talks began."))
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Ada", "utf-8")
    with pytest.raises(StoreError, match=r"is there and isn't an SQLite file\. Name another"):
        back_up(corpus, letter)
    with pytest.raises(StoreError, match=r"is there and isn't JSON lines\. Name another"):
        write_lines(export(corpus), letter)
    assert letter.read_text("utf-8") == "Dear Ada"
    for write in (back_up, lambda corpus, file: write_lines(export(corpus), file)):
        file = tmp_path / "kept"
        write(corpus, file)
        assert write(corpus, file) > 0
        file.unlink()


def test_a_folder_that_is_not_there_is_told(corpus: Corpus, tmp_path: Path) -> None:
    nowhere = tmp_path / "mnt" / "corpus.sqlite3"
    with pytest.raises(StoreError, match=r"There is no folder .*mnt to write corpus\.sqlite3 into"):
        back_up(corpus, nowhere)
    assert not nowhere.parent.exists()
