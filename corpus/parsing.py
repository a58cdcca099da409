"""Files become articles: Markdown with front matter, text, HTML, PDF, DOCX; JSON lines for bulk."""

from __future__ import annotations

import codecs
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import yaml
from frontmatter.default_handlers import YAMLHandler
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, field_validator

from corpus.errors import DuplicateArticleError, SourceError
from corpus.markdown import markdown_paragraphs
from corpus.paragraphs import split_paragraphs
from corpus.types import Article, unwritable

_FRONT_MATTER = YAMLHandler()
_JSON_LINE = re.compile(rb"^\s*\{", re.MULTILINE)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


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


def _list(value: Any) -> Any:
    return [] if value is None else value  # "sources:" with nothing after it


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
    sources: Annotated[list[str], BeforeValidator(_list)] = []
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


def _files(paths: Iterable[Path]) -> Iterator[Path | SourceError]:
    for path in paths:
        if os.path.isdir(path):  # Path.is_dir raises where a folder above it is closed to us
            yield from _files_below(path)
        else:
            yield path


def _files_below(folder: Path) -> Iterator[Path | SourceError]:
    """The files of a folder that can be added, by name; what starts with a dot is left alone."""
    closed: list[OSError] = []
    found: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=closed.append):
        folders[:] = [name for name in folders if name[0] != "."]
        found += (Path(place, name) for name in names if name[0] != ".")
    yield from sorted(
        file for file in found if file.suffix.lower() in SUFFIXES and os.path.isfile(file)
    )
    yield from (SourceError(_shown(exc.filename), _reason(exc)) for exc in closed)


def _read(file: Path | SourceError) -> Iterator[tuple[str, Article | SourceError]]:
    if isinstance(file, SourceError):
        yield file.source, file
    elif file.suffix.lower() == ".jsonl":
        yield from _read_lines(file)
    else:
        try:
            yield _shown(file), read_file(file)
        except SourceError as exc:
            yield exc.source, exc


def _shown(path: Path | str) -> str:
    # A name that isn't UTF-8 couldn't be printed.
    return str(path).encode("utf-8", "backslashreplace").decode()


def _reason(exc: OSError) -> str:
    return (exc.strerror or str(exc)).lower()


def read_file(path: Path) -> Article:
    """The article in a file of one of the `PARSERS`' kinds.

    :raises SourceError: If it can't be read, naming the file and what is wrong with it.
    """
    parse = PARSERS.get(path.suffix.lower())
    source = _shown(path)
    try:
        if parse is None:
            path.stat()
            known = ", ".join(sorted(SUFFIXES))
            raise SourceError(source, f"not a kind of file that can be added ({known})")
        content = path.read_bytes()
    except OSError as exc:
        raise SourceError(source, _reason(exc)) from exc
    return _writable(parse(content, source, path.stem), source)


def _writable(article: Article, source: str) -> Article:
    if broken := unwritable(article):
        raise SourceError(source, f"holds {broken!r}, half of a character")
    return article


def parse_markdown(content: bytes, source: str, article_id: str) -> Article:
    """Markdown with YAML front matter; markup is taken off, the words stay as published.

    :raises SourceError: If the front matter is broken or no paragraph follows it.
    """
    values, text = _front_matter(decode(content, source).strip(), source)
    fields = _fields(values, source, "broken front matter")
    heading, paragraphs = markdown_paragraphs(text)
    if not paragraphs:
        raise SourceError(
            source, "no paragraph in it" if not values else "no paragraph below the front matter"
        )
    return fields.article(article_id, heading or title_of(article_id), paragraphs)


def _front_matter(text: str, source: str) -> tuple[dict[str, Any], str]:
    if not _FRONT_MATTER.detect(text):
        return {}, text
    what = "broken front matter"
    try:
        header, below = _FRONT_MATTER.split(text)
    except ValueError as exc:
        raise SourceError(source, f"{what}: no closing line of three dashes") from exc
    try:
        # Not the loader written in C: brackets nested 30,000 deep crash it, and all of us with it.
        values = _FRONT_MATTER.load(header, Loader=yaml.SafeLoader) or {}
    # PyYAML lets ValueError (a date such as 2025-13-15) and LookupError (an empty number) through.
    except (yaml.YAMLError, ValueError, LookupError, RecursionError) as exc:
        raise SourceError(source, f"{what}: {_yaml_reason(exc)}") from exc
    if not isinstance(values, dict):
        raise SourceError(source, f"{what}: not lines like `title: Talks open`")
    return values, below


def parse_text(content: bytes, source: str, article_id: str) -> Article:
    """Plain text; it has no place for a title, so the file's name is one.

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
    if content.startswith(_UTF_16):
        raise SourceError(source, "UTF-16, not UTF-8: save it in that encoding and add it again")
    if b"\0" in content:
        raise SourceError(source, "a binary file, not text")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as exc:
        raise SourceError(
            source, f"not UTF-8 (at byte {exc.start}): save it in that encoding and add it again"
        ) from exc


def _read_lines(path: Path) -> Iterator[tuple[str, Article | SourceError]]:
    empty = True
    try:
        with path.open("rb") as lines:
            head = lines.peek()[:1000]
            if b"\0" in head and not _JSON_LINE.search(head):
                decode(head, _shown(path))  # binary, or UTF-16: said once and not for every line
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    empty = False
                    source = f"{_shown(path)}, line {number}"
                    yield source, _read_line(line, source)
    except (OSError, SourceError) as exc:
        reason = exc.reason if isinstance(exc, SourceError) else _reason(exc)
        yield _shown(path), SourceError(_shown(path), reason)
        return
    if empty:
        yield _shown(path), SourceError(_shown(path), "the file is empty")


def _read_line(line: bytes, source: str) -> Article | SourceError:
    try:
        try:
            record = json.loads(decode(line, source))
        except (ValueError, RecursionError) as exc:  # ValueError: a number of 5,000 digits, too
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
        return _writable(fields.article(fields.id, title_of(fields.id), paragraphs), source)
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


def _yaml_reason(exc: Exception) -> str:
    mark = getattr(exc, "problem_mark", None)
    problem = getattr(exc, "problem", None) or str(exc).partition("\n")[0] or "it is not YAML"
    told = f"{problem} (line {mark.line + 1})" if mark is not None else str(problem)
    if "mapping values are not allowed" in told:  # title: Fourth round: the hotline
        told += ". Put a value that holds a colon in quotes"
    return told


def title_of(article_id: str) -> str:
    words = re.sub(r"[-_\s]+", " ", article_id).strip() or article_id
    return words[:1].upper() + words[1:]


# These libraries take up to half a second to import, so they are when a file of theirs comes.
def _parse_html(content: bytes, source: str, article_id: str) -> Article:
    from corpus.pages import parse_html

    return parse_html(content, source, article_id)


def _parse_pdf(content: bytes, source: str, article_id: str) -> Article:
    from corpus.documents import parse_pdf

    return parse_pdf(content, source, article_id)


def _parse_docx(content: bytes, source: str, article_id: str) -> Article:
    from corpus.documents import parse_docx

    return parse_docx(content, source, article_id)


PARSERS: dict[str, Callable[[bytes, str, str], Article]] = {
    ".md": parse_markdown,
    ".markdown": parse_markdown,
    ".txt": parse_text,
    ".html": _parse_html,
    ".htm": _parse_html,
    ".pdf": _parse_pdf,
    ".docx": _parse_docx,
}
SUFFIXES = frozenset(PARSERS) | {".jsonl"}
