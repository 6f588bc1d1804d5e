"""What MAVLink FTP puts into a FILE_TRANSFER_PROTOCOL message.

https://mavlink.io/en/services/ftp.html
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.codec import MavMessage

CHUNK: Final = 239  # bytes of a file that one packet carries
_HEAD: Final = "<HBBBBBxI"
_HEAD_SIZE: Final = struct.calcsize(_HEAD)


class Op(IntEnum):
    """What is asked, and how it is answered; those that write are not used."""

    TERMINATE = 1
    LIST = 3
    OPEN = 4  # to be read
    READ = 5
    BURST = 15  # told in many packets, as fast as the link bears
    ACK = 128
    NAK = 129


READING: Final = frozenset({Op.TERMINATE, Op.LIST, Op.OPEN, Op.READ, Op.BURST})


class Error(IntEnum):
    """Why a request was not served."""

    FAIL = 1
    ERRNO = 2  # the second byte says which
    INVALID_SIZE = 3
    INVALID_SESSION = 4
    NO_SESSIONS = 5
    END_OF_FILE = 6
    UNKNOWN_COMMAND = 7
    EXISTS = 8
    PROTECTED = 9
    NOT_FOUND = 10


_NO_SUCH_FILE = 2  # errno
_WORDS: Final = {
    Error.FAIL: "the vehicle serves another file, or cannot",
    Error.INVALID_SIZE: "the request has a wrong size",
    Error.INVALID_SESSION: "the vehicle does not know the session",
    Error.NO_SESSIONS: "the vehicle serves somebody else",
    Error.END_OF_FILE: "the file ends",
    Error.UNKNOWN_COMMAND: "the vehicle does not offer this",
    Error.EXISTS: "the file exists already",
    Error.PROTECTED: "the file is protected",
    Error.NOT_FOUND: "no such file",
}


@dataclass(frozen=True, slots=True)
class FtpPacket:
    """A request, or an answer to one, whose ``seq`` is then the request's and one more."""

    seq: int
    session: int
    opcode: int
    offset: int = 0
    data: bytes = b""
    asked: int = 0  # the opcode that is answered
    ends_burst: bool = False
    size: int | None = None  # how much is wanted, where that is not the size of ``data``

    @property
    def error(self) -> int:
        return self.data[0] if self.data else Error.FAIL

    @property
    def is_missing(self) -> bool:
        """Whether it says that there is no such file."""
        return self.error == Error.NOT_FOUND or (
            self.error == Error.ERRNO and self.data[1:2] == bytes([_NO_SUCH_FILE])
        )

    @property
    def words(self) -> str:
        """Why it refuses, for people."""
        if self.error == Error.ERRNO and len(self.data) > 1:
            return os.strerror(self.data[1]).lower()
        return _WORDS.get(Error(self.error), "") if self.error in _WORDS else f"error {self.error}"

    def message(self, system: int, component: int) -> MavMessage:
        size = len(self.data) if self.size is None else self.size
        head = struct.pack(
            *(_HEAD, self.seq, self.session, self.opcode, size),
            *(self.asked, self.ends_burst, self.offset),
        )
        payload = list((head + self.data).ljust(_HEAD_SIZE + CHUNK, b"\0"))
        return mavlink.MAVLink_file_transfer_protocol_message(0, system, component, payload)


def ftp_packet(message: MavMessage) -> FtpPacket | None:
    """What the message carries; None if it is none, or says that it carries more than it can."""
    if message.get_type() != "FILE_TRANSFER_PROTOCOL":
        return None
    payload = bytes(message.payload)
    seq, session, opcode, size, asked, ends_burst, offset = struct.unpack_from(_HEAD, payload)
    if size > CHUNK:
        return None
    data = payload[_HEAD_SIZE : _HEAD_SIZE + size]
    return FtpPacket(seq, session, opcode, offset, data, asked, bool(ends_burst), size)


def ftp_opcode(message: MavMessage) -> int:
    """What a FILE_TRANSFER_PROTOCOL message asks for."""
    opcode: int = message.payload[3]
    return opcode


def refused_file(message: MavMessage) -> FtpPacket:
    """The answer of who serves no files to whatever this asks for."""
    seq, session, opcode, *_ = struct.unpack_from(_HEAD, bytes(message.payload))
    unknown = bytes([Error.UNKNOWN_COMMAND])
    return FtpPacket((seq + 1) % 0x10000, session, Op.NAK, data=unknown, asked=opcode)
