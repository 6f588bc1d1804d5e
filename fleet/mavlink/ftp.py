"""Reading a vehicle's files by MAVLink FTP: directories listed, files fetched whole.

A file comes in bursts; of what was lost, a little is asked for piece by piece, much by another
burst. ArduPilot serves one file at a time, keeps its newest answer and repeats that when it takes a
request for one that it has just answered, by the sequence number.
https://mavlink.io/en/services/ftp.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeVar

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.codec import MavMessage
from fleet.mavlink.exchange import Retried, VehicleRefused
from fleet.mavlink.ftp_packet import CHUNK, Error, FtpPacket, Op, ftp_packet

R = TypeVar("R")

PAUSE_S: Final = 1.0
TRIES: Final = 15
END_TRIES: Final = 3
BUSY_S: Final = 4.0  # ArduPilot leaves a file that nobody has asked it about for three
BASE_WITHIN_S: Final = 60.0
SLOWEST_BYTES_S: Final = 2000.0  # a link that carries less takes too long for a log
LARGEST_BYTES: Final = 256_000_000  # of a file, which is held in memory
MOST_ENTRIES: Final = 2000  # of a directory; ArduPilot keeps 500 logs
SESSION: Final = 1  # ours; a vehicle that gives out numbers of its own says so
STRIDE: Final = 1009  # between sequence numbers: more than the packets of a burst
WINDOW: Final = 1024  # chunks after the first gap that are taken; a burst has 500
FEW: Final = 40  # gaps that are asked for one by one
AT_ONCE: Final = 4  # requests; ArduPilot keeps five


class NoSuchFile(VehicleRefused):
    """The vehicle has no file or directory of this name."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    name: str
    size: int  # bytes


class FtpSequence:
    """The numbers of the requests to one vehicle. So far apart that the answers to one request, a
    burst of them too, are never taken for those to another, here or by the vehicle."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        self._last = (self._last + STRIDE) % 0x10000
        return self._last


def _answers(seq: int, reply: FtpPacket) -> bool:
    """Whether the reply belongs to the request of this number."""
    return 0 < (reply.seq - seq) % 0x10000 < STRIDE


class _FileExchange(Retried[R]):
    """Base of what is asked by FTP."""

    hears = frozenset({mavlink.MAVLINK_MSG_ID_FILE_TRANSFER_PROTOCOL})

    def __init__(self, address: VehicleAddress, sequence: FtpSequence, tries: int = TRIES) -> None:
        super().__init__(PAUSE_S, tries, BASE_WITHIN_S)
        self._address, self._sequence = address, sequence
        self._seq = sequence.next()

    def take(self, message: MavMessage, now_s: float) -> list[MavMessage]:
        reply = None if self.finished else ftp_packet(message)
        return [] if reply is None else self._heed(reply, now_s)

    def _heed(self, reply: FtpPacket, now_s: float) -> list[MavMessage]:
        raise NotImplementedError

    def _request(self, packet: FtpPacket) -> MavMessage:
        return packet.message(self._address.sysid, self._address.compid)

    def _refuse(self, reply: FtpPacket) -> None:
        kind = NoSuchFile if reply.is_missing else VehicleRefused
        self._fail(kind(f"{self.what}: {reply.words}"))


class ListDirectory(_FileExchange[list[FileEntry]]):
    """The files in a directory, without those in others beneath it."""

    def __init__(self, address: VehicleAddress, sequence: FtpSequence, path: str) -> None:
        super().__init__(address, sequence)
        self.what = f"listing {path}"
        self._path = path.encode()
        self._files: list[FileEntry] = []
        self._seen = 0  # entries, of which files are some

    def _ask(self) -> list[MavMessage]:
        packet = FtpPacket(self._seq, SESSION, Op.LIST, self._seen, self._path)
        return [self._request(packet)]

    def _heed(self, reply: FtpPacket, now_s: float) -> list[MavMessage]:
        if reply.asked != Op.LIST or not _answers(self._seq, reply):
            return []
        told = [entry for entry in reply.data.split(b"\0") if entry]
        if reply.opcode == Op.NAK and reply.error != Error.END_OF_FILE:
            self._refuse(reply)
        elif reply.opcode == Op.NAK or not told:
            self._succeed(self._files)
        elif self._seen + len(told) > MOST_ENTRIES:
            self._fail(VehicleRefused(f"{self.what}: more than {MOST_ENTRIES} entries"))
        else:
            self._seen += len(told)
            self._files += filter(None, map(_entry, told))
            self._seq = self._sequence.next()
            self._progress(now_s)
            return self._ask()
        return []


def _entry(told: bytes) -> FileEntry | None:
    name, _, size = told[1:].decode("utf-8", "replace").partition("\t")
    is_file = told[:1] == b"F" and size.isascii() and size.isdigit()
    return FileEntry(name, int(size)) if is_file else None


class Pieces:
    """A file as far as it has come: what is whole up to a point, and pieces a little beyond."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._data, self._has = bytearray(), bytearray()  # a byte, and one for each chunk
        self._first = 0  # chunk that is missing

    @property
    def is_whole(self) -> bool:
        return self._first * CHUNK >= self.size

    @property
    def first(self) -> int:
        """Offset of the first gap."""
        return self._first * CHUNK

    def gaps(self) -> list[int]:
        """Offsets of the chunks that are missing before others that have come."""
        return [n * CHUNK for n in range(self._first, len(self._has)) if not self._has[n]]

    def put(self, offset: int, data: bytes) -> bool:
        """Whether it was missing, and is a whole chunk, or the file's last."""
        chunk, part = divmod(offset, CHUNK)
        size = min(CHUNK, self.size - offset)
        if part or len(data) < size or size <= 0 or not 0 <= chunk - self._first < WINDOW:
            return False
        if chunk >= len(self._has):
            self._has.extend(bytes(chunk + 1 - len(self._has)))
            self._data.extend(bytes(offset + size - len(self._data)))
        if self._has[chunk]:
            return False
        self._data[offset : offset + size] = data[:size]
        self._has[chunk] = 1
        gap = self._has.find(0, self._first)
        self._first = len(self._has) if gap < 0 else gap
        return True

    def whole(self) -> bytes:
        return bytes(self._data)


class FetchFile(_FileExchange[bytes]):
    """The bytes of one file, of the size that it has when it is opened. ``begun`` is what an
    earlier try has brought (its ``pieces``): this one goes on from there."""

    def __init__(
        self,
        address: VehicleAddress,
        sequence: FtpSequence,
        path: str,
        begun: Pieces | None = None,
    ) -> None:
        super().__init__(address, sequence)
        self.what = f"fetching {path}"
        self._path, self.pieces = path.encode(), begun
        self._session: int | None = None
        self._reading: set[int] = set()  # what was asked for piece by piece; empty in a burst
        self._came = False  # anything, since it was asked for

    def _ask(self) -> list[MavMessage]:
        if self._session is None or self.pieces is None:
            return [self._request(FtpPacket(self._seq, SESSION, Op.OPEN, 0, self._path))]
        gaps = self.pieces.gaps()
        self._came = False
        self._reading = set(gaps[:AT_ONCE]) if len(gaps) <= FEW else set()
        if self._reading:
            return [self._read(Op.READ, offset) for offset in sorted(self._reading)]
        return [self._read(Op.BURST, self.pieces.first)]

    def _read(self, opcode: Op, offset: int) -> MavMessage:
        assert self._session is not None
        self._seq = self._sequence.next()
        return self._request(FtpPacket(self._seq, self._session, opcode, offset, size=CHUNK))

    def _heed(self, reply: FtpPacket, now_s: float) -> list[MavMessage]:
        if self._session is None:
            return self._opened(reply, now_s)
        if reply.asked not in (Op.READ, Op.BURST) or reply.session != self._session:
            return []
        if reply.opcode == Op.NAK:
            return self._stopped(reply)
        return self._brought(reply, now_s) if reply.opcode == Op.ACK else []

    def _opened(self, reply: FtpPacket, now_s: float) -> list[MavMessage]:
        if reply.asked != Op.OPEN or not _answers(self._seq, reply):
            return []
        if reply.opcode == Op.NAK:
            self._not_opened(reply, now_s)
            return []
        size = int.from_bytes(reply.data[:4], "little")
        if size > LARGEST_BYTES:
            words = f"the file has {size} bytes, more than {LARGEST_BYTES}"
            self._fail(VehicleRefused(f"{self.what}: {words}"))
            return []
        if self.pieces is None or self.pieces.size > size:
            self.pieces = Pieces(size)
            self._deadline_s += size / SLOWEST_BYTES_S
        self._session = reply.session
        self._progress(now_s)
        return self._goes_on()

    def _not_opened(self, reply: FtpPacket, now_s: float) -> None:
        """What is busy is asked again: later, and as another request, or it would give the same
        answer again."""
        if reply.error in (Error.FAIL, Error.NO_SESSIONS, Error.INVALID_SESSION):
            self._grounds, self._seq = reply.words, self._sequence.next()
            self.due_s = min(now_s + BUSY_S, self._deadline_s)
        else:
            self._refuse(reply)

    def _brought(self, reply: FtpPacket, now_s: float) -> list[MavMessage]:
        assert self.pieces is not None
        if self.pieces.put(reply.offset, reply.data):
            self._came, self._grounds = True, None
            self._progress(now_s)
        if self._reading:
            self._reading.discard(reply.offset)
            return [] if self._reading else self._goes_on()
        ended = reply.ends_burst and self._came and _answers(self._seq, reply)
        return self._goes_on() if ended or self.pieces.is_whole else []

    def _stopped(self, reply: FtpPacket) -> list[MavMessage]:
        """A burst ends with the file. A vehicle that has begun anew knows the session no more."""
        assert self.pieces is not None
        if reply.error in (Error.INVALID_SESSION, Error.NOT_FOUND, Error.NO_SESSIONS):
            self._session, self._seq = None, self._sequence.next()
            self._grounds = reply.words
        elif reply.error != Error.END_OF_FILE:
            self._refuse(reply)
        elif not self._reading and _answers(self._seq, reply):
            if self._came:
                return self._goes_on()
            self._grounds = f"the file ends before byte {self.pieces.size}"
        return []

    def _goes_on(self) -> list[MavMessage]:
        assert self.pieces is not None
        if self.pieces.is_whole:
            self._succeed(self.pieces.whole())
            return []
        return self._ask()


class EndSession(_FileExchange[bool]):
    """Tells the vehicle to close the file; whether it has said that it did. One that does not
    answer closes it by itself."""

    what = "closing the file"

    def __init__(self, address: VehicleAddress, sequence: FtpSequence) -> None:
        super().__init__(address, sequence, END_TRIES)

    def _ask(self) -> list[MavMessage]:
        return [self._request(FtpPacket(self._seq, SESSION, Op.TERMINATE))]

    def _heed(self, reply: FtpPacket, now_s: float) -> list[MavMessage]:
        if reply.asked == Op.TERMINATE and _answers(self._seq, reply):
            self._succeed(True)
        return []

    def _give_up(self, silence: str) -> None:
        self._succeed(False)
