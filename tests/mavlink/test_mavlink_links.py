"""Wires to vehicles, on real sockets of this machine."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from fleet.mavlink import links
from fleet.mavlink.links import TcpCaller, UdpListener
from fleet.process import Refusal

HOST = "127.0.0.1"


class Inbox:
    """What a link received, and something to wait for it by."""

    def __init__(self) -> None:
        self._got: asyncio.Queue[tuple[Any, bytes]] = asyncio.Queue()

    def receive(self, link: Any, remote: Any, data: bytes) -> None:
        self._got.put_nowait((remote, data))

    async def next(self) -> tuple[Any, bytes]:
        async with asyncio.timeout(10):
            return await self._got.get()


class Caller(asyncio.DatagramProtocol):
    """A vehicle's socket."""

    def __init__(self) -> None:
        self.got: asyncio.Queue[bytes] = asyncio.Queue()
        self.transport: Any

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.got.put_nowait(data)


async def _calling(address: str) -> Caller:
    host, port = address.rsplit(":", 1)
    loop = asyncio.get_running_loop()
    transport, caller = await loop.create_datagram_endpoint(Caller, remote_addr=(host, int(port)))
    caller.transport = transport
    return caller


async def test_one_udp_socket_hears_many_vehicles_and_answers_each_where_it_called_from() -> None:
    inbox = Inbox()
    link = await UdpListener.open(f"udp://{HOST}:0", inbox.receive)
    callers = [await _calling(link.address) for _ in range(3)]
    for i, caller in enumerate(callers):
        caller.transport.sendto(bytes((i,)))
    for _ in callers:
        remote, data = await inbox.next()
        link.send(remote, b"to " + data)
    async with asyncio.timeout(10):
        assert [await c.got.get() for c in callers] == [b"to \x00", b"to \x01", b"to \x02"]
    for caller in callers:
        caller.transport.close()
    link.close()


async def test_a_port_in_use_is_refused_in_one_sentence_that_names_it() -> None:
    link = await UdpListener.open(f"udp://{HOST}:0", Inbox().receive)
    with pytest.raises(Refusal, match=f"cannot listen on {link.address}.*choose another"):
        await UdpListener.open(f"udp://{link.address}", Inbox().receive)
    link.close()


@pytest.mark.parametrize(
    "url", ["127.0.0.1:14550", "tcp://127.0.0.1:1", "udp://127.0.0.1", "udp://:1", "udp://h:x"]
)
async def test_what_is_no_udp_address_is_refused_with_what_was_expected(url: str) -> None:
    with pytest.raises(Refusal, match="must be udp://HOST:PORT"):
        await UdpListener.open(url, Inbox().receive)


def test_what_is_no_tcp_address_is_refused_with_what_was_expected() -> None:
    with pytest.raises(Refusal, match="must be tcp://HOST:PORT"):
        TcpCaller("udp://127.0.0.1:5760", Inbox().receive)


async def test_a_tcp_vehicle_is_called_again_when_it_hangs_up() -> None:
    inbox, calls = Inbox(), 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        writer.write(f"call {calls}".encode())
        writer.write_eof()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(answer, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    async with _running(TcpCaller(f"tcp://{HOST}:{port}", inbox.receive)):
        assert (await inbox.next())[1] == b"call 1"
        assert (await inbox.next())[1] == b"call 2"
    server.close()


async def test_what_is_sent_reaches_a_tcp_vehicle_and_before_it_answers_is_dropped() -> None:
    inbox, got = Inbox(), asyncio.Queue[bytes]()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"here")
        got.put_nowait(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(answer, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    link = TcpCaller(f"tcp://{HOST}:{port}", inbox.receive)
    link.send(None, b"too early")
    async with _running(link), asyncio.timeout(10):
        await inbox.next()
        link.send(None, b"now")
        assert await got.get() == b"now"
    server.close()


async def test_a_tcp_vehicle_that_is_gone_without_a_word_is_called_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(links, "SILENT_S", 0.2)
    inbox, calls = Inbox(), 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        writer.write(f"call {calls}".encode())
        await reader.read()  # and never a word again, as one whose cable was pulled
        writer.close()

    server = await asyncio.start_server(answer, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    async with _running(TcpCaller(f"tcp://{HOST}:{port}", inbox.receive)):
        assert (await inbox.next())[1] == b"call 1"
        assert (await inbox.next())[1] == b"call 2"
    server.close()
    assert "says nothing" in caplog.text


async def test_a_tcp_vehicle_that_does_not_read_is_hung_up_on_before_memory_fills(
    caplog: pytest.LogCaptureFixture,
) -> None:
    inbox, packet = Inbox(), bytes(10_000)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(b"here")

    server = await asyncio.start_server(answer, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    link = TcpCaller(f"tcp://{HOST}:{port}", inbox.receive)
    async with _running(link), asyncio.timeout(60):
        await inbox.next()
        while "does not read" not in caplog.text:
            link.send(None, packet)
            if link._writer is not None:
                waiting = link._writer.transport.get_write_buffer_size()
                assert waiting <= links.MOST_UNREAD + len(packet)
            await asyncio.sleep(0)
        assert (await inbox.next())[1] == b"here"  # called again
    server.close()


async def test_many_datagrams_that_wait_are_all_read_in_the_order_they_came() -> None:
    inbox = Inbox()
    link = await UdpListener.open(f"udp://{HOST}:0", inbox.receive)
    caller = await _calling(link.address)
    for n in range(3 * links.AT_ONCE):
        caller.transport.sendto(n.to_bytes(2, "big"))
    told = [int.from_bytes((await inbox.next())[1], "big") for _ in range(3 * links.AT_ONCE)]
    assert told == list(range(3 * links.AT_ONCE))
    caller.transport.close()
    link.close()
    link.send((HOST, 9), b"closed: nobody is sent anything, and nothing breaks")


@contextlib.asynccontextmanager
async def _running(link: TcpCaller) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(link.run())
        yield
        task.cancel()
        link.close()
