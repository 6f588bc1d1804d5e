"""ArduPilot's side of MAVLink FTP, as GCS_FTP.cpp keeps it: one file at a time, five requests
waiting, the newest answer repeated to who asks the same again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fleet.mavlink.ftp_packet import CHUNK, Error, FtpPacket, Op, ftp_packet
from tests.mavlink.mavlink_stage import SYSID, US

BURST = 500  # packets
QUEUE = 5  # requests
TOLD_EACH_TICK = 40  # packets
IDLE_S = 3.0  # after which an open file is closed for who wants another
NO_SUCH = bytes([Error.ERRNO, 2])


@dataclass
class FtpSide:
    """Serves ``files`` by path. Where ``restarts_after`` so many packets it begins anew, and has
    forgotten what was open."""

    files: dict[str, bytes]
    restarts_after: int | None = None
    opened: list[str] = field(default_factory=list)
    asked: list[FtpPacket] = field(default_factory=list)
    told: int = 0
    session: int | None = None  # whose file is open
    _open: bytes = b""
    _newest: FtpPacket | None = None
    _waiting: list[FtpPacket] = field(default_factory=list)
    _sending: list[FtpPacket] = field(default_factory=list)
    _told_s: float = -IDLE_S

    def take(self, m: Any, now_s: float) -> list[Any]:
        assert (m.target_system, m.target_component) == (SYSID, 1)
        request = ftp_packet(m)
        assert request is not None
        self.asked.append(request)
        if len(self._waiting) < QUEUE:
            self._waiting.append(request)
        return self.tick(now_s)

    def tick(self, now_s: float) -> list[Any]:
        while self._waiting and not self._sending:
            self._sending = self._served(self._waiting.pop(0), now_s)
        out, self._sending = self._sending[:TOLD_EACH_TICK], self._sending[TOLD_EACH_TICK:]
        for packet in out:
            self._newest, self._told_s, self.told = packet, now_s, self.told + 1
        if self.restarts_after is not None and self.told > self.restarts_after:
            self.restarts_after, self.session, self._newest = None, None, None
            self._waiting, self._sending = [], []
        return [packet.message(*US) for packet in out]

    def _served(self, r: FtpPacket, now_s: float) -> list[FtpPacket]:
        newest = self._newest
        if newest and (newest.session, newest.seq) == (r.session, (r.seq + 1) % 0x10000):
            return [newest]
        if r.opcode == Op.TERMINATE:
            self.session = None if r.session == self.session else self.session
            return [_reply(r)]
        if self.session is not None and now_s - self._told_s >= IDLE_S and r.opcode == Op.OPEN:
            self.session = None
        if self.session is not None and r.session != self.session:
            return [_nak(r, Error.NO_SESSIONS)]
        match r.opcode:
            case Op.LIST:
                return [self._listed(r)]
            case Op.OPEN:
                return [self._opened(r)]
            case Op.READ | Op.BURST if self.session is None:
                return [_nak(r, Error.NOT_FOUND)]
            case Op.READ:
                data = self._open[r.offset : r.offset + (r.size or 0)]
                return [_reply(r, r.offset, data) if data else _nak(r, Error.END_OF_FILE)]
            case Op.BURST:
                return self._burst(r)
        return [_nak(r, Error.UNKNOWN_COMMAND)]

    def _listed(self, r: FtpPacket) -> FtpPacket:
        folder = r.data.decode()
        inside = {p.removeprefix(f"{folder}/"): d for p, d in self.files.items() if folder in p}
        if not inside:
            return _nak(r, NO_SUCH)
        entries = [b"D.\0", b"Dolder\0", *(f"F{n}\t{len(d)}\0".encode() for n, d in inside.items())]
        told = b""
        for entry in entries[r.offset :]:
            if len(told) + len(entry) > CHUNK:
                break
            told += entry
        return _reply(r, r.offset, told) if told else _nak(r, Error.END_OF_FILE)

    def _opened(self, r: FtpPacket) -> FtpPacket:
        path = r.data.decode()
        if self.session is not None:
            return _nak(r, Error.FAIL)
        if path not in self.files:
            return _nak(r, NO_SUCH)
        self.opened.append(path)
        self.session, self._open = r.session, self.files[path]
        return _reply(r, 0, len(self._open).to_bytes(4, "little"))

    def _burst(self, r: FtpPacket) -> list[FtpPacket]:
        packets, seq = [], r.seq
        for n in range(BURST):
            offset = r.offset + n * CHUNK
            seq = (r.seq + 1 + n) % 0x10000
            data = self._open[offset : offset + CHUNK]
            if not data:
                return [*packets, _nak(r, Error.END_OF_FILE, seq)]
            packets.append(
                FtpPacket(seq, r.session, Op.ACK, offset, data, r.opcode, n == BURST - 1)
            )
        return packets


def _reply(r: FtpPacket, offset: int = 0, data: bytes = b"") -> FtpPacket:
    return FtpPacket((r.seq + 1) % 0x10000, r.session, Op.ACK, offset, data, r.opcode)


def _nak(r: FtpPacket, why: int | bytes, seq: int | None = None) -> FtpPacket:
    data = why if isinstance(why, bytes) else bytes([why])
    seq = (r.seq + 1) % 0x10000 if seq is None else seq
    return FtpPacket(seq, r.session, Op.NAK, r.offset, data, r.opcode)
