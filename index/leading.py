"""The sentence before a quote, where the quote's "it" or "they" means nothing without it."""

from __future__ import annotations

import re

from corpus.sentences import Span, sentence_around
from index.expected import MONTHS
from index.types import Citation

# At the start, after an "And"; or further on, if no name comes before: "Since 18 July he has".
_MONTHS = "|".join(name.capitalize() for name in MONTHS)
_OPENING = (
    "On|In|At|Since|After|Before|With|By|For|From|To|As|When|While|If|Though|Although|During|Under|"
    "Until|Of"
)
_POINTING = re.compile(
    r"\W*(?:(?:[Aa]nd|[Bb]ut|[Ss]o|[Yy]et|[Tt]hen|[Aa]lso|[Ss]till|[Ii]nstead)\s+)?"
    r"(?:[Tt]his|[Tt]hese|[Tt]hose|[Bb]oth|[Nn]either|[Ss]uch"
    rf"|(?:(?:{_OPENING})\s+(?:(?:[a-z]+|\d+|{_MONTHS}),?\s+){{0,5}})?"
    r"(?:[Ii]ts?|[Tt]hey|[Tt]heir|[Tt]hem|[Hh]e|[Hh]is|[Hh]im|[Ss]he|[Hh]er))\b"
)
SENTENCES = 2  # shown before a quote at most


def lead_start(paragraph: str, quote: Span, language: str) -> int | None:
    """Where the sentences begin, two at most, that say who is meant; None where the quote does.

    >>> lead_start("The memorandum set terms. It wanted sanctions lifted.", (26, 53), "en")
    0
    >>> lead_start("The memorandum set terms. Russia wanted sanctions lifted.", (26, 57), "en")
    """
    start, end = quote
    for _ in range(SENTENCES):
        before = paragraph[:start].rstrip()
        if not before or not _POINTING.match(paragraph[start:end]):
            break
        start, end = sentence_around(paragraph, len(before) - 1, len(before), language)
    return start if start < quote[0] else None


def within(citation: Citation, other: Citation) -> bool:
    """Whether the quote is in what is shown of another citation."""
    starts_in = other.excerpt_start <= citation.quote_start < other.quote_end
    return _beside(citation, other) and starts_in


def leads_with(citation: Citation, other: Citation) -> bool:
    """Whether the quote of another citation stands before this one's, in what is shown of it."""
    starts_in = citation.excerpt_start <= other.quote_start < citation.quote_start
    return _beside(citation, other) and starts_in


def _beside(citation: Citation, other: Citation) -> bool:
    place, other_place = (
        (one.passage.article_id, one.passage.paragraph) for one in (citation, other)
    )
    return place == other_place
