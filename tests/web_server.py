"""A web server on localhost that answers as a test tells it, and remembers what it was asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any


@dataclass
class Reply:
    """What one path answers."""

    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    declared_length: int | None = None  # where it isn't the body's own
    pause: float = 0.0  # seconds between the single bytes of the body


class WebServer:
    """Pages by their paths; what it has none for is not found."""

    def __init__(self, ssl_context: SSLContext | None = None) -> None:
        self.replies: dict[str, Reply] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []  # path and headers, in lower case
        handler = type("Handler", (_Handler,), {"site": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self._http.handle_error = lambda *_: None  # type: ignore[method-assign]
        if ssl_context is not None:
            self._http.socket = ssl_context.wrap_socket(self._http.socket, server_side=True)
        self.port: int = self._http.server_port
        self.url = f"http{'s' if ssl_context else ''}://127.0.0.1:{self.port}"

    def page(self, path: str, body: bytes | str, content_type: str = "", **reply: Any) -> str:
        """Have a path answer with this; its whole address is returned."""
        content = body.encode() if isinstance(body, str) else body
        self.replies[path] = Reply(content, content_type or Reply.content_type, **reply)
        return self.url + path

    def redirect(self, path: str, target: str) -> str:
        """Have a path lead elsewhere; its whole address is returned."""
        return self.page(path, b"", status=302, headers={"Location": target})

    @contextmanager
    def running(self) -> Iterator[WebServer]:
        """Serve until the block ends."""
        thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    site: WebServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.site.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        reply = self.site.replies.get(self.path, Reply(b"no such page", status=404))
        tag = reply.headers.get("ETag")
        if tag and self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.end_headers()
            return
        length = len(reply.body) if reply.declared_length is None else reply.declared_length
        self.send_response(reply.status)
        if reply.content_type != "none":
            self.send_header("Content-Type", reply.content_type)
        if "Transfer-Encoding" not in reply.headers:
            self.send_header("Content-Length", str(length))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True  # or a client would wait for what was declared and isn't sent
        for start in range(0, len(reply.body), 1 if reply.pause else 65536):
            time.sleep(reply.pause)
            self.wfile.write(reply.body[start : start + (1 if reply.pause else 65536)])

    def log_message(self, *_: object) -> None:
        """Tests say what failed themselves."""
