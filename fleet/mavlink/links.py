"""Wires to vehicles. Every link is always read: an autopilot stalls when its output is not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlsplit

from fleet.process import Refusal

_log = logging.getLogger(__name__)

Receive = Callable[["Link", Any, bytes], None]  # link, remote end, data

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0


class Link(Protocol):
    """Carries bytes to and from remote ends. ``remote`` is the link's own affair."""

    def send(self, remote: Any, data: bytes) -> None: ...

    async def run(self) -> None: ...

    def close(self) -> None: ...


class UdpListener(asyncio.DatagramProtocol):
    """``udp://HOST:PORT``: vehicles call us; one socket carries all of them."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._transport: asyncio.DatagramTransport

    @classmethod
    async def open(cls, url: str, receive: Receive) -> UdpListener:
        """Binds the address.

        Raises:
            Refusal: if the address is none of ours or the port is taken.
        """
        host, port = _address(url, "udp")
        loop = asyncio.get_running_loop()
        try:
            transport, link = await loop.create_datagram_endpoint(
                lambda: cls(receive), local_addr=(host, port)
            )
        except OSError as error:
            raise Refusal(
                f"MAVLink cannot listen on {host}:{port} ({error.strerror}); end what uses the "
                "port, or choose another with --mavlink or --mavlink-port"
            ) from None
        link._transport = transport
        return link

    @property
    def address(self) -> str:
        host, port = self._transport.get_extra_info("sockname")[:2]
        return f"{host}:{port}"

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._receive(self, addr, data)

    def error_received(self, exc: Exception) -> None:
        """A vehicle's port was closed: it is restarting, and will call again."""

    def send(self, remote: Any, data: bytes) -> None:
        self._transport.sendto(data, remote)

    async def run(self) -> None:
        await asyncio.Event().wait()

    def close(self) -> None:
        self._transport.close()


class TcpCaller:
    """``tcp://HOST:PORT``: we call the vehicle, again and again until it answers."""

    def __init__(self, url: str, receive: Receive) -> None:
        self._host, self._port = _address(url, "tcp")
        self._receive = receive
        self._writer: asyncio.StreamWriter | None = None

    def send(self, remote: Any, data: bytes) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(data)

    async def run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                reader, self._writer = await asyncio.open_connection(self._host, self._port)
                pause_s = FIRST_PAUSE_S
                while data := await reader.read(4096):
                    self._receive(self, None, data)
            except OSError as error:
                _log.debug("no MAVLink from %s:%d: %s", self._host, self._port, error)
            self.close()
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _address(url: str, scheme: str) -> tuple[str, int]:
    parts = urlsplit(url)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if parts.scheme != scheme or not host or port is None:
        raise Refusal(f"a MAVLink address must be {scheme}://HOST:PORT, not {url!r}")
    return host, port
