"""How fast: Telegram's limits on sending, kept for each chat alone, and the limit on one person.

The library's own limiter stops every chat when one is told to wait, and knows no limit for
private chats; hence this one. It also repeats what failed for reasons that pass.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from telegram.error import BadRequest, NetworkError, RetryAfter
from telegram.ext import BaseRateLimiter

log = logging.getLogger(__name__)

# Times come as timedelta; without this the library warns of that change with every 429.
os.environ.setdefault("PTB_TIMEDELTA", "1")

Result = bool | dict[str, Any] | list[dict[str, Any]]
Request = Callable[..., Coroutine[Any, Any, Result]]

# https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this; a little less
# in all, because requests sent at once may arrive closer together.
OVERALL = (28, 1.05)  # messages in how many seconds
PRIVATE = (1, 1.0)
PRIVATE_WITH_EDITS = (3, 3.0)
GROUP = (20, 60.0)
SENDING = ("sendMessage", "sendDocument")
EDITING = ("editMessageText", "editMessageReplyMarkup")
REPEATED = (*SENDING, *EDITING, "answerInlineQuery")  # what a person waits for
IDLE_LANES = 1000  # lanes kept before those that nobody waits in are dropped

FIRST_WAIT, LONGEST_WAIT = 0.5, 20.0  # seconds between attempts, doubled each time
GIVE_UP = 300.0  # seconds; Telegram may ask for hours


class Window:
    """At most `count` events in any `seconds`."""

    def __init__(self, count: int, seconds: float) -> None:
        self._seconds = seconds
        self._times: deque[float] = deque(maxlen=count)

    def wait(self, now: float) -> float:
        """Seconds until the next event is allowed; 0 if it is now."""
        if len(self._times) < (self._times.maxlen or 0):
            return 0.0
        return max(0.0, self._times[0] + self._seconds - now)

    def note(self, now: float) -> None:
        """Count an event."""
        self._times.append(now)


class Lane:
    """The messages of one chat, one after the other."""

    def __init__(self, chat_id: object) -> None:
        self.lock = asyncio.Lock()
        self.blocked_until = 0.0  # time.monotonic(); set by a 429
        group = isinstance(chat_id, str) or (isinstance(chat_id, int) and chat_id < 0)
        self._sends = Window(*(GROUP if group else PRIVATE))
        self._all = Window(*(GROUP if group else PRIVATE_WITH_EDITS))

    def wait(self, endpoint: str, now: float) -> float:
        waits = [self.blocked_until - now, self._all.wait(now)]
        if endpoint in SENDING:
            waits.append(self._sends.wait(now))
        return max(0.0, *waits)

    def note(self, endpoint: str, now: float) -> None:
        self._all.note(now)
        if endpoint in SENDING:
            self._sends.note(now)


class ChatLimits(BaseRateLimiter[int]):
    """Keeps Telegram's limits, obeys 429 in the chat that it was given for, repeats what failed.

    A message whose answer was lost on the way may be sent twice: better than not at all.
    """

    def __init__(self) -> None:
        self._lanes: dict[object, Lane] = {}
        self._overall = Window(*OVERALL)
        self._overall_turn = asyncio.Lock()

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""

    async def process_request(
        self,
        callback: Request,
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Result:
        """Carry out a request of the bot when its turn has come."""
        if endpoint not in REPEATED:
            return await callback(*args, **kwargs)
        chat_id = data.get("chat_id")
        if chat_id is None:
            return await self._repeated(endpoint, None, lambda: callback(*args, **kwargs))
        lane = self._lane(chat_id)
        async with lane.lock:
            return await self._repeated(endpoint, lane, lambda: callback(*args, **kwargs))

    async def _repeated(self, endpoint: str, lane: Lane | None, request: Request) -> Result:
        pause, waited = FIRST_WAIT, 0.0
        while True:
            await self._turn(endpoint, lane)
            try:
                return await request()
            except RetryAfter as exc:
                wait = _seconds(exc)
                log.info("Telegram asks one chat to wait %.0f s (%s).", wait, endpoint)
                if lane:
                    lane.blocked_until = time.monotonic() + wait
                if waited + wait > GIVE_UP:
                    raise
            except BadRequest:
                raise  # a NetworkError to the library, but it would be refused again
            except NetworkError as exc:
                wait, pause = pause, min(2 * pause, LONGEST_WAIT)
                log.info("%s failed (%s); again in %.1f s.", endpoint, exc, wait)
                if waited + wait > GIVE_UP:
                    raise
            finally:
                # Counted when it is over: the next one can't arrive sooner than allowed.
                if lane:
                    lane.note(endpoint, time.monotonic())
            waited += wait
            await asyncio.sleep(wait)

    async def _turn(self, endpoint: str, lane: Lane | None) -> None:
        """Wait for the chat's turn, then for the turn among all chats."""
        if lane is None:
            return
        while (wait := lane.wait(endpoint, time.monotonic())) > 0:
            await asyncio.sleep(wait)
        async with self._overall_turn:
            if (wait := self._overall.wait(time.monotonic())) > 0:
                await asyncio.sleep(wait)
            self._overall.note(time.monotonic())

    def _lane(self, chat_id: object) -> Lane:
        if chat_id not in self._lanes:
            if len(self._lanes) >= IDLE_LANES:
                self._drop_idle()
            self._lanes[chat_id] = Lane(chat_id)
        return self._lanes[chat_id]

    def _drop_idle(self) -> None:
        now = time.monotonic()
        self._lanes = {
            chat_id: lane
            for chat_id, lane in self._lanes.items()
            if lane.lock.locked() or lane.wait(SENDING[0], now) > 0
        }


def _seconds(exc: RetryAfter) -> float:
    """How long Telegram asks to wait, and a moment more."""
    asked = exc.retry_after
    return (asked.total_seconds() if isinstance(asked, timedelta) else asked) + 0.1


class PersonLimit:
    """At most so many questions a minute from one person, and one line to say so."""

    SECONDS = 60.0

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._windows: dict[int, Window] = {}
        self._told: dict[int, float] = {}

    def check(self, person_id: int, now: float | None = None) -> float:
        """Count a question; seconds to wait if there were too many, 0 if it may be answered."""
        now = time.monotonic() if now is None else now
        self._drop_idle(now)
        window = self._windows.setdefault(person_id, Window(self.per_minute, self.SECONDS))
        wait = window.wait(now)
        if wait <= 0:
            window.note(now)
        return wait

    def told(self, person_id: int, wait: float, now: float | None = None) -> bool:
        """Whether the person was told already; from now on they were, until they may ask again."""
        now = time.monotonic() if now is None else now
        before = self._told.get(person_id, 0.0) > now
        if not before:
            self._told[person_id] = now + wait
        return before

    def _drop_idle(self, now: float) -> None:
        if len(self._windows) > IDLE_LANES:
            self._windows = {p: w for p, w in self._windows.items() if w.wait(now) > 0}
            self._told = {p: until for p, until in self._told.items() if until > now}
