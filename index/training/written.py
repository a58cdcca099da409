"""Questions written for this project beside paragraphs, one by one, with and without an answer.

Two files in `written/`, JSON lines packed by xz; its README says how they came about. A question is
`[kind, question, words of the paragraph that answer it or null]`; kinds are those of `KINDS`.

- `paragraphs.jsonl.xz`: `{"paragraph": KEY, "questions": [...]}`, about paragraphs of SQuAD v1.1
  train, which are named by `key_of` their text;
- `chronicles.jsonl.xz`: `{"world": "a01", "articles": [{"title", "published", "paragraphs":
  [{"text", "questions": [...]}]}]}`: articles about invented talks. A world's questions without
  an answer have none in any of its articles.
"""

from __future__ import annotations

import hashlib
import json
import lzma
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

from corpus.types import Article
from index.datasets import KnownQuestion, QuestionSet
from index.embedding import Embedder
from index.metrics import holds_answer
from index.training import data
from index.training.language import contains
from index.training.nearby import NearInMeaning
from index.training.noise import typed
from index.training.pairs import Group, Pair

FOLDER = Path(__file__).parent / "written"
PARAGRAPHS = FOLDER / "paragraphs.jsonl.xz"
CHRONICLES = FOLDER / "chronicles.jsonl.xz"

OWN_KIND = "S"
KINDS = {
    "A": "words",
    "F": "words, asked far from the text",
    "W": "why or how",
    "Y": "yes or no, answered by the clause that decides it",
    "K": "key words",
    "T": "typed carelessly",
    "U": "unanswerable",
}
# One world in five, by its name, is kept apart: the confidence is calibrated and measured there.
KEPT_APART = 5
OWN = 2  # questions that the data set has about a paragraph, beside those written about it
NEAR = 7  # paragraphs of a world, nearest to the question, among which others are drawn
OTHERS = 3  # of these, beside each answered question
UNANSWERED_ELSEWHERE = 0.4  # of unanswerable questions, asked of another paragraph too


@dataclass(frozen=True, slots=True)
class WrittenQuestion:
    kind: str
    text: str
    answer: str | None  # words of the paragraph; None where it has none


@dataclass(frozen=True, slots=True)
class WrittenParagraph:
    text: str
    questions: tuple[WrittenQuestion, ...]


@dataclass(frozen=True, slots=True)
class Chronicle:
    """An article about invented talks."""

    title: str
    published: str
    paragraphs: tuple[WrittenParagraph, ...]


@dataclass(frozen=True, slots=True)
class World:
    """The articles about one invented dispute."""

    name: str
    articles: tuple[Chronicle, ...]

    @property
    def paragraphs(self) -> Iterator[WrittenParagraph]:
        return (paragraph for article in self.articles for paragraph in article.paragraphs)


def key_of(text: str) -> str:
    """What names a paragraph of a public data set: the start of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def read_paragraphs(
    articles: Sequence[data.Article], path: Path = PARAGRAPHS
) -> list[WrittenParagraph]:
    """The questions about paragraphs of these articles, in the file's order.

    The data set's own questions are among them: worded close to the text, as the unanswerable ones
    are, so that closeness doesn't tell one from the other.
    """
    found = {key_of(one.text): one for article in articles for one in article.paragraphs}
    return [
        WrittenParagraph(own.text, _questions(record["questions"]) + _own_questions(own))
        for record in _records(path)
        for own in [found.get(record["paragraph"])]
        if own is not None
    ]


def read_worlds(path: Path = CHRONICLES) -> list[World]:
    return [
        World(record["world"], tuple(_chronicle(one) for one in record["articles"]))
        for record in _records(path)
    ]


def question_set(world: World) -> QuestionSet:
    """A world's articles, and all of its questions: what is known of their answers."""
    articles: list[Article] = []
    questions: list[KnownQuestion] = []
    for number, chronicle in enumerate(world.articles, 1):
        name = f"{world.name}-{number}"
        texts = tuple(paragraph.text for paragraph in chronicle.paragraphs)
        articles.append(Article(name, chronicle.title, texts, published=chronicle.published))
        for row, paragraph in enumerate(chronicle.paragraphs, 1):
            for at, asked in enumerate(paragraph.questions, 1):
                answers = () if asked.answer is None else (asked.answer,)
                questions.append(
                    KnownQuestion(
                        id=f"{name}-{row}-{at}",
                        question=asked.text,
                        answers=answers,
                        kind=KINDS[asked.kind],
                        # The words may stand in another of its articles as well.
                        articles=tuple(
                            f"{world.name}-{place}"
                            for place, other in enumerate(world.articles, 1)
                            if any(holds_answer(one.text, answers) for one in other.paragraphs)
                        ),
                        asked_of=(name, row),
                    )
                )
    return QuestionSet(world.name, tuple(questions), tuple(articles))


def split_worlds(worlds: Sequence[World]) -> tuple[list[World], list[World]]:
    """Those to train on, and those kept apart."""
    sides: tuple[list[World], list[World]] = ([], [])
    for world in worlds:
        apart = hashlib.sha1(world.name.encode()).digest()[0] % KEPT_APART == 0
        sides[apart].append(world)
    return sides


class WrittenGroups:
    """Groups made of written paragraphs; an epoch's depend on the seed and the epoch alone."""

    def __init__(self, paragraphs: Sequence[WrittenParagraph], seed: int) -> None:
        self._paragraphs = paragraphs
        self._seed = seed
        self.size = sum(_answered(paragraph) for paragraph in paragraphs)

    def groups(self, epoch: int) -> Iterator[Group]:
        """Each answered question, beside some of its paragraph's unanswerable ones."""
        for number, paragraph in enumerate(self._paragraphs):
            rng = Random(f"written:{self._seed}:{epoch}:{number}")
            for asked, lacking in dealt(paragraph, rng):
                pairs = [_pair(asked, paragraph.text, rng)]
                pairs += [_pair(one, paragraph.text, rng) for one in lacking]
                yield tuple(pairs)


class ChronicleGroups:
    """Groups made of worlds: other paragraphs of a world stand beside the one that answers.

    They are those that the bot's search would find beside it, as it reads them side by side.

    :param passes: How often an epoch goes over them, each time with other neighbours.
    """

    def __init__(
        self, worlds: Sequence[World], embedder: Embedder, seed: int, passes: int = 1
    ) -> None:
        self._worlds = worlds
        self._embedder = embedder
        self._seed = seed
        self._passes = passes
        self._nearby = lru_cache(maxsize=None)(self._nearby_of)
        self.size = passes * sum(_answered(one) for world in worlds for one in world.paragraphs)

    def groups(self, epoch: int) -> Iterator[Group]:
        for turn, (number, world) in product(range(self._passes), enumerate(self._worlds)):
            rng = Random(f"chronicles:{self._seed}:{epoch}:{turn}:{world.name}")
            for paragraph in world.paragraphs:
                for asked, lacking in dealt(paragraph, rng):
                    pairs = [_pair(asked, paragraph.text, rng)]
                    for other in self._others(number, asked, paragraph.text, OTHERS, rng):
                        pairs.append(_elsewhere(asked, other, rng))
                    for one in lacking:
                        pairs.append(_pair(one, paragraph.text, rng))
                        if rng.random() < UNANSWERED_ELSEWHERE:
                            others = self._others(number, one, paragraph.text, 1, rng)
                            pairs += [_elsewhere(one, other, rng) for other in others]
                    yield tuple(pairs)

    def _others(
        self, world: int, asked: WrittenQuestion, own: str, count: int, rng: Random
    ) -> list[str]:
        """Paragraphs near to the question that don't say the answer's words."""
        near = [
            text
            for text in self._nearby(world).nearest(asked.text, NEAR + 1)
            if text != own and not (asked.answer and contains(text, asked.answer))
        ]
        return rng.sample(near, min(count, len(near)))

    def _nearby_of(self, world: int) -> NearInMeaning:
        paragraphs = list(self._worlds[world].paragraphs)
        asked = [question.text for paragraph in paragraphs for question in paragraph.questions]
        return NearInMeaning([one.text for one in paragraphs], asked, self._embedder)


def dealt(
    paragraph: WrittenParagraph, rng: Random
) -> list[tuple[WrittenQuestion, list[WrittenQuestion]]]:
    """Each answered question with a share of the unanswerable ones, none of them twice."""
    answered = [question for question in paragraph.questions if question.kind not in "US"]
    own = [question for question in paragraph.questions if question.kind == OWN_KIND]
    answered += rng.sample(own, min(OWN, len(own)))
    lacking = [question for question in paragraph.questions if question.answer is None]
    rng.shuffle(answered)
    rng.shuffle(lacking)
    return [(asked, lacking[at :: len(answered)]) for at, asked in enumerate(answered)]


def _answered(paragraph: WrittenParagraph) -> int:
    """How many groups are made of a paragraph."""
    kinds = Counter(question.kind for question in paragraph.questions)
    return kinds.total() - kinds["U"] - max(0, kinds[OWN_KIND] - OWN)


def _pair(question: WrittenQuestion, text: str, rng: Random) -> Pair:
    if question.answer is None:
        return _elsewhere(question, text, rng)
    start = text.index(question.answer)
    span = (start, start + len(question.answer))
    return Pair(typed(question.text, rng), text, span, span, f"written {question.kind}")


def _elsewhere(question: WrittenQuestion, text: str, rng: Random) -> Pair:
    """The question beside a text that doesn't answer it; a window is cut out anywhere."""
    place = rng.randrange(len(text) - 1)
    return Pair(typed(question.text, rng), text, None, (place, place + 1), "written U")


def _chronicle(record: dict[str, Any]) -> Chronicle:
    return Chronicle(
        record["title"],
        record["published"],
        tuple(
            WrittenParagraph(one["text"], _questions(one["questions"]))
            for one in record["paragraphs"]
        ),
    )


def _own_questions(paragraph: data.Paragraph) -> tuple[WrittenQuestion, ...]:
    """The data set's questions whose answer stands in one place alone: where is then certain."""
    return tuple(
        WrittenQuestion(OWN_KIND, question.text, question.answers[0].text)
        for question in paragraph.questions
        if question.answers and paragraph.text.count(question.answers[0].text) == 1
    )


def _questions(rows: Sequence[Sequence[Any]]) -> tuple[WrittenQuestion, ...]:
    return tuple(WrittenQuestion(*row) for row in rows)


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
