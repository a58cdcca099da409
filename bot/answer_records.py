"""An answer as JSON and back: offsets and passage ids, with the text itself left in the corpus.

Titles, outlets and dates are kept as they were shown; what is quoted is cut out of the stored
paragraphs again, which never change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from corpus.store import Corpus
from corpus.types import Article, Coverage, Passage
from index.questions import QuestionKind
from index.types import Answer, Citation, Seconds


@dataclass(frozen=True, slots=True)
class Restored:
    """An answer as it was given, with what became of its sources since."""

    answer: Answer
    versions: dict[str, int]  # of each article whose sentence is shown, as it was then


def to_record(answer: Answer, corpus: Corpus) -> dict[str, Any]:
    """An answer as JSON values."""
    return {
        "understood": answer.understood,
        "kind": answer.kind.value,
        "answered": answer.answered,
        "words": answer.words,
        "confidence": answer.confidence,
        "citations": [_citation_record(citation, corpus) for citation in answer.citations],
        "otherwise": [_citation_record(citation, corpus) for citation in answer.otherwise],
        "nearest": [_citation_record(citation, corpus) for citation in answer.nearest],
        "coverage": asdict(answer.coverage),
        "generation": answer.generation,
        "lexical_only": answer.lexical_only,
        "seconds": asdict(answer.seconds),
    }


def from_record(answer_id: str, question: str, record: dict[str, Any], corpus: Corpus) -> Restored:
    """The answer that was made into a record; passages that are no longer stored are left out."""
    cited, otherwise = record["citations"], record.get("otherwise", [])
    # Records of older versions have no sentences of what came near.
    near = [item for item in record["nearest"] if "quote_start" in item]
    every = (*cited, *otherwise, *near)
    passages = corpus.passages([item["passage"] for item in (*cited, *otherwise)], findable=False)
    # What only came near is shown as long as it could be found.
    still = corpus.passages([item["passage"] for item in near])
    for passage_id in corpus.retired(list(still)):
        del still[passage_id]

    def restored(
        items: Sequence[dict[str, Any]], stored: dict[int, Passage]
    ) -> tuple[Citation, ...]:
        return tuple(
            _citation(item, stored[item["passage"]], corpus)
            for item in items
            if item["passage"] in stored
        )

    answer = Answer(
        id=answer_id,
        question=question,
        understood=record.get("understood", ""),
        kind=QuestionKind(record["kind"]),
        answered=record["answered"],
        words=record["words"],
        confidence=record["confidence"],
        citations=restored(cited, passages),
        otherwise=restored(otherwise, passages),
        nearest=restored(near, still),
        coverage=Coverage(**record["coverage"]),
        generation=record["generation"],
        lexical_only=record["lexical_only"],
        seconds=Seconds(**record["seconds"]),
    )
    return Restored(answer, {item["article"]["id"]: item["version"] for item in every})


def notices(restored: Restored, corpus: Corpus) -> dict[int, str]:
    """What became of the cited articles since, by the number of the citation."""
    citations = (*restored.answer.citations, *restored.answer.otherwise)
    retired = corpus.retired([citation.passage.id for citation in citations])
    found: dict[int, str] = {}
    for citation in citations:
        stored = corpus.find(citation.article.id)
        if stored is None or stored.withdrawn:
            found[citation.number] = f"Source [{citation.number}] was withdrawn since."
        elif citation.passage.id in retired:
            found[citation.number] = (
                f"Source [{citation.number}] was corrected since; the quote is as it was then."
            )
        elif stored.version != restored.versions.get(citation.article.id):
            found[citation.number] = (
                f"Source [{citation.number}] was changed since, but not in what is quoted."
            )
    return found


def article_as_cited(citation: Citation, restored: Restored, corpus: Corpus) -> Article:
    """The cited article with the paragraphs of the version that was cited."""
    version = restored.versions[citation.article.id]
    return replace(citation.article, paragraphs=corpus.paragraphs_of(citation.article.id, version))


def _citation_record(citation: Citation, corpus: Corpus) -> dict[str, Any]:
    stored = corpus.find(citation.article.id)
    return {
        "number": citation.number,
        "passage": citation.passage.id,
        "start": citation.start,
        "end": citation.end,
        "quote_start": citation.quote_start,
        "quote_end": citation.quote_end,
        "lead_start": citation.lead_start,
        "score": citation.score,
        "article": _shown(citation.article),
        "version": stored.version if stored else 1,
        "also_in": [_shown(article) for article in citation.also_in],
    }


def _shown(article: Article) -> dict[str, Any]:
    """What a message shows of an article."""
    names = ("id", "title", "outlet", "url", "published", "language")
    return {name: getattr(article, name) for name in names}


def _citation(item: dict[str, Any], passage: Passage, corpus: Corpus) -> Citation:
    return Citation(
        number=item["number"],
        passage=passage,
        article=_article(item["article"], corpus),
        start=item["start"],
        end=item["end"],
        quote_start=item["quote_start"],
        quote_end=item["quote_end"],
        score=item["score"],
        also_in=tuple(_article(shown, corpus) for shown in item["also_in"]),
        lead_start=item.get("lead_start"),
    )


def _article(shown: dict[str, Any], corpus: Corpus) -> Article:
    """The article with the title, outlet, address and date that were shown."""
    stored = corpus.find(shown["id"])
    paragraphs = stored.article.paragraphs if stored else ()
    sources = stored.article.sources if stored else ()
    return Article(**shown, paragraphs=paragraphs, sources=sources)
