"""The embedding model's training: its triplets, its loss, and that a run's model can be used."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from random import Random

import pytest
import torch
from sentence_transformers import SentenceTransformer

from index.embedding import Embedder
from index.training.data import Answer, Article, Paragraph, Question
from index.training.export import bundled_encoder
from index.training.passages import Triplet, read, write
from index.training.train_embedder import EmbedderTrainer, batches, contrast
from index.training.triplets import Sought, sought_of_squad, sought_of_written, triplets
from index.training.written import Collection, WrittenParagraph, WrittenQuestion

BRIDGE = "Ada Holt built the bridge over the Varn in 1902."
CLOSED = "Leo Brandt closed the bridge in 1950."
AGAIN = "In 1902 the bridge over the Varn had two tracks."


def test_a_triplet_has_a_near_paragraph_without_the_answer() -> None:
    sought = Sought("Who built the bridge over the Varn?", BRIDGE, "Ada Holt", times=2)
    made = list(triplets([BRIDGE, CLOSED, AGAIN], [sought], Random(1)))
    assert [one.paragraph for one in made] == [BRIDGE, BRIDGE]
    assert {one.other for one in made} <= {CLOSED, AGAIN}
    dated = Sought("When was the bridge over the Varn built?", BRIDGE, "1902", times=5)
    assert {one.other for one in triplets([BRIDGE, AGAIN, CLOSED], [dated], Random(1))} == {CLOSED}
    [alone] = triplets([BRIDGE, AGAIN], [Sought("When?", BRIDGE, "1902", times=1)], Random(1))
    assert alone.other is None


def test_questions_with_an_answer_are_sought_and_written_ones_count_more() -> None:
    question = Question("q", "Who built it?", (Answer("Ada Holt", 0),))
    lacking = Question("r", "Who sold it?", ())
    found = list(sought_of_squad(Article("Varn", (Paragraph(BRIDGE, (question, lacking)),))))
    assert found == [Sought("Who built it?", BRIDGE, "Ada Holt", 1)]
    asked = (
        WrittenQuestion("F", "Whose work spans the river?", "Ada Holt"),
        WrittenQuestion("U", "Who paid?", None),
        WrittenQuestion("S", "Who built it?", "Ada Holt"),
    )
    collection = Collection("Varn", (WrittenParagraph(BRIDGE, asked),))
    [written] = sought_of_written(collection)
    assert (written.question, written.times) == ("Whose work spans the river?", 3)


def test_triplets_are_kept_in_a_file(tmp_path: Path) -> None:
    made = [Triplet("Who?", BRIDGE, CLOSED), Triplet("When?", CLOSED, None)]
    write(tmp_path / "triplets.xz", made)
    assert read(tmp_path / "triplets.xz") == made


def test_batches_are_the_same_for_a_seed_and_go_on_without_end() -> None:
    rows = [Triplet(str(number), "", None) for number in range(5)]
    first, again = (list(islice(batches(rows, 2, seed=3), 6)) for _ in range(2))
    assert first == again
    assert [len(batch) for batch in first] == [2] * 6
    assert len({row.question for batch in first[:2] for row in batch}) == 4


def test_a_text_that_two_questions_share_is_not_held_against_either() -> None:
    questions = torch.eye(2)
    texts = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    nothing = torch.zeros(2, 2, dtype=torch.bool)
    shared = torch.tensor([[False, True], [True, False]])
    assert contrast(questions[:1], texts, nothing[:1]).item() == pytest.approx(0.6931, abs=1e-3)
    assert contrast(questions, texts, shared).item() == pytest.approx(0.0, abs=1e-3)


def test_a_runs_model_finds_what_it_was_trained_to_find(tmp_path: Path) -> None:
    torch.manual_seed(1)
    model = SentenceTransformer(str(bundled_encoder()), device="cpu")
    [name] = [name for name in model.state_dict() if name.endswith("word_embeddings.weight")]
    before = model.state_dict()[name].clone()
    # Nobody calls it so: what follows can only come from training.
    rows = [Triplet("zig", BRIDGE, CLOSED), Triplet("zag", CLOSED, BRIDGE)]
    trainer = EmbedderTrainer(model, rate=2e-4, tokens=64)
    trainer.run(batches(rows, 2, seed=1), minutes=1, steps=30)
    assert torch.equal(before, model.state_dict()[name])
    model.save_pretrained(str(tmp_path))
    embedder = Embedder(str(tmp_path))
    cosines = (
        embedder.encode_queries(["zig", "zag"]) @ embedder.encode_documents([BRIDGE, CLOSED]).T
    )
    assert cosines.argmax(axis=1).tolist() == [0, 1]
