"""The parts of the program, made when they are first needed and put together in one place."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot.rendering import counted
from bot.settings import Settings
from corpus.bundled import take_over
from corpus.errors import ModelError, SourceError
from corpus.parsing import read_sources
from corpus.store import Corpus
from corpus.types import Article, Change

if TYPE_CHECKING:
    from index.answering import Answerer
    from index.building import Built, Generations, OnProgress
    from index.calibration import Calibration
    from index.embedding import Embedder
    from index.generation import Generation
    from index.pins import Difference, Pin
    from index.reading import Reader
    from index.search import Searcher
    from index.types import Citation

log = logging.getLogger(__name__)

# Shows the progress of a long step while it runs; see `bot.progress`.
ShowProgress = Callable[[], AbstractContextManager["OnProgress | None"]]

# A second process that finds no generation waits for the first to make one.
FIRST_INDEX_WAIT = 600.0  # seconds


class Assembly:
    """Everything that one process needs, each part made once.

    :param show_progress: Gives what is told of a reindex that a first use sets off.
    """

    def __init__(
        self, settings: Settings, show_progress: ShowProgress = lambda: nullcontext(None)
    ) -> None:
        self.settings = settings
        self._show_progress = show_progress

    @classmethod
    def at(cls, folder: Path, settings: Settings | None = None) -> Assembly:
        """Parts over another data folder, with no bundled articles in it."""
        values = {"data": folder, "corpus": folder / "no-articles"}
        return cls((settings or Settings()).model_copy(update=values))

    @cached_property
    def corpus(self) -> Corpus:
        return Corpus(self.settings.data)

    @cached_property
    def generations(self) -> Generations:
        from index.building import Generations

        return Generations(self.corpus)

    @cached_property
    def embedder(self) -> Embedder | ModelError:
        """The embedding model, or why it can't be had; search then goes on by words alone."""
        from index.embedding import Embedder

        try:
            return Embedder(self.settings.embedding_model)
        except ModelError as exc:
            log.warning("%s Search goes on by words alone.", exc)
            return exc

    def loaded_embedder(self) -> Embedder:
        """The embedding model.

        :raises ModelError: If it can't be loaded.
        """
        if isinstance(self.embedder, ModelError):
            raise self.embedder
        return self.embedder

    @cached_property
    def searcher(self) -> Searcher:
        """The search over the live generation; makes the first one where there is none."""
        from index.search import Searcher

        self.ensure_index()
        return Searcher(self.corpus, self.embedder)

    def answerer(self) -> Answerer:
        """The whole of it: a question goes in, an answer comes out."""
        return self._answerer

    @cached_property
    def _answerer(self) -> Answerer:
        from index.answering import Answerer

        return Answerer(
            self.corpus,
            self.searcher,
            self.reader,
            self._calibration,
            top_k=self.settings.top_k,
            threshold=self.settings.threshold,
        )

    @cached_property
    def reader(self) -> Reader:
        """The model that finds an answer's words.

        :raises ModelError: If it can't be loaded.
        """
        from index.reading import BUNDLED_READER, Reader

        return Reader(self.settings.reader_model or BUNDLED_READER)

    @cached_property
    def _calibration(self) -> Calibration:
        from index.calibration import Calibration

        return Calibration.load()

    def sync_articles(self) -> tuple[list[tuple[Article, Change]], list[SourceError]]:
        """Bring the corpus up to date with the folder of bundled articles.

        :returns: What was added or changed, and what couldn't be read. What an admin has withdrawn
            or corrected stays so, until the file itself changes.
        """
        folder = self.settings.corpus
        errors: list[SourceError] = []

        def articles() -> list[Article]:
            items = list(read_sources([folder])) if folder.is_dir() else []
            errors.extend(item for item in items if isinstance(item, SourceError))
            return [item for item in items if isinstance(item, Article)]

        done = take_over(self.corpus, articles())
        return [(article, change) for article, change in done if change != "unchanged"], errors

    def ensure_index(self) -> None:
        """Index the bundled articles if nothing was ever indexed here.

        An index that was made with another model than the configured one is made anew too.
        """
        live = self.generations.live()
        if live is not None and live.model == self.settings.embedding_model:
            return
        if isinstance(self.embedder, ModelError):
            self.sync_articles()
            return
        with self.generations.writing(wait=FIRST_INDEX_WAIT):
            live = self.generations.live()
            if live is not None and live.model == self.settings.embedding_model:
                return  # another process was first
            if live is not None:
                log.warning(
                    "The index was made with %r; it is made anew with %r.",
                    live.model,
                    self.settings.embedding_model,
                )
            for error in self.sync_articles()[1]:
                log.warning("%s", error)
            with self._show_progress() as on_progress:
                built = self.generations.build(self.embedder, on_progress=on_progress)
            self.generations.publish(built.generation)

    def reindex(
        self,
        *,
        who: str = "",
        full: bool = False,
        check: bool = False,
        force: bool = False,
        on_progress: OnProgress | None = None,
    ) -> Reindexed:
        """Build a generation of all that can be found, replay the pinned questions, publish it.

        One that would hold what the live one holds is not published: it would only push an older
        one out of those that are kept for a rollback.

        :param who: Whose doing it is, for the log.
        :param full: Embed every passage anew.
        :param check: Only show what would change; nothing is published.
        :param force: Publish even though a pinned question has lost its answer.
        :param on_progress: Told of it instead of what shows the progress otherwise.
        :raises LockedError: If another process is at it.
        :raises ModelError: If a model that is needed can't be loaded.
        """
        show = (lambda: nullcontext(on_progress)) if on_progress else self._show_progress
        with self.generations.writing(who=who), show() as tell:
            self.generations.tidy()
            live = self.generations.live()
            embedder = self.loaded_embedder()
            built = self.generations.build(embedder, full=full, on_progress=tell)
            try:
                differences = self._replayed(live, built.generation, tell)
                done = Reindexed(built, differences, not check, live)
                if done.unchanged or (not check and done.lost and not force):
                    done = replace(done, published=False)
                if done.published:
                    self.generations.publish(built.generation, who, _summary(done))
                    self._remember(differences)
            except BaseException:
                self.generations.discard(built.generation)
                raise
            if not done.published:
                self.generations.discard(built.generation)
        return done

    def pin(self, question: str, who: str = "") -> Pinned:
        """Pin a question, and keep where its answer stands now.

        :raises QueryError: If it is empty.
        """
        from corpus.journal import Journal
        from index.pins import Pins

        pins = Pins(self.corpus.database)
        known = {pin.number for pin in pins.list()}
        pin = pins.add(question, who)
        answer = self.answerer().answer(pin.question)
        citation = answer.citations[0] if answer.answered else None
        if pin.number in known:
            return Pinned(pin, citation, new=False)
        pins.remember(pin.number, citation)
        Journal(self.corpus.database).record(who, "pinned", pin.question)
        return Pinned(pin, citation, new=True)

    def answerer_of(self, generation: Generation) -> Answerer:
        """Answers out of one generation, published or not, and follows no other."""
        from index.answering import Answerer
        from index.embedding import Embedder
        from index.search import Searcher

        own = generation.model == self.settings.embedding_model
        embedder = self.embedder if own else Embedder(generation.model)
        return Answerer(
            self.corpus,
            Searcher(self.corpus, embedder, generation),
            self.reader,
            self._calibration,
            top_k=self.settings.top_k,
            threshold=self.settings.threshold,
        )

    def _replayed(
        self, live: Generation | None, built: Generation, on_progress: OnProgress | None
    ) -> tuple[Difference, ...]:
        from index.building import Progress
        from index.pins import Pins, replay

        pins = Pins(self.corpus.database).list()
        if not pins:
            return ()  # and the reader needn't be loaded
        before = self.answerer_of(live).answer if live else None
        differences = []
        for difference in replay(self.corpus, pins, before, self.answerer_of(built).answer):
            differences.append(difference)
            if on_progress is not None:
                on_progress(Progress("replaying", len(differences), len(pins)))
        return tuple(differences)

    def _remember(self, differences: tuple[Difference, ...]) -> None:
        from index.pins import Pins

        pins = Pins(self.corpus.database)
        for difference in differences:
            pins.remember(difference.pin.number, difference.after)


@dataclass(frozen=True, slots=True)
class Pinned:
    """A pinned question, and where its answer stands."""

    pin: Pin
    citation: Citation | None  # None if it has no answer yet
    new: bool  # whether it wasn't pinned before


@dataclass(frozen=True, slots=True)
class Reindexed:
    """What a reindex built, what it would change, and whether it is live."""

    built: Built
    differences: tuple[Difference, ...]  # one a pinned question
    published: bool
    live: Generation | None  # the one before

    @property
    def unchanged(self) -> bool:
        """Whether it holds the very passages that the live one does."""
        return self.live is not None and not (self.built.new or self.built.gone)

    @property
    def refused(self) -> bool:
        """Whether it isn't live because a pinned question would lose its answer."""
        return bool(self.lost) and not (self.published or self.unchanged)

    @property
    def lost(self) -> tuple[Difference, ...]:
        """The pinned questions that the new generation doesn't answer any more."""
        return tuple(d for d in self.differences if d.outcome == "lost")


def _summary(done: Reindexed) -> str:
    told = f"{counted(done.built.generation.count, 'passage')}, {done.built.added} added, "
    told += f"{done.built.removed} removed, {counted(done.built.embedded, 'text')} embedded"
    return told + (f", {counted(len(done.lost), 'pinned answer')} lost" if done.lost else "")
