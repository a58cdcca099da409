"""The records of the corpus: what an article is, and the passages it is cut into."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Article:
    """One story as published.

    `url` is where this very text is published, so that a link can point to a sentence of it;
    `sources` are where its facts come from, when it was written from other publications.
    """

    id: str
    title: str
    paragraphs: tuple[str, ...]  # as published; numbered from 1 when shown
    outlet: str = ""
    url: str | None = None
    published: str = ""  # ISO date, "2025-05-15"; empty where unknown
    language: str = "en"  # ISO 639-1
    sources: tuple[str, ...] = ()
    note: str = ""  # the editor's note: what other sources say


def unwritable(article: Article) -> str:
    """The first character that UTF-8 can't write (half of a surrogate pair), or nothing.

    JSON can spell one ("\\ud800"), and so can a file name in another encoding.
    """
    texts = (article.id, article.title, *article.paragraphs, article.outlet, article.url or "")
    others = (article.published, article.language, *article.sources, article.note)
    try:
        "".join((*texts, *others)).encode()
    except UnicodeEncodeError as exc:
        return str(exc.object[exc.start])
    return ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, or a part of one too long for the models: what is embedded, found and cited.

    The text is `paragraph_text[start:end]`; citations count from the paragraph's first character.
    """

    id: int  # for ever the same text; never given to another
    article_id: str
    paragraph: int  # its number in the article, from 1
    paragraph_text: str  # exactly as stored
    start: int  # characters into the paragraph
    end: int  # exclusive

    @property
    def text(self) -> str:
        return self.paragraph_text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article with what the store knows about it."""

    article: Article
    version: int  # from 1, one more with every change of text or title
    added_at: str  # ISO date and time, UTC
    changed_at: str  # ISO date and time, UTC; of the latest version
    withdrawn_at: str | None  # ISO date and time, UTC; None while it can be found

    @property
    def withdrawn(self) -> bool:
        return self.withdrawn_at is not None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a corpus holds, as told to a person whose question it can't answer."""

    articles: int
    passages: int
    earliest: str  # ISO date of the oldest article; empty where none is dated
    latest: str  # ISO date of the newest


class Change(StrEnum):
    """What adding an article did."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    RESTORED = "restored"
