"""The parts of the program, made when they are first needed and put together in one place."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings import Settings
from corpus.errors import ModelError, SourceError
from corpus.parsing import read_sources
from corpus.store import Corpus
from corpus.types import Article, Change

if TYPE_CHECKING:
    from index.answering import Answerer
    from index.building import Built, Generations, OnProgress
    from index.embedding import Embedder
    from index.search import Searcher

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
        from index.calibration import Calibration
        from index.reading import BUNDLED_READER, Reader

        settings = self.settings
        return Answerer(
            self.corpus,
            self.searcher,
            Reader(settings.reader_model or BUNDLED_READER),
            Calibration.load(),
            top_k=settings.top_k,
            threshold=settings.threshold,
        )

    def sync_articles(self) -> tuple[list[tuple[Article, Change]], list[SourceError]]:
        """Bring the corpus up to date with the folder of bundled articles.

        :returns: What was added or changed, and what couldn't be read. Articles that an admin
            has withdrawn stay withdrawn.
        """
        folder = self.settings.corpus
        errors: list[SourceError] = []

        def articles() -> list[Article]:
            items = list(read_sources([folder])) if folder.is_dir() else []
            errors.extend(item for item in items if isinstance(item, SourceError))
            return [item for item in items if isinstance(item, Article)]

        done = self.corpus.add_many(articles(), restore=False)
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

    def reindex(self, *, full: bool = False) -> Built:
        """Build a generation of all that can be found, and publish it.

        :raises LockedError: If another process is at it.
        :raises ModelError: If the embedding model can't be loaded.
        """
        with self.generations.writing():
            embedder = self.loaded_embedder()
            with self._show_progress() as on_progress:
                built = self.generations.build(embedder, full=full, on_progress=on_progress)
            self.generations.publish(built.generation)
        return built
