"""A secret is nowhere in what is logged, in no form."""

from __future__ import annotations

import io
import logging

import pytest
from telegram.error import NetworkError

from bot.logging_filter import HidingFormatter, OneLine, Secrets

TOKEN = "123456:AA-secret_token"


def logged(*, one_line: bool = False) -> tuple[logging.Logger, io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    formatter = logging.Formatter("%(levelname)s %(message)s")
    handler.setFormatter(HidingFormatter(formatter, Secrets([TOKEN])))
    if one_line:
        handler.addFilter(OneLine())
    logger = logging.Logger("test", logging.DEBUG)
    logger.addHandler(handler)
    return logger, stream


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        (f"https://api.telegram.org/bot{TOKEN}/getMe", ()),
        ("%s", (TOKEN,)),
        ("%r", ({"token": TOKEN},)),
        ("bot123456%%3AAA-secret_token", ()),
        ("%s", (TOKEN.encode(),)),
        ("only %s", ("AA-secret_token",)),
    ],
)
def test_the_token_is_hidden_in_every_form(message: str, arguments: tuple[object, ...]) -> None:
    logger, stream = logged()
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL):
        logger.log(level, message, *arguments)
    assert stream.getvalue().count("<hidden>") == 5
    assert "AA-secret_token" not in stream.getvalue()


def test_the_token_is_hidden_in_tracebacks() -> None:
    logger, stream = logged()
    try:
        raise ValueError(f"no such URL: bot{TOKEN}")
    except ValueError:
        logger.exception("failed")
    assert "ValueError: no such URL: bot<hidden>" in stream.getvalue()
    assert "Traceback" in stream.getvalue()


def test_errors_of_the_network_are_one_line() -> None:
    logger, stream = logged(one_line=True)
    try:
        raise NetworkError("connection refused")
    except NetworkError:
        logger.exception("Polling failed: %s.", "again")
    assert stream.getvalue() == "ERROR Polling failed: again. connection refused\n"
