"""Generations are built, verified, published, rolled back and mended here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.database import explained
from corpus.embeddings import EmbeddingStore
from corpus.errors import GenerationError, LockedError
from corpus.journal import Journal
from corpus.store import Corpus
from corpus.types import Passage
from index.embedding import Embedder, Embeddings, text_hash
from index.generation import (
    FLAT_LIMIT,
    MIGRATIONS,
    Generation,
    VectorIndex,
    build_index,
    read_index,
    write_index,
)

log = logging.getLogger(__name__)

KEPT = 3  # generations: the live one and two to roll back to
# Texts embedded between two writes to SQLite: what a run that is cut off loses at most.
EMBED_BATCH = 256
# With more of a graph's rows gone than this, searching it is slow: it is built anew.
GONE_SHARE = 0.1
# How a passage is put into words before it is embedded. Changing it makes every index foreign.
EMBEDDED = "text"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reindex has come."""

    step: str  # "embedding", "building", "verifying"
    done: int  # texts, of this step
    total: int


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Built:
    """What building a generation took."""

    generation: Generation
    embedded: int  # texts that the model was run on
    new: tuple[int, ...]  # ids of the passages that the live generation didn't have
    gone: tuple[int, ...]  # ids of those that it alone had

    @property
    def added(self) -> int:
        return len(self.new)

    @property
    def removed(self) -> int:
        return len(self.gone)


def embedding_text(passage: Passage) -> str:
    """The words that stand for a passage: its own alone.

    With its article's title (and date) before it the right passage didn't come first more often:
    see the table in `benchmarks/README.md`.
    """
    return passage.text


class Generations:
    """The index files of one corpus."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._store = EmbeddingStore(corpus.database)
        self.folder = corpus.folder / "generations"
        corpus.database.migrate(MIGRATIONS)
        self._journal = Journal(corpus.database)

    # -- looking

    def published(self) -> list[Generation]:
        """Generations that were published and are still kept, the live one first."""
        sql = "SELECT * FROM generations WHERE published IS NOT NULL ORDER BY published DESC"
        with explained(self._corpus.database.path):
            return [Generation(**row) for row in self._corpus.database.db.query(sql)]

    def live(self) -> Generation | None:
        """The generation that is searched, or None before the first reindex."""
        return next(iter(self.published()), None)

    def live_number(self) -> int | None:
        """The live generation's number; cheap enough to ask before every search."""
        sql = (
            "SELECT number FROM generations WHERE published IS NOT NULL"
            " ORDER BY published DESC LIMIT 1"
        )
        with explained(self._corpus.database.path):
            row = self._corpus.database.db.conn.execute(sql).fetchone()
        return None if row is None else int(row[0])

    def path(self, generation: Generation) -> Path:
        return self.folder / generation.file

    def pending(self) -> tuple[int, int]:
        """How many passages the next reindex would add to the live generation, and remove."""
        live = self.live()
        try:
            have = read_index(self.path(live), live).ids if live else set()
        except GenerationError:
            have = set()
        want = set(self._live_ids())
        return len(want - have), len(have - want)

    # -- changing; one process at a time

    @contextmanager
    def writing(self, wait: float = 0.0, who: str = "") -> Iterator[None]:
        """Hold the lock that one reindex, rollback or repair needs.

        The operating system lets go of it when the process dies, however it dies. A thread that
        has it may ask for it again.

        :param who: Whom others are told of while they can't have it.
        :raises LockedError: If another has it for longer than `wait` seconds.
        """
        self._corpus.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._corpus.folder / "reindex.lock", is_singleton=True)
        holder = self._corpus.folder / "reindex.holder"
        inner = lock.is_locked  # by this thread
        try:
            lock.acquire(timeout=wait)
        except Timeout as exc:
            raise LockedError(
                f"Another reindex is running{_told(holder)}. Wait until it has finished, then try "
                "again."
            ) from exc
        try:
            if not inner:
                _tell_holder(holder, who or "another process")
            yield
        finally:
            if not inner:
                holder.unlink(missing_ok=True)
            lock.release()

    def build(
        self, embedder: Embedder, *, full: bool = False, on_progress: OnProgress | None = None
    ) -> Built:
        """Write and verify a generation of everything that can be found; it is not yet live.

        Call it within `writing()`.

        :param full: Embed every passage anew, whatever is stored.
        :raises GenerationError: If it can't be written, or reads back otherwise than it should.
        """
        tell = on_progress or (lambda progress: None)
        live = None if full else self._usable_live(embedder)
        old = live[1] if live else None
        want = self._live_ids()
        new = [i for i in want if old is None or i not in old]
        gone = old.ids.difference(want) if old else set()
        embedded = self._embed(embedder, new, full, tell)
        tell(Progress("building", 0, len(want)))
        index = self._assemble(embedder, want, new, gone, old)
        generation = self._write(index, embedder)
        tell(Progress("verifying", 0, len(want)))
        self._verify(generation, want)
        return Built(generation, embedded, tuple(new), tuple(sorted(gone)))

    def publish(self, generation: Generation, who: str = "", detail: str = "") -> Generation:
        """Make a built generation the live one, in one transaction, and drop the oldest files.

        :param who: Whose doing it is, for the log; a first index on its own is nobody's.
        """
        with self._corpus.database.write() as db:
            if who:
                name = f"generation {generation.number}"
                self._journal.record(who, "published", name, detail)
            db.execute(
                "UPDATE generations SET published ="
                " (SELECT COALESCE(MAX(published), 0) + 1 FROM generations) WHERE number = ?",
                [generation.number],
            )
            live = self.live()
            assert live is not None
        self._prune()
        return live

    def tidy(self) -> None:
        """Drop what runs that were cut off have left; call it within `writing()`."""
        self._prune()

    def discard(self, generation: Generation) -> None:
        """Drop a generation that was built and is not to be published; one that was, stays."""
        with self._corpus.database.write() as db:
            sql = "DELETE FROM generations WHERE number = ? AND published IS NULL"
            dropped = db.execute(sql, [generation.number]).rowcount
        if dropped:
            self.path(generation).unlink(missing_ok=True)

    def rollback(self, who: str = "") -> Generation:
        """Make the generation before the live one live again.

        :param who: Whose doing it is, for the log.
        :raises GenerationError: If there is none.
        """
        with self.writing(who=who), self._corpus.database.write() as db:
            published = self.published()
            if len(published) < 2:
                raise GenerationError(
                    "There is no earlier generation to go back to. `talks status` shows what is "
                    "kept."
                )
            db.execute(
                "UPDATE generations SET published = NULL WHERE number = ?", [published[0].number]
            )
            if who:
                back = f"from generation {published[0].number}"
                self._journal.record(
                    who, "rolled back to", f"generation {published[1].number}", back
                )
            return published[1]

    def load(self, generation: Generation, embedder: Embedder | None) -> VectorIndex:
        """Read a generation's file; one that is lost or damaged is made again, with one warning.

        :raises GenerationError: If it is damaged and can't be made again without the model.
        """
        try:
            return read_index(self.path(generation), generation)
        except GenerationError as exc:
            log.warning("%s: made again from the stored embeddings.", exc)
        with self.writing(wait=600):
            try:  # another process may have mended it while this one waited
                return read_index(self.path(generation), self._current(generation))
            except GenerationError:
                return self._remake(generation, embedder)

    # -- inner workings

    def _live_ids(self) -> list[int]:
        return list(self._corpus.live_passage_ids())

    def _current(self, generation: Generation) -> Generation:
        sql = "SELECT * FROM generations WHERE number = ?"
        rows = self._corpus.database.db.query(sql, [generation.number])
        return next((Generation(**row) for row in rows), generation)

    def _usable_live(self, embedder: Embedder) -> tuple[Generation, VectorIndex] | None:
        live = self.live()
        if live is None or (live.model, live.embedded) != (embedder.name, EMBEDDED):
            return None
        try:
            return live, read_index(self.path(live), live)
        except GenerationError as exc:
            log.warning("%s: built anew from the stored embeddings.", exc)
            return None

    def _texts(self, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        passages = self._corpus.passages(ids, findable=False)
        for passage_id in ids:
            yield passage_id, embedding_text(passages[passage_id])

    def _embed(self, embedder: Embedder, ids: Sequence[int], full: bool, tell: OnProgress) -> int:
        texts = {text_hash(text): text for _, text in self._texts(ids)}
        known = set() if full else self._store.known(embedder.name, texts)
        todo = sorted((key for key in texts if key not in known), key=lambda key: len(texts[key]))
        for first in range(0, len(todo), EMBED_BATCH):
            tell(Progress("embedding", first, len(todo)))
            keys = todo[first : first + EMBED_BATCH]
            vectors = embedder.encode_documents([texts[key] for key in keys])
            self._store.put(embedder.name, keys, vectors)
        tell(Progress("embedding", len(todo), len(todo)))
        return len(todo)

    def _stored_vectors(self, model: str, ids: Sequence[int]) -> Embeddings:
        return self._store.get(model, [text_hash(text) for _, text in self._texts(ids)])

    def _assemble(
        self,
        embedder: Embedder,
        want: list[int],
        new: list[int],
        gone: set[int],
        old: VectorIndex | None,
    ) -> VectorIndex:
        if not want:
            return build_index([], Embedder.no_rows(embedder.dim))
        if old is not None and old.is_graph and len(want) > FLAT_LIMIT:
            lost = old.rows - len(old) + len(gone)
            if lost <= GONE_SHARE * old.rows:
                return old.extended(new, self._stored_vectors(embedder.name, new), gone)
        return build_index(want, self._stored_vectors(embedder.name, want))

    def _write(self, index: VectorIndex, embedder: Embedder) -> Generation:
        with self._corpus.database.write() as db:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            number = db.execute(
                "INSERT INTO generations"
                " (file, model, embedded, dim, count, sha256, bytes, created_at)"
                " VALUES ('', ?, ?, ?, ?, '', 0, ?)",
                [embedder.name, EMBEDDED, index.dim, len(index), now],
            ).lastrowid
            assert number is not None
            file = f"{number:06}.faiss"
            sha256, size = write_index(index, self.folder / file)
            db.execute(
                "UPDATE generations SET file = ?, sha256 = ?, bytes = ? WHERE number = ?",
                [file, sha256, size, number],
            )
        return Generation(
            number=number,
            file=file,
            model=embedder.name,
            embedded=EMBEDDED,
            dim=index.dim,
            count=len(index),
            sha256=sha256,
            bytes=size,
            created_at=now,
            published=None,
        )

    def _verify(self, generation: Generation, want: list[int]) -> None:
        index = read_index(self.path(generation), generation)
        if index.ids != set(want):
            raise GenerationError(f"{generation.file} holds other passages than the corpus")
        if not want:
            return
        # One vector stands for all: it must find the passage that it was made from.
        sample = want[len(want) // 2]
        vector = index.vectors([sample])
        hits = dict(index.search(vector, 10))
        if max(hits.values(), default=0.0) < 0.999:
            raise GenerationError(f"{generation.file} does not find passage {sample} by its vector")

    def _remake(self, generation: Generation, embedder: Embedder | None) -> VectorIndex:
        ids = self._live_ids()
        try:
            vectors = self._stored_vectors(generation.model, ids)
        except KeyError:
            if embedder is None:
                raise GenerationError(
                    f"{generation.file} is damaged and some embeddings are missing. Run `talks "
                    "reindex`."
                ) from None
            self._embed(embedder, ids, False, lambda progress: None)
            vectors = self._stored_vectors(embedder.name, ids)
        index = build_index(ids, vectors if ids else Embedder.no_rows(generation.dim))
        sha256, size = write_index(index, self.path(generation))
        made = replace(generation, sha256=sha256, bytes=size, count=len(ids))
        with self._corpus.database.write() as db:
            db.execute(
                "UPDATE generations SET sha256 = ?, bytes = ?, count = ? WHERE number = ?",
                [sha256, size, made.count, generation.number],
            )
        return index

    def _prune(self) -> None:
        kept = self.published()[:KEPT]
        numbers = ",".join(str(generation.number) for generation in kept)
        with self._corpus.database.write() as db:
            db.execute(f"DELETE FROM generations WHERE number NOT IN ({numbers})")
        names = {generation.file for generation in kept}
        for file in self.folder.iterdir() if self.folder.is_dir() else ():
            if file.name not in names:
                file.unlink(missing_ok=True)


def _tell_holder(path: Path, who: str) -> None:
    # Only what others are told: a full disk must not keep anyone from a rollback.
    with suppress(OSError):
        path.write_text(f"{who}, since {datetime.now(UTC):%H:%M} UTC", encoding="utf-8")


def _told(path: Path) -> str:
    try:
        return f" ({path.read_text(encoding='utf-8')})"
    except (OSError, UnicodeDecodeError):
        return ""
