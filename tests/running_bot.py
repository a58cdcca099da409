"""The bot running in this process over a small corpus, for tests that talk to it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from bot.application import UPDATES, build_application
from bot.assembly import Assembly
from bot.service import Service
from bot.settings import Settings
from corpus.types import Article
from index.answering import Answerer
from index.calibration import Calibration
from index.embedding import Embedder
from index.reading import Reader
from tests.bot_api import BotApiServer

# Plain questions to plain texts are far above this, questions about nothing of it far below.
THRESHOLD = 0.3
WHO_LED = "Who led Russia's delegation?"
NOT_COVERED = "What does bread cost in Peru?"

DELEGATIONS = Article(
    id="delegations",
    title="Who sat at the table",
    paragraphs=(
        "The two delegations met in Istanbul on a Friday. Journalists waited outside in the rain.",
        "Russia's delegation was led by Vladimir Medinsky, an aide of the president. He had led it "
        "in 2022 already. Ukraine's delegation was led by Rustem Umerov, the defence minister.",
        "The talks were over before three o'clock. Nobody shook hands.",
    ),
    outlet="The Example",
    url="https://news.example.org/2025/delegations",
    published="2025-05-16",
)
PALACE = Article(
    id="palace",
    title="A palace on the Bosphorus",
    paragraphs=(
        "Hakan Fidan opened the meeting with a few words about peace.",
        "The meeting was held in the Dolmabahce Palace, which the last sultans built.",
    ),
    outlet="Talks Bot",
    published="2025-05-17",
    sources=("https://www.example.org/palace", "https://other.example.com/a?b=1"),
)
EXCHANGE = Article(
    id="exchange",
    title="One thousand for one thousand",
    paragraphs=(
        "Hakan Fidan proposed a further round of talks. Both sides agreed to exchange 1,000 "
        "prisoners each, the largest exchange of the war.",
    ),
    published="2025-05-18",
)
ARTICLES = (DELEGATIONS, PALACE, EXCHANGE)


def assembly_for(
    api: BotApiServer,
    folder: Path,
    embedder: Embedder,
    reader: Reader,
    articles: Sequence[Article] = ARTICLES,
    **settings: Any,
) -> Assembly:
    """The parts of a bot over these articles, indexed, with models that are loaded already."""
    values: dict[str, Any] = {"data": folder, "corpus": folder / "none", "threshold": THRESHOLD}
    values |= {"bot_token": api.token, "bot_api_url": api.base_url} | settings
    assembly = Assembly(Settings(**values))
    assembly.__dict__["embedder"] = embedder
    list(assembly.corpus.add_many(articles))
    assembly.ensure_index()
    assembly.__dict__["_answerer"] = Answerer(
        assembly.corpus,
        assembly.searcher,
        reader,
        Calibration.load(),
        threshold=assembly.settings.threshold,
    )
    return assembly


class RunningBot:
    """A bot that polls a test server from a thread of its own.

    :param warm: Whether it loads its models by itself; if not, `service.load` is for the test.
    """

    def __init__(self, assembly: Assembly) -> None:
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        self.service = Service(assembly)
        self.app = build_application(self.service)
        self.loop = asyncio.new_event_loop()
        self._polling = threading.Event()
        self._stop = asyncio.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._polling.wait(20), "the bot did not start"
        if self._failed:
            raise self._failed
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop as SIGTERM does: what is in hand is finished."""
        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(30)
            assert not self._thread.is_alive(), "the bot did not stop"

    def _run(self) -> None:
        try:
            self.loop.run_until_complete(self._live())
        except BaseException as exc:
            self._failed = exc
            raise
        finally:
            self._polling.set()
            self.loop.close()

    async def _live(self) -> None:
        app = self.app
        assert app.updater is not None
        assert app.post_init is not None
        assert app.post_stop is not None
        assert app.post_shutdown is not None
        await app.initialize()
        await app.post_init(app)
        await app.updater.start_polling(
            allowed_updates=UPDATES, bootstrap_retries=-1, error_callback=self._tell
        )
        await app.start()
        self._polling.set()
        await self._stop.wait()
        await app.updater.stop()
        await app.stop()
        await app.post_stop(app)
        await app.shutdown()
        await app.post_shutdown(app)

    def _tell(self, error: Exception) -> None:
        self.app.create_task(self.app.process_error(error=error, update=None))
