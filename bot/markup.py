"""Text with entities: what Telegram is sent, with offsets in UTF-16 units and nothing to escape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from telegram import MessageEntity

MAX_UNITS = 4096  # Telegram counts characters; UTF-16 units are never fewer
MAX_ENTITIES = 100

# What Telegram takes out of a text (entities behind would move): marks that turn the direction of
# writing, line separators and three combining lines; control characters become spaces there.
_REMOVED = re.compile("[\u2028-\u202e\u0333\u033f\u030a]")
_SPACES = re.compile(r"[\s\x00-\x1f]+")


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text ready to be sent."""

    text: str
    entities: tuple[MessageEntity, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether Telegram takes it as one message."""
        return units(self.text) <= MAX_UNITS and len(self.entities) <= MAX_ENTITIES


class Text:
    """Builds a text piece by piece; what a piece is marked with is kept as entities."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._units = 0
        self._entities: list[MessageEntity] = []

    def add(self, text: str, *kinds: str, url: str | None = None) -> Self:
        """Append a text on one line, marked as each of `kinds`, and linked if there is a URL."""
        text = on_one_line(text)
        inner = text.strip()
        if inner:
            lead = units(text[: len(text) - len(text.lstrip())])
            for kind in kinds:
                self._mark(kind, self._units + lead, units(inner))
            if url:
                self._mark(MessageEntity.TEXT_LINK, self._units + lead, units(inner), url)
        return self._append(text)

    def lines(self, count: int = 1) -> Self:
        """Begin a new line, or leave empty lines between."""
        return self._append("\n" * count) if self._parts else self

    @contextmanager
    def marked(self, kind: str) -> Iterator[None]:
        """Mark everything that is added inside."""
        begin, place = self._units, len(self._entities)
        yield
        if self._units > begin:
            # The outer entity goes before those inside it.
            self._entities.insert(place, MessageEntity(kind, begin, self._units - begin))

    def build(self) -> Formatted:
        return Formatted("".join(self._parts), tuple(self._entities))

    def _append(self, text: str) -> Self:
        self._parts.append(text)
        self._units += units(text)
        return self

    def _mark(self, kind: str, offset: int, length: int, url: str | None = None) -> None:
        self._entities.append(MessageEntity(kind, offset, length, url=url))


def units(text: str) -> int:
    """Length of a text in UTF-16 units, as Telegram's offsets count it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def on_one_line(text: str) -> str:
    """A text without line breaks and without the characters that Telegram takes out.

    >>> on_one_line(" a\\u202eb\\n\\tc")
    ' ab c'
    """
    return _SPACES.sub(" ", _REMOVED.sub("", text))


def linkable(url: str | None) -> bool:
    """Whether Telegram takes a URL as the target of a link.

    >>> linkable("https://example.org/a"), linkable("http://localhost/a"), linkable("ftp://a.org")
    (True, False, False)
    """
    if not url or re.search(r"\s", url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in host.strip(".")


def excerpt(text: str, limit: int, start: int = 0, end: int = 0) -> tuple[int, int]:
    """The part of a text to show: at most about `limit` characters, with `start:end` inside.

    It is cut between words where there are any nearby, and never inside a character that is made
    of several (an emoji family, a letter with its accents).

    :returns: Where the part begins and ends. Only `start:end` itself may make it longer.
    """
    if len(text) <= limit:
        return 0, len(text)
    room = max(0, limit - (end - start))
    first = max(0, start - room // 2)
    last = min(len(text), max(end, first + limit))
    first = max(0, min(first, last - limit))
    first = min(_cut(text, first, +1), start) if first else 0
    last = max(_cut(text, last, -1), end) if last < len(text) else last
    return first, last


def shortened(text: str, limit: int) -> str:
    """The beginning of a text, with "…" if something was cut off."""
    text = on_one_line(text).strip()
    last = excerpt(text, limit)[1]
    return text if last == len(text) else text[:last].rstrip() + " …"


_NEARBY = 40  # characters in which a space is looked for
# A cut must not come before one of these: joiners, variation selectors, skin tones, accents, tags.
_JOINED = re.compile("[\u0300-\u036f\u200d\ufe00-\ufe0f\u20d0-\u20ff\U0001f3fb-\U0001f3ff"
                     "\U000e0020-\U000e007f\U0001f1e6-\U0001f1ff]")  # fmt: skip


def _cut(text: str, place: int, step: int) -> int:
    """The nearest place in one direction at which a text can be cut."""
    for near in range(place, place + step * _NEARBY, step):
        if 0 < near < len(text) and text[near - 1 if step > 0 else near].isspace():
            return near
    while 0 < place < len(text) and (_JOINED.match(text[place]) or text[place - 1] == "\u200d"):
        place += step
    return place
