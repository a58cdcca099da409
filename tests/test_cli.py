"""The command line as people and programs use it; its JSON is a contract."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from corpus.store import Corpus
from index.embedding import Embedder
from index.reading import Reader
from tests.conftest import ARTICLES

Talks = Callable[..., Result]


@pytest.fixture
def talks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: Embedder, reader: Reader
) -> Talks:
    """Run `talks` over a small corpus of its own, with the models that are loaded already."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "tour.md").write_text(
        "---\ntitle: The Tour\noutlet: Cycling Weekly\npublished: 2019-07-29\n"
        "url: https://example.org/tour\n---\n"
        "The race was long. Egan Bernal won the Tour de France on 28 July 2019.\n\n"
        "He is the first winner from Colombia, as the organisers said.\n",
        "utf-8",
    )
    (folder / "chess.md").write_text(
        "---\ntitle: Chess\npublished: 2023-05-01\nsources:\n  - https://fide.example/final\n---\n"
        "Ding Liren became the world champion of chess in Astana.\n",
        "utf-8",
    )
    monkeypatch.setenv("TALKS_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TALKS_CORPUS", str(folder))
    monkeypatch.setattr("index.embedding.Embedder", lambda model: embedder)
    monkeypatch.setattr("index.reading.Reader", lambda model: reader)
    runner = CliRunner()
    return lambda *args, **more: runner.invoke(main, list(args), catch_exceptions=False, **more)


def objects(result: Result) -> list[Any]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_an_answer_shows_the_words_the_sentence_and_the_source(talks: Talks) -> None:
    result = talks("ask", "Who won the Tour de France?")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Egan Bernal",
        "",
        "  “**Egan Bernal** won the Tour de France on 28 July 2019.” [1]",
        "",
        "[1] The Tour, Cycling Weekly, 29 July 2019, paragraph 1",
        "    https://example.org/tour",
    ]


def test_an_answer_as_json_is_the_contract(talks: Talks) -> None:
    result = talks("ask", "--json", "Who won the Tour de France?")
    (answer,) = objects(result)
    assert list(answer) == [
        "id", "question", "answered", "answer", "text", "confidence", "citations", "generation",
        "seconds",
    ]  # fmt: skip
    assert (answer["answered"], answer["answer"], answer["generation"]) == (True, "Egan Bernal", 1)
    (citation,) = answer["citations"]
    assert list(citation) == [
        "number", "passage_id", "article_id", "title", "outlet", "url", "published", "paragraph",
        "quote", "start", "end", "score",
    ]  # fmt: skip
    assert citation | {"passage_id": 0, "score": 0} == {
        "number": 1,
        "passage_id": 0,
        "article_id": "tour",
        "title": "The Tour",
        "outlet": "Cycling Weekly",
        "url": "https://example.org/tour",
        "published": "2019-07-29",
        "paragraph": 1,
        "quote": "Egan Bernal won the Tour de France on 28 July 2019.",
        "start": 19,
        "end": 30,
        "score": 0,
    }
    assert 0 < citation["score"] <= 1
    assert set(answer["seconds"]) == {"search", "read", "total"}


def test_a_question_without_an_answer_is_declined_with_status_3(talks: Talks) -> None:
    result = talks("ask", "How many moons does Jupiter have?")
    assert result.exit_code == 3
    lines = result.stdout.splitlines()
    assert lines[:2] == [
        "I find no answer to this in the articles.",
        "The corpus covers 2 articles from 29 July 2019 to 1 May 2023.",
    ]
    assert len(lines) == 2  # nothing comes near
    near = talks("ask", "Who will win the Tour de France in 2040?").stdout.splitlines()
    assert near[3] == "The sentences that come nearest:"
    assert near[4].startswith("  - “Egan Bernal won the Tour de France on 28 July 2019.” (The Tour")
    (declined,) = objects(talks("ask", "--json", "How many moons does Jupiter have?"))
    assert (declined["answered"], declined["answer"], declined["citations"]) == (False, None, [])


def test_a_stream_is_answered_line_by_line_and_goes_on_after_a_bad_one(talks: Talks) -> None:
    lines = [
        "Who won the Tour de France?",
        "{not json",
        "",
        '{"question": 7}',
        '{"question": "when did he win?", "context": ["What did Egan Bernal win?"]}',
    ]
    result = talks("ask", "-", "--json", input="\n".join(lines) + "\n")
    first, bad, empty, wrong, follow_up = objects(result)
    assert first["answer"] == "Egan Bernal"
    assert "not JSON" in bad["error"]
    assert "empty" in empty["error"]
    assert '"question"' in wrong["error"]
    assert follow_up["question"] == "when did he win?"
    assert follow_up["answer"] == "28 July 2019"
    assert result.exit_code == 1


def test_a_stream_of_answers_shows_which_question_each_is_of(talks: Talks) -> None:
    result = talks("ask", "-", input="Who won the Tour de France?\nWho is the king of Spain?\n")
    first, second = result.stdout.split("? Who is the king of Spain?\n\n")
    assert first.startswith("? Who won the Tour de France?\n\nEgan Bernal\n\n  “")
    assert second.endswith("\n\n")


def test_search_lists_passages_best_first(talks: Talks) -> None:
    (hits,) = objects(talks("search", "--json", "-k", "2", "world champion of chess"))
    assert [list(hit) for hit in hits] == [
        ["rank", "passage_id", "article_id", "paragraph", "text", "score"]
    ] * 2
    assert (hits[0]["rank"], hits[0]["article_id"], hits[0]["paragraph"]) == (1, "chess", 1)
    assert hits[0]["score"] > hits[1]["score"]
    result = talks("search", "-", "--json", input="chess\ntour\n")
    assert [hits[0]["article_id"] for hits in objects(result)] == ["chess", "tour"]


def test_wrong_usage_has_status_2(talks: Talks) -> None:
    assert talks("ask").exit_code == 2
    assert talks("search", "-k", "0", "x").exit_code == 2
    assert talks("nonsense").exit_code == 2


def test_an_empty_question_is_an_error_with_status_1(talks: Talks) -> None:
    result = talks("ask", "  ")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith("Error: The question is empty")


def test_what_is_added_is_found_after_a_reindex_and_what_is_removed_is_not(
    talks: Talks, tmp_path: Path
) -> None:
    talks("ask", "Who won?")
    (tmp_path / "snooker.txt").write_text("Kyren Wilson won the snooker final in Sheffield.\n")
    (tmp_path / "broken.md").write_text("---\ntitle: x\nno end\n")
    result = talks("add", str(tmp_path / "snooker.txt"), str(tmp_path / "broken.md"))
    assert result.exit_code == 1
    assert "broken.md: broken front matter: no closing line" in result.stderr
    assert "1 added, 1 left out" in result.stdout
    assert talks("reindex").exit_code == 0
    (answer,) = objects(talks("ask", "--json", "Who won the snooker final?"))
    assert answer["answer"] == "Kyren Wilson"
    assert talks("remove", "snooker").exit_code == 0
    (answer,) = objects(talks("ask", "--json", "Who won the snooker final?"))
    assert "snooker" not in {citation["article_id"] for citation in answer["citations"]}
    result = talks("remove", "nothing")
    assert result.exit_code == 1
    assert "There is no article 'nothing'" in result.stderr


def test_articles_are_listed_newest_first(talks: Talks) -> None:
    result = talks("articles")
    assert [line.split()[:2] for line in result.stdout.splitlines()] == [
        ["2023-05-01", "chess"],
        ["2019-07-29", "tour"],
    ]
    shown = talks("articles", "chess").stdout
    assert "1. Ding Liren became the world champion of chess in Astana." in shown
    assert "https://fide.example/final" in shown


def test_an_empty_folder_is_a_corpus_of_nothing(
    talks: Talks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nothing").mkdir()
    monkeypatch.setenv("TALKS_CORPUS", str(tmp_path / "nothing"))
    result = talks("ask", "Who won?")
    assert result.exit_code == 3
    assert "There are no articles yet." in result.stdout


def test_status_and_doctor_tell_what_is_there_and_what_to_do(talks: Talks, tmp_path: Path) -> None:
    talks("ask", "Who won?")
    (status,) = objects(talks("status", "--json"))
    assert (status["articles"], status["passages"], status["generation"]) == (2, 3, 1)
    assert talks("doctor").exit_code == 0
    talks("remove", "tour")
    removed = talks("doctor")
    assert removed.exit_code == 1
    assert "waiting: 0 passages to be indexed, 2 to be dropped" in removed.stdout
    (tmp_path / "more.md").write_text("Magnus Carlsen was the champion of chess before.", "utf-8")
    talks("add", str(tmp_path / "more.md"))
    added = talks("doctor")
    assert added.exit_code == 1
    assert "waiting: 1 passage to be indexed, 2 to be dropped" in added.stdout
    (tmp_path / "data" / "generations" / "000001.faiss").unlink()
    result = talks("doctor")
    assert result.exit_code == 1
    assert "Run `talks reindex`" in result.stdout


def test_asking_works_after_every_kind_of_damage_to_the_index(talks: Talks, tmp_path: Path) -> None:
    talks("ask", "Who won?")
    file = tmp_path / "data" / "generations" / "000001.faiss"
    for content in (None, b"", file.read_bytes()[:100], b"x" * 5000):
        if content is None:
            file.unlink()
        else:
            file.write_bytes(content)
        result = talks("ask", "Who won the Tour de France?")
        assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "Egan Bernal")


def test_a_chat_goes_on_until_an_empty_line(talks: Talks) -> None:
    result = talks("chat", input="Who won the Tour de France?\n\nnever asked\n")
    assert result.exit_code == 0
    assert "Egan Bernal" in result.stdout
    assert "never" not in result.stdout


def test_help_does_not_import_torch() -> None:
    program = (
        "import sys\nfrom bot.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'torch', 'transformers', 'faiss', 'sentence_transformers', 'telegram', 'numpy'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr.strip() == "[]"
    assert "reindex" in done.stdout


def test_a_process_killed_while_it_indexes_loses_nothing(tmp_path: Path) -> None:
    """kill -9 in the middle of the first indexing; the next question is answered all the same."""
    import os
    import signal
    import time

    environment = os.environ | {"TALKS_DATA": str(tmp_path / "data"), "TALKS_CORPUS": str(ARTICLES)}
    command = [sys.executable, "-m", "bot.cli"]
    killed = subprocess.Popen(
        [*command, "ask", "x"], env=environment, cwd=ARTICLES.parent.parent, stderr=subprocess.PIPE
    )
    assert killed.stderr is not None
    assert killed.stderr.readline().startswith(b"embedding")
    time.sleep(0.3)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    killed.stderr.close()
    assert Corpus(tmp_path / "data").count_passages() > 100
    done = subprocess.run(
        [*command, "ask", "--json", "who led Russia's delegation?"],
        env=environment,
        cwd=ARTICLES.parent.parent,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "Medinsky" in json.loads(done.stdout)["answer"]


def test_two_first_questions_at_once_are_both_answered(tmp_path: Path) -> None:
    import os

    environment = os.environ | {"TALKS_DATA": str(tmp_path / "data"), "TALKS_CORPUS": str(ARTICLES)}
    command = [sys.executable, "-m", "bot.cli", "ask", "--json", "who led Russia's delegation?"]
    both = [
        subprocess.Popen(
            command,
            env=environment,
            cwd=ARTICLES.parent.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(2)
    ]
    answers = [json.loads(process.communicate()[0]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert [answer["generation"] for answer in answers] == [1, 1]
