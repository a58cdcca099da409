"""`talks reindex` as a gate, pins, `talks rollback`, backups and the log, as typed."""

import json
from pathlib import Path

import pytest

from corpus.store import Corpus
from index.building import Generations
from tests.terminal import LED, MENU, Talks, write

QUESTION = "Who led the Russian delegation?"


def status(talks: Talks) -> dict[str, object]:
    facts: dict[str, object] = json.loads(talks("status", "--json").stdout)
    return facts


def test_a_lost_pinned_answer_refuses_to_publish_unless_forced(
    talks: Talks, tmp_path: Path
) -> None:
    file = write(tmp_path / "open.md", LED, MENU)
    talks("add", file)
    talks("reindex")
    assert talks("pin", QUESTION).stdout.splitlines() == [
        f"Pinned, as number 1: {QUESTION}",
        "Its answer: “**Vladimir Medinsky** led the Russian delegation at the talks in Istanbul.” "
        "(Talks open, 16 May 2025)",
    ]
    write(tmp_path / "open.md", MENU)
    talks("add", file)
    refused = talks("reindex")
    assert refused.exit_code == 1
    assert refused.stdout.splitlines() == [
        f"    lost  {QUESTION}",
        "          before: “**Vladimir Medinsky** led the Russian delegation at the talks in "
        "Istanbul.” (Talks open, 16 May 2025)",
        "           after: no answer",
        "1 pinned question: 0 same, 0 changed, 1 lost, 0 won.",
        "       +  open",
        "       -  open",
    ]
    assert "Not published: 1 pinned question would lose the answer." in refused.stderr
    assert status(talks)["generation"] == 1
    assert talks("ask", QUESTION).exit_code == 0
    forced = talks("reindex", "--force")
    assert (forced.exit_code, "is live: 1 passage" in forced.stdout) == (0, True)
    assert talks("ask", QUESTION).exit_code == 3


def test_a_withdrawn_answer_is_lost_until_it_is_published_by_force(
    talks: Talks, tmp_path: Path
) -> None:
    talks("add", write(tmp_path / "open.md", LED), write(tmp_path / "menu.md", MENU))
    talks("reindex")
    talks("pin", QUESTION)
    talks("remove", "open")
    refused = talks("reindex")
    assert (refused.exit_code, refused.stdout.splitlines()[0]) == (1, f"    lost  {QUESTION}")
    assert talks("reindex", "--force").exit_code == 0
    again = talks("reindex")
    assert (again.exit_code, again.stdout.splitlines()[0]) == (
        0, "1 pinned question: 1 same, 0 changed, 0 lost, 0 won."
    )  # fmt: skip


def test_a_check_shows_the_difference_and_publishes_nothing(talks: Talks, tmp_path: Path) -> None:
    talks("add", write(tmp_path / "menu.md", MENU))
    talks("reindex")
    talks("pin", QUESTION)
    talks("add", write(tmp_path / "open.md", LED))
    checked = talks("reindex", "--check")
    assert checked.exit_code == 0
    assert checked.stdout.splitlines() == [
        f"     won  {QUESTION}",
        "          before: no answer",
        "           after: “**Vladimir Medinsky** led the Russian delegation at the talks in "
        "Istanbul.” (Talks open, 16 May 2025)",
        "1 pinned question: 0 same, 0 changed, 0 lost, 1 won.",
        "       +  open",
        "Nothing was published. It would have 2 passages (1 added, 0 removed, 1 text embedded).",
    ]
    assert status(talks)["generation"] == 1
    files = [path.name for path in (tmp_path / "data" / "generations").iterdir()]
    assert files == ["000001.faiss"]
    published = talks("reindex")
    assert "(1 added, 0 removed, 0 texts embedded)" in published.stdout


def test_a_reindex_with_nothing_to_do_leaves_what_can_be_rolled_back_to(
    talks: Talks, tmp_path: Path
) -> None:
    talks("add", write(tmp_path / "open.md", LED))
    assert "       +  open" in talks("reindex").stdout.splitlines()
    talks("add", write(tmp_path / "menu.md", MENU))
    talks("reindex")
    for _ in range(3):
        idle = talks("reindex")
        assert idle.stdout == "Nothing has changed: generation 2 stays live, 2 passages.\n"
    talks("remove", "menu")
    assert "       -  menu" in talks("reindex").stdout.splitlines()
    assert "Generation 2 is live again" in talks("rollback").stdout
    assert "Generation 1 is live again" in talks("rollback").stdout


def test_only_new_texts_are_embedded(talks: Talks, tmp_path: Path) -> None:
    talks("add", write(tmp_path / "open.md", LED, MENU))
    assert "2 texts embedded" in talks("reindex").stdout
    talks("add", write(tmp_path / "copy.md", LED, "It was the first meeting in three years."))
    assert "(2 added, 0 removed, 1 text embedded)" in talks("reindex").stdout
    assert "4 texts embedded" not in talks("reindex").stdout
    assert "(4 added, 0 removed, 3 texts embedded)" in talks("reindex", "--full").stdout


def test_a_rollback_is_quick_needs_no_model_and_is_in_the_log(
    talks: Talks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talks("add", write(tmp_path / "open.md", LED))
    talks("reindex")
    talks("add", write(tmp_path / "menu.md", MENU))
    talks("reindex")
    monkeypatch.setattr("index.embedding.Embedder", None)
    said = talks("rollback").stdout
    assert said.startswith("Generation 1 is live again: 1 passage. What was withdrawn stays so")
    nothing = talks("rollback")
    assert (nothing.exit_code, "There is no earlier generation" in nothing.stderr) == (1, True)
    told = [
        (e["what"], e["subject"])
        for e in map(json.loads, talks("log", "--json").stdout.splitlines())
    ]
    assert told == [
        ("rolled back to", "generation 1"),
        ("published", "generation 2"),
        ("added", "menu"),
        ("published", "generation 1"),
        ("added", "open"),
    ]


def test_a_second_reindex_is_told_who_is_at_it(talks: Talks, tmp_path: Path) -> None:
    talks("add", write(tmp_path / "open.md", LED))
    corpus = Corpus(tmp_path / "data")
    import threading

    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        with Generations(corpus).writing(who="Bob (Telegram 7)"):
            holding.set()
            done.wait(30)

    other = threading.Thread(target=hold)
    other.start()
    holding.wait(30)
    second = talks("reindex")
    done.set()
    other.join()
    corpus.database.close()
    assert second.exit_code == 1
    assert "Another reindex is running (Bob (Telegram 7), since " in second.stderr
    assert talks("reindex").exit_code == 0


def test_pins_are_listed_and_unpinned(talks: Talks) -> None:
    assert talks("pins").stdout == "No question is pinned. `talks pin QUESTION` pins one.\n"
    talks("pin", "Who", "led", "the", "team?")
    assert (
        talks("pin", "who led the team").stdout
        == "Pinned before, as number 1: Who led the team?\nIts answer: none yet\n"
    )
    assert talks("pins").stdout.splitlines() == [
        "   1  Who led the team?  (ada at the terminal)",
        "      no answer",
    ]
    assert talks("unpin", "1").stdout == "Unpinned: Who led the team?\n"
    again = talks("unpin", "1")
    assert (again.exit_code, "There is no pinned question 1" in again.stderr) == (1, True)


def test_a_backup_restored_answers_as_before(talks: Talks, tmp_path: Path) -> None:
    talks("add", write(tmp_path / "open.md", LED))
    talks("reindex")
    told = talks("backup", str(tmp_path / "copy.sqlite3")).stdout
    assert told.startswith(f"{tmp_path / 'copy.sqlite3'}: 1 article, ")
    talks("add", write(tmp_path / "open.md", MENU))
    talks("reindex")
    assert talks("ask", QUESTION).exit_code == 3
    import gc

    gc.collect()  # the commands above ran in this very process, and the file must not be in use
    lines = talks("restore", str(tmp_path / "copy.sqlite3")).stdout.splitlines()
    assert lines[0] == "Restored: 1 article, 1 passage."
    assert lines[1] == "Generation 1 is live, as it was then; so is the log."
    assert lines[-1].startswith("The corpus that was there before is kept as ")
    assert talks("ask", QUESTION).exit_code == 0
    assert "restored a backup" in talks("log").stdout


def test_an_export_is_what_add_reads(talks: Talks, tmp_path: Path) -> None:
    talks("add", write(tmp_path / "open.md", LED, MENU))
    (line,) = talks("export").stdout.splitlines()
    assert json.loads(line)["paragraphs"] == [LED, MENU]
    told = talks("export", str(tmp_path / "all.jsonl"))
    assert told.stderr == f"{tmp_path / 'all.jsonl'}: 1 article.\n"
    assert talks("add", str(tmp_path / "all.jsonl")).stdout.splitlines()[-1] == "1 unchanged."
