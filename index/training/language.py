"""Sentences, content words, names and numbers by rule: enough to turn a question about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.training.pairs import Span


def word_set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


STOP_WORDS = word_set(
    "a an the of in on at to for from by with and or as is are was were be been being do does "
    "did has have had can could will would may might must shall should it its this that these "
    "those he she they his her their them him what which who whom whose when where why how many "
    "much there into about than then so not no nor if but also other some any all most more"
)
_HEADS = STOP_WORDS | word_set("while under although though during since after before")
QUESTION_WORDS = word_set("what which who whom whose when where why how")
MONTHS = word_set(
    "january february march april may june july august september october november december"
)

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9])")
_ABBREVIATION = re.compile(r"\b(?:[A-Z]|[A-Z][a-z]{0,2}|St|vs|etc|e\.g|i\.e|No|Inc|Jr|Sr)\.$")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_CAPITALISED = r"[A-Z][^\W_]*(?:['’-][^\W_]+)*"
_NAME = re.compile(rf"\b{_CAPITALISED}(?: (?:(?:of|the|de|von|van|al|and) )?{_CAPITALISED}){{0,4}}")
_NUMBER = re.compile(
    r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?![\w,])|(?<![\w.,])\d+(?:\.\d+)?(?![\w,]|\.\d)"
)


def sentences(text: str) -> list[Span]:
    """Spans of the sentences; together they cover the text but for the space between them."""
    spans: list[Span] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if not _ABBREVIATION.search(text[start : match.start()]):
            spans.append((start, match.start() + len(match.group().rstrip())))
            start = match.end()
    return [*spans, (start, len(text))]


def sentence_around(text: str, span: Span) -> Span:
    """The sentence, or the run of sentences, that holds `span`."""
    around = [part for part in sentences(text) if part[0] < span[1] and span[0] < part[1]]
    return (around[0][0], around[-1][1]) if around else span


def stem(word: str) -> str:
    """A crude stem: lower case without the commonest endings, at least three letters long."""
    lowered = word.lower()
    for ending in ("'s", "’s", "ing", "ed", "es", "ly", "s", "e"):
        if lowered.endswith(ending) and len(lowered) - len(ending) >= 3:
            return lowered[: -len(ending)]
    return lowered


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def content(text: str) -> set[str]:
    """Stems of the words that carry meaning."""
    return {stem(word) for word in words(text) if word.lower() not in STOP_WORDS}


def contains(text: str, phrase: str) -> bool:
    """Whether the phrase stands in the text as whole words, in any case."""
    return re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text, re.IGNORECASE) is not None


def replaced(text: str, old: str, new: str) -> str:
    """The text with `new` in each place where `old` stands as whole words, in any case."""
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, text, flags=re.IGNORECASE)


def numbers(text: str) -> list[str]:
    return _NUMBER.findall(text)


def is_year(number: str) -> bool:
    return len(number) == 4 and number.isdigit() and 1000 <= int(number) <= 2100


def names(text: str) -> Iterator[str]:
    """Runs of capitalised words, without a question word, article or month at their head."""
    for match in _NAME.finditer(text):
        parts = match.group().split(" ")
        while parts and parts[0].lower() in _HEADS:
            parts = parts[1:]
        first = match.start() == 0 or text[: match.start()].rstrip().endswith((".", "!", "?"))
        alone = len(parts) == 1 and first
        if parts and not alone and parts[0].lower() not in MONTHS and len(" ".join(parts)) > 2:
            yield " ".join(parts)
