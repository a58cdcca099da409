"""The bot when things go wrong: floods, 429, a server that fails, hangs or goes away."""

from __future__ import annotations

import logging
import math
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import sending
from corpus.errors import ModelError
from index.answering import Answerer
from index.embedding import Embedder
from index.reading import Reader
from tests.bot_api import BotApiServer
from tests.bot_api_faults import Limits
from tests.running_bot import WHO_LED, RunningBot, assembly_for

LED = ["Vladimir Medinsky"]


@pytest.fixture
def api() -> Iterator[BotApiServer]:
    with BotApiServer(limits=Limits()) as server:
        yield server


@pytest.fixture
def bot(
    api: BotApiServer, embedder: Embedder, reader: Reader, tmp_path: Path
) -> Iterator[RunningBot]:
    with RunningBot(assembly_for(api, tmp_path / "bot", embedder, reader)) as running:
        running.service.assembly.answerer()
        yield running


def test_a_hundred_people_at_once_are_all_answered_within_telegrams_limits(
    api: BotApiServer, bot: RunningBot
) -> None:
    people = [api.person(number) for number in range(1, 101)]
    for person in people:
        api.send_text(api.private(person), person, WHO_LED)
    answers = [api.next_sent(api.private(person), timeout=60) for person in people]
    assert [answer.marked("bold") for answer in answers] == [LED] * 100
    assert [c.error for c in api.calls_of("sendMessage") if not c.ok] == []


def test_one_chat_that_is_told_to_wait_does_not_hold_up_another(
    api: BotApiServer, bot: RunningBot
) -> None:
    ada, bo = api.person(1, "Ada"), api.person(2, "Bo")
    api.retry_after(2, times=None, chat=api.private(ada))
    api.send_text(api.private(ada), ada, WHO_LED)
    api.wait_for("sendMessage")
    api.send_text(api.private(bo), bo, WHO_LED)
    assert api.next_sent().chat_id == bo.id
    assert api.next_sent(api.private(ada)).marked("bold") == LED
    tries = [c.ok for c in api.calls_of("sendMessage") if c.params["chat_id"] == ada.id]
    assert tries == [False, True]


def test_a_storm_of_429_is_waited_out(api: BotApiServer, bot: RunningBot) -> None:
    people = [api.person(number) for number in range(1, 11)]
    api.retry_after(1, times=20)
    for person in people:
        api.send_text(api.private(person), person, WHO_LED)
    assert {api.next_sent(timeout=30).chat_id for _ in people} == {p.id for p in people}


def test_a_server_that_goes_away_and_comes_back_gets_the_answer(
    api: BotApiServer, bot: RunningBot
) -> None:
    ada = api.person(1, "Ada")
    chat = api.private(ada)
    api.fail("sendMessage", times=2, code=502, description="Bad Gateway")
    api.send_text(chat, ada, WHO_LED)
    api.wait_for("sendMessage")
    api.down()
    api.up()
    assert api.next_sent(chat, timeout=30).marked("bold") == LED
    api.send_text(chat, ada, "Who opened the meeting?")
    assert api.next_sent(chat, timeout=30).marked("bold") == ["Hakan Fidan"]


def test_a_second_poller_is_one_line_and_the_bot_goes_on(
    api: BotApiServer, bot: RunningBot, caplog: pytest.LogCaptureFixture
) -> None:
    api.wait_until(lambda: api.poll, what="the poll of the bot")
    urllib.request.urlopen(f"{api.base_url}{api.token}/getUpdates?timeout=0").close()
    ada = api.person(1, "Ada")
    api.send_text(api.private(ada), ada, WHO_LED)
    assert api.next_sent(api.private(ada)).marked("bold") == LED
    told = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert told == [
        "Telegram: Conflict: terminated by other getUpdates request; make sure that only one bot "
        "instance is running"
    ]


def test_methods_that_fail_or_hang_are_one_line_and_no_more(
    api: BotApiServer,
    embedder: Embedder,
    reader: Reader,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    api.fail("setMyCommands", times=math.inf)
    api.fail("setMyDescription", times=math.inf, code=404, description="Not Found")
    api.fail("deleteWebhook", times=math.inf)
    api.hang("getMyDescription", 60, times=math.inf)
    api.hang("sendChatAction", 60, times=math.inf)
    api.hang("getWebhookInfo", 60, times=math.inf)
    with RunningBot(assembly_for(api, tmp_path / "bot", embedder, reader)):
        ada = api.person(1, "Ada")
        api.send_text(api.private(ada), ada, WHO_LED)
        assert api.next_sent(api.private(ada)).marked("bold") == LED
        api.wait_for("getMyDescription")
        api.mend()
    lines = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    failed = "could not be set: Internal Server Error"
    assert lines[:4] == [
        "The webhook could not be dropped: Internal Server Error",
        f"The menu default {failed}",
        f"The menu all_private_chats {failed}",
        f"The menu all_group_chats {failed}",
    ]
    assert [r.exc_info for r in caplog.records if r.exc_info] == []


def test_start_is_answered_while_the_models_load_and_questions_wait_for_them(
    api: BotApiServer,
    embedder: Embedder,
    reader: Reader,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "TYPING_EVERY", 0.2)
    assembly = assembly_for(api, tmp_path / "bot", embedder, reader)
    answerer, loaded = assembly.answerer(), threading.Event()

    def load() -> Answerer:
        assert loaded.wait(20)
        return answerer

    assembly.answerer = load  # type: ignore[method-assign]
    ada = api.person(1, "Ada")
    chat = api.private(ada)
    with RunningBot(assembly):
        api.send_text(chat, ada, WHO_LED)
        api.wait_for("sendChatAction", 3)  # shown again for as long as it takes
        given = api.inline_answer(api.inline(ada, WHO_LED))
        assert given["button"]["text"] == "I'm starting. Ask in private"
        api.start(ada)
        assert api.next_sent(chat).text.startswith("Ask me about the Istanbul talks")
        loaded.set()
        assert api.next_sent(chat).marked("bold") == LED


def test_models_that_cannot_be_loaded_are_told_and_tried_again(
    api: BotApiServer, embedder: Embedder, reader: Reader, tmp_path: Path
) -> None:
    assembly = assembly_for(api, tmp_path / "bot", embedder, reader)
    answerer, failures = assembly.answerer(), [ModelError("no such model")] * 2

    def load() -> Answerer:
        if failures:
            raise failures.pop()
        return answerer

    assembly.answerer = load  # type: ignore[method-assign]
    ada = api.person(1, "Ada")
    chat = api.private(ada)
    with RunningBot(assembly):
        api.wait_until(lambda: len(failures) < 2, what="the first try")
        api.send_text(chat, ada, WHO_LED)
        assert api.next_sent(chat).text == (
            "I can't answer at the moment. Please ask again in a minute."
        )
        api.send_text(chat, ada, WHO_LED)
        assert api.next_sent(chat).marked("bold") == LED


def test_stopping_finishes_the_answers_in_hand(
    api: BotApiServer, embedder: Embedder, reader: Reader, tmp_path: Path
) -> None:
    people = [api.person(number) for number in range(1, 11)]
    running = RunningBot(assembly_for(api, tmp_path / "bot", embedder, reader))
    with running:
        running.service.assembly.answerer()
        for person in people:
            api.send_text(api.private(person), person, WHO_LED)
        api.wait_until(lambda: not api.updates, what="all questions to be fetched")
    answered = [api.sent_to(api.private(person)) for person in people]
    assert [[m.marked("bold") for m in messages] for messages in answered] == [[LED]] * 10
