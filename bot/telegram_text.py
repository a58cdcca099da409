"""Answers as messages: what is cut out of stored text, and where it stands.

Everything is built as text with entities (`bot.markup`), so nothing has to be escaped and no text
of an article or a person can become markup.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from telegram import MessageEntity

from bot.links import Links
from bot.markup import Formatted, Text, excerpt, linkable, shortened
from bot.rendering import (
    BEARING,
    COMES_NEAREST,
    NO_VERDICT,
    PERHAPS,
    coverage_line,
    human_date,
    refusal,
    understood,
)
from corpus.types import Article
from index.types import Answer, Citation

BOLD = MessageEntity.BOLD
MARK = MessageEntity.UNDERLINE  # the answering words inside a quote
QUOTE = MessageEntity.BLOCKQUOTE
LONG_QUOTE = MessageEntity.EXPANDABLE_BLOCKQUOTE
ITALIC = MessageEntity.ITALIC

WORDS = 300  # characters of an answer's words; a span is seldom over 100
TITLE = 160
OUTLET = 60
QUESTION = 300
ALSO_IN = 3  # near-copies named with a source


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of an answer is shown, in characters; what matters least goes first."""

    quote: int  # of each quoted sentence
    paragraph: int = 0  # of the whole paragraph; 0 leaves it out
    further: int = 9  # quotes after the first that say the same; what answers otherwise stays
    title: int = TITLE  # of each source
    also_in: int = ALSO_IN


BUDGETS = (
    Budget(quote=1500, paragraph=3000),
    Budget(quote=1500, paragraph=1200),
    Budget(quote=1500),
    Budget(quote=500),
    Budget(quote=500, further=0),
    Budget(quote=200, further=0),
    Budget(quote=100, further=0, title=40, also_in=0),
)
REFUSALS = (Budget(quote=300), Budget(quote=100, title=40))


@dataclass(frozen=True, slots=True)
class Said:
    """What stands around an answer that is shown again."""

    asked: str = ""  # the question, repeated at the top where it doesn't stand above
    when: str = ""  # ISO date of the asking
    notices: tuple[str, ...] = ()  # what became of its sources since


def answer_text(
    answer: Answer, links: Links, said: Said = Said(), *, kept: bool = True
) -> Formatted:
    """An answer, or a refusal, as one message.

    :param kept: Whether it is stored, so that a link at the end can lead to it.
    """
    make = _answered if answer.answered else _declined
    for budget in BUDGETS if answer.answered else REFUSALS:
        formatted = make(answer, links, said, budget, kept)
        if formatted.fits:
            break
    return formatted


def _answered(answer: Answer, links: Links, said: Said, budget: Budget, kept: bool) -> Formatted:
    text = _opening(answer, said)
    first = answer.citations[0]
    if answer.kind in NO_VERDICT:
        text.add(BEARING, ITALIC).lines(2)
    elif not _is_sentence(first):
        text.add(shortened(first.words, WORDS), BOLD).lines(2)
    for citation in answer.citations[: 1 + budget.further]:
        _quote(text, citation, budget.quote)
        if citation is first and budget.paragraph:
            _paragraph(text, citation, budget.paragraph)
    if answer.otherwise:
        text.lines().add(PERHAPS, ITALIC).lines()
    for citation in answer.otherwise:
        _quote(text, citation, budget.quote)
    text.lines()
    cited = Counter(citation.article.id for citation in answer.shown)
    for citation in answer.shown:
        _source(text, citation, links, budget, more=cited[citation.article.id] > 1)
    return _closing(text, answer, links, kept)


def _declined(answer: Answer, links: Links, said: Said, budget: Budget, kept: bool) -> Formatted:
    text = _opening(answer, said)
    text.add(refusal(answer), BOLD).lines().add(coverage_line(answer.coverage))
    if answer.nearest:
        text.lines(2).add(COMES_NEAREST).lines()
        for citation in answer.nearest:
            sentence = (citation.quote_start, citation.quote_end)
            words = (citation.start, citation.end)
            text.add("• ")
            # Nothing is marked: that would say that it is the answer.
            shown = (citation.excerpt_start, citation.quote_end)
            cut_out(text, citation.passage.paragraph_text, shown, words, budget.quote, None)
            url = links.sentence(citation.article, citation.passage, *sentence)
            add_title(text.add(" ("), citation.article, url, budget.title).add(")").lines()
    return _closing(text, answer, links, kept)


def _opening(answer: Answer, said: Said) -> Text:
    text = Text()
    for notice in said.notices:
        text.add("⚠️ ").add(notice, ITALIC).lines()
    if said.asked:
        text.add(shortened(said.asked, QUESTION), ITALIC)
        text.add(f" (asked on {human_date(said.when[:10])})" if said.when else "").lines()
    if answer.understood:
        text.add(shortened(understood(answer), QUESTION), ITALIC).lines()
    return text.lines() if said.notices or said.asked or answer.understood else text


def _closing(text: Text, answer: Answer, links: Links, kept: bool) -> Formatted:
    if answer.lexical_only:
        text.lines().add("Only words were searched for, not meaning.", ITALIC)
    if kept:
        text.lines().add(f"Answer {answer.id}", url=links.answer(answer.id))
    return text.build()


def _is_sentence(citation: Citation) -> bool:
    return (citation.start, citation.end) == (citation.quote_start, citation.quote_end)


def _quote(text: Text, citation: Citation, limit: int) -> None:
    """The sentence with its number, the answering words marked in it."""
    span = (citation.start, citation.end)
    # A sentence that is itself the answer is in bold, as the words above a quote would be.
    kind = BOLD if _is_sentence(citation) else MARK
    with text.marked(QUOTE):
        paragraph = citation.passage.paragraph_text
        cut_out(text, paragraph, (citation.excerpt_start, citation.quote_end), span, limit, kind)
        text.add(f" [{citation.number}]")
    text.lines()


def _paragraph(text: Text, citation: Citation, limit: int) -> None:
    """The whole paragraph, where it says more than the sentence."""
    paragraph = citation.passage.paragraph_text
    if citation.excerpt.strip() == paragraph.strip():
        return
    with text.marked(LONG_QUOTE):
        span = (citation.start, citation.end)
        cut_out(text, paragraph, (0, len(paragraph)), span, limit, MARK)
    text.lines()


def cut_out(
    text: Text,
    stored: str,
    part: tuple[int, int],
    span: tuple[int, int],
    limit: int,
    kind: str | None = MARK,
) -> None:
    """Add a part of a stored paragraph, shortened around the words that are marked in it.

    :param kind: None marks nothing.
    """
    begin, end = part
    start, stop = max(begin, min(span[0], end)), max(begin, min(span[1], end))
    stop = min(stop, start + limit)
    first, last = excerpt(stored[begin:end], limit, start - begin, stop - begin)
    first, last = first + begin, last + begin
    text.add("… " if first > begin else "")
    text.add(stored[first:start]).add(stored[start:stop], *([kind] if kind else []))
    text.add(stored[stop:last])
    text.add(" …" if last < end else "")


def _source(text: Text, citation: Citation, links: Links, budget: Budget, more: bool) -> None:
    """A numbered source: its title is a link to the very sentence.

    :param more: Whether there is another source of the same article.
    """
    sentence = (citation.quote_start, citation.quote_end)
    if not citation.article.url:
        sentence = (citation.start, citation.end)  # in Telegram the words are marked
    url = links.sentence(citation.article, citation.passage, *sentence)
    text.add(f"[{citation.number}] ")
    add_title(text, citation.article, url, budget.title)
    if more:
        text.add(f", paragraph {citation.passage.paragraph}")
    for place, article in enumerate(citation.also_in[: budget.also_in]):
        text.add(", " if place else "; also in ")
        name = shortened(article.outlet or article.title, OUTLET)
        text.add(name, url=article.url if linkable(article.url) else None)
    text.lines()


def add_title(text: Text, article: Article, url: str, limit: int = TITLE) -> Text:
    """Add title (a link), outlet and date of an article."""
    text.add(shortened(article.title, limit), url=url)
    for detail in (shortened(article.outlet, OUTLET), human_date(article.published)):
        text.add(f", {detail}" if detail else "")
    return text
