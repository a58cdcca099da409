"""The buttons under messages. Their data name rows in SQLite, so they work after a restart.

up:<answer>, down:<answer>        rate
context:<answer>:<citation>       show the passage among its neighbours; back:<answer> goes back
wish:<answer>                     tell me when this is covered; again takes it back
ex:<example>                      ask a question that was offered
page:<passage>:<start>:<end>:<n>  a page of an article
list:<n>                          a page of the list of articles
"""

from __future__ import annotations

from collections.abc import Sequence

from telegram import InlineKeyboardButton

from bot.sending import Buttons
from index.types import Answer

UP, DOWN = "👍", "👎"


def under_answer(answer: Answer, rating: int | None = None, wished: bool = False) -> Buttons:
    """The buttons of an answer, or of a refusal.

    :param rating: Of the one person who sees them; None in groups.
    """
    if not answer.answered:
        words = "🔔 You will be told. Tap to undo" if wished else "Tell me when this is covered"
        return [[_button(words, f"wish:{answer.id}")]]
    chosen = {1: f"{UP} ✓", -1: f"{DOWN} ✓"}.get(rating or 0)
    return [
        [
            _button(chosen if rating == 1 and chosen else UP, f"up:{answer.id}"),
            _button(chosen if rating == -1 and chosen else DOWN, f"down:{answer.id}"),
            _button("In context", f"context:{answer.id}:1"),
        ]
    ]


def under_context(answer: Answer, shown: int) -> Buttons:
    """Back to the answer, and to the passages of its other sentences."""
    numbers = [citation.number for citation in answer.shown]
    others = [_button(f"[{n}]", f"context:{answer.id}:{n}") for n in numbers if n != shown]
    return [[_button("« Back", f"back:{answer.id}"), *others]]


def under_article(passage_id: int, span: tuple[int, int], page: int, pages: int) -> Buttons:
    """To the pages before and after."""
    data = f"page:{passage_id}:{span[0]}:{span[1]}"
    return _turning(data, page, pages)


def under_list(page: int, pages: int) -> Buttons:
    """To the pages of the list before and after."""
    return _turning("list", page, pages)


def examples(offered: Sequence[tuple[int, str]]) -> Buttons:
    """Questions to tap, one a row."""
    return [[_button(question, f"ex:{row}")] for row, question in offered]


def _turning(data: str, page: int, pages: int) -> Buttons:
    row = []
    if page > 0:
        row.append(_button("‹ Before", f"{data}:{page - 1}"))
    if page < pages - 1:
        row.append(_button("After ›", f"{data}:{page + 1}"))
    return [row] if row else []


def _button(text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=data)
