"""The sentence before a quote, where the quote's "it" or "they" means nothing without it."""

from __future__ import annotations

import re

from corpus.sentences import Span, sentence_around

_POINTING = re.compile(
    r"\W*(?:(?:and|but|so|yet|then|also|still|instead)\s+)?"
    r"(?:it|its|they|their|he|his|she|her|this|these|those|both|neither|such)\b",
    re.IGNORECASE,
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
