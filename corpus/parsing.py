"""Files become articles: Markdown with front matter, plain text, and JSON lines for bulk."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import frontmatter
import yaml
from markdown_it import MarkdownIt
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, field_validator

from corpus.errors import DuplicateArticleError, SourceError
from corpus.paragraphs import join_fragments, split_paragraphs
from corpus.types import Article

_MARKDOWN = MarkdownIt("commonmark")


def _iso_date(value: Any) -> str:
    if value in (None, ""):
        return ""
    if isinstance(value, date):  # YAML reads 2025-05-15 as a date already
        return value.strftime("%Y-%m-%d")
    try:
        return datetime.fromisoformat(str(value).strip()).date().isoformat()
    except ValueError as exc:
        raise ValueError(f"{value!r} is not a date like 2025-05-15") from exc


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str | int | float | date) and not isinstance(value, bool):
        return str(value).strip()
    raise ValueError("should be text")


Text = Annotated[str, BeforeValidator(_text)]


class Fields(BaseModel):
    """What front matter and a line of JSONL may say of an article; other keys are left alone."""

    model_config = ConfigDict(extra="ignore")

    id: Text = ""
    title: Text = ""
    outlet: Text = ""
    url: Text = ""
    published: Annotated[str, BeforeValidator(_iso_date)] = ""
    language: Text = "en"
    sources: list[str] = []
    note: Text = ""
    text: Text = ""
    paragraphs: list[str] | None = None

    @field_validator("url")
    @classmethod
    def _is_a_web_address(cls, url: str) -> str:
        if url and not re.match(r"https?://\S+$", url):
            raise ValueError(f"{url!r} is not a web address (http:// or https://)")
        return url

    def article(self, article_id: str, title: str, paragraphs: tuple[str, ...]) -> Article:
        return Article(
            id=article_id,
            title=self.title or title,
            paragraphs=paragraphs,
            outlet=self.outlet,
            url=self.url or None,
            published=self.published,
            language=(self.language or "en").lower(),
            sources=tuple(self.sources),
            note=self.note,
        )


def read_sources(paths: Iterable[Path]) -> Iterator[Article | SourceError]:
    """Articles of files and folders, one at a time; what can't be read comes as its error.

    An article id that came before in the same call is such an error, and the first one stands.
    """
    seen: dict[str, str] = {}
    for path in _files(paths):
        for source, item in _read(path):
            if isinstance(item, Article):
                if item.id in seen:
                    item = DuplicateArticleError(
                        source, f"the article id {item.id!r} was used by {seen[item.id]} already"
                    )
                else:
                    seen[item.id] = source
            yield item


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(
                file
                for file in path.rglob("*")
                if file.is_file() and file.suffix.lower() in SUFFIXES and file.name[0] != "."
            )
        else:
            yield path


def _read(path: Path) -> Iterator[tuple[str, Article | SourceError]]:
    suffix = path.suffix.lower()
    if suffix == ".jsonl":
        yield from _read_lines(path)
        return
    try:
        yield str(path), read_file(path)
    except SourceError as exc:
        yield str(path), exc


def read_file(path: Path) -> Article:
    """The article in a file of one of the `PARSERS`' kinds.

    :raises SourceError: If it can't be read, naming the file and what is wrong with it.
    """
    parse = PARSERS.get(path.suffix.lower())
    if parse is None:
        known = ", ".join(sorted(SUFFIXES))
        raise SourceError(str(path), f"not a kind of file that can be added ({known})")
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise SourceError(str(path), (exc.strerror or str(exc)).lower()) from exc
    return parse(content, str(path), path.stem)


def parse_markdown(content: bytes, source: str, article_id: str) -> Article:
    """Markdown with YAML front matter; markup is taken off, the words stay as published.

    :raises SourceError: If the front matter is broken or no paragraph follows it.
    """
    text = decode(content, source)
    try:
        post = frontmatter.loads(text)
    except (yaml.YAMLError, ValueError) as exc:  # ValueError: a date such as 2025-13-15
        raise SourceError(source, f"broken front matter: {_yaml_reason(exc)}") from exc
    if text.lstrip().startswith("---\n") and not post.metadata:
        raise SourceError(source, "broken front matter: no closing line of three dashes")
    fields = _fields(post.metadata, source, "broken front matter")
    heading, paragraphs = _markdown_paragraphs(post.content)
    if not paragraphs:
        raise SourceError(source, "no paragraph below the front matter")
    return fields.article(article_id, heading or title_of(article_id), paragraphs)


def parse_text(content: bytes, source: str, article_id: str) -> Article:
    """Plain text; a short first line above a blank one is its title.

    :raises SourceError: If it isn't text or has no paragraph.
    """
    paragraphs = split_paragraphs(decode(content, source))
    if not paragraphs:
        raise SourceError(source, "no paragraph in it")
    return Fields().article(article_id, title_of(article_id), paragraphs)


def decode(content: bytes, source: str) -> str:
    """UTF-8 text of a file, without a byte order mark.

    :raises SourceError: If it is empty, binary, or in another encoding.
    """
    if not content.strip():
        raise SourceError(source, "the file is empty")
    if b"\0" in content:
        raise SourceError(source, "a binary file, not text")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as exc:
        raise SourceError(
            source, f"not UTF-8 (at byte {exc.start}): save it in that encoding and add it again"
        ) from exc


def _read_lines(path: Path) -> Iterator[tuple[str, Article | SourceError]]:
    empty = True
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    empty = False
                    source = f"{path}, line {number}"
                    yield source, _read_line(line, source)
    except OSError as exc:
        yield str(path), SourceError(str(path), (exc.strerror or str(exc)).lower())
        return
    if empty:
        yield str(path), SourceError(str(path), "the file is empty")


def _read_line(line: bytes, source: str) -> Article | SourceError:
    try:
        try:
            record = json.loads(decode(line, source))
        except (json.JSONDecodeError, RecursionError) as exc:
            raise SourceError(source, f"not JSON: {exc}") from exc
        if not isinstance(record, dict):
            raise SourceError(source, "not a JSON object")
        fields = _fields(record, source, "broken line")
        if not fields.id:
            raise SourceError(source, 'no "id"')
        # A list of paragraphs is the publisher's own split: their numbers must not shift.
        given = fields.paragraphs
        paragraphs = split_paragraphs(fields.text) if given is None else _cleaned(given)
        if not paragraphs:
            raise SourceError(source, 'no paragraph in "text" or "paragraphs"')
        return fields.article(fields.id, title_of(fields.id), paragraphs)
    except SourceError as exc:
        return exc


def _cleaned(paragraphs: list[str]) -> tuple[str, ...]:
    return tuple(filter(None, (paragraph.strip() for paragraph in paragraphs)))


def _fields(values: dict[str, Any], source: str, what: str) -> Fields:
    try:
        return Fields.model_validate(values)
    except ValidationError as exc:
        first = exc.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise SourceError(source, f"{what}: {key}: {message}") from exc


def _yaml_reason(exc: yaml.YAMLError | ValueError) -> str:
    mark = getattr(exc, "problem_mark", None)
    problem = getattr(exc, "problem", None) or str(exc) or "it is not YAML"
    return f"{problem} (line {mark.line + 1})" if mark is not None else str(problem)


def title_of(article_id: str) -> str:
    words = re.sub(r"[-_\s]+", " ", article_id).strip()
    return words[:1].upper() + words[1:]


def _markdown_paragraphs(text: str) -> tuple[str, tuple[str, ...]]:
    """The first top heading, and the text of every block without its markup."""
    heading = ""
    pieces: list[str] = []
    tokens = _MARKDOWN.parse(text)
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "inline":
            piece = _inline_text(token)
            if before is not None and before.tag == "h1" and not heading:
                heading = piece
            else:
                pieces.append(piece)
        elif token.type in ("fence", "code_block"):
            pieces.append(token.content.strip())
    return heading, join_fragments(pieces)


def _inline_text(token: Any) -> str:
    parts = {"softbreak": " ", "hardbreak": "\n"}
    texts = (parts.get(child.type, child.content) for child in token.children or [])
    return "".join(texts).strip()


PARSERS: dict[str, Callable[[bytes, str, str], Article]] = {
    ".md": parse_markdown,
    ".markdown": parse_markdown,
    ".txt": parse_text,
}
SUFFIXES = frozenset(PARSERS) | {".jsonl"}
