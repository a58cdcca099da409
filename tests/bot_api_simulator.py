"""Somebody at a terminal, talking to a bot through the test server."""

from __future__ import annotations

import shlex
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from tests.bot_api_faults import COUNTED
from tests.bot_api_people import People
from tests.bot_api_world import Call, Message, Person

HELP = """Lines you type are sent to the bot. Besides:
  :press BUTTON   press a button of the bot's last message, by its text or its number
  :edit TEXT      edit your last message        :file PATH   send a file
  :inline QUERY   ask in inline mode            :start LINK  open t.me/<bot>?start=LINK
  :group TEXT     write in a group              :as ID NAME  be somebody else
  :down, :up      take the server away, bring it back        :quit"""


class Simulator:
    """One person at a terminal, talking to a bot."""

    def __init__(self, api: People, switches: dict[str, Callable[[], None]]) -> None:
        self.api = api
        self.switches = switches
        self.me: Person = api.person(1, "You", "you")
        self.chat = api.private(self.me)
        self.group = api.group(-1_000_000_000_777, "Group")
        self.mine: Message | None = None
        self.last: Message | None = None

    def show_calls(self) -> None:
        """Print what the bot does, for as long as the program runs."""
        seen = 0
        while True:
            for call in self.api.calls_of()[seen:]:
                seen += 1
                self.show(call)
            with self.api.changed:
                if len(self.api.calls) == seen:
                    self.api.changed.wait()

    def show(self, call: Call) -> None:
        if not call.ok:
            print(f"  !! {call.method}: {call.error}")
        elif call.method in COUNTED and isinstance(call.result, dict):
            self.last = Message(call.result)
            edited = " (edited)" if call.method.startswith("edit") else ""
            print(f"bot{edited}> {self.last.text or self.last.json.get('document')}")
            for words, url in self.last.links:
                print(f"      {words}: {url}")
            for number, button in enumerate(self.last.buttons, 1):
                print(f"      {number} [{button['text']}] {button.get('url', '')}")
        elif call.method == "answerCallbackQuery" and call.params.get("text"):
            print(f"  (note: {call.params['text']})")
        elif call.method == "answerInlineQuery":
            for result in call.params["results"]:
                print(f"      {result['title']}: {result.get('description', '')}")

    def type(self, line: str) -> None:
        """Do what one line says."""
        command, _, rest = line.partition(" ") if line.startswith(":") else ("", "", line)
        if command == "":
            self.mine = self.api.send_text(self.chat, self.me, rest)
        elif command == ":press" and self.last:
            buttons = self.last.button_texts
            pressed = buttons[int(rest) - 1] if rest.isdigit() else rest
            self.api.press(self.last, pressed, self.me)
        elif command == ":edit" and self.mine:
            self.mine = self.api.edit_text(self.mine, rest)
        elif command == ":file":
            path = Path(shlex.split(rest)[0])
            self.api.send_document(self.chat, self.me, path.read_bytes(), path.name)
        elif command == ":inline":
            self.api.inline(self.me, rest)
        elif command == ":start":
            self.mine = self.api.start(self.me, rest)
        elif command == ":group":
            self.mine = self.api.send_text(self.group, self.me, rest)
        elif command == ":as":
            number, _, name = rest.partition(" ")
            self.me = self.api.person(int(number), name or f"Person {number}")
            self.chat = self.api.private(self.me)
        elif command in self.switches:
            self.switches[command]()
        else:
            print(HELP)


def run(api: People, switches: dict[str, Callable[[], None]]) -> None:
    """Print what the bot does, and do what the lines of standard input say.

    :param switches: Commands beside the ones of `HELP`.
    """
    simulator = Simulator(api, switches)
    print(HELP)
    threading.Thread(target=simulator.show_calls, daemon=True).start()
    for line in sys.stdin:
        if line.strip() == ":quit":
            break
        try:
            simulator.type(line.rstrip("\n"))
        except (ValueError, KeyError, IndexError, OSError) as exc:
            print(f"  ?? {exc}")
