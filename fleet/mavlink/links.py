"""Wires to vehicles. Every link is always read: an autopilot stalls when its output is not."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from fleet.process import Refusal

_log = logging.getLogger(__name__)

Receive = Callable[["Link", Any, bytes], None]  # link, remote end, data

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0
WAITING_BYTES = 4 << 20  # of datagrams, as far as the machine allows: bursts of many vehicles
AT_ONCE = 64  # datagrams that are read before others in the loop have their turn
LARGEST = 65_536  # bytes that are read at once
MOST_UNREAD = 65_536  # bytes that a vehicle may leave unread: minutes of what it is sent
SILENT_S = 20.0  # a vehicle speaks every second
MOST_WAITING = 4096  # bytes for a serial line: half a second at 57600 baud


class Link(Protocol):
    """Carries bytes to and from remote ends. ``remote`` is the link's own affair."""

    @property
    def url(self) -> str: ...

    def send(self, remote: Any, data: bytes) -> None: ...

    async def run(self) -> None: ...

    def close(self) -> None: ...


class UdpListener:
    """``udp://HOST:PORT``: vehicles call us; one socket carries all of them."""

    def __init__(self, url: str, receive: Receive, wire: socket.socket) -> None:
        self.url, self._receive, self._wire = url, receive, wire

    @classmethod
    async def open(cls, url: str, receive: Receive) -> UdpListener:
        """Binds the address.

        Raises:
            Refusal: if the address is none of ours or the port is taken.
        """
        host, port = _address(url, "udp")
        loop = asyncio.get_running_loop()
        try:
            family, kind, protocol, _, address = (
                await loop.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
            )[0]
            wire = socket.socket(family, kind, protocol)
            try:
                wire.bind(address)
            except OSError:
                wire.close()
                raise
        except OSError as error:
            raise Refusal(
                f"MAVLink cannot listen on {host}:{port} ({error.strerror}); end what uses the "
                "port, or choose another with --mavlink or --mavlink-port"
            ) from None
        wire.setblocking(False)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WAITING_BYTES)
        link = cls(url, receive, wire)
        loop.add_reader(wire.fileno(), link._read)
        return link

    @property
    def address(self) -> str:
        host, port = self._wire.getsockname()[:2]
        return f"{host}:{port}"

    def _read(self) -> None:
        """All that waits, but for what others in the loop are owed: to be woken for each datagram
        takes longer than to read it."""
        for _ in range(AT_ONCE):
            try:
                data, remote = self._wire.recvfrom(LARGEST)
            except BlockingIOError:
                return
            except OSError:
                continue  # a vehicle's port was closed: it is restarting, and will call again
            self._receive(self, remote, data)

    def send(self, remote: Any, data: bytes) -> None:
        """What the machine cannot take now is lost, as it may be on the way."""
        with contextlib.suppress(OSError):
            self._wire.sendto(data, remote)

    async def run(self) -> None:
        await asyncio.Event().wait()

    def close(self) -> None:
        if self._wire.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._wire.fileno())
            self._wire.close()


class TcpCaller:
    """``tcp://HOST:PORT``: we call the vehicle, again and again until it answers."""

    def __init__(self, url: str, receive: Receive) -> None:
        self._host, self._port = _address(url, "tcp")
        self.url, self._receive = url, receive
        self._writer: asyncio.StreamWriter | None = None

    def send(self, remote: Any, data: bytes) -> None:
        """A vehicle that reads no more is hung up on, and called again."""
        writer = self._writer
        if writer is None or writer.is_closing():
            return
        if writer.transport.get_write_buffer_size() > MOST_UNREAD:
            _log.warning("%s does not read what it is sent; called again", self.url)
            writer.transport.abort()
        else:
            writer.write(data)

    async def run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                reader, self._writer = await asyncio.open_connection(self._host, self._port)
                pause_s = FIRST_PAUSE_S
                while data := await self._heard(reader):
                    self._receive(self, None, data)
            except TimeoutError:
                _log.warning("%s says nothing for %.0f s; called again", self.url, SILENT_S)
            except OSError as error:
                _log.debug("no MAVLink from %s:%d: %s", self._host, self._port, error)
            self.close()
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _heard(self, reader: asyncio.StreamReader) -> bytes:
        """What comes next. A connection whose other end is gone without a word stays open for
        ever where nothing is written to it, as to a link that is not the one in use."""
        async with asyncio.timeout(SILENT_S):
            return await reader.read(LARGEST)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class SerialLink:
    """``serial:///dev/ttyUSB0?baud=57600``: a radio's modem on this machine, opened again whenever
    it comes back."""

    def __init__(self, url: str, receive: Receive) -> None:
        self._device, self._baud = _device(url)
        self.url, self._receive = url, receive
        self._port: Any = None
        self._waiting = bytearray()

    def send(self, remote: Any, data: bytes) -> None:
        """What a slow line cannot take is dropped, the oldest first."""
        if self._port is None:
            return
        self._waiting += data
        del self._waiting[: max(0, len(self._waiting) - MOST_WAITING)]
        self._write()

    def _write(self) -> None:
        port, loop = self._port, asyncio.get_running_loop()
        if port is None:
            return
        with contextlib.suppress(BlockingIOError):
            del self._waiting[: os.write(port.fileno(), self._waiting)]
        if self._waiting:
            loop.add_writer(port.fileno(), self._write)
        else:
            loop.remove_writer(port.fileno())

    async def run(self) -> None:
        import serial  # of use only to whom has such a line

        loop, pause_s = asyncio.get_running_loop(), FIRST_PAUSE_S
        while True:
            try:
                self._port = serial.Serial(self._device, self._baud, timeout=0, exclusive=True)
                ended = asyncio.Event()
                loop.add_reader(self._port.fileno(), self._read, ended)
                pause_s = FIRST_PAUSE_S
                await ended.wait()
            except OSError as error:  # pyserial's are too
                _log.debug("no MAVLink from %s: %s", self._device, error)
            self.close()
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _read(self, ended: asyncio.Event) -> None:
        assert self._port is not None
        try:
            data = os.read(self._port.fileno(), 4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._receive(self, None, data)
        else:
            ended.set()

    def close(self) -> None:
        if self._port is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._port.fileno())
            loop.remove_writer(self._port.fileno())
            self._port.close()
            self._port = None
            self._waiting.clear()


def caller(url: str, receive: Receive) -> Link:
    """The link to a vehicle that we call: by TCP, or on a serial line.

    Raises:
        Refusal: if the address is none.
    """
    return (SerialLink if url.startswith("serial:") else TcpCaller)(url, receive)


def _device(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    baud = dict(parse_qsl(parts.query)).get("baud", "57600")
    if parts.scheme != "serial" or parts.netloc or not parts.path or not baud.isdigit():
        raise Refusal(f"a serial line must be serial:///dev/NAME?baud=NUMBER, not {url!r}")
    return parts.path, int(baud)


def _address(url: str, scheme: str) -> tuple[str, int]:
    parts = urlsplit(url)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if parts.scheme != scheme or not host or port is None:
        raise Refusal(f"a MAVLink address must be {scheme}://HOST:PORT, not {url!r}")
    return host, port
