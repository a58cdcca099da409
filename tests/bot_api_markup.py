"""Text as Telegram reads it: UTF-16 offsets, HTML and MarkdownV2, and the entities it finds itself.

The behaviour and the words of the errors follow the published sources of Telegram's own library
(https://github.com/tdlib/td, `td/telegram/MessageEntity.cpp`). Lengths and offsets of entities are
in UTF-16 code units, byte offsets in errors are UTF-8 bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]


class BotApiError(Exception):
    """What the server answers instead of a result: `code` is the HTTP status as well."""

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(reason: str) -> BotApiError:
    return BotApiError(400, f"Bad Request: {reason}")


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) + sum(char > "\uffff" for char in text)


def cut(text: str, offset: int, length: int) -> str:
    """The part of `text` under an entity."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    return encoded[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


# --- links


def check_link(url: str) -> str:
    """The link as Telegram stores it.

    :raises ValueError: With Telegram's words for what is wrong.
    """
    if not url:
        raise ValueError("URL must be non-empty")
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in {"http", "https", "tg", "ton", "tonsite"}:
        raise ValueError(f"URL '{url}' is invalid: Unsupported URL protocol")
    if parts.scheme in {"tg", "ton"}:
        return url
    host = parts.hostname or ""
    if "." not in host.strip(".") or re.search(r"\s", host):
        raise ValueError(f"URL '{url}' is invalid: Wrong HTTP URL")
    return parts._replace(netloc=parts.netloc.lower(), path=parts.path or "/").geturl()


def link_entity(url: str) -> Json | None:
    """Type and target of a link given in markup; a link that is none is dropped, as there."""
    mention = re.fullmatch(r"tg://user\?id=(\d+)", url)
    if mention:
        return {"type": "text_mention", "user": {"id": int(mention[1]), "is_bot": False}}
    try:
        return {"type": "text_link", "url": check_link(url)}
    except ValueError:
        return None


# --- HTML

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-zA-Z]+));?")


def unescape(match: re.Match[str]) -> str:
    """A character reference; what Telegram doesn't know stays as it is written."""
    hexadecimal, decimal, name = match.groups()
    if name:
        return NAMED.get(name, match[0])
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if 0 < code < 0x10FFFF else match[0]


@dataclass(slots=True)
class Tag:
    name: str
    argument: str
    offset: int  # UTF-16
    start: int  # index in the characters put out


class HtmlReader:
    """One reading of one text; `read` gives the plain text and its entities."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.offset = 0
        self.open: list[Tag] = []
        self.entities: list[Json] = []

    def read(self) -> tuple[str, list[Json]]:
        while self.at < len(self.source):
            char = self.source[self.at]
            if char == "<":
                self.end_tag() if self.peek(1) == "/" else self.start_tag()
                continue
            reference = REFERENCE.match(self.source, self.at) if char == "&" else None
            self.put(unescape(reference) if reference else char)
            self.at = reference.end() if reference else self.at + 1
        if self.open:
            raise self.error(f"Can't find end tag corresponding to start tag {self.open[-1].name}")
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return "".join(self.out), self.entities

    def put(self, text: str) -> None:
        self.out.extend(text)
        self.offset += units(text)

    def peek(self, ahead: int = 0) -> str:
        """The character there, empty past the end."""
        return self.source[self.at + ahead : self.at + ahead + 1]

    def take(self, stop: str) -> str:
        """Read up to whitespace or one of `stop`."""
        start = self.at
        while self.peek() and not self.peek().isspace() and self.peek() not in stop:
            self.at += 1
        return self.source[start : self.at]

    def skip_spaces(self) -> None:
        while self.peek().isspace():
            self.at += 1

    def error(self, reason: str) -> BotApiError:
        return bad_request(f"can't parse entities: {reason}")

    def bytes_before(self, index: int) -> int:
        return len(self.source[:index].encode())

    def start_tag(self) -> None:
        begin = self.bytes_before(self.at)
        self.at += 1
        name = self.take(">").lower()
        if not self.peek():
            raise self.error(f"Unclosed start tag at byte offset {begin}")
        if name not in TAGS:
            raise self.error(f'Unsupported start tag "{name}" at byte offset {begin}')
        argument = ""
        self.skip_spaces()
        while self.peek() != ">":
            argument = self.attribute(name, begin) or argument
            self.skip_spaces()
        self.at += 1
        if name == "span" and argument != "spoiler":
            raise self.error(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self.open.append(Tag(name, argument, self.offset, len(self.out)))

    def attribute(self, tag: str, begin: int) -> str:
        """The tag's argument if this attribute gives one."""
        where = f'the tag "{tag}" at byte offset {begin}'
        attribute = self.take("=>")
        if not attribute:
            if not self.peek():
                raise self.error(f"Unclosed start tag at byte offset {begin}")
            raise self.error(f"Empty attribute name in {where}")
        self.skip_spaces()
        if self.peek() != "=":
            if (tag, attribute) == ("blockquote", "expandable") and self.peek():
                return "expandable"
            raise self.error(f"Expected equal sign in declaration of an attribute of {where}")
        self.at += 1
        self.skip_spaces()
        value = self.value(begin)
        if not self.peek():
            raise self.error(f"Unclosed start tag at byte offset {begin}")
        if (tag, attribute) in {("a", "href"), ("tg-emoji", "emoji-id")}:
            return value
        if (tag, attribute) == ("code", "class") and value.startswith("language-"):
            return value.removeprefix("language-")
        if (tag, attribute) == ("span", "class") and value.startswith("tg-"):
            return value.removeprefix("tg-")
        return "expandable" if (tag, attribute) == ("blockquote", "expandable") else ""

    def value(self, begin: int) -> str:
        quote = self.peek()
        if quote not in ("'", '"') or not quote:
            start = self.at
            while re.match(r"[A-Za-z0-9.\-]", self.peek()):
                self.at += 1
            if self.peek() and not self.peek().isspace() and self.peek() != ">":
                offset = self.bytes_before(start)
                raise self.error(f"Unexpected end of name token at byte offset {offset}")
            return self.source[start : self.at].lower()
        end = self.source.find(quote, self.at + 1)
        if end < 0:
            raise self.error(f"Unclosed start tag at byte offset {begin}")
        literal = self.source[self.at + 1 : end]
        self.at = end + 1
        return REFERENCE.sub(unescape, literal)

    def end_tag(self) -> None:
        begin = self.bytes_before(self.at)
        if not self.open:
            raise self.error(f"Unexpected end tag at byte offset {begin}")
        self.at += 2
        name = self.take(">").lower()
        self.skip_spaces()
        if self.peek() != ">":
            raise self.error(f"Unclosed end tag at byte offset {begin}")
        self.at += 1
        tag = self.open.pop()
        if name and name != tag.name:
            raise self.error(
                f"Unmatched end tag at byte offset {begin}, "
                f'expected "</{tag.name}>", found "</{name}>"'
            )
        if self.offset > tag.offset:
            self.close(tag)

    def close(self, tag: Tag) -> None:
        span: Json = {"offset": tag.offset, "length": self.offset - tag.offset}
        kind = TAGS[tag.name]
        if tag.name == "a":
            target = link_entity(tag.argument or "".join(self.out[tag.start :]))
            if target:
                self.entities.append({**target, **span})
            return
        if tag.name == "tg-emoji":
            if not tag.argument.isdigit():
                raise self.error("Invalid custom emoji identifier specified")
            self.entities.append({"type": kind, **span, "custom_emoji_id": tag.argument})
            return
        last = self.entities[-1] if self.entities else {}
        if tag.name == "pre" and last.get("language") and last | span == last:
            last["type"] = "pre"  # <pre><code class="language-x"> is one entity
            return
        if tag.argument == "expandable":
            kind = "expandable_blockquote"
        language = {"language": tag.argument} if tag.name == "code" and tag.argument else {}
        self.entities.append({"type": kind, **span, **language})


def parse_html(source: str) -> tuple[str, list[Json]]:
    text, entities = HtmlReader(source).read()
    for entity in entities:
        if entity["type"] == "code":
            entity.pop("language", None)
    return text, entities


# --- MarkdownV2, the plain part of it: nesting by a stack, quotes only line by line

RESERVED = "_*[]()~`>#+-=|{}.!"
MARKS = {
    "*": "bold",
    "_": "italic",
    "__": "underline",
    "~": "strikethrough",
    "||": "spoiler",
    "[": "text_link",
}
MARKDOWN_TOKEN = re.compile(
    r"(?P<pre>```)|(?P<code>`)|\\(?P<escaped>[\x01-\x7e])|(?P<link>\]\()"
    r"|(?P<mark>__|\|\||[*_~\[])|(?P<quote>(?:(?<=\n)|\A)>)|(?P<plain>.)",
    re.DOTALL,
)


class MarkdownReader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.text = ""
        self.open: list[tuple[str, int, int]] = []  # mark, UTF-16 offset, byte offset
        self.entities: list[Json] = []

    def read(self) -> tuple[str, list[Json]]:
        at = 0
        while match := MARKDOWN_TOKEN.match(self.source, at):
            at = self.token(match, match[0], str(match.lastgroup))
        self.end_quote()
        if self.open:
            mark, _, begin = self.open[-1]
            raise self.unclosed("TextUrl" if mark == "[" else MARKS[mark].title(), begin)
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return self.text, self.entities

    def unclosed(self, kind: str, begin: int) -> BotApiError:
        return bad_request(
            f"can't parse entities: Can't find end of {kind} entity at byte offset {begin}"
        )

    def token(self, match: re.Match[str], token: str, kind: str) -> int:
        """Use one token; gives the place of the next."""
        if kind in ("pre", "code"):
            return self.code(token, match.start(), kind)
        if kind == "link" and self.open and self.open[-1][0] == "[":
            return self.link(match.end())
        if kind == "quote":
            self.open.insert(0, (">", units(self.text), match.start()))
        elif kind == "mark":
            self.mark(token, len(self.source[: match.start()].encode()))
        elif kind == "escaped":
            self.text += match["escaped"]
        elif token[0] in RESERVED:
            raise bad_request(
                f"can't parse entities: Character '{token[0]}' is reserved and must be escaped "
                "with the preceding '\\'"
            )
        else:
            if token == "\n":
                self.end_quote()
            self.text += token
        return match.end()

    def add(self, kind: str, offset: int, **more: str) -> None:
        length = units(self.text) - offset
        if length:
            self.entities.append({"type": kind, "offset": offset, "length": length, **more})

    def end_quote(self) -> None:
        if self.open and self.open[0][0] == ">":
            self.add("blockquote", self.open.pop(0)[1])

    def mark(self, token: str, begin: int) -> None:
        if token != "[" and self.open and self.open[-1][0] == token:
            self.add(MARKS[token], self.open.pop()[1])
        else:
            self.open.append((token, units(self.text), begin))

    def until(self, stop: str, start: int) -> tuple[str, int] | None:
        """The text up to `stop` with its escapes undone, and the place after `stop`."""
        match = re.compile(rf"((?:\\.|[^\\])*?){re.escape(stop)}", re.DOTALL).match(
            self.source, start
        )
        return (re.sub(r"\\([\x01-\x7e])", r"\1", match[1]), match.end()) if match else None

    def code(self, fence: str, start: int, kind: str) -> int:
        found = self.until(fence, start + len(fence))
        if found is None:
            raise self.unclosed(kind.title(), len(self.source[:start].encode()))
        offset = units(self.text)
        self.text += found[0]
        self.add(kind, offset)
        return found[1]

    def link(self, start: int) -> int:
        _, offset, begin = self.open.pop()
        found = self.until(")", start)
        if found is None:
            reason = f"Can't find end of a URL at byte offset {begin}"
            raise bad_request(f"can't parse entities: {reason}")
        target = link_entity(found[0])
        if target:
            self.add(target.pop("type"), offset, **target)
        return found[1]


def parse_markdown_v2(source: str) -> tuple[str, list[Json]]:
    return MarkdownReader(source).read()


# --- what Telegram finds in a person's text by itself

ENDINGS = "com|org|net|me|info|io|ru|ua|tr|eu|uk"  # Telegram knows every top-level domain
FOUND = (
    ("url", r"(?<![\w@])https?://[^\s<>\"«»]+"),
    ("email", r"(?<![\w.])[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    ("url", rf"(?<![\w@./])(?:[A-Za-z0-9-]+\.)+(?:{ENDINGS})(?:/[^\s<>\"«»]*)?(?!\w)"),
    ("mention", r"(?<!\w)@[A-Za-z0-9_]{2,32}(?!\w)"),
    ("bot_command", r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}+(?:@[A-Za-z0-9_]{3,32}+|(?!@))(?![\w/<>])"),
    ("hashtag", r"(?<!\w)#(?=\w*[^\W\d_])\w{1,256}+(?!#)"),
)  # fmt: skip


def find_entities(text: str) -> list[Json]:
    """Links, addresses, mentions, commands and hashtags, in the order of the text."""
    taken: list[tuple[int, int, str]] = []
    for kind, start, end in _matches(text):
        if all(end <= other[0] or start >= other[1] for other in taken):
            taken.append((start, end, kind))
    return [
        {"type": kind, "offset": units(text[:start]), "length": units(text[start:end])}
        for start, end, kind in sorted(taken)
    ]


def _matches(text: str) -> Iterator[tuple[str, int, int]]:
    for kind, pattern in FOUND:
        for match in re.finditer(pattern, text):
            found = match[0].rstrip(".:;,('?!`") if kind == "url" else match[0]
            yield kind, match.start(), match.start() + len(found)
