"""Kill a full reindex again and again, while another process asks without pause.

    python -m benchmarks.kill_reindex [--articles 500] [--kills 20]

Prints a line a kill, and at the end whether a question failed or anything was lost.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.corpora import articles
from corpus.store import Corpus
from corpus.types import Article

ROOT = Path(__file__).parent.parent
QUESTION = "Who won the chess match in Astana?"
SENTENCE = "Ding Liren won the chess match in Astana on 30 April 2023."
# Asks without pause; a line for each answer: when, whether it is right, and by which generation.
ASK = f"""
import json, sys, time
from pathlib import Path
from bot.assembly import Assembly
answerer = Assembly.at(Path(sys.argv[1])).answerer()
print("ready", flush=True)
while True:
    try:
        answer = answerer.answer({QUESTION!r})
        right = answer.answered and answer.citations[0].quote == {SENTENCE!r}
        print(json.dumps([time.time(), right, answer.generation]), flush=True)
    except Exception as exc:
        print(json.dumps([time.time(), False, repr(exc)]), flush=True)
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=500)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        fill(data, options.articles)
        print(f"first index: {reindex(data):.1f} s", flush=True)
        log = Path(folder) / "asked"
        asking = ask_without_pause(data, log)
        try:
            whole = reindex(data, "--full")
            print(f"a full reindex beside the questions: {whole:.1f} s", flush=True)
            kill_often(data, options.kills, whole, random.Random(options.seed))
            print(f"the next reindex, not killed: {reindex(data):.1f} s", flush=True)
            time.sleep(5)  # for the other process to notice
        finally:
            asking.kill()
            asking.wait()
        report(data, log, options.articles)


def fill(data: Path, count: int) -> None:
    corpus = Corpus(data)
    corpus.add(Article(id="chess", title="Chess", paragraphs=(SENTENCE,)))
    for _ in corpus.add_many(articles(count)):
        pass
    corpus.database.close()


def environment(data: Path) -> dict[str, str]:
    empty = data.parent / "no-articles"
    empty.mkdir(exist_ok=True)
    return os.environ | {"TALKS_DATA": str(data), "TALKS_CORPUS": str(empty)}


def start_reindex(data: Path, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "reindex", *options],
        cwd=ROOT,
        env=environment(data),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def reindex(data: Path, *options: str) -> float:
    """Seconds of a reindex that nobody kills."""
    began = time.perf_counter()
    if start_reindex(data, *options).wait():
        raise SystemExit("The reindex failed.")
    return time.perf_counter() - began


def ask_without_pause(data: Path, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as file:
        asking = subprocess.Popen(
            [sys.executable, "-c", ASK, str(data)], cwd=ROOT, env=environment(data), stdout=file
        )
    while "ready" not in log.read_text("utf-8"):
        time.sleep(0.2)
    return asking


def kill_often(data: Path, kills: int, whole: float, rng: random.Random) -> None:
    print("kill   after   articles   vectors   live", flush=True)
    for number in range(1, kills + 1):
        moment = rng.uniform(0, whole)
        process = start_reindex(data, "--full")
        time.sleep(moment)
        process.kill()
        process.wait()
        facts = looked_at(data)
        print(f"{number:>4} {moment:>6.1f}s {facts[0]:>10} {facts[1]:>9} {facts[2]:>6}", flush=True)


def looked_at(data: Path) -> tuple[int, int, int]:
    """Articles, vectors, and the number of the live generation, by the file itself."""
    corpus = Corpus(data)
    execute = corpus.database.db.execute
    assert execute("PRAGMA quick_check").fetchone()[0] == "ok"
    found = execute(
        "SELECT (SELECT COUNT(*) FROM articles), (SELECT COUNT(*) FROM embeddings),"
        " (SELECT number FROM generations WHERE published IS NOT NULL"
        "  ORDER BY published DESC LIMIT 1)"
    ).fetchone()
    corpus.database.close()
    return int(found[0]), int(found[1]), int(found[2])


def report(data: Path, log: Path, count: int) -> None:
    lines = [line for line in log.read_text("utf-8").splitlines()[1:] if line.endswith("]")]
    asked = [json.loads(line) for line in lines]
    failed = [answer for answer in asked if not answer[1]]
    stored, vectors, live = looked_at(data)
    print(f"questions: {len(asked)}, failed: {len(failed)} {failed[:3] or ''}")
    print(f"articles: {stored} of {count + 1}, vectors: {vectors}")
    print(f"live: generation {live}, the last answer came from {asked[-1][2]}")


if __name__ == "__main__":
    main()
