"""`talks inbox`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from bot.commands import assembled, at_the_terminal
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.assembly import Assembly
    from index.inbox import Group, Inbox, Unanswered

WORDINGS = 3  # of a group, that are shown


@click.command()
@click.option("--dismiss", "dismissed", metavar="KEY", multiple=True, help="Take one out for good.")
@click.option("--answered", is_flag=True, help="Ask all again; what is answered now leaves.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a group.")
@click.pass_obj
def inbox(settings: Settings, dismissed: tuple[str, ...], answered: bool, as_json: bool) -> None:
    """Show the questions that the bot declined or was rated down for, those that mean the same
    together, the most asked first."""
    assembly = assembled(settings)
    box = _inbox(assembly)
    if dismissed:
        _dismiss(assembly, box, dismissed)
    elif answered:
        _settle(assembly, box)
    else:
        _show(box.groups(_asked(assembly)), as_json)


def _dismiss(assembly: Assembly, box: Inbox, keys: tuple[str, ...]) -> None:
    from corpus.journal import Journal

    asked = _asked(assembly)
    for group in [box.find(asked, key) for key in keys]:
        box.dismiss(group, at_the_terminal())
        journal = Journal(assembly.corpus.database)
        journal.record(at_the_terminal(), "dismissed", group.question)
        click.echo(f"Dismissed: {group.question}")


def _settle(assembly: Assembly, box: Inbox) -> None:
    from bot.rendering import marked_quote
    from index.inbox import answered_now

    groups = box.groups(_asked(assembly))
    found = 0
    for group, answer in answered_now(groups, assembly.answerer().answer):
        found += 1
        box.settle(group, at_the_terminal())
        click.echo(f"{group.key}  {group.question}")
        click.echo(f"        “{marked_quote(answer.citations[0])}”")
    click.echo(f"{found} of {len(groups)} are answered now.")


def _show(groups: list[Group], as_json: bool) -> None:
    if not groups and not as_json:
        click.echo("The inbox is empty. Questions that people ask in Telegram come here.")
    for group in groups:
        if as_json:
            click.echo(json.dumps(_json_of(group), ensure_ascii=False))
            continue
        told = f"{group.declined} declined" if group.declined else ""
        down = f"{group.rated_down} rated down" if group.rated_down else ""
        click.echo(f"{group.key}  {group.question}  ({', '.join(filter(None, (told, down)))})")
        for wording in group.questions[1:WORDINGS]:
            click.echo(f"        {wording}")


def _json_of(group: Group) -> dict[str, object]:
    return {
        "key": group.key,
        "questions": list(group.questions),
        "declined": group.declined,
        "rated_down": group.rated_down,
        "last_asked": group.last_asked,
    }


def _asked(assembly: Assembly) -> list[Unanswered]:
    from bot.unanswered import unanswered

    return unanswered(assembly.corpus.database)


def _inbox(assembly: Assembly) -> Inbox:
    from corpus.errors import ModelError
    from index.inbox import Inbox

    # An empty inbox needs no model.
    embedder = assembly.embedder if _asked(assembly) else None
    return Inbox(assembly.corpus.database, None if isinstance(embedder, ModelError) else embedder)
