"""An answer as people see it: plain text, and for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from corpus.types import Article, Coverage
from index.questions import QuestionKind

if TYPE_CHECKING:
    from rich.text import Text

    from index.types import Answer, Citation

HOSTS = 4  # named of those that an article was written from

NOT_FOUND = "I find no answer to this in the articles."
# Said instead from this confidence on: below it two of a hundred best candidates are right, and
# just above it every fifth (see the reliability table in the reader's card).
UNSURE_FROM = 0.1
UNSURE = "I'm not sure enough that the articles answer this."

COMES_NEAREST = "The sentences that come nearest:"
# Above sentences that answer otherwise and are not much worse: a question that names no day may be
# about several occasions, or the first answer may be wrong.
PERHAPS = "Perhaps also:"
# Above sentences that a yes or no is concluded from: a sentence alone looks like a yes.
NO_VERDICT = (QuestionKind.YES_NO, QuestionKind.COMPARISON)
BEARING = "What the articles say that bears on your question:"


def plain(answer: Answer) -> str:
    """The whole answer as plain text; the words are marked with ** in the quotes."""
    lines = [f"({understood(answer)})"] if answer.understood else []
    lines += _answered(answer) if answer.answered else _declined(answer)
    if answer.lexical_only:
        lines += ["", f"Only words were searched for, not meaning: {answer.lexical_only}"]
    return "\n".join(lines)


def rich_text(answer: Answer) -> Text:
    """The same with colours instead of ** for a terminal."""
    from rich.text import Text

    text = Text()
    for number, line in enumerate(plain(answer).split("\n")):
        begin = len(text)
        for place, piece in enumerate(line.split("**")):
            text.append(piece, style="bold black on yellow" if place % 2 else "")
        text.append("\n")
        if number == (1 if answer.understood else 0):
            text.stylize("bold", begin)
    text.rstrip()
    return text


def _answered(answer: Answer) -> list[str]:
    lines = [answer.words or "", ""]
    if answer.words == answer.citations[0].quote:
        lines = []  # a whole sentence answers, and it is marked in the first quote
    if answer.kind in NO_VERDICT:
        lines = [BEARING, ""]
    lines += _quotes(answer.citations)
    if answer.otherwise:
        lines += [PERHAPS, "", *_quotes(answer.otherwise)]
    for citation in answer.shown:
        lines += source_lines(citation)
    return lines


def _quotes(citations: Sequence[Citation]) -> list[str]:
    return [
        line
        for citation in citations
        for line in (f"  “{marked_quote(citation)}” [{citation.number}]", "")
    ]


def understood(answer: Answer) -> str:
    """What a follow-up was taken to mean."""
    return f"understood as: {answer.understood}"


def refusal(answer: Answer) -> str:
    """Why a question is declined: nothing was found that answers, or nothing sure enough."""
    compares = answer.kind is QuestionKind.COMPARISON  # its confidence is no chance
    return UNSURE if answer.confidence >= UNSURE_FROM and not compares else NOT_FOUND


def _declined(answer: Answer) -> list[str]:
    lines = [refusal(answer), coverage_line(answer.coverage)]
    if answer.nearest:
        lines += ["", COMES_NEAREST]
        for citation in answer.nearest:
            lines.append(f"  - {quote_line(citation, marked=False)}")
    return lines


def marked_quote(citation: Citation) -> str:
    """What is quoted, with its answering words between two pairs of asterisks."""
    text = citation.passage.paragraph_text
    before = text[citation.excerpt_start : citation.start]
    after = text[citation.end : citation.quote_end]
    return one_line(f"{before}**{citation.words}**{after}")


def quote_line(citation: Citation, *, marked: bool = True) -> str:
    """A citation on one line: the sentence, and the article in brackets."""
    sentence = marked_quote(citation) if marked else one_line(citation.excerpt)
    return f"“{sentence}” ({source_line(citation.article)})"


def source_lines(citation: Citation) -> list[str]:
    """A numbered source: title, outlet, date, paragraph; then its link, or what it was written
    from."""
    article = citation.article
    place = f"paragraph {citation.passage.paragraph}"
    lines = [f"[{citation.number}] {source_line(article)}, {place}"]
    if article.url:
        lines.append(f"    {article.url}")
    elif article.sources:
        lines.append(f"    written from: {hosts(article.sources)}")
    if citation.also_in:
        lines.append(f"    also in: {'; '.join(map(source_line, citation.also_in))}")
    return lines


def source_line(article: Article) -> str:
    """Title, outlet and date of an article."""
    return ", ".join(filter(None, (article.title, article.outlet, human_date(article.published))))


def hosts(sources: tuple[str, ...]) -> str:
    """The sites that sources are on, each once, with how many there are from it; at most
    `HOSTS` of them by name, as every quote of an answer has such a line."""
    found = Counter((urlsplit(url).hostname or url).removeprefix("www.") for url in sources)
    named = [f"{host} ({n})" if n > 1 else host for host, n in found.items()]
    more = len(named) - HOSTS
    return ", ".join(named[:HOSTS]) + (f" and {more} more" if more > 0 else "")


def counted(count: int, what: str) -> str:
    """A number and what is counted, in the plural where there isn't just one of it.

    >>> counted(1, "passage"), counted(2500, "passage")
    ('1 passage', '2,500 passages')
    """
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def coverage_line(coverage: Coverage) -> str:
    """What the corpus covers, in a sentence."""
    if not coverage.articles:
        return "There are no articles yet."
    dates = ""
    if coverage.earliest:
        first, last = human_date(coverage.earliest), human_date(coverage.latest)
        dates = f" of {first}" if first == last else f" from {first} to {last}"
    return f"The corpus covers {counted(coverage.articles, 'article')}{dates}."


def human_date(iso: str) -> str:
    """An ISO date as people write it: "15 May 2025"."""
    if not iso:
        return ""
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"


def one_line(text: str) -> str:
    return " ".join(text.split())


def as_json(answer: Answer) -> dict[str, object]:
    """An answer as the command line's contract has it."""
    return {
        "id": answer.id,
        "question": answer.question,
        "answered": answer.answered,
        "answer": answer.words,
        "text": plain(answer),
        "confidence": answer.confidence,
        "citations": [_citation_json(citation) for citation in answer.citations],
        "generation": answer.generation,
        "seconds": {
            "search": round(answer.seconds.search, 4),
            "read": round(answer.seconds.read, 4),
            "total": round(answer.seconds.total, 4),
        },
    }


def _citation_json(citation: Citation) -> dict[str, object]:
    article = citation.article
    return {
        "number": citation.number,
        "passage_id": citation.passage.id,
        "article_id": article.id,
        "title": article.title,
        "outlet": article.outlet,
        "url": article.url,
        "published": article.published,
        "paragraph": citation.passage.paragraph,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "score": citation.score,
    }
