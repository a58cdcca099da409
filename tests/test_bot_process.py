"""`talks bot` as a user starts it: a process of its own, stopped and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from corpus.store import Corpus
from tests.bot_api import BotApiServer
from tests.running_bot import ARTICLES, THRESHOLD, WHO_LED

LED = ["Vladimir Medinsky"]
WAIT = 60.0  # seconds for a process that loads models on a busy machine


@pytest.fixture
def api() -> Iterator[BotApiServer]:
    with BotApiServer() as server:
        yield server


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a small corpus."""
    corpus = Corpus(tmp_path / "data")
    list(corpus.add_many(ARTICLES))
    corpus.database.close()
    return tmp_path / "data"


def environment(data: Path, **settings: object) -> dict[str, str]:
    given = {"DATA": data, "CORPUS": data / "none", "THRESHOLD": THRESHOLD} | settings
    return os.environ | {f"TALKS_{name}": str(value) for name, value in given.items()}


def until(happened: Callable[[], bool]) -> None:
    """Wait for something that the test server isn't told of."""
    deadline = time.monotonic() + WAIT
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def talks_bot(data: Path, *options: str, **settings: object) -> subprocess.CompletedProcess[str]:
    """`talks bot` to its end."""
    command = [sys.executable, "-m", "bot.cli", "bot", *options]
    return subprocess.run(
        command, env=environment(data, **settings), capture_output=True, text=True, timeout=WAIT
    )


@contextmanager
def running(data: Path, log: Path, **settings: object) -> Iterator[subprocess.Popen[str]]:
    """`talks bot` until SIGTERM, its output in a file."""
    command = [sys.executable, "-m", "bot.cli", "bot"]
    with log.open("a") as output:
        process = subprocess.Popen(
            command, env=environment(data, **settings), stdout=output, stderr=output, text=True
        )
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(WAIT) == 0, log.read_text()[-2000:]
        finally:
            process.kill()
            process.wait()


def test_buttons_work_after_a_restart_and_the_log_never_holds_the_token(
    api: BotApiServer, data: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    settings = {"BOT_TOKEN": api.token, "BOT_API_URL": api.base_url, "LOG_LEVEL": "DEBUG"}
    ada = api.person(7, "Ada")
    chat = api.private(ada)
    with running(data, log, **settings):
        api.send_text(chat, ada, WHO_LED)
        answer = api.next_sent(chat, WAIT)
        assert answer.marked("bold") == LED
        api.callback_answer(api.press(answer, "In context"))
        api.wait_until(lambda: "Paragraph 2 of 3" in api.message(answer).text, what="the context")
        api.down()
        until(lambda: "ConnectError" in log.read_text())
        api.up()
        api.start(ada)
        assert api.next_sent(chat, WAIT).text.startswith("Ask me about the Istanbul talks")
    with running(data, log, **settings):
        api.callback_answer(api.press(answer, "« Back"), WAIT)
        api.wait_until(lambda: api.message(answer).text == answer.text, what="the answer")
        noted = api.callback_answer(api.press(answer, "👍"))
        assert noted["text"] == "Thank you! Noted: 👍"
        api.send_text(chat, ada, "and Ukraine's?")  # in hand when the signal comes
        api.wait_until(lambda: not api.updates, WAIT, "the question to be fetched")
    assert api.next_sent(chat).marked("bold") == ["Rustem Umerov"]
    written = log.read_text()
    assert "/bot<hidden>/getUpdates" in written
    assert api.token.partition(":")[2] not in written


def test_without_a_token_three_lines_say_how_to_get_one(data: Path) -> None:
    ended = talks_bot(data)
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        "There is no token for the bot yet.",
        "Open https://t.me/BotFather in Telegram, send /newbot, and copy the token that it gives "
        "you.",
        "Put it into the file .env as TALKS_BOT_TOKEN=<the token>, then run `talks bot` again.",
    ]


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"BOT_TOKEN": "sesame"}, "TALKS_BOT_TOKEN is no token: one looks like 123456789:AAF..."),
        (
            {"BOT_TOKEN": "1:a", "WEBHOOK_URL": "https://e.org/hook"},
            "TALKS_WEBHOOK_URL needs TALKS_WEBHOOK_SECRET, or anybody could send updates. Make one "
            "with: openssl rand -hex 32",
        ),
        (
            {"BOT_TOKEN": "1:a", "WEBHOOK_URL": "https://e.org/hook", "WEBHOOK_SECRET": "a b"},
            "TALKS_WEBHOOK_SECRET may hold 1 to 256 of A-Z, a-z, 0-9, _ and -.",
        ),
    ],
)
def test_settings_that_cannot_work_are_refused(
    data: Path, settings: dict[str, str], error: str
) -> None:
    ended = talks_bot(data, **settings)
    assert (ended.returncode, ended.stderr) == (1, f"Error: {error}\n")


def test_a_token_that_telegram_does_not_take_is_one_line(api: BotApiServer, data: Path) -> None:
    wrong = "123456:another-one"
    ended = talks_bot(data, BOT_TOKEN=wrong, BOT_API_URL=api.base_url)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == (
        "Error: Telegram doesn't take the token in TALKS_BOT_TOKEN. Ask @BotFather for it "
        "(/mybots, API Token)"
    )
    assert "another-one" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_check_says_what_to_change_with_botfather(data: Path) -> None:
    with BotApiServer(supports_inline_queries=False, can_join_groups=False) as api:
        ended = talks_bot(data, "--check", BOT_TOKEN=api.token, BOT_API_URL=api.base_url)
    assert ended.returncode == 1
    assert ended.stdout.splitlines() == [
        "  ok  token: it belongs to @TalksTestBot (Talks)",
        " BAD  groups: can't be added to groups",
        "      @BotFather: /setjoingroups, then Enable.",
        " BAD  inline mode: off",
        "      @BotFather: /setinline, with a placeholder such as: Ask a question",
        " BAD  privacy mode: off: the bot is sent everything that is said in groups",
        "      It needs no more than those. @BotFather: /setprivacy, then Enable.",
        "  ok  updates: by long polling, 0 updates wait",
        "  ok  admins: none set",
        "      Put Telegram user ids into TALKS_ADMINS to keep the corpus from inside Telegram.",
    ]


def test_check_of_a_bot_that_is_set_up_right_ends_well(data: Path) -> None:
    with BotApiServer(privacy_mode=True) as api:
        settings = {"BOT_TOKEN": api.token, "BOT_API_URL": api.base_url, "ADMINS": "1, 2"}
        ended = talks_bot(data, "--check", **settings)
        wrong = talks_bot(data, "--check", **settings | {"BOT_TOKEN": "123456:b"})
        api.fail("getWebhookInfo")
        failing = talks_bot(data, "--check", **settings)
    assert ended.returncode == 0
    assert "  ok  privacy mode: on" in ended.stdout
    assert "  ok  admins: 2 set" in ended.stdout
    assert (wrong.returncode, failing.returncode) == (1, 1)
    assert " BAD  token: Telegram doesn't take it" in wrong.stdout
    assert "can't be asked for (Internal Server Error" in failing.stdout


def test_updates_come_by_webhook_with_its_secret(
    api: BotApiServer, data: Path, tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ada = api.person(7, "Ada")
    with running(
        data,
        tmp_path / "log",
        BOT_TOKEN=api.token,
        BOT_API_URL=api.base_url,
        WEBHOOK_URL=f"http://127.0.0.1:{port}/talks/hook",
        WEBHOOK_SECRET="a-secret_1",
        WEBHOOK_PORT=port,
    ):
        api.start(ada)
        greeting = api.next_sent(api.private(ada), WAIT)
        assert greeting.text.startswith("Ask me about the Istanbul talks")
        assert api.webhook.secret == "a-secret_1"
        assert api.webhook.url.endswith("/talks/hook")
        api.webhook.secret = "another"
        posts = api.webhook_posts
        api.start(ada)
        refused = "Wrong response from the webhook: 403 Request had the wrong secret token"
        until(lambda: api.webhook.last_error.get("last_error_message") == refused)
        assert api.webhook_posts == posts
