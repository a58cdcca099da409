"""What the handlers call: the corpus, the answerer and the records, each off the event loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from itertools import islice
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from bot.examples import WANTED, drawn, proves
from bot.limits import PersonLimit
from bot.links import Links
from bot.records import Records
from corpus.errors import TalksError

if TYPE_CHECKING:
    from bot.assembly import Assembly
    from bot.settings import Settings
    from corpus.store import Corpus
    from index.answering import Answerer
    from index.types import Answer

log = logging.getLogger(__name__)

ANSWERING_THREADS = 2  # more would only share the same cores
STORE_THREADS = 2  # so that a button never waits for a question

P = ParamSpec("P")
T = TypeVar("T")


class Service:
    """Everything behind the handlers. The models load in the background; questions wait for them.

    :param username: The bot's, without @; links need it.
    """

    def __init__(self, assembly: Assembly, username: str = "") -> None:
        self.assembly = assembly
        self.username = username
        self.person_limit = PersonLimit(assembly.settings.questions_per_minute)
        self._answering = ThreadPoolExecutor(ANSWERING_THREADS, thread_name_prefix="answering")
        self._store = ThreadPoolExecutor(STORE_THREADS, thread_name_prefix="store")
        self._loading: asyncio.Task[Answerer] | None = None
        self._drawing: set[int | None] = set()  # generations for which examples are drawn
        self._background: set[asyncio.Task[None]] = set()

    @property
    def settings(self) -> Settings:
        return self.assembly.settings

    @property
    def corpus(self) -> Corpus:
        return self.assembly.corpus

    @property
    def links(self) -> Links:
        return Links(self.username)

    @cached_property
    def records(self) -> Records:
        return Records(self.corpus.database)

    # -- its life

    async def open(self) -> None:
        """Open the store; an empty corpus gets the bundled articles, so that /start can tell."""
        await self.store(self._open)

    def _open(self) -> None:
        self.records.purge(self.settings.keep_days)
        if not self.corpus.articles() and not self.corpus.articles(withdrawn=True):
            self.assembly.sync_articles()

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside all else, until it is done or the bot ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)  # held, or it could be collected
        task.add_done_callback(self._background.discard)

    async def rest(self) -> None:
        """End what goes on in the background."""
        loading = [self._loading] if self._loading else []
        tasks = [*self._background, *loading]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """End everything; what the threads are doing is finished first."""
        await self.rest()
        self._answering.shutdown(cancel_futures=True)
        self._store.shutdown()
        self.corpus.database.close()

    # -- answering

    @property
    def ready(self) -> bool:
        """Whether a question can be answered without waiting for the models."""
        task = self._loading
        return task is not None and task.done() and not task.cancelled() and not task.exception()

    def load(self) -> asyncio.Task[Answerer]:
        """Begin to load the models, if they aren't loaded or loading; again if that failed."""
        task = self._loading
        if task is None or (task.done() and not self.ready):
            loop = asyncio.get_running_loop()
            self._loading = task = loop.create_task(self._load())
        return task

    async def _load(self) -> Answerer:
        loop = asyncio.get_running_loop()
        answerer = await loop.run_in_executor(self._answering, self.assembly.answerer)
        log.info("The models are loaded.")
        return answerer

    async def warm_up(self) -> None:
        """Load the models, then draw the examples for /start if there are none yet."""
        try:
            await asyncio.shield(self.load())
            await self.examples()
        except TalksError as exc:
            log.error("The bot can't answer questions: %s", exc)  # the next one tries again

    async def ask(self, question: str, context: Sequence[str] = ()) -> Answer:
        """Answer a question; waits for the models where they are still loading.

        :raises TalksError: If it can't be answered now.
        """
        # Shielded: one that gives up waiting must not stop the loading for all.
        answerer = await asyncio.shield(self.load())
        return await self.think(answerer.answer, question, context)

    # -- examples

    async def examples(self) -> list[tuple[int, str]]:
        """Questions to offer, with the ids of their rows; until some are tried, untried ones."""
        live = await self.store(self.assembly.generations.live_number)
        tried = await self.store(self.records.examples, live) if live is not None else []
        if not tried and self.ready and live not in self._drawing:
            self._drawing.add(live)
            self.in_background(self._draw(live))
        return tried or await self.store(self._untried)

    def _untried(self) -> list[tuple[int, str]]:
        if not self.records.examples(None):
            questions = [question for question, _ in islice(drawn(self.corpus), WANTED)]
            self.records.set_examples(None, questions)
        return self.records.examples(None)

    async def _draw(self, live: int | None) -> None:
        """Ask questions drawn from the corpus until three are answered right; keep those."""
        good: list[str] = []
        for question, name in await self.store(lambda: list(drawn(self.corpus))):
            if len(good) < WANTED and proves(await self.ask(question), name):
                good.append(question)
        await self.store(self.records.set_examples, live, good)

    async def think(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do something that the models take part in."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._answering, partial(work, *args, **kwargs))

    async def store(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do something with the database."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._store, partial(work, *args, **kwargs))
