"""Links to a sentence: by a text fragment on the web, or to an article inside Telegram."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from bot.markup import linkable
from corpus.types import Article, Passage

LONG = 12  # words; a longer sentence is named by its first and last ones
ENDS = 5  # words at either end, more where they would fit several places
BEFORE = 3  # words in front of a sentence that stands in the article more than once
MAX_PAYLOAD = 64  # characters of what follows ?start=


@dataclass(frozen=True, slots=True)
class Links:
    """Links of one bot."""

    username: str

    def sentence(self, article: Article, passage: Passage, start: int, end: int) -> str:
        """A link to a sentence: at its publisher, or in Telegram if it was published nowhere."""
        if article.url and linkable(article.url):
            return with_fragment(article.url, passage.paragraph_text, start, end, article)
        return self.passage(passage, start, end)

    def passage(self, passage: Passage, start: int | None = None, end: int | None = None) -> str:
        """A link that shows an article in Telegram, with words of a paragraph marked."""
        marks = "" if start is None or end is None else f"_{start}_{end}"
        return self.start(f"s_{passage.id}{marks}")

    def answer(self, answer_id: str) -> str:
        """A link that shows an answer as it was given."""
        return self.start(f"a_{answer_id}")

    def start(self, payload: str) -> str:
        return f"https://t.me/{self.username}?start={payload}"


def with_fragment(url: str, paragraph: str, start: int, end: int, article: Article) -> str:
    """A URL that browsers open at `paragraph[start:end]`.

    https://wicg.github.io/scroll-to-text-fragment/ gives the form:
    `#:~:text=[prefix-,]textStart[,textEnd]`.
    """
    sentence = paragraph[start:end].split()
    everything = " ".join(" ".join(text.split()) for text in (article.paragraphs or (paragraph,)))
    if len(sentence) > LONG:
        count = ENDS
        while count < len(sentence) - ENDS and _often(sentence[:count], everything):
            count += 1
        parts = [" ".join(sentence[:count]), " ".join(sentence[-ENDS:])]
    else:
        parts = [" ".join(sentence)]
    directive = ",".join(encoded(part) for part in parts)
    before = paragraph[:start].split()[-BEFORE:]
    if before and _often(parts[0].split(), everything):
        directive = f"{encoded(' '.join(before))}-,{directive}"
    # A page's own fragment stays; the directive follows it.
    base, _, fragment = url.partition("#")
    fragment = fragment.partition(":~:")[0]
    return f"{base}#{fragment}:~:text={directive}"


def encoded(text: str) -> str:
    """Percent-encoded for a text directive, in which `-`, `,` and `&` have a meaning.

    >>> encoded("1,000-for-1,000 & more")
    '1%2C000%2Dfor%2D1%2C000%20%26%20more'
    """
    return quote(text, safe="").replace("-", "%2D")


def host(url: str) -> str:
    """The site that a URL is on, without "www."."""
    try:
        return (urlsplit(url).hostname or url).removeprefix("www.")
    except ValueError:
        return url


def _often(words: list[str], everything: str) -> bool:
    return everything.count(" ".join(words)) > 1


def question_payload(question: str) -> str | None:
    """A question as the payload of a link, or None if it is too long for one."""
    packed = base64.urlsafe_b64encode(question.encode()).decode().rstrip("=")
    payload = f"q_{packed}"
    return payload if packed and len(payload) <= MAX_PAYLOAD else None


def question_of(payload: str) -> str | None:
    """The question that a link's payload holds."""
    packed = payload.removeprefix("q_")
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class Place:
    """A passage, and the words of its paragraph that a link marks."""

    passage_id: int
    start: int | None = None
    end: int | None = None


def place_of(payload: str) -> Place | None:
    """The place that `s_<passage>` or `s_<passage>_<start>_<end>` names."""
    found = re.fullmatch(r"s_(\d{1,15})(?:_(\d{1,9})_(\d{1,9}))?", payload)
    if not found:
        return None
    start, end = (None if part is None else int(part) for part in found.groups()[1:])
    return Place(int(found[1]), start, end)
