"""The guarded way to a host: the address that was checked is the one connected to, in time.

A check of a host's name alone is worth nothing: the name may lead elsewhere a moment later (DNS
rebinding). So names are looked up here, once, and the connection is made to what was looked up.
TLS still checks the certificate against the name.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

Resolve = Callable[[str, int], Sequence[str]]  # host and port -> its addresses
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# IPv6 addresses in which an IPv4 one is written, by NAT64: https://www.rfc-editor.org/rfc/rfc6052
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class PrivateAddressError(Exception):
    """A host that leads into a private network, or back to this machine."""


class NoAddressError(Exception):
    """A host name without an address."""


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, by the operating system."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether anyone on the internet may own it: not private, loopback, link-local and so on.

    >>> is_public("93.184.215.14"), is_public("169.254.169.254"), is_public("::ffff:10.0.0.1")
    (True, False, False)
    """
    try:
        return _is_public(ipaddress.ip_address(address))
    except ValueError:
        return False


def _is_public(ip: Address) -> bool:
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(inner)
        if ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


class Deadline:
    """A moment by which everything must be done."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def within(self, timeout: float | None = None) -> float:
        """Seconds left, or `timeout` where that is less.

        :raises httpcore.TimeoutException: If there are none.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.TimeoutException
        return left if timeout is None else min(left, timeout)


class GuardedTransport(httpx.BaseTransport):
    """What an httpx client sends its requests through; for one fetch, as its time runs from here.

    :param network: What makes the connections; the operating system's sockets, but for tests.
    """

    def __init__(
        self,
        deadline: Deadline,
        ssl_context: SSLContext,
        *,
        allow_private: bool,
        resolve: Resolve = resolve,
        network: httpcore.NetworkBackend | None = None,
    ) -> None:
        backend = _Backend(deadline, allow_private, resolve, network or httpcore.SyncBackend())
        self._pool = httpcore.ConnectionPool(ssl_context, network_backend=backend)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; httpcore's errors and the ones above come as they are."""
        url = request.url
        response = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        assert isinstance(response.stream, Iterable)
        return httpx.Response(
            response.status, headers=response.headers, stream=_Body(response.stream)
        )

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        if hasattr(self._stream, "close"):
            self._stream.close()


class _Backend(httpcore.NetworkBackend):
    def __init__(
        self,
        deadline: Deadline,
        allow_private: bool,
        resolve: Resolve,
        network: httpcore.NetworkBackend,
    ) -> None:
        self._deadline = deadline
        self._allow_private = allow_private
        self._resolve = resolve
        self._network = network

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._addresses(host, port)
        for last, address in zip([*[False] * (len(addresses) - 1), True], addresses, strict=True):
            # One address of several that doesn't answer must not use up all the time.
            patience = self._deadline.within() / (1 if last else 3)
            try:
                stream = self._network.connect_tcp(
                    address, port, patience, local_address, socket_options
                )
                return _Stream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if last:
                    raise
        raise NoAddressError(host)

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        addresses = _in_time(lambda: self._resolve(host, port), self._deadline.within())
        if not addresses:
            raise NoAddressError(host)
        # One bad address among good ones is reason enough: no honest host has such a mixture.
        if not self._allow_private and not all(map(is_public, addresses)):
            raise PrivateAddressError(host)
        return addresses


class _Stream(httpcore.NetworkStream):
    """A connection whose every step ends at the deadline: no server can drip beyond it."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.within(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        limit = self._deadline.within(timeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, limit)
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _in_time(look_up: Callable[[], Sequence[str]], seconds: float) -> Sequence[str]:
    """The system's look-up knows no time limit, so it runs beside, and may be left behind."""
    found: list[Sequence[str]] = []
    failed: list[Exception] = []

    def run() -> None:
        try:
            found.append(look_up())
        except (OSError, UnicodeError) as exc:  # UnicodeError: a part longer than 63 letters
            failed.append(exc)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise NoAddressError from failed[0]
    if not found:
        raise httpcore.ConnectTimeout
    return found[0]
