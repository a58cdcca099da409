"""Questions written for this project beside paragraphs, one by one, with and without an answer.

Two files in `written/`, JSON lines packed by xz; its README says how they came about. A question is
`[kind, question, words of the paragraph that answer it or null]`; kinds are those of `KINDS`.

- `paragraphs.jsonl.xz`: `{"paragraph": KEY, "questions": [...], "turned": [[KEY, question], ...]}`,
  about paragraphs of SQuAD v1.1 train, which are named by `key_of` their text. Questions in
  `turned` are the data set's own, named likewise, with a word or two changed so that they have no
  answer;
- `chronicles.jsonl.xz`: `{"world": "a01", "articles": [{"title", "published", "paragraphs":
  [{"text", "questions": [...]}]}], "comparisons": [...]}`: articles about invented talks. A world's
  questions without an answer have none in any of its articles. Comparisons are long questions that
  lean on several paragraphs: `[question, [[1, 2, words], ...]]`, the second paragraph of the first
  article and so on, with the words that bear on the question; none where it can't be answered.
  Worlds that are kept apart have them without the words.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from corpus.types import Article
from index.datasets import KnownQuestion, QuestionSet
from index.metrics import holds_answer
from index.training import data
from index.training.language import contains
from index.training.nearby import Nearest
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
NEAR = 7  # paragraphs, nearest to the question, among which others are drawn


@dataclass(frozen=True, slots=True)
class WrittenQuestion:
    kind: str
    text: str
    answer: str | None  # words of the paragraph; None where it has none
    turned: str | None = None  # the answered question of which this one was made


@dataclass(frozen=True, slots=True)
class WrittenParagraph:
    text: str
    questions: tuple[WrittenQuestion, ...]
    title: str = ""  # of its article


@dataclass(frozen=True, slots=True)
class Collection:
    """Paragraphs that are searched together: those of an article, or of a world."""

    name: str
    paragraphs: tuple[WrittenParagraph, ...]  # some without questions

    @property
    def questions(self) -> list[str]:
        return [one.text for paragraph in self.paragraphs for one in paragraph.questions]


@dataclass(frozen=True, slots=True)
class Chronicle:
    """An article about invented talks."""

    title: str
    published: str
    paragraphs: tuple[WrittenParagraph, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A question that more than one paragraph is needed for."""

    text: str
    paragraphs: tuple[tuple[int, int], ...]  # article and paragraph, from 1; empty: unanswerable
    words: tuple[str, ...] = ()  # of each of the paragraphs, where they are known


@dataclass(frozen=True, slots=True)
class World:
    """The articles about one invented dispute."""

    name: str
    articles: tuple[Chronicle, ...]
    comparisons: tuple[Comparison, ...] = ()

    @property
    def paragraphs(self) -> Iterator[WrittenParagraph]:
        return (paragraph for article in self.articles for paragraph in article.paragraphs)

    @property
    def collection(self) -> Collection:
        return Collection(self.name, tuple(self.paragraphs))


def key_of(text: str) -> str:
    """What names a paragraph of a public data set: the start of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def read_paragraphs(articles: Sequence[data.Article], path: Path = PARAGRAPHS) -> list[Collection]:
    """The articles with the questions written about their paragraphs; those without any left out.

    The data set's own questions are among them: worded close to the text, as the unanswerable ones
    are, so that closeness doesn't tell one from the other.
    """
    by_key = {record["paragraph"]: record for record in records(path)}
    return [
        Collection(article.title, paragraphs)
        for article in articles
        for paragraphs in [
            tuple(_paragraph(own, article.heading, by_key) for own in article.paragraphs)
        ]
        if any(paragraph.questions for paragraph in paragraphs)
    ]


def split_turned(collections: Sequence[Collection]) -> tuple[list[Collection], list[Collection]]:
    """The collections twice: with the questions of those paragraphs alone that have turned ones,
    and with the questions of the others; all paragraphs stay, to be asked about."""
    sides: tuple[list[Collection], list[Collection]] = ([], [])
    for has_turned, side in zip((True, False), sides, strict=True):
        for one in collections:
            kept = tuple(
                paragraph if _has_turned(paragraph) == has_turned else _bare(paragraph)
                for paragraph in one.paragraphs
            )
            if any(paragraph.questions for paragraph in kept):
                side.append(Collection(one.name, kept))
    return sides


def read_worlds(path: Path = CHRONICLES) -> list[World]:
    return [
        World(
            record["world"],
            tuple(_chronicle(one) for one in record["articles"]),
            tuple(
                Comparison(
                    text,
                    tuple((article, row) for article, row, *_ in places),
                    tuple(words for _, _, *rest in places for words in rest),
                )
                for text, places in record.get("comparisons", ())
            ),
        )
        for record in records(path)
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


@dataclass(frozen=True, slots=True)
class Others:
    """Other paragraphs of the collection that a question is asked of, beside its own.

    They are those that a search would find beside it, as the bot reads them side by side.
    """

    nearest: Callable[[Collection], Nearest]
    answered: float  # how many for each answered question; 0.5 is one for every second
    unanswerable: float  # share of the unanswerable questions that are asked of one, too


def comparisons(world: World) -> tuple[KnownQuestion, ...]:
    """A world's comparisons: answered by any of the paragraphs that they lean on."""
    known = []
    for number, one in enumerate(world.comparisons, 1):
        paragraphs = tuple((f"{world.name}-{article}", row) for article, row in one.paragraphs)
        known.append(
            KnownQuestion(
                id=f"{world.name}-{number}",
                question=one.text,
                answers=("yes or no",) if paragraphs else (),
                kind="comparison" if paragraphs else KINDS["U"],
                articles=tuple(dict.fromkeys(article for article, _ in paragraphs)),
                paragraphs=paragraphs,
                extractive=False,
            )
        )
    return tuple(known)


class WrittenGroups:
    """Groups made of written paragraphs; an epoch's depend on the seed and the epoch alone."""

    def __init__(self, collections: Sequence[Collection], others: Others, seed: int) -> None:
        collections = [certain(collection) for collection in collections]
        self._collections = collections
        self._others = others
        self._seed = seed
        self._nearest = lru_cache(maxsize=None)(lambda at: others.nearest(collections[at]))
        self._by_text = [{p.text: p for p in one.paragraphs} for one in collections]
        self._places = [
            (at, row, turn)
            for at, one in enumerate(collections)
            for row, paragraph in enumerate(one.paragraphs)
            for turn, _ in enumerate(_answered(paragraph))
        ]
        self.size = len(self._places)

    def group(self, epoch: int, number: int) -> Group:
        """An answered question beside some of its paragraph's unanswerable ones, and others."""
        at, row, turn = self._places[number]
        paragraph = self._collections[at].paragraphs[row]
        name = f"written:{self._seed}:{epoch}:{self._collections[at].name}:{row}"
        asked, lacking = dealt(paragraph, Random(name))[turn]
        rng = Random(f"{name}:{turn}")
        pairs = [_pair(asked, paragraph, rng)]
        count = int(self._others.answered + rng.random())
        for other in self._drawn(at, asked, paragraph, count, rng):
            pairs.append(_elsewhere(asked, other, rng))
        for one in lacking:
            pairs.append(_pair(one, paragraph, rng))
            if rng.random() < self._others.unanswerable:
                drawn = self._drawn(at, one, paragraph, 1, rng)
                pairs += [_elsewhere(one, other, rng) for other in drawn]
        return tuple(pairs)

    def _drawn(
        self, at: int, asked: WrittenQuestion, own: WrittenParagraph, count: int, rng: Random
    ) -> list[WrittenParagraph]:
        """Paragraphs near to the question that don't say the answer's words."""
        if not count:
            return []
        near = [
            self._by_text[at][text]
            for text in self._nearest(at).nearest(asked.text, NEAR + 1)
            if text != own.text and not (asked.answer and contains(text, asked.answer))
        ]
        return rng.sample(near, min(count, len(near)))


def certain(collection: Collection) -> Collection:
    """The collection without answered questions whose answer doesn't stand in just one place."""
    return Collection(
        collection.name,
        tuple(
            replace(
                paragraph,
                questions=tuple(
                    one
                    for one in paragraph.questions
                    if one.answer is None or len(places(paragraph.text, one.answer)) == 1
                ),
            )
            for paragraph in collection.paragraphs
        ),
    )


def places(text: str, answer: str) -> list[int]:
    """Where an answer stands in a text, as whole words."""
    pattern = rf"(?<!\w){re.escape(answer)}(?!\w)"
    return [match.start() for match in re.finditer(pattern, text)]


def dealt(
    paragraph: WrittenParagraph, rng: Random
) -> list[tuple[WrittenQuestion, list[WrittenQuestion]]]:
    """Each answered question with what was made of it and a share of the other unanswerable ones.

    None of them is there twice.
    """
    answered = _answered(paragraph)
    spare = [one for one in paragraph.questions if one.kind == OWN_KIND and one not in answered]
    # Own questions of which nothing was made take turns.
    for at, asked in enumerate(answered):
        if asked.kind == OWN_KIND and spare and not _made_of(paragraph, asked):
            answered[at] = spare.pop(rng.randrange(len(spare)))
            spare.append(asked)
    leading = {one.text for one in answered}
    # What was made of a question that is left out stands for itself.
    lacking = [
        one for one in paragraph.questions if one.answer is None and one.turned not in leading
    ]
    rng.shuffle(answered)
    rng.shuffle(lacking)
    return [
        (asked, _made_of(paragraph, asked) + lacking[at :: len(answered)])
        for at, asked in enumerate(answered)
    ]


def _answered(paragraph: WrittenParagraph) -> list[WrittenQuestion]:
    """The questions that lead a group: all that were written, and of the data set's own as many
    as something was made of, but at least `OWN`."""
    written = [one for one in paragraph.questions if one.kind not in "US"]
    own = [one for one in paragraph.questions if one.kind == OWN_KIND]
    own.sort(key=lambda one: not _made_of(paragraph, one))
    made = sum(bool(_made_of(paragraph, one)) for one in own)
    return written + own[: max(OWN, made)]


def _has_turned(paragraph: WrittenParagraph) -> bool:
    return any(one.turned for one in paragraph.questions)


def _bare(paragraph: WrittenParagraph) -> WrittenParagraph:
    return replace(paragraph, questions=())


def _made_of(paragraph: WrittenParagraph, asked: WrittenQuestion) -> list[WrittenQuestion]:
    return [one for one in paragraph.questions if one.turned == asked.text]


def _pair(question: WrittenQuestion, own: WrittenParagraph, rng: Random) -> Pair:
    if question.answer is None:
        return _elsewhere(question, own, rng)
    [start] = places(own.text, question.answer)
    span = (start, start + len(question.answer))
    kind = f"written {question.kind}"
    return Pair(typed(question.text, rng), own.text, span, span, kind, own.title)


def _elsewhere(question: WrittenQuestion, other: WrittenParagraph, rng: Random) -> Pair:
    """The question beside a paragraph that doesn't answer it; a window is cut out anywhere."""
    place = rng.randrange(len(other.text) - 1)
    span = (place, place + 1)
    return Pair(typed(question.text, rng), other.text, None, span, "written U", other.title)


def _chronicle(record: dict[str, Any]) -> Chronicle:
    return Chronicle(
        record["title"],
        record["published"],
        tuple(
            WrittenParagraph(one["text"], _questions(one["questions"]), record["title"])
            for one in record["paragraphs"]
        ),
    )


def _paragraph(
    own: data.Paragraph, title: str, records: dict[str, dict[str, Any]]
) -> WrittenParagraph:
    record = records.get(key_of(own.text))
    if record is None:
        return WrittenParagraph(own.text, (), title)
    asked = _own_questions(own)
    by_key = {key_of(one.text): one.text for one in asked}
    turned = tuple(
        WrittenQuestion("U", text, None, by_key.get(key)) for key, text in record.get("turned", ())
    )
    return WrittenParagraph(own.text, _questions(record["questions"]) + turned + asked, title)


def _own_questions(own: data.Paragraph) -> tuple[WrittenQuestion, ...]:
    return tuple(
        WrittenQuestion(OWN_KIND, question.text, question.answers[0].text)
        for question in own.questions
        if question.answers
    )


def _questions(rows: Sequence[Sequence[Any]]) -> tuple[WrittenQuestion, ...]:
    return tuple(WrittenQuestion(*row) for row in rows)


def records(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
