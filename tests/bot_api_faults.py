"""Things that go wrong by order, and Telegram's limits on sending."""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import dataclass

from tests.bot_api_markup import BotApiError, Json

COUNTED = {"sendMessage", "sendDocument", "editMessageText", "editMessageReplyMarkup"}


@dataclass(slots=True)
class Fault:
    """Something to go wrong with the next requests."""

    methods: set[str] | None  # None for every method
    left: float  # how many requests it still meets
    error: BotApiError | None = None
    hang: float | None = None  # seconds without an answer, then the connection is dropped
    executed: bool = False  # whether a request that gets no answer is carried out
    chat_id: int | None = None
    until: float = math.inf  # time.monotonic(); a 429 counts down to it

    def meets(self, method: str, params: Json) -> bool:
        return (
            self.left > 0
            and time.monotonic() < self.until
            and (self.methods is None or method in self.methods)
            and self.chat_id in (None, params.get("chat_id"))
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """Telegram's limits on sending (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits).

    The burst of a private chat isn't published; a few messages in a row do pass.
    """

    private_per_second: float = 1.0
    private_burst: int = 3
    group_per_minute: int = 20
    overall_per_second: int = 30

    def wait(self, chat_id: int, own: deque[float], all_sent: deque[float], now: float) -> float:
        """Seconds until the next message to a chat is allowed, 0 if it is now."""
        if chat_id < 0:
            waits = self._window(own, self.group_per_minute, 60.0, now)
        else:
            span = self.private_burst / self.private_per_second
            waits = self._window(own, self.private_burst, span, now)
        return max(waits, self._window(all_sent, self.overall_per_second, 1.0, now))

    @staticmethod
    def _window(times: deque[float], count: int, seconds: float, now: float) -> float:
        return max(0.0, times[-count] + seconds - now) if len(times) >= count else 0.0
