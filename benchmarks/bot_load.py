"""The bot under load: 50 people who ask at once, and memory after 1,000 questions against 10.

    python -m benchmarks.bot_load --write

The real process talks to a Bot API server on localhost, which keeps Telegram's limits; the bundled
articles are indexed in a temporary folder. Each person asks one question of the test questions.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from benchmarks.tables import Table, machine, percentile, show, write_option
from tests.bot_api import BotApiServer
from tests.bot_api_faults import Limits
from tests.bot_api_world import Chat

QUESTIONS = Path(__file__).parent.parent / "tests" / "questions" / "test.jsonl"
FEW = 10  # questions after which the memory is measured first
STARTS_WITHIN = 300.0  # seconds, the first index included
AT_ONCE = 50  # chats that have a question open while the memory is filled


@dataclass(frozen=True, slots=True)
class Load:
    """What was measured."""

    people: int
    waits: Sequence[float]  # seconds from question to answer of the people who asked at once
    refused: int  # messages that the server didn't take
    few_mb: float  # resident after the first questions
    many_mb: float  # and after the last
    questions: int


class Crowd:
    """People, each with one question."""

    def __init__(self, api: BotApiServer, questions: Sequence[str]) -> None:
        self._api = api
        self._questions = cycle(questions)
        self._numbers = count(1)

    def ask(self, people: int) -> list[float]:
        """So many people ask at once; the seconds that each waits for the answer."""
        chats = [self._api.private(self._api.person(next(self._numbers))) for _ in range(people)]
        asked: dict[int, float] = {}
        for chat in chats:
            assert chat.person
            asked[chat.id] = time.monotonic()
            self._api.send_text(chat, chat.person, next(self._questions))
        answered = self._answers(chats)
        return [answered[chat.id] - asked[chat.id] for chat in chats]

    def _answers(self, chats: Sequence[Chat]) -> dict[int, float]:
        for chat in chats:
            self._api.next_sent(chat, timeout=STARTS_WITHIN)
        wanted = {chat.id for chat in chats}
        calls = [call for call in self._api.calls_of("sendMessage") if call.ok]
        return {c.params["chat_id"]: c.at for c in calls if c.params["chat_id"] in wanted}


@click.command()
@click.option("--people", default=50, show_default=True, help="Who ask at once.")
@click.option("--questions", "total", default=1000, show_default=True, help="Asked in all.")
@write_option
def main(people: int, total: int, write: bool) -> None:
    """Measure the bot under load and print a table."""
    with (
        TemporaryDirectory() as folder,
        BotApiServer(limits=Limits()) as api,
        bot_process(api, Path(folder)) as process,
    ):
        load = measure(api, process.pid, people, total)
    show(_table(load), write=write)


@contextmanager
def bot_process(api: BotApiServer, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`talks bot` with the bundled articles, until it is told to stop."""
    settings = {
        "TALKS_DATA": str(folder),
        "TALKS_BOT_TOKEN": api.token,
        "TALKS_BOT_API_URL": api.base_url,
    }
    command = [sys.executable, "-m", "bot.cli", "bot"]
    process = subprocess.Popen(command, env=os.environ | settings)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STARTS_WITHIN)


def measure(api: BotApiServer, pid: int, people: int, total: int) -> Load:
    """Ask, wait for the answers, and look at the memory before and after."""
    crowd = Crowd(api, _questions())
    for _ in range(FEW):
        crowd.ask(1)
    few = resident_mb(pid)
    waits = crowd.ask(people)
    left = max(0, total - FEW - people)
    for asked in range(0, left, AT_ONCE):
        crowd.ask(min(AT_ONCE, left - asked))
    refused = sum(not call.ok for call in api.calls_of("sendMessage"))
    return Load(people, waits, refused, few, resident_mb(pid), FEW + people + left)


def resident_mb(pid: int) -> float:
    """Resident memory of a process, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise click.ClickException(f"/proc/{pid}/status says nothing of memory.")


def _questions() -> list[str]:
    from index.datasets import read_questions

    return [known.question for known in read_questions(QUESTIONS).questions]


def _table(load: Load) -> Table:
    rows = [
        ["people who ask at once", str(load.people)],
        ["answered", str(len(load.waits))],
        ["p50 of question to answer, s", f"{percentile(load.waits, 50):.1f}"],
        ["p95, s", f"{percentile(load.waits, 95):.1f}"],
        ["messages that Telegram's limits refused", str(load.refused)],
        [f"resident memory after {FEW} questions, MB", f"{load.few_mb:.0f}"],
        [f"after {load.questions:,} questions, MB", f"{load.many_mb:.0f}"],
    ]
    return Table("bot-load", ["what", "value"], rows, machine())


if __name__ == "__main__":
    main()
