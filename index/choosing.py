"""Which of a question's candidates say the same, and which are shown beside one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from corpus.analysis import words
from index.evidence import Candidate


def same(one: str, other: str) -> bool:
    """Whether two spans give the same answer: one's words are all the other's, in a row.

    >>> same("Vladimir Medinsky", "Medinsky"), same("2 June", "2 June 2025"), same("1", "12")
    (True, True, False)
    """
    short, long = sorted((_bare(one), _bare(other)), key=len)
    if not short:  # "the", or a sign, has no words of its own
        return one == other
    return any(long[i : i + len(short)] == short for i in range(len(long) - len(short) + 1))


def _bare(text: str) -> list[str]:
    return [word for word in words(text) if word not in ("a", "an", "the")]


def one_a_passage(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The first candidate of each passage, in order."""
    firsts: dict[int, Candidate] = {}
    for found in candidates:
        firsts.setdefault(found.hit.passage.id, found)
    return list(firsts.values())


def best_of_articles(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The best candidate of each article first, then the others: other articles prove more."""
    firsts: list[Candidate] = []
    rest: list[Candidate] = []
    seen: set[str] = set()
    for found in candidates:
        article_id = found.hit.passage.article_id
        (rest if article_id in seen else firsts).append(found)
        seen.add(article_id)
    return firsts + rest


def one_a_sentence(
    candidates: Iterable[Candidate], told: Iterable[str] = ()
) -> Iterator[Candidate]:
    """The first candidate of each sentence, in order; copies of a sentence are one.

    :param told: Sentences to leave out.
    """
    seen = {tuple(words(sentence)) for sentence in told}
    for found in candidates:
        sentence = tuple(words(found.quote))
        if sentence not in seen:
            seen.add(sentence)
            yield found


def saying_otherwise(candidates: Iterable[Candidate], told: Iterable[str]) -> Iterator[Candidate]:
    """The first candidate of each answer that differs from those told and those before, in order.

    :param told: The words of answers.
    """
    answers = list(told)
    for found in candidates:
        if not any(same(found.words, answer) for answer in answers):
            answers.append(found.words)
            yield found
