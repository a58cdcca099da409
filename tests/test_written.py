"""The questions written for training: what the files hold, and the groups made of them."""

from __future__ import annotations

import json
import lzma
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest

from index.embedding import Embedder
from index.reading import Reader
from index.training.data import Answer, Article, Paragraph, Question
from index.training.nearby import Misleading, Nearby, NearInMeaning
from index.training.pairs import Group
from index.training.written import (
    CHRONICLES,
    KINDS,
    PARAGRAPHS,
    Chronicle,
    Collection,
    Comparison,
    Others,
    World,
    WrittenGroups,
    WrittenParagraph,
    WrittenQuestion,
    certain,
    comparisons,
    key_of,
    read_paragraphs,
    read_worlds,
    split_turned,
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


def by_words(collection: Collection) -> Nearby:
    return Nearby([paragraph.text for paragraph in collection.paragraphs])


ALONE = Others(by_words, answered=0, unanswerable=0.0)


def test_written_answers_stand_in_their_paragraphs() -> None:
    worlds = read_worlds()
    assert len({world.name for world in worlds}) == len(worlds) > 0
    for paragraph in chain.from_iterable(world.paragraphs for world in worlds):
        for question in paragraph.questions:
            assert question.kind in KINDS
            assert (question.answer is None) == (question.kind == "U")
            assert question.answer is None or question.answer in paragraph.text


def test_comparisons_name_paragraphs_of_their_world() -> None:
    trained, apart = split_worlds(read_worlds())
    assert all(world.comparisons for world in apart)
    assert not any(one.words for world in apart for one in world.comparisons)
    for world in (*trained, *apart):
        for article, row in (place for one in world.comparisons for place in one.paragraphs):
            assert 1 <= article <= len(world.articles)
            assert 1 <= row <= len(world.articles[article - 1].paragraphs)


def test_a_comparison_is_answered_by_any_paragraph_that_it_leans_on() -> None:
    both = Comparison("Did the ferry come before the bridge?", ((1, 1), (1, 2)))
    neither = Comparison("Did the ferry cost more than the bridge?", ())
    first, second = comparisons(replace(WORLD, comparisons=(both, neither)))
    assert (first.answerable, first.extractive, second.answerable) == (True, False, False)
    assert first.paragraphs == (("w1-1", 1), ("w1-1", 2))
    assert first.articles == ("w1-1",)


def test_written_questions_about_public_paragraphs_are_named_by_their_text(tmp_path: Path) -> None:
    text = BRIDGE.text
    record = {
        "paragraph": key_of(text),
        "questions": [["A", "Who built it?", "Ada Holt"]],
        "turned": [
            [key_of("Who closed the bridge?"), "Who closed the ferry?"],
            [key_of("Who paid for the bridge?"), "Who paid for the ferry?"],  # unknown
        ],
    }
    other = {"paragraph": key_of("another text"), "questions": []}
    path = tmp_path / "paragraphs.jsonl.xz"
    path.write_bytes(lzma.compress("\n".join(map(json.dumps, (record, other))).encode()))
    own = [Question("1", "Who closed the bridge?", (Answer("Leo Brandt", text.index("Leo")),))]
    articles = [
        Article("Varn", (Paragraph(text, tuple(own)), Paragraph(FERRY.text, ()))),
        Article("Orsk", (Paragraph("Nothing was written about this.", ()),)),
    ]
    asked = WrittenQuestion("A", "Who built it?", "Ada Holt")
    turned = WrittenQuestion("U", "Who closed the ferry?", None, "Who closed the bridge?")
    alone = WrittenQuestion("U", "Who paid for the ferry?", None)
    kept = WrittenQuestion("S", "Who closed the bridge?", "Leo Brandt")
    paragraphs = (
        WrittenParagraph(text, (asked, turned, alone, kept), "Varn"),
        WrittenParagraph(FERRY.text, (), "Varn"),
    )
    assert read_paragraphs(articles, path) == [Collection("Varn", paragraphs)]


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
        asked += [question for _, question in paragraph.get("turned", ())]
        assert len(set(asked)) == len(asked)


def test_a_question_is_left_out_whose_answer_stands_in_no_place_or_in_several() -> None:
    text = "In 2014 he was re-elected for 4 years; 4 others were not. He had 2 aides."
    answers = ("2", "4", "201", "years", "aides")
    asked = tuple(WrittenQuestion("A", f"Question {at}?", a) for at, a in enumerate(answers))
    lacking = WrittenQuestion("U", "Who elected him?", None)
    [paragraph] = certain(Collection("c", (WrittenParagraph(text, (*asked, lacking)),))).paragraphs
    assert [one.answer for one in paragraph.questions] == ["2", "years", "aides", None]
    placed = {group[0].answer for group in groups_of(WrittenParagraph(text, asked))}
    starts = {
        "2": text.index("2 aides"),
        "years": text.index("years"),
        "aides": text.index("aides"),
    }
    assert placed == {(start, start + len(words)) for words, start in starts.items()}


def groups_of(paragraph: WrittenParagraph, epoch: int = 0) -> list[Group]:
    collection = Collection("varn", (paragraph, FERRY))
    source = WrittenGroups([collection], ALONE, seed=1)
    made = [source.group(epoch, number) for number in range(source.size)]
    assert len(made) == source.size
    return [group for group in made if group[0].passage == paragraph.text]


def test_each_answered_question_leads_a_group_and_each_other_one_is_in_one_group() -> None:
    groups = groups_of(BRIDGE)
    assert [len(group) for group in groups] == [3, 2]
    for first, *others in groups:
        assert first.answer is not None
        assert [pair.answer for pair in others] == [None] * len(others)
    answers = {group[0].passage[slice(*group[0].answer)] for group in groups if group[0].answer}
    assert answers == {"Ada Holt", "1950"}
    assert groups_of(BRIDGE) == groups
    assert groups_of(BRIDGE, epoch=1) != groups


def test_two_of_the_data_sets_own_questions_join_those_written_and_take_turns() -> None:
    own = tuple(WrittenQuestion("S", f"Question {n}?", "the bridge") for n in range(5))
    paragraph = replace(BRIDGE, questions=BRIDGE.questions + own)
    seen = set()
    for epoch in range(8):
        groups = groups_of(paragraph, epoch)
        kinds = sorted(group[0].kind for group in groups)
        assert kinds == ["written A", "written F", "written S", "written S"]
        assert sum(len(group) - 1 for group in groups) == 3
        asked = [group[0].question for group in groups if group[0].kind == "written S"]
        assert len(set(asked)) == 2
        seen |= {question[:10] for question in asked}
    assert len(seen) > 2


def test_a_turned_question_stands_in_the_group_of_the_one_it_was_made_of() -> None:
    own = tuple(WrittenQuestion("S", f"question {n}", "the bridge") for n in range(4))
    turned = tuple(
        WrittenQuestion("U", f"turned {n}", None, f"question {n}") for n in range(4) if n != 2
    )
    both = {}
    for group in groups_of(WrittenParagraph(BRIDGE.text, own + turned)):
        assert len(group) == 2
        both[group[0].question[-1]] = group[1].question[-1]
    assert both == {"0": "0", "1": "1", "3": "3"}


def test_paragraphs_with_turned_questions_make_a_source_of_their_own() -> None:
    turned = WrittenQuestion("U", "Who closed it in 1951?", None, "Who closed it?")
    asked = WrittenQuestion("S", "Who closed it?", "Leo Brandt")
    with_one = WrittenParagraph(BRIDGE.text, (asked, turned))
    first, second = split_turned([Collection("varn", (with_one, FERRY)), WORLD.collection])
    # The other paragraphs stay, without questions, to be asked about.
    bare = replace(FERRY, questions=())
    assert first == [Collection("varn", (with_one, bare))]
    assert second == [
        Collection("varn", (replace(with_one, questions=()), FERRY)),
        WORLD.collection,
    ]


def test_other_paragraphs_stand_beside_unless_they_say_the_answer(embedder: Embedder) -> None:
    def by_meaning(one: Collection) -> NearInMeaning:
        texts = [paragraph.text for paragraph in one.paragraphs]
        return NearInMeaning(texts, one.questions, embedder)

    for nearest in (by_meaning, by_words):
        source = WrittenGroups([WORLD.collection], Others(nearest, 2, 1.0), seed=1)
        groups = [source.group(0, number) for number in range(source.size)]
        assert source.size == len(groups) == 3
        built, shut = sorted(groups[:2], key=lambda group: group[0].kind)
        about = {pair.passage for pair in built if pair.question == built[0].question}
        # The ferry's paragraph names Ada Holt, so it isn't shown as one without that answer.
        assert FERRY.text not in about
        assert FERRY.text in {pair.passage for pair in shut}
        # Each of the three unanswerable ones is asked of the ferry's paragraph too.
        asked = [pair.passage for group in groups for pair in group[1:]]
        assert asked.count(BRIDGE.text) == 3 + 1  # the question about the ferry
        assert asked.count(FERRY.text) == 3 + 1


def test_half_of_those_found_is_kept_the_likeliest_to_mislead_first(reader: Reader) -> None:
    texts = [
        "The bridge over the Varn is green.",
        "It rained in the valley.",
        "Ada Holt built a large stone bridge in 1902 and three more later.",
        "The ferry was sold.",
    ]
    nearby = Nearby(texts)
    asked = "Who built the bridge over the Varn?"
    assert nearby.nearest(asked, 4)[0] == texts[0]
    misleading = Misleading(nearby, reader, dict.fromkeys(texts, "The valley"))
    found = misleading.nearest(asked, 4)
    assert len(found) == 2
    assert found[0] == texts[2]


def test_a_turned_question_stays_where_the_one_it_was_made_of_is_left_out() -> None:
    asked = WrittenQuestion("A", "Who closed it?", "Leo Brandt")
    twice = WrittenQuestion("S", "What was shut?", "the")
    turned = WrittenQuestion("U", "What was reopened?", None, "What was shut?")
    text = BRIDGE.text + " So the river was free."
    [[first, second]] = groups_of(WrittenParagraph(text, (asked, twice, turned)))
    assert (first.kind, second.answer) == ("written A", None)


def test_worlds_kept_apart_are_none_of_those_trained_on() -> None:
    train, apart = split_worlds(read_worlds())
    assert not {world.name for world in train} & {world.name for world in apart}
    assert min(len(train), len(apart)) > 0
    # By name alone: more worlds later don't move one from one side to the other.
    assert split_worlds(apart) == ([], apart)
