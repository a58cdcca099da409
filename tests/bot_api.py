"""A Bot API server on localhost, for tests and for talking to a bot without Telegram.

    with BotApiServer() as api:
        ada = api.person(7, "Ada")
        chat = api.private(ada)
        ...  # start a bot with base_url=api.base_url, base_file_url=api.base_file_url, api.token
        api.send_text(chat, ada, "Who led Russia's delegation?")
        assert api.next_sent(chat).marked("bold") == ["Vladimir Medinsky"]

It keeps Telegram's rules (see `bot_api_rules`), so that a bot which breaks one is told what
Telegram would tell it. It runs in threads of its own: a test that shares a thread with the bot's
event loop waits by `await asyncio.to_thread(api.next_sent)`. From a shell,
`python -m tests.bot_api --port 8081` serves a bot and plays the people from standard input.
"""

from __future__ import annotations

import argparse
import json
import math
import threading
import time
import traceback
from collections import deque
from contextlib import suppress
from typing import Any, Self

from tests import bot_api_simulator
from tests.bot_api_faults import COUNTED, Fault, Limits
from tests.bot_api_http import HttpServer, post_update
from tests.bot_api_markup import BotApiError, Json
from tests.bot_api_methods import METHODS
from tests.bot_api_people import People
from tests.bot_api_world import Call, Chat

NAMES = {name.lower(): name for name in METHODS}  # Telegram doesn't mind the case of a method
TOKEN = "123456:TEST-token_for_the_local_server"


class BotApiServer(People):
    """The world, reachable over HTTP, with faults to order."""

    def __init__(
        self,
        token: str = TOKEN,
        username: str = "TalksTestBot",
        *,
        port: int = 0,
        limits: Limits | None = None,
        supports_inline_queries: bool = True,
        privacy_mode: bool = False,
        can_join_groups: bool = True,
    ) -> None:
        super().__init__(
            {
                "id": int(token.partition(":")[0]),
                "is_bot": True,
                "first_name": "Talks",
                "username": username,
                "can_join_groups": can_join_groups,
                "can_read_all_group_messages": not privacy_mode,
                "supports_inline_queries": supports_inline_queries,
                "can_connect_to_business": False,
                "has_main_web_app": False,
            }
        )
        self.token = token
        self.port = port
        self.limits = limits
        self.latency = 0.0  # seconds added to every answer
        self.faults: list[Fault] = []
        self.webhook_posts = 0  # updates that a webhook took
        self._sent_at: dict[int, deque[float]] = {}
        self._all_sent_at: deque[float] = deque(maxlen=1000)
        self._http: HttpServer | None = None
        self._stopped = False

    # --- its life

    def __enter__(self) -> Self:
        self._stopped = False
        self.up()
        threading.Thread(target=self._post_updates, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        with self.changed:
            self._stopped = True
        self.down()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        return f"{self.url}/file/bot"

    def up(self) -> None:
        """Listen, on the same port as before."""
        if self._http is None:
            self._http = HttpServer(self)
            self.port = self._http.server_port
            serve = self._http.serve_forever
            threading.Thread(target=serve, args=(0.05,), daemon=True).start()

    def down(self) -> None:
        """Close the listening socket and drop every connection, long polls included."""
        http_server, self._http = self._http, None
        if http_server:
            http_server.shutdown()
            http_server.server_close()
            with self.changed:
                self.epoch += 1
                self.changed.notify_all()
            http_server.drop_connections()

    # --- things going wrong

    def fail(
        self,
        method: str | None,
        times: float = 1,
        code: int = 500,
        description: str = "Internal Server Error",
        parameters: Json | None = None,
    ) -> None:
        """Answer the next requests of a method (None: of all) with an error; `math.inf` times."""
        error = BotApiError(code, description, parameters)
        self._add_fault(Fault({method} if method else None, times, error))

    def hang(
        self, method: str | None, seconds: float, times: float = 1, executed: bool = False
    ) -> None:
        """Keep the next requests waiting, then drop the connection without an answer."""
        methods = {method} if method else None
        self._add_fault(Fault(methods, times, hang=seconds, executed=executed))

    def retry_after(
        self,
        seconds: int,
        times: float | None = 1,
        method: str | None = None,
        chat: Chat | None = None,
    ) -> None:
        """Answer 429 to sending and editing (or to one method), in one chat or in all.

        :param times: None for every request until the seconds have passed, as Telegram does.
        """
        error = BotApiError(
            429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds}
        )
        until = time.monotonic() + seconds if times is None else math.inf
        chat_id = chat.id if chat else None
        methods = {method} if method else COUNTED
        left = math.inf if times is None else times
        self._add_fault(Fault(methods, left, error, chat_id=chat_id, until=until))

    def mend(self) -> None:
        """No more faults."""
        with self.changed:
            self.faults.clear()

    def _add_fault(self, fault: Fault) -> None:
        with self.changed:
            self.faults.append(fault)

    def _take_fault(self, method: str, params: Json) -> Fault | None:
        with self.changed:
            for fault in self.faults:
                if fault.meets(method, params):
                    fault.left -= 1
                    return fault
        return None

    def _check_limits(self, method: str, params: Json) -> None:
        chat_id = params.get("chat_id")
        if self.limits is None or method not in COUNTED or not isinstance(chat_id, int):
            return
        own = self._sent_at.setdefault(chat_id, deque(maxlen=100))
        now = time.monotonic()
        wait = math.ceil(self.limits.wait(chat_id, own, self._all_sent_at, now))
        if wait:
            raise BotApiError(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})
        own.append(now)
        self._all_sent_at.append(now)

    # --- requests

    def answer(self, method: str, params: Json) -> tuple[int, bytes]:
        """Carry out a request and record it; gives the HTTP status and the body.

        :raises ConnectionAbortedError: If the connection is to be dropped instead.
        """
        arrived = time.monotonic()
        name = NAMES.get(method.lower(), method)
        fault = self._take_fault(name, params)
        if fault and fault.hang is not None:
            self._hang(fault, name, params, arrived)
        if self.latency:
            time.sleep(self.latency)
        with self.changed:
            try:
                if fault and fault.error:
                    raise self._counted_down(fault)
                result, error = self._execute(name, params), None
            except BotApiError as exc:
                result, error = None, exc
            body = self._body(result, error)
            self._record(name, params, arrived, json.loads(body))
        return (error.code if error else 200), body

    def _execute(self, name: str, params: Json) -> Any:
        if name not in METHODS:
            raise BotApiError(404, f"Not Found: {name} is not simulated by the test server")
        self._check_limits(name, params)
        try:
            return METHODS[name](self, params)
        except (BotApiError, ConnectionAbortedError):
            raise
        except Exception as exc:  # a parameter of a shape nobody foresaw, or a mistake here
            traceback.print_exc()
            raise BotApiError(500, f"Internal Server Error: {exc!r}") from exc

    @staticmethod
    def _counted_down(fault: Fault) -> BotApiError:
        error = fault.error
        assert error is not None
        if fault.until == math.inf:
            return error
        left = max(1, math.ceil(fault.until - time.monotonic()))
        return BotApiError(429, f"Too Many Requests: retry after {left}", {"retry_after": left})

    @staticmethod
    def _body(result: Any, error: BotApiError | None) -> bytes:
        if error is None:
            return json.dumps({"ok": True, "result": result}).encode()
        answer: Json = {"ok": False, "error_code": error.code, "description": error.description}
        return json.dumps(answer | ({"parameters": error.parameters} if error.parameters else {})
                          ).encode()  # fmt: skip

    def _record(self, name: str, params: Json, arrived: float, answer: Json) -> None:
        path = f"/bot<token>/{name}"
        result, error = answer.get("result"), answer.get("description")
        self.calls.append(Call(name, params, arrived, path, answer["ok"], result, error))
        self.changed.notify_all()

    def _hang(self, fault: Fault, name: str, params: Json, arrived: float) -> None:
        with self.changed:
            if fault.executed:
                with suppress(BotApiError):
                    self._execute(name, params)
            self._record(name, params, arrived, {"ok": False, "description": "no answer"})
            epoch = self.epoch
            self.changed.wait_for(lambda: self.epoch != epoch, fault.hang)
        raise ConnectionAbortedError

    # --- webhook

    def _post_updates(self) -> None:
        """Bring updates to the webhook one after another, again and again until each is taken."""
        pause = 0.05
        while not self._stopped:
            with self.changed:
                if not (self.webhook.url and self.updates):
                    self.changed.wait(0.2)
                    continue
                hook, update = self.webhook, self.updates[0]
            failure = post_update(hook, update)
            with self.changed:
                if failure:
                    hook.last_error = {
                        "last_error_date": int(time.time()), "last_error_message": failure,
                    }  # fmt: skip
                    self.changed.wait(pause)
                    pause = min(2 * pause, 2.0)
                    continue
                pause = 0.05
                self.webhook_posts += 1
                self.updates[:] = [u for u in self.updates if u is not update]
                self.changed.notify_all()


def serve(port: int = 8081, token: str = TOKEN) -> None:
    """Serve a bot and play one person from standard input, until it ends."""
    with BotApiServer(token, port=port) as api:
        print(f"TALKS_BOT_API_URL={api.base_url} TALKS_BOT_TOKEN={api.token} talks bot\n")
        bot_api_simulator.run(api, {":down": api.down, ":up": api.up})


def main() -> None:
    parser = argparse.ArgumentParser(description="Talk to a bot without Telegram.")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default=TOKEN, help="any of the form 123:abc")
    options = parser.parse_args()
    serve(options.port, options.token)


if __name__ == "__main__":
    main()
