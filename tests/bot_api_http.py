"""HTTP for the test server: forms decoded, answers sent, connections that can be dropped."""

from __future__ import annotations

import http.client
import json
import re
import socket
import sys
import threading
import traceback
from contextlib import suppress
from email.message import Message as Headers
from email.parser import BytesHeaderParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.bot_api_markup import BotApiError, Json, bad_request
from tests.bot_api_methods import Upload
from tests.bot_api_world import StoredFile, Webhook

# Parameters that are not plain strings; in a form they come as JSON.
JSON_PARAMETERS = {
    "allow_sending_without_reply", "allowed_updates", "button", "cache_time", "caption_entities",
    "chat_id", "commands", "disable_notification", "drop_pending_updates", "entities",
    "is_personal", "limit", "link_preview_options", "max_connections", "message_id",
    "message_thread_id", "offset", "protect_content", "reply_markup", "reply_parameters",
    "reply_to_message_id", "results", "scope", "show_alert", "timeout", "user_id",
}  # fmt: skip


class Api(Protocol):
    """What the HTTP side needs of the server."""

    token: str
    port: int
    changed: threading.Condition
    files: dict[str, StoredFile]

    def answer(self, method: str, params: Json) -> tuple[int, bytes]: ...


class HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 512  # a hundred people at once are a hundred connections at once

    def __init__(self, api: Api) -> None:
        self.api = api
        self.connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", api.port), Handler)

    def drop_connections(self) -> None:
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""
        if not isinstance(sys.exception(), OSError):
            traceback.print_exc()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: HttpServer

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        with suppress(OSError):
            super().finish()

    def log_message(self, *args: Any) -> None:
        """Quiet: requests are kept in `calls`."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        target = urlsplit(self.path)
        try:
            if target.path.startswith("/file/"):
                self._send_file(unquote(target.path))
            else:
                self._send(*self._answer(unquote(target.path), target.query, body))
        except ConnectionAbortedError:
            self.close_connection = True

    def do_GET(self) -> None:
        self.do_POST()

    def _answer(self, path: str, query: str, body: bytes) -> tuple[int, bytes]:
        api = self.server.api
        parts = re.fullmatch(r"/bot([^/]*)/(\w+)", path)
        if not parts or not re.fullmatch(r"\d+:[\w-]+", parts[1]):
            return self._refusal(404, "Not Found")
        if parts[1] != api.token:
            return self._refusal(401, "Unauthorized")
        try:
            params = decode(body, self.headers, query)
        except BotApiError as exc:
            return self._refusal(exc.code, exc.description)
        return api.answer(parts[2], params)

    @staticmethod
    def _refusal(code: int, description: str) -> tuple[int, bytes]:
        answer = {"ok": False, "error_code": code, "description": description}
        return code, json.dumps(answer).encode()

    def _send_file(self, path: str) -> None:
        token, _, wanted = path.removeprefix("/file/bot").partition("/")
        api = self.server.api
        with api.changed:
            found = [file.data for file in api.files.values() if file.path == wanted]
        if token != api.token or not found:
            self._send(*self._refusal(404, "Not Found"))
        else:
            self._send(200, found[0], "application/octet-stream")

    def _send(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


def decode(body: bytes, headers: Headers, query: str) -> Json:
    """The parameters of a request, from its address and its body in any of the three forms."""
    params = fields(dict(parse_qsl(query, keep_blank_values=True)))
    kind = headers.get_content_type()
    if not body:
        return params
    if kind == "application/json":
        try:
            given = json.loads(body)
        except ValueError as exc:
            raise bad_request("can't parse JSON object in the request body") from exc
        # The library's own JSON form holds values that are JSON texts themselves.
        return params | fields(given)
    if kind == "multipart/form-data":
        return params | fields(multipart(body, str(headers.get_param("boundary"))))
    return params | fields(dict(parse_qsl(body.decode(), keep_blank_values=True)))


def fields(raw: Json) -> Json:
    params = {}
    for name, value in raw.items():
        if name in JSON_PARAMETERS and isinstance(value, str):
            try:
                value = json.loads(value) if value else None
            except ValueError as exc:
                if name != "chat_id":  # an @name
                    raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from exc
        params[name] = value
    return params


def multipart(body: bytes, boundary: str) -> Json:
    params: Json = {}
    for part in body.split(b"--" + boundary.encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = BytesHeaderParser().parsebytes(head + b"\r\n\r\n")
        disposition = "content-disposition"
        name = str(headers.get_param("name", header=disposition))
        file_name = headers.get_param("filename", header=disposition)
        content = content.removesuffix(b"\r\n")
        params[name] = Upload(str(file_name), content) if file_name else content.decode()
    return params


def post_update(hook: Webhook, update: Json) -> str | None:
    """Post one update; gives what went wrong, in Telegram's words where it has some."""
    target = urlsplit(hook.url)
    kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
    headers = {"Content-Type": "application/json"}
    if hook.secret:
        headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret
    connection = kind(target.hostname or "", target.port, timeout=10)
    try:
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        connection.request("POST", path, json.dumps(update), headers)
        answer = connection.getresponse()
        answer.read()
        if 200 <= answer.status < 300:
            return None
        return f"Wrong response from the webhook: {answer.status} {answer.reason}"
    except OSError as exc:
        return f"Connection refused: {exc}"
    finally:
        connection.close()
