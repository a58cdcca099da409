"""Secrets never reach a log: not in a message, not in a URL, not in a traceback."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import traceback
from collections.abc import Iterable
from types import TracebackType
from urllib.parse import quote

from telegram.error import TelegramError

HIDDEN = "<hidden>"


class Secrets:
    """Texts that must not be written, in every form in which they could be."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets if secret for form in _forms(secret)}
        self._forms = sorted(forms, key=len, reverse=True)

    def hide(self, text: str) -> str:
        """The text with every secret replaced."""
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        return text


def _forms(secret: str) -> set[str]:
    # The second half of a token is the secret one; httpx and others may write it encoded.
    parts = {secret, secret.partition(":")[2] or secret}
    return parts | {quote(part, safe="") for part in parts} | {repr(part)[1:-1] for part in parts}


class HidingFormatter(logging.Formatter):
    """Formats as another formatter does, then hides the secrets, those in tracebacks too."""

    def __init__(self, inner: logging.Formatter, secrets: Secrets) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        return self._secrets.hide(self._inner.format(record))


class OneLine(logging.Filter):
    """Errors of Telegram and of the network are one line each; their tracebacks tell nothing."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, (TelegramError, asyncio.TimeoutError)):
            record.msg = f"{record.getMessage()} {error}"
            record.args = None
            record.exc_info = record.exc_text = None
        return True


def hide(secrets: Iterable[str]) -> Secrets:
    """From now on, hide these in everything that is logged and in every traceback."""
    hidden = Secrets(secrets)
    for handler in logging.getLogger().handlers:
        inner = handler.formatter or logging.Formatter(logging.BASIC_FORMAT)
        handler.setFormatter(HidingFormatter(inner, hidden))
        if logging.getLogger().getEffectiveLevel() > logging.DEBUG:
            handler.addFilter(OneLine())

    def tell(
        kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        sys.stderr.write(hidden.hide("".join(traceback.format_exception(kind, error, trace))))

    sys.excepthook = tell
    threading.excepthook = lambda args: tell(args.exc_type, args.exc_value, args.exc_traceback)
    logging.captureWarnings(True)
    return hidden
