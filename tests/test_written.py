"""The questions written for training: what the files hold, and the groups made of them."""

from __future__ import annotations

import json
import lzma
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest

from index.embedding import Embedder
from index.training.data import Answer, Article, Paragraph, Question
from index.training.written import (
    CHRONICLES,
    KINDS,
    PARAGRAPHS,
    Chronicle,
    ChronicleGroups,
    World,
    WrittenGroups,
    WrittenParagraph,
    WrittenQuestion,
    key_of,
    read_paragraphs,
    read_worlds,
    split_worlds,
)

BRIDGE = WrittenParagraph(
    "Ada Holt built the bridge over the Varn in 1902. Leo Brandt closed it in 1950.",
    (
        WrittenQuestion("A", "Who built the bridge over the Varn?", "Ada Holt"),
        WrittenQuestion("F", "What year saw the crossing shut?", "1950"),
        WrittenQuestion("U", "Who built the bridge over the Orsk?", None),
        WrittenQuestion("U", "Who closed the bridge in 1902?", None),
        WrittenQuestion("U", "When was Ada Holt born?", None),
    ),
)
FERRY = WrittenParagraph(
    "A ferry crosses the Varn below the bridge, which Ada Holt had drawn as a girl.",
    (WrittenQuestion("A", "What crosses the Varn below the bridge?", "A ferry"),),
)
WORLD = World("w1", (Chronicle("The Varn", "2031-01-01", (BRIDGE, FERRY)),))


def test_written_answers_stand_in_their_paragraphs() -> None:
    worlds = read_worlds()
    assert len({world.name for world in worlds}) == len(worlds) > 0
    for paragraph in chain.from_iterable(world.paragraphs for world in worlds):
        for question in paragraph.questions:
            assert question.kind in KINDS
            assert (question.answer is None) == (question.kind == "U")
            assert question.answer is None or question.answer in paragraph.text


def test_written_questions_about_public_paragraphs_are_named_by_their_text(tmp_path: Path) -> None:
    text = BRIDGE.text
    record = {"paragraph": key_of(text), "questions": [["A", "Who built it?", "Ada Holt"]]}
    other = {"paragraph": key_of("another text"), "questions": []}
    path = tmp_path / "paragraphs.jsonl.xz"
    path.write_bytes(lzma.compress("\n".join(map(json.dumps, (record, other))).encode()))
    own = [
        Question("1", "Who closed the bridge?", (Answer("Leo Brandt", text.index("Leo")),)),
        Question("2", "What was built in 1902?", (Answer("the", 15),)),  # it stands there twice
    ]
    found = read_paragraphs([Article("Varn", (Paragraph(text, tuple(own)),))], path)
    asked = WrittenQuestion("A", "Who built it?", "Ada Holt")
    kept = WrittenQuestion("S", "Who closed the bridge?", "Leo Brandt")
    assert found == [WrittenParagraph(text, (asked, kept))]


@pytest.mark.parametrize("path", [PARAGRAPHS, CHRONICLES])
def test_no_question_is_written_twice_about_a_paragraph(path: Path) -> None:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    paragraphs = (
        records
        if path == PARAGRAPHS
        else [p for record in records for one in record["articles"] for p in one["paragraphs"]]
    )
    for paragraph in paragraphs:
        asked = [question for _, question, _ in paragraph["questions"]]
        assert len(set(asked)) == len(asked)


def test_each_answered_question_leads_a_group_and_each_other_one_is_in_one_group() -> None:
    groups = list(WrittenGroups([BRIDGE], seed=1).groups(0))
    assert [len(group) for group in groups] == [3, 2]
    for first, *others in groups:
        assert first.answer is not None
        assert [pair.answer for pair in others] == [None] * len(others)
    answers = {group[0].passage[slice(*group[0].answer)] for group in groups if group[0].answer}
    assert answers == {"Ada Holt", "1950"}
    assert list(WrittenGroups([BRIDGE], seed=1).groups(0)) == groups
    assert list(WrittenGroups([BRIDGE], seed=1).groups(1)) != groups


def test_two_of_the_data_sets_own_questions_join_those_written_about_a_paragraph() -> None:
    own = tuple(WrittenQuestion("S", f"Question {n}?", "the bridge") for n in range(5))
    source = WrittenGroups([replace(BRIDGE, questions=BRIDGE.questions + own)], seed=1)
    groups = list(source.groups(0))
    assert source.size == len(groups) == 4
    assert sorted(group[0].kind for group in groups) == [
        "written A", "written F", "written S", "written S"
    ]  # fmt: skip
    assert sum(len(group) - 1 for group in groups) == 3


def test_other_paragraphs_of_a_world_stand_beside_unless_they_say_the_answer(
    embedder: Embedder,
) -> None:
    source = ChronicleGroups([WORLD], embedder, seed=1)
    groups = list(source.groups(0))
    assert source.size == len(groups) == 3
    built, shut = sorted(groups[:2], key=lambda group: group[0].kind)
    assert [pair.passage for pair in built if pair.kind == "written U"].count(FERRY.text) <= 2
    # The ferry's paragraph names Ada Holt, so it isn't shown as one without that answer.
    assert FERRY.text not in {pair.passage for pair in built if pair.question == built[0].question}
    assert FERRY.text in {pair.passage for pair in shut}


def test_worlds_kept_apart_are_none_of_those_trained_on() -> None:
    train, apart = split_worlds(read_worlds())
    assert not {world.name for world in train} & {world.name for world in apart}
    assert min(len(train), len(apart)) > 0
    # By name alone: more worlds later don't move one from one side to the other.
    assert split_worlds(apart) == ([], apart)
