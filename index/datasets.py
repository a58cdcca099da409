"""Questions with known answers, read from files; each may end in `.gz` as well.

Three formats are known:

- Questions about the live corpus, `.jsonl`, one object a line::

      {"id": "d007", "question": "Where did they meet?", "answers": ["Dolmabahçe Palace"],
       "articles": ["istanbul-talks-open"], "kind": "plain", "note": ""}

  `answers` are words as they stand in an article, every wording that counts; an empty list says
  that the corpus has no answer. `articles` are the ids of all articles that answer; without them
  any passage that holds one of the answers is taken for right. `kind` (default "plain") groups
  questions in the report; `note` is for people. Other keys are left alone.
- SQuAD v1.1 and v2.0, `.json` (https://rajpurkar.github.io/SQuAD-explorer/), with its own
  paragraphs: each title becomes an article.
- MultiHop-RAG (https://github.com/yixuantt/MultiHop-RAG), `.jsonl`, queries in one file and the
  sentences that are their evidence in another: each page becomes an article of its sentences.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ValidationError

from corpus.errors import SourceError
from corpus.types import Article
from index.metrics import holds_answer

ANSWERABLE, UNANSWERABLE = "answerable", "unanswerable"

ParagraphKey = tuple[str, int]  # article id, and the paragraph's number from 1


@dataclass(frozen=True, slots=True)
class KnownQuestion:
    """A question, and what is known of its answer."""

    id: str
    question: str
    answers: tuple[str, ...]  # every wording that counts; empty where there is none to find
    kind: str  # "paraphrase", "unanswerable", ...: what the report groups by
    articles: tuple[str, ...] = ()  # ids of those that answer; empty: any that holds an answer
    paragraphs: tuple[ParagraphKey, ...] = ()  # those that answer, where the set names them
    asked_of: ParagraphKey | None = None  # the paragraph it was written about, answered or not
    extractive: bool = True  # the answer's words stand in a passage; not so for "Yes"

    @property
    def answerable(self) -> bool:
        return bool(self.answers)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of one file, and the articles that they are about if the file brings them."""

    name: str
    questions: tuple[KnownQuestion, ...]
    articles: tuple[Article, ...] = ()  # empty: about the live corpus

    def paragraph(self, key: ParagraphKey) -> str:
        """The text of one of the set's own paragraphs."""
        article = next(article for article in self.articles if article.id == key[0])
        return article.paragraphs[key[1] - 1]


def read_questions(path: Path, passages: Path | None = None) -> QuestionSet:
    """The questions of a file in one of the formats above.

    :param passages: The evidence sentences that belong to MultiHop-RAG queries.
    :raises SourceError: If it can't be read, naming the file, the line and what is wrong.
    """
    kind = path.name.lower().removesuffix(".gz")
    name = path.name[: len(kind)].rpartition(".")[0]
    if kind.endswith(".json") and passages is None:
        return _read_squad(name, path)
    if kind.endswith(".jsonl") and passages is not None:
        return _read_multihop(name, path, passages)
    if kind.endswith(".jsonl"):
        lines = map(_own_question, _lines(path, _Line))
        return QuestionSet(name, _unique(path, lines))
    if passages is not None:
        raise SourceError(str(path), "passages come with questions in .jsonl or .jsonl.gz")
    raise SourceError(
        str(path), "not a kind of question file (.jsonl, or .json for SQuAD; .gz may follow)"
    )


def sample(questions: Sequence[KnownQuestion], limit: int | None, seed: int) -> list[KnownQuestion]:
    """At most `limit` of the questions, drawn at random, in their old order."""
    if limit is None or limit >= len(questions):
        return list(questions)
    return [questions[i] for i in sorted(Random(seed).sample(range(len(questions)), limit))]


# -- what may stand in the files


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return text


Said = Annotated[str, AfterValidator(_not_blank)]


class _Line(BaseModel):
    id: Said
    question: Said
    answers: list[Said]
    articles: list[Said] = []
    kind: Said = "plain"


class _SquadAnswer(BaseModel):
    text: Said


class _SquadQuestion(BaseModel):
    id: Said
    question: Said
    answers: list[_SquadAnswer] = []
    is_impossible: bool = False


class _SquadParagraph(BaseModel):
    context: Said
    qas: list[_SquadQuestion]


class _SquadArticle(BaseModel):
    title: str = ""
    paragraphs: list[_SquadParagraph]


class _Squad(BaseModel):
    data: list[_SquadArticle]


class _Query(BaseModel):
    query_id: Said
    query: Said
    question_type: Said
    answer: str
    answerable: bool
    passage_ids: list[str]


class _Evidence(BaseModel):
    passage_id: Said
    text: Said
    title: Said
    source: str = ""
    date: str = ""
    url: str = ""


Record = TypeVar("Record", bound=BaseModel)


# -- the formats


def _own_question(found: tuple[str, _Line]) -> tuple[str, KnownQuestion]:
    source, line = found
    if line.articles and not line.answers:
        raise SourceError(source, '"articles" that answer are named, but no "answers"')
    question = KnownQuestion(
        id=line.id,
        question=line.question,
        answers=tuple(line.answers),
        kind=line.kind,
        articles=tuple(line.articles),
    )
    return source, question


def _read_squad(name: str, path: Path) -> QuestionSet:
    squad = _record(_Squad, _json(_text(path), str(path)), str(path))
    articles: list[Article] = []
    questions: list[tuple[str, KnownQuestion]] = []
    for number, entry in enumerate(squad.data, start=1):
        title = entry.title.replace("_", " ").strip() or f"Article {number}"
        # A title that comes twice makes two articles, so that paragraphs keep their numbers.
        taken = any(article.id == entry.title for article in articles)
        article_id = f"{entry.title}-{number}" if taken or not entry.title else entry.title
        paragraphs = tuple(paragraph.context for paragraph in entry.paragraphs)
        articles.append(Article(article_id, title, paragraphs))
        for place, paragraph in enumerate(entry.paragraphs, start=1):
            for asked in paragraph.qas:
                source = f"{path}, question {asked.id!r}"
                questions.append((source, _squad_question(asked, (article_id, place), source)))
    return QuestionSet(name, _unique(path, iter(questions)), tuple(articles))


def _squad_question(asked: _SquadQuestion, place: ParagraphKey, source: str) -> KnownQuestion:
    if not asked.answers and not asked.is_impossible:
        raise SourceError(source, 'no "answers", and "is_impossible" is not true')
    answers = () if asked.is_impossible else tuple(dict.fromkeys(a.text for a in asked.answers))
    return KnownQuestion(
        id=asked.id,
        question=asked.question.strip(),
        answers=answers,
        kind=ANSWERABLE if answers else UNANSWERABLE,
        articles=(place[0],) if answers else (),
        paragraphs=(place,) if answers else (),
        asked_of=place,
    )


def _read_multihop(name: str, path: Path, passages: Path) -> QuestionSet:
    pages: dict[str, list[_Evidence]] = {}
    places: dict[str, ParagraphKey] = {}
    texts: dict[str, str] = {}
    for source, evidence in _lines(passages, _Evidence):
        page = pages.setdefault(evidence.url or evidence.title, [])
        page.append(evidence)
        if evidence.passage_id in places:
            raise SourceError(source, f"the id {evidence.passage_id!r} came before")
        places[evidence.passage_id] = (page[0].passage_id, len(page))
        texts[evidence.passage_id] = evidence.text
    asked = (
        (source, _multihop_question(query, places, texts, source))
        for source, query in _lines(path, _Query)
    )
    return QuestionSet(name, _unique(path, asked), tuple(map(_page, pages.values())))


def _page(sentences: Sequence[_Evidence]) -> Article:
    first = sentences[0]
    return Article(
        id=first.passage_id,
        title=first.title,
        paragraphs=tuple(sentence.text for sentence in sentences),
        outlet=first.source,
        url=first.url or None,
        published=first.date[:10],
    )


def _multihop_question(
    query: _Query, places: dict[str, ParagraphKey], texts: dict[str, str], source: str
) -> KnownQuestion:
    if unknown := [i for i in query.passage_ids if i not in places]:
        raise SourceError(source, f"there is no passage {unknown[0]!r}")
    if query.answerable and not (query.passage_ids and query.answer.strip()):
        raise SourceError(source, 'answerable, but without "answer" or "passage_ids"')
    evidence = query.passage_ids if query.answerable else []
    # What is asked to be compared or dated is answered by a "yes" that no sentence says.
    named = query.question_type == "inference_query"
    paragraphs = tuple(places[i] for i in evidence)
    return KnownQuestion(
        id=query.query_id,
        question=query.query,
        answers=(query.answer,) if query.answerable else (),
        kind=query.question_type.removesuffix("_query"),
        articles=tuple(dict.fromkeys(article for article, _ in paragraphs)),
        paragraphs=paragraphs,
        extractive=named and any(holds_answer(texts[i], [query.answer]) for i in evidence),
    )


# -- reading


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        if path.suffix.lower() == ".gz":
            content = gzip.decompress(content)
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise SourceError(str(path), f"not UTF-8 (at byte {exc.start})") from exc
    except (gzip.BadGzipFile, EOFError, zlib.error) as exc:
        raise SourceError(str(path), f"not a whole gzip file: {exc}") from exc
    except OSError as exc:
        raise SourceError(str(path), (exc.strerror or str(exc)).lower()) from exc


def _json(text: str, source: str) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as exc:
        raise SourceError(source, f"not JSON: {exc}") from exc


def _record(model: type[Record], value: Any, source: str) -> Record:
    try:
        return model.model_validate(value)
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise SourceError(source, f"{key}: {message}" if key else message) from exc


def _lines(path: Path, model: type[Record]) -> Iterator[tuple[str, Record]]:
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if line.strip():
            source = f"{path}, line {number}"
            value = _json(line, source)
            if model is _Line and isinstance(value, dict) and "query_id" in value:
                raise SourceError(source, "MultiHop-RAG queries need their passages (--passages)")
            yield source, _record(model, value, source)


def _unique(path: Path, found: Iterator[tuple[str, KnownQuestion]]) -> tuple[KnownQuestion, ...]:
    questions: dict[str, KnownQuestion] = {}
    for source, question in found:
        if question.id in questions:
            raise SourceError(source, f"the id {question.id!r} came before")
        questions[question.id] = question
    if not questions:
        raise SourceError(str(path), "no question in it")
    return tuple(questions.values())
