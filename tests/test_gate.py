"""What can go wrong while an index is made: the live one answers on, and nothing is lost.

Real processes, killed for real; the full disk is a limit on the size of the files they write.
"""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from bot.assembly import Assembly
from corpus.embeddings import EmbeddingStore
from corpus.errors import GenerationError, LockedError
from corpus.store import FILE_NAME, Corpus
from index.building import Generations
from index.embedding import BUNDLED, Embedder
from index.reading import Reader
from index.search import Searcher
from tests.conftest import Index, article
from tests.terminal import LED, MENU

ROOT = Path(__file__).parent.parent


STARTED: list[subprocess.Popen[str]] = []


@pytest.fixture(autouse=True)
def _none_is_left_running() -> Iterator[None]:
    yield
    while STARTED:
        process = STARTED.pop()
        process.kill()
        process.communicate()


def start(code: str, *args: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", code, *args],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    STARTED.append(process)
    return process


# Embeds without a model, slowly enough to be killed on the way; everything else is as ever.
SLOW = """
import sys, time, signal, resource
from pathlib import Path
import numpy as np
from corpus.store import Corpus
from index import building
from index.embedding import text_hash

class Slow:
    name, dim = sys.argv[2], 384
    def encode_documents(self, texts, on_batch=None):
        time.sleep(float(sys.argv[3]))
        seeds = (int.from_bytes(text_hash(text)[:4], "big") for text in texts)
        rows = np.stack([np.random.default_rng(s).normal(size=384) for s in seeds])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

building.EMBED_BATCH = 5
"""
REINDEX = """
generations = building.Generations(Corpus(Path(sys.argv[1])))
with generations.writing(who="the test"):
    generations.tidy()
    print("begun", flush=True)
    built = generations.build(Slow())
    generations.publish(built.generation, "the test")
    print("published", built.embedded, flush=True)
"""


def slow_reindex(corpus: Corpus, seconds: float) -> subprocess.Popen[str]:
    """A process that reindexes, so many seconds for each five texts."""
    return start(SLOW + REINDEX, str(corpus.folder), BUNDLED, str(seconds))


def stored(corpus: Corpus) -> int:
    return EmbeddingStore(corpus.database).count(BUNDLED)


@pytest.fixture
def live(corpus: Corpus, index: Index) -> Searcher:
    """The search over a live generation of one article, with forty more that wait."""
    corpus.add(article("opening", LED, MENU))
    searcher = index(corpus)
    list(corpus.add_many(article(f"a{n}", f"Text number {n} of them all.") for n in range(40)))
    return searcher


def test_a_reindex_killed_at_any_moment_loses_nothing(corpus: Corpus, live: Searcher) -> None:
    kept = []
    for seconds in (0.3, 0.5, 0.7):
        process = slow_reindex(corpus, 0.25)
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(seconds)
        process.kill()
        process.communicate()
        kept.append(stored(corpus))
        found = live.search("Who led the Russian delegation?")
        assert (found.generation, found.hits[0].passage.text) == (1, LED)
    assert kept == sorted(kept)
    assert kept[-1] > 2
    last = slow_reindex(corpus, 0.0)
    out = last.communicate()[0].splitlines()
    assert out == ["begun", f"published {42 - kept[-1]}"]  # it went on from what was embedded
    assert live.search("text number 7").generation != 1
    assert [generation.count for generation in Generations(corpus).published()] == [42, 2]


def test_a_reindex_killed_between_the_file_and_its_publication_leaves_no_trace(
    corpus: Corpus, live: Searcher
) -> None:
    code = REINDEX.replace("    generations.publish", "    time.sleep(60)\n    generations.publish")
    process = start(SLOW + code, str(corpus.folder), BUNDLED, "0")
    deadline = time.monotonic() + 30
    folder = corpus.folder / "generations"
    while len(list(folder.glob("*.faiss"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    process.kill()
    process.communicate()
    assert live.search("Istanbul").generation == 1
    assert slow_reindex(corpus, 0.0).communicate()[0].splitlines() == ["begun", "published 0"]
    numbers = [generation.number for generation in Generations(corpus).published()]
    assert sorted(int(path.stem) for path in folder.iterdir()) == sorted(numbers)


def test_a_second_reindex_is_refused_and_the_first_goes_on(corpus: Corpus, live: Searcher) -> None:
    first = slow_reindex(corpus, 0.2)
    assert first.stdout is not None
    assert first.stdout.readline() == "begun\n"
    second = slow_reindex(corpus, 0.2).communicate()
    assert "LockedError: Another reindex is running (the test, since " in second[1]
    with pytest.raises(LockedError, match="Another reindex is running"):
        Generations(corpus).rollback()
    assert first.communicate()[0] == "published 40\n"
    assert live.search("text number 7").hits[0].passage.article_id == "a7"


def test_the_lock_of_a_killed_process_holds_nobody_up(corpus: Corpus, live: Searcher) -> None:
    first = slow_reindex(corpus, 5)
    assert first.stdout is not None
    first.stdout.readline()
    first.send_signal(signal.SIGKILL)
    first.communicate()
    with Generations(corpus).writing():
        pass
    # Whoever was at it is not named any more.
    assert not (corpus.folder / "reindex.holder").exists()


FULL = """
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), resource.RLIM_INFINITY))
"""


@pytest.mark.parametrize("room", [5_000, 60_000])  # no room for the store; none for the index
def test_a_full_disk_is_told_and_the_next_run_goes_on(
    corpus: Corpus, live: Searcher, room: int
) -> None:
    corpus.database.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = corpus.folder / FILE_NAME
    # The database may grow by so much, or not at all; the index of 42 x 384 numbers needs 64,512.
    limit = room if room > 50_000 else 1
    process = start(SLOW + FULL + REINDEX, str(corpus.folder), BUNDLED, "0", str(limit))
    said = process.communicate()[1]
    assert process.returncode == 1
    assert ("StoreError" in said) or ("GenerationError" in said)
    found = live.search("Who led the Russian delegation?")
    assert (found.generation, found.hits[0].passage.text) == (1, LED)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert slow_reindex(corpus, 0.0).communicate()[0].splitlines()[-1].startswith("published ")
    assert live.search("text number 7").hits[0].passage.article_id == "a7"


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB that can really be full; only root can make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "talks-test", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_is_really_full_loses_nothing(
    tiny_disk: Path, embedder: Embedder, index: Index
) -> None:
    corpus = Corpus(tiny_disk / "data")
    corpus.add(article("opening", LED, MENU))
    searcher = index(corpus)
    list(corpus.add_many(article(f"a{n}", f"Text number {n} of them.") for n in range(40)))
    filler = tiny_disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    process = slow_reindex(corpus, 0.0)
    said = process.communicate()[1]
    assert process.returncode == 1
    assert "full" in said or "No space left" in said
    assert searcher.search("Who led the Russian delegation?").hits[0].passage.text == LED
    filler.unlink()
    assert slow_reindex(corpus, 0.0).communicate()[0].splitlines()[-1].startswith("published ")
    assert searcher.search("text number 7").hits[0].passage.article_id == "a7"
    corpus.database.close()


LOCK = """
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1])
db.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
time.sleep(60)
"""


def test_a_database_locked_by_another_program_is_told_and_searching_goes_on(
    corpus: Corpus, live: Searcher, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = start(LOCK, str(corpus.folder / FILE_NAME))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "locked\n"
    monkeypatch.setattr("corpus.database.BUSY_SECONDS", 0.3)
    another = Corpus(corpus.folder)  # opens although it can't write
    generations = Generations(another)
    with generations.writing(), pytest.raises(LockedError, match="another program is writing"):
        generations.build(embedder)
    assert live.search("Who led the Russian delegation?").hits[0].passage.text == LED
    holder.kill()
    holder.communicate()
    with generations.writing():
        assert generations.publish(generations.build(embedder).generation).count == 42
    assert live.search("text number 7").hits[0].passage.article_id == "a7"
    another.database.close()


ASK = """
import sys, time
from pathlib import Path
from corpus.errors import ModelError
from corpus.store import Corpus
from index.search import Searcher
searcher = Searcher(Corpus(Path(sys.argv[1])), ModelError("not needed"))
print(searcher.search("Istanbul").generation, flush=True)
until = time.monotonic() + 30
count = 0
while time.monotonic() < until:
    count += 1
    found = searcher.search("Istanbul")
    assert found.hits, "a question was dropped"
    if found.generation == int(sys.argv[2]):
        print(found.generation, time.time(), flush=True)
        break
"""


def test_another_process_swaps_within_five_seconds_and_drops_no_question(
    corpus: Corpus, live: Searcher, embedder: Embedder
) -> None:
    generations = Generations(corpus)
    asking = start(ASK, str(corpus.folder), "2")
    assert asking.stdout is not None
    assert asking.stdout.readline() == "1\n"
    with generations.writing():
        published = generations.publish(generations.build(embedder).generation)
    at = time.time()
    assert published.number == 2
    out, err = asking.communicate()
    assert err == ""
    number, swapped = out.split()
    assert (number, float(swapped) - at < 5) == ("2", True)


def test_a_bot_with_another_model_goes_on_with_what_it_has(
    corpus: Corpus, live: Searcher, caplog: pytest.LogCaptureFixture
) -> None:
    assert live.search("Istanbul").generation == 1
    code = SLOW + REINDEX
    out = start(code, str(corpus.folder), "another-model", "0").communicate()[0]
    assert out.splitlines() == ["begun", "published 42"]
    for _ in range(3):
        assert live.search("Istanbul").hits[0].passage.text == LED
    (told,) = [record.message for record in caplog.records if "goes on" in record.message]
    assert told.endswith("Run `talks reindex`. Generation 1 goes on being searched.")
    Generations(corpus).rollback()
    assert live.search("Istanbul").generation == 1


@pytest.fixture
def assembly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: Embedder, reader: Reader
) -> Assembly:
    monkeypatch.setattr("index.embedding.Embedder", lambda model: embedder)
    monkeypatch.setattr("index.reading.Reader", lambda model: reader)
    return Assembly.at(tmp_path / "data")


def test_a_replay_that_fails_publishes_nothing(
    assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    from index.pins import Pins

    assembly.corpus.add(article("opening", LED))
    assembly.reindex()
    Pins(assembly.corpus.database).add("Who led the Russian delegation?")
    assembly.corpus.add(article("menu", MENU))

    def fail(*_: object, **__: object) -> None:
        raise GenerationError("the model is gone")

    monkeypatch.setattr(assembly.reader, "read", fail)
    with pytest.raises(GenerationError):
        assembly.reindex()
    assert [generation.number for generation in assembly.generations.published()] == [1]
    assert [path.name for path in assembly.generations.folder.iterdir()] == ["000001.faiss"]


def test_a_live_file_that_is_lost_is_mended_within_the_gate(assembly: Assembly) -> None:
    """The gate holds the lock that mending needs; it must not wait for itself."""
    from index.pins import Pins

    assembly.corpus.add(article("opening", LED))
    assembly.reindex()
    Pins(assembly.corpus.database).add("Who led the Russian delegation?")
    (assembly.generations.folder / "000001.faiss").unlink()
    done = assembly.reindex()
    assert [difference.outcome for difference in done.differences] == ["same"]
    assert done.published
