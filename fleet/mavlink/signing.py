"""MAVLink 2 signing: nobody without the key commands a drone, and no packet is taken twice.

https://mavlink.io/en/guide/message_signing.html, but for one thing: of what comes to us we take
packets in any order, each once, as long as they are not much older than the newest; links reorder,
and the standard's rule would lose what they overtake. Autopilots keep to the standard's rule.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import deque
from collections.abc import Callable
from typing import Any, Final

EPOCH_S: Final = 1_420_070_400  # 2015-01-01 UTC
TICKS_A_S: Final = 100_000
SIGNED: Final = 1  # incompatibility flag
_V2, _TAIL, _MAC = 0xFD, 13, 6
LATE_TICKS: Final = 10 * TICKS_A_S  # behind the newest of its stream
NEW_STREAM_TICKS: Final = 60 * TICKS_A_S  # behind our clock
KEPT: Final = 1024  # time stamps of a stream: what comes in ten seconds at 100 a second


def key_of(passphrase: str) -> bytes:
    """The key that Mission Planner and MAVProxy make of the same words."""
    return hashlib.sha256(passphrase.encode()).digest()


class Signing:
    """One key, the time stamps we have given and those that have been heard. ``unix_s`` is the time
    of day; it must not be set back, or autopilots take nothing from us until it has caught up."""

    def __init__(self, key: bytes, unix_s: Callable[[], float]) -> None:
        if len(key) != 32:
            raise ValueError(f"a signing key has 32 bytes, not {len(key)}")
        self.key, self._unix_s = key, unix_s
        self._given = 0
        self._heard: dict[tuple[int, int, int], _Stream] = {}

    def ticks(self) -> int:
        """Now, later than all that was given before."""
        self._given = max(self._now(), self._given + 1)
        return self._given

    def sign(self, codec: Any) -> None:
        """Has pymavlink sign the next packet of this codec."""
        codec.signing.secret_key = self.key
        codec.signing.sign_outgoing = True
        codec.signing.timestamp = self.ticks()

    def accepts(self, packet: bytes | bytearray) -> bool:
        """Whether it is signed with our key, and is not a repeat or an old one."""
        if len(packet) < 12 + _TAIL or packet[0] != _V2 or not packet[2] & SIGNED:
            return False
        mac = hashlib.sha256(self.key + packet[:-_MAC]).digest()[:_MAC]
        if not hmac.compare_digest(mac, packet[-_MAC:]):
            return False
        ticks = int.from_bytes(packet[-_TAIL + 1 : -_MAC], "little")
        name = packet[-_TAIL], packet[5], packet[6]
        stream = self._heard.get(name)
        if stream is None:
            if ticks + NEW_STREAM_TICKS < self._now():
                return False
            stream = self._heard[name] = _Stream()
        return stream.takes(ticks)

    def _now(self) -> int:
        return int((self._unix_s() - EPOCH_S) * TICKS_A_S)


class _Stream:
    """The time stamps of one component on one of its links."""

    def __init__(self) -> None:
        self._floor = -1  # what is not later is not taken any more
        self._taken: set[int] = set()
        self._order: deque[int] = deque()

    def takes(self, ticks: int) -> bool:
        if ticks <= self._floor or ticks in self._taken:
            return False
        self._taken.add(ticks)
        self._order.append(ticks)
        self._floor = max(self._floor, ticks - LATE_TICKS)
        if len(self._order) > KEPT:
            oldest = self._order.popleft()
            self._taken.discard(oldest)
            self._floor = max(self._floor, oldest)
        return True
