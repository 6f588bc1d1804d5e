"""Each drone on a TCP port of its own, for any ground station beside us to call.

A ground station that reads slower than its drone speaks loses the oldest of what waits for it;
neither the reactor nor another ground station waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.gate import Gate, GateNews, LeaseGiven, LeaseOver
from fleet.mavlink.guest import Guest
from fleet.mavlink.lease import LeaseRefused
from fleet.mavlink.reactor import Watch
from fleet.process import Refusal

_log = logging.getLogger(__name__)

MOST_GUESTS = 8  # of one drone
WAITING = 1000  # packets that wait for one guest: some 20 s of a flying drone
GONE = "gateway"  # who ends the lease of a guest that has hung up

WatchDrone = Callable[[int, Watch], Callable[[], None]]


@dataclass(frozen=True, slots=True)
class GuestSeen:
    """A ground station that is connected, and where it calls from."""

    name: str
    drone: str
    remote: str


class Gateway:
    """Offers each of ``drones`` (name -> system) at the port of ``url`` plus its system id."""

    def __init__(self, url: str, drones: Mapping[str, int], watch: WatchDrone, gate: Gate) -> None:
        self._host, self._base = _address(url, max(drones.values(), default=0))
        self._drones, self._watch, self._gate = dict(drones), watch, gate
        self._numbers = {drone: itertools.count(1) for drone in drones}
        self._guests: dict[Guest, GuestSeen] = {}
        self._outboxes: dict[str, tuple[Guest, Outbox]] = {}
        self._serving: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []
        self._forget = gate.listen(self._heed)

    async def __aenter__(self) -> Gateway:
        """Opens the ports.

        Raises:
            Refusal: if one is taken.
        """
        try:
            for drone, sysid in self._drones.items():
                await self._open(drone, sysid)
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    @property
    def guests(self) -> tuple[GuestSeen, ...]:
        return tuple(self._guests.values())

    def address(self, drone: str) -> str:
        """Where ground stations find this drone, as they write it."""
        return f"tcp:{self._host}:{self.port(drone)}"

    def port(self, drone: str) -> int:
        index = list(self._drones).index(drone)
        port: int = self._servers[index].sockets[0].getsockname()[1]
        return port

    async def _open(self, drone: str, sysid: int) -> None:
        port = self._base + sysid if self._base else 0

        async def called(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._serving.add(task)
            try:
                await self._serve(drone, reader, writer)
            except asyncio.CancelledError:
                _log.debug("a guest of %s is left: the gateway closes", drone)
            finally:
                self._serving.discard(task)
                writer.close()

        try:
            self._servers.append(await asyncio.start_server(called, self._host, port))
        except OSError as error:
            raise Refusal(
                f"{drone} cannot be offered at {self._host}:{port} ({error.strerror}); end what "
                "uses the port, or choose another with --gateway or --gateway-port"
            ) from None

    async def _serve(
        self, drone: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        seat = self._free_seat(drone)
        remote = "{}:{}".format(*writer.get_extra_info("peername")[:2])
        if seat is None:
            _log.warning("%s has %d guests; %s is turned away", drone, MOST_GUESTS, remote)
            return
        address = VehicleAddress(self._drones[drone])
        name = f"{drone}-{next(self._numbers[drone])}"
        guest, outbox = Guest(name, drone, address, self._gate, seat), Outbox()
        self._guests[guest] = GuestSeen(name, drone, remote)
        self._outboxes[name] = guest, outbox
        _log.info("%s calls from %s", name, remote)
        forget = self._watch(address.sysid, lambda frame: outbox.put([guest.hears(frame)]))
        outbox.put([guest.greeting()])
        try:
            await _talk(guest, outbox, reader, writer)
        finally:
            forget()
            del self._guests[guest], self._outboxes[name]
            self._end_lease(guest, address)
            _log.info("%s has gone", name)

    def _heed(self, news: GateNews) -> None:
        """Who is given a drone, or has to let it go, is told."""
        match news:
            case LeaseGiven(lease=lease, by=by, for_s=for_s):
                text = f"You hold the drone for {for_s / 60:.0f} min, granted by {by}"
            case LeaseOver(lease=lease, by=None):
                text = "Your lease has run out; the controller has the drone"
            case LeaseOver(lease=lease, by=by, why=why):
                text = (
                    f"Your lease was taken back by {by}: {why}"
                    if why
                    else f"Your lease was taken back by {by}"
                )
            case _:
                return
        if lease.holder in self._outboxes:
            guest, outbox = self._outboxes[lease.holder]
            outbox.put(guest.told(text))

    def _free_seat(self, drone: str) -> int | None:
        taken = {guest.seat for guest, seen in self._guests.items() if seen.drone == drone}
        return next((seat for seat in range(1, MOST_GUESTS + 1) if seat not in taken), None)

    def _end_lease(self, guest: Guest, address: VehicleAddress) -> None:
        """A lease is one connection's: who calls again has to be granted it again."""
        now_s = asyncio.get_running_loop().time()
        if self._gate.lease(address.sysid, now_s).holder == guest.name:
            with contextlib.suppress(LeaseRefused):
                self._gate.take_back(address, GONE, now_s, "its holder has hung up")

    async def _close(self) -> None:
        self._forget()
        for server in self._servers:
            server.close()
        serving = list(self._serving)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


class Outbox:
    """Packets on their way to one guest, the oldest lost when too many wait."""

    def __init__(self, most: int = WAITING) -> None:
        self._waiting: deque[bytes] = deque(maxlen=most)
        self._filled = asyncio.Event()

    def put(self, packets: Iterable[bytes | None]) -> None:
        self._waiting.extend(packet for packet in packets if packet is not None)
        self._filled.set()

    async def run(self, writer: asyncio.StreamWriter) -> None:
        """Writes as fast as the other end reads."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            packets = b"".join(self._waiting)
            self._waiting.clear()
            writer.write(packets)
            await writer.drain()


async def _talk(
    guest: Guest, outbox: Outbox, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Until the guest hangs up."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(outbox.run(writer), name=f"to {guest.name}")
            while data := await reader.read(4096):
                outbox.put(guest.take(data, loop.time()))
                await asyncio.sleep(0)  # a guest that never stops talking leaves time to the drones
            writing.cancel()
    except* OSError as errors:
        _log.debug("%s: %s", guest.name, errors.exceptions[0])


def _address(url: str, highest: int) -> tuple[str, int]:
    parts = urlsplit(url)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if parts.scheme != "tcp" or not host or port is None or port + highest > 65_535:
        raise Refusal(
            f"the gateway's address must be tcp://HOST:PORT, where drone N is offered at PORT + N, "
            f"not {url!r}"
        )
    return host, port
