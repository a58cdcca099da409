"""What the bot says about itself."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import TYPE_CHECKING

from bot.markup import Formatted, Text
from bot.rendering import counted, coverage_line
from bot.telegram_text import BOLD

if TYPE_CHECKING:
    from bot.service import Service

LICENCE = "Apache-2.0"
# What `talks evaluate --json` printed for the bundled models.
MEASURED = Path(__file__).parent.parent / "index" / "models" / "measured.json"


def greeting(covers: str, with_examples: bool) -> Formatted:
    """What /start says."""
    text = Text().add("Ask me about the Istanbul talks between Russia and Ukraine.", BOLD).lines(2)
    text.add(f"{covers} I answer only out of them: you get the sentence, the words marked in it, ")
    text.add("and a link to the source. If the articles don't say, I tell you so.").lines(2)
    text.add("Type a question, or try one of these:" if with_examples else "Type a question.")
    return text.build()


def help_text(username: str, example: str) -> Formatted:
    """What /help says."""
    text = Text().add("Here, just type your question", BOLD).add(f", such as: {example}").lines()
    text.add("You can follow up: “and Ukraine's?” Edit a question, and its answer changes.")
    text.lines(2).add("In groups", BOLD).add(": /ask and the question, reply to one of my messages")
    text.add(f", or mention @{username}. In reply to somebody's question, /ask alone will do.")
    text.lines(2).add("In any other chat", BOLD).add(f": type @{username} and the question, and ")
    text.add("choose what to send.").lines(2)
    text.add("/sources", BOLD).add(" lists the articles, ").add("/latest", BOLD)
    text.add(" shows the newest. ").add("/about", BOLD).add(" tells how sure answers are, ")
    text.add("/privacy", BOLD).add(" what is stored, and ").add("/forget", BOLD).add(" erases it.")
    return text.build()


def about(service: Service) -> Formatted:
    """What /about says. (Blocking.)"""
    live = service.assembly.generations.live()
    text = Text().add("Talks Bot", BOLD).lines()
    text.add(coverage_line(service.corpus.coverage())).lines()
    if live:
        text.add(f"Index: generation {live.number} of {live.created_at[:10]}, ")
        text.add(f"{counted(live.count, 'passage')}, found with {live.model}.").lines()
    text.add(_measured()).lines(2)
    text.add("Every answer is cut out of a stored article: nothing is written by a machine. ")
    text.add("/sources lists the articles.").lines(2)
    return text.add(f"Free software, licence {_licence()}.").build()


def _measured() -> str:
    """How often the bundled models answer what the articles don't say, if that was measured."""
    try:
        measures = json.loads(MEASURED.read_text("utf-8"))["measures"]["false_answer_rate"]
        rate, count = float(measures["value"]), int(measures["questions"])
    except (OSError, ValueError, KeyError, TypeError):
        return "How often it answers where it should decline was not measured for these models."
    return (
        f"Measured with {counted(count, 'question')} that the articles don't answer: "
        f"{rate:.1%} were answered all the same; the others were declined."
    )


def _licence() -> str:
    try:
        return str(metadata("talks-bot").json["license_expression"])
    except (PackageNotFoundError, KeyError):
        return LICENCE


def privacy(keep_days: int) -> str:
    """What /privacy says."""
    return (
        "What is stored: your questions with their answers and your ratings, under a code made "
        "from your Telegram id (a salted hash), never your name. If you ask to be told when "
        "something is covered, also the chat to write to. What you type in inline mode is not "
        f"stored.\n\nAll of it is erased after {keep_days} days. It is used to find what the "
        "articles lack, and given to nobody. /forget erases it now."
    )


def forgotten(questions: int, ratings: int, wishes: int) -> str:
    """What /forget says."""
    if not (questions or ratings or wishes):
        return "There was nothing stored about you."
    counts = (
        _count(questions, "question with its answer", "questions with their answers"),
        _count(ratings, "rating", "ratings"),
        _count(wishes, "wish to be told", "wishes to be told"),
    )
    return f"Erased: {', '.join(counts)}. Buttons and links of those answers no longer work."


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def unknown_command(name: str) -> str:
    """What is said to a command that there isn't."""
    return f"There is no /{name}. /help tells what I can do, or just type a question."
