"""Limits on sending, and on asking."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from telegram.error import BadRequest, NetworkError, RetryAfter

from bot import limits
from bot.limits import ChatLimits, PersonLimit, Window


def test_a_window_lets_so_many_through_in_so_many_seconds() -> None:
    window = Window(2, 10.0)
    assert window.wait(100.0) == 0.0
    window.note(100.0)
    window.note(104.0)
    assert window.wait(105.0) == 5.0
    assert window.wait(110.0) == 0.0
    window.note(110.0)
    assert window.wait(111.0) == 3.0


def test_a_person_may_ask_so_often_and_is_told_once() -> None:
    limit = PersonLimit(2)
    assert [limit.check(7, now) for now in (0.0, 1.0, 2.0)] == [0.0, 0.0, 58.0]
    assert limit.check(8, 2.0) == 0.0
    assert [limit.told(7, 58.0, now) for now in (2.0, 3.0, 61.0)] == [False, True, False]
    assert limit.check(7, 60.5) == 0.0


def sends(
    *outcomes: BaseException | None, endpoint: str = "sendMessage", chat_id: int = 7
) -> tuple[list[float], Any]:
    """Times of the attempts of one request that meets these outcomes, and how it ended."""
    attempts: list[float] = []

    async def request() -> bool:
        attempts.append(time.monotonic())
        outcome = outcomes[len(attempts) - 1]
        if outcome:
            raise outcome
        return True

    return attempts, run(ChatLimits(), request, endpoint, chat_id)


def run(
    limits: ChatLimits, request: Callable[[], Awaitable[Any]], endpoint: str, chat_id: int
) -> Any:
    data = {"chat_id": chat_id}
    return asyncio.run(limits.process_request(request, (), {}, endpoint, data, None))  # type: ignore[arg-type]


def test_what_fails_in_passing_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FIRST_WAIT", 0.01)
    attempts, ended = sends(NetworkError("gone"), NetworkError("gone"), None)
    assert (len(attempts), ended) == (3, True)


def test_what_would_be_refused_again_is_not_tried_again() -> None:
    with pytest.raises(BadRequest):
        sends(BadRequest("chat not found"), None)


def test_typing_is_never_tried_again() -> None:
    with pytest.raises(NetworkError):
        sends(NetworkError("gone"), None, endpoint="sendChatAction")


def test_a_wait_that_is_too_long_is_given_up() -> None:
    with pytest.raises(RetryAfter):
        sends(RetryAfter(3600), None)


def test_one_chat_that_has_to_wait_does_not_hold_up_another() -> None:
    """Both chats are written to at once; the first is told to wait."""
    order: list[str] = []

    async def main() -> None:
        lanes = ChatLimits()
        told = asyncio.Event()

        async def first() -> bool:
            order.append("first")
            told.set()
            if order.count("first") == 1:
                raise RetryAfter(1)
            return True

        async def second() -> bool:
            order.append("second")
            return True

        async def send(request: Any, chat_id: int) -> None:
            data = {"chat_id": chat_id}
            await lanes.process_request(request, (), {}, "sendMessage", data, None)

        waiting = asyncio.create_task(send(first, 1))
        await told.wait()
        await send(second, 2)
        await waiting

    asyncio.run(main())
    assert order == ["first", "second", "first"]


def test_messages_of_a_chat_keep_a_second_between_them() -> None:
    times: list[float] = []

    async def request() -> bool:
        times.append(time.monotonic())
        return True

    async def main() -> None:
        lanes = ChatLimits()
        data = {"chat_id": 7}
        await asyncio.gather(
            *(lanes.process_request(request, (), {}, "sendMessage", data, None) for _ in "ab")
        )

    asyncio.run(main())
    assert times[1] - times[0] >= 1.0
