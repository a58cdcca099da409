"""Passages and articles as messages: one that was found, one among its neighbours, a whole one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.links import Links, host
from bot.markup import Formatted, Text, excerpt, linkable, on_one_line, shortened, units
from bot.rendering import human_date
from bot.telegram_text import BOLD, ITALIC, MARK, OUTLET, QUOTE, TITLE, add_title, cut_out
from corpus.types import Article, Passage
from index.types import Citation

SCALES = (1.0, 0.5, 0.25)  # of all limits: a text of emoji is twice as long to Telegram


def fitting(make: Callable[[float], Formatted]) -> Formatted:
    """The largest of three sizes of a text that Telegram takes."""
    for scale in SCALES:
        formatted = make(scale)
        if formatted.fits:
            break
    return formatted


ALONE = 2500  # characters of a paragraph that is shown alone


def paragraph_text(citation: Citation, links: Links, *, marked: bool) -> Formatted:
    """The paragraph of a sentence, which may be marked in it, with its source."""
    passage, whole = citation.passage, (0, len(citation.passage.paragraph_text))
    sentence = (citation.quote_start, citation.quote_end)

    def make(scale: float) -> Formatted:
        text = Text()
        with text.marked(QUOTE):
            kind = MARK if marked else None
            cut_out(text, passage.paragraph_text, whole, sentence, int(ALONE * scale), kind)
        text.lines()
        url = links.sentence(citation.article, passage, *sentence)
        return add_title(text, citation.article, url).build()

    return fitting(make)


# -- a passage with those around it

AROUND = 900  # characters of each paragraph


def context_text(
    citation: Citation, paragraphs: Sequence[str], links: Links, notice: str = ""
) -> Formatted:
    """The cited paragraph between the one before it and the one after it.

    :param paragraphs: Of the article in the version that was cited.
    """
    number, stored = citation.passage.paragraph, citation.passage.paragraph_text
    span = (citation.start, citation.end)

    def make(scale: float) -> Formatted:
        text = _noticed(notice).add(f"[{citation.number}] ")
        add_title(text, citation.article, links.sentence(citation.article, citation.passage, *span))
        text.lines().add(f"Paragraph {number} of {len(paragraphs)}", ITALIC).lines(2)
        if number > 1:
            text.add(_end_of(paragraphs[number - 2], int(AROUND * scale))).lines(2)
        with text.marked(QUOTE):
            cut_out(text, stored, (0, len(stored)), span, int(2 * AROUND * scale))
        text.lines()
        if number < len(paragraphs):
            text.lines().add(shortened(paragraphs[number], int(AROUND * scale)))
        return text.build()

    return fitting(make)


def _end_of(text: str, limit: int) -> str:
    text = on_one_line(text).strip()
    first = excerpt(text, limit, len(text), len(text))[0]
    return text if first == 0 else "… " + text[first:].lstrip()


def _noticed(notice: str) -> Text:
    text = Text()
    return text.add("⚠️ ").add(notice, ITALIC).lines(2) if notice else text


# -- a whole article

PAGE = 2600  # UTF-16 units of paragraphs on a page, which leaves room for a list of sources
PARAGRAPH = 2500
SOURCES = 40


def article_pages(paragraphs: Sequence[str]) -> list[list[int]]:
    """The numbers of the paragraphs (from 1) on each page of an article."""
    pages: list[list[int]] = [[]]
    room = PAGE
    for number, paragraph in enumerate(paragraphs, start=1):
        size = units(paragraph)
        if pages[-1] and size > room:
            pages.append([])
            room = PAGE
        pages[-1].append(number)
        room -= size
    return pages


def article_text(
    article: Article, passage: Passage, span: tuple[int, int], page: int, notice: str = ""
) -> Formatted:
    """One page of an article, with the cited paragraph marked, and its sources.

    :param article: With the paragraphs of the version that `passage` belongs to.
    :param span: The words to mark in that paragraph; empty for none.
    :param page: From 0.
    """
    pages = article_pages(article.paragraphs)
    details = [shortened(article.outlet, OUTLET), human_date(article.published)]
    if len(pages) > 1:
        details.append(f"page {page + 1} of {len(pages)}")

    def make(scale: float) -> Formatted:
        text = _noticed(notice).add(shortened(article.title, TITLE), BOLD).lines()
        text.add(", ".join(filter(None, details)), ITALIC).lines()
        for number in pages[page]:
            cited = span if number == passage.paragraph else None
            _add_paragraph(text, article.paragraphs[number - 1], cited, int(PARAGRAPH * scale))
        return _add_sources(text, article, int(SOURCES * scale)).build()

    return fitting(make)


def _add_paragraph(text: Text, stored: str, cited: tuple[int, int] | None, limit: int) -> None:
    text.lines()
    if cited is None:
        text.add(shortened(stored, limit)).lines()
        return
    with text.marked(QUOTE):
        cut_out(text, stored, (0, len(stored)), cited, limit)
    text.lines()


def _add_sources(text: Text, article: Article, limit: int) -> Text:
    if article.url:
        url = article.url if linkable(article.url) else None
        text.lines().add("Published at ").add(host(article.url), url=url)
    if article.sources:
        text.lines().add("Written from: ")
        for place, url in enumerate(article.sources[:limit]):
            text.add(", " if place else "").add(host(url), url=url if linkable(url) else None)
        more = len(article.sources) - limit
        text.add(f" and {more} more" if more > 0 else "")
    return text
