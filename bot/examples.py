"""Example questions, drawn out of the corpus itself and kept only if it answers them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from corpus.sentences import sentence_spans
from corpus.store import Corpus
from corpus.types import Article
from index.types import Answer

WANTED = 3
TRIED = 24  # at most so many are asked to find those
LONGEST = 60  # characters that fit a button

# "Vladimir Medinsky headed the Russian delegation ...": somebody by name, something done, to what.
_DEED = re.compile(
    r"^(?:[\w ]{0,60}? )?(?P<who>[A-Z][\w’'-]+ [A-Z][\w’'-]+) "
    r"(?P<did>led|headed|chaired|hosted|proposed|opened|signed|represented|welcomed|visited) "
    r"(?P<what>[^.,;:()“”\"]{8,80})"
)
_LOOSE_END = re.compile(
    r" (?:on|in|of|to|at|and|or|with|by|for|that|as|from|when|while|who|a|an|the)$"
)
# A day, a round, a place: without one, "the Russian side" may be that of any meeting.
_OCCASION = re.compile(
    r"\d|\b(?:first|second|third|fourth|fifth|last)\b|\b[A-ZÇİÖŞÜ][\w’'-]+(?![\w’'-]|\s+[a-z])"
)


def drawn(corpus: Corpus) -> Iterator[tuple[str, str]]:
    """Questions with the name that should answer them, at most one an article and `TRIED` in all;
    those that name their occasion first."""
    # No more articles are gone through than give as many: a large corpus takes long to split.
    yield from sorted(islice(_one_an_article(corpus), TRIED), key=_names_no_occasion)


def _one_an_article(corpus: Corpus) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for stored in corpus.each_article():
        of_article = _of_article(stored.article)
        found = min(of_article, key=_names_no_occasion, default=None)
        if found and found[0] not in seen:
            seen.add(found[0])
            yield found


def _names_no_occasion(example: tuple[str, str]) -> bool:
    return not _OCCASION.search(example[0].removeprefix("Who "))


def _of_article(article: Article) -> Iterator[tuple[str, str]]:
    for paragraph in article.paragraphs:
        for start, end in sentence_spans(paragraph, article.language):
            if found := question_from(paragraph[start:end]):
                yield found


def question_from(sentence: str) -> tuple[str, str] | None:
    """A question that a sentence answers, and the name that answers it; None if it gives none.

    >>> question_from("Hakan Fidan chaired the first meeting at Dolmabahce, and left.")
    ('Who chaired the first meeting at Dolmabahce?', 'Hakan Fidan')
    """
    found = _DEED.match(sentence)
    if not found:
        return None
    what = _shortest(found["what"])
    question = f"Who {found['did']} {what}?"
    return (question, found["who"]) if len(question) <= LONGEST else None


def _shortest(what: str) -> str:
    """What was done, without a second thing that follows an "and", and without loose ends."""
    what = re.split(r" and | but | while | when ", what)[0]
    words = what.split()
    while len(" ".join(words)) > LONGEST - 15 and len(words) > 3:
        words.pop()
    what = " ".join(words)
    while _LOOSE_END.search(what):
        what = _LOOSE_END.sub("", what)
    return what


def proves(answer: Answer, name: str) -> bool:
    """Whether an example was answered with the name that it was drawn with."""
    return answer.answered and name.split()[-1] in (answer.words or "")
