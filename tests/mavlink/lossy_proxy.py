"""A wire between vehicles and controller that loses, delays, doubles and reorders datagrams."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Badness:
    """30 % lost, half a second late, a fifth twice; the spread of the delay reorders, and the
    second of two comes up to ``double_late_s`` after it might have: when other orders have long
    been given."""

    loss: float = 0.3
    repeats: float = 0.2
    delay_s: float = 0.5
    spread_s: float = 0.2
    double_late_s: float = 0.0


@dataclass
class LossyWire:
    """One direction. ``deliver`` gets what comes through, when it comes."""

    deliver: Any
    badness: Badness
    chance: random.Random
    carried: int = 0
    lost: int = 0
    doubled: int = 0

    def put(self, data: bytes) -> None:
        copies = int(self.chance.random() >= self.badness.loss)
        doubled = copies and self.chance.random() < self.badness.repeats
        self.carried, self.lost = self.carried + copies, self.lost + (1 - copies)
        self.doubled += int(doubled)
        spread_s = self.badness.spread_s
        for copy in range(copies + int(doubled)):
            late_s = self.badness.delay_s + self.chance.uniform(-spread_s, spread_s)
            late_s += copy * self.chance.uniform(0.0, self.badness.double_late_s)
            asyncio.get_running_loop().call_later(late_s, self.deliver, data)


@dataclass
class LossyProxy(asyncio.DatagramProtocol):
    """Vehicles call it; it calls the controller from a socket for each of them."""

    controller: tuple[str, int]
    badness: Badness = field(default_factory=Badness)
    seed: int = 1
    wires: list[LossyWire] = field(default_factory=list)
    _outward: dict[Any, LossyWire] = field(default_factory=dict)
    _sockets: list[Any] = field(default_factory=list)
    _joining: list[Any] = field(default_factory=list)

    async def open(self) -> tuple[str, int]:
        loop = asyncio.get_running_loop()
        near, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self._near = near
        self._sockets.append(near)
        host, port = near.get_extra_info("sockname")
        return host, port

    def close(self) -> None:
        for socket in self._sockets:
            socket.close()
        self._sockets.clear()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if addr not in self._outward:
            self._outward[addr] = self._wire(lambda _data: None)
            self._joining.append(asyncio.ensure_future(self._join(addr)))
        self._outward[addr].put(data)

    async def _join(self, vehicle: Any) -> None:
        loop = asyncio.get_running_loop()
        homeward = self._wire(lambda data: self._sockets and self._near.sendto(data, vehicle))
        far, _ = await loop.create_datagram_endpoint(
            lambda: _Far(homeward.put), remote_addr=self.controller
        )
        self._sockets.append(far)
        self._outward[vehicle].deliver = lambda data: self._sockets and far.sendto(data)

    def _wire(self, deliver: Any) -> LossyWire:
        wire = LossyWire(deliver, self.badness, random.Random(f"{self.seed}:{len(self.wires)}"))
        self.wires.append(wire)
        return wire


class _Far(asyncio.DatagramProtocol):
    def __init__(self, receive: Any) -> None:
        self._receive = receive

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._receive(data)

    def error_received(self, exc: Exception) -> None:
        """The controller is gone."""
