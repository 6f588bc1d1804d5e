"""Files of a vehicle by MAVLink FTP: listed, fetched whole over bad wires, refused in words."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.effect import changes
from fleet.mavlink.exchange import VehicleRefused, VehicleSilent
from fleet.mavlink.ftp import (
    LARGEST_BYTES,
    WINDOW,
    EndSession,
    FetchFile,
    FileEntry,
    FtpSequence,
    ListDirectory,
    NoSuchFile,
    Pieces,
)
from fleet.mavlink.ftp_packet import CHUNK, Error, FtpPacket, Op, ftp_packet, refused_file
from tests.mavlink.ftp_side import BURST, FtpSide
from tests.mavlink.mavlink_stage import ADDRESS, SYSID, Wire, run

PATH = "logs/00000002.BIN"
BAD = {"loss": 0.3, "repeats": 0.2, "delay_s": (0.05, 0.8)}


def file_of(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def played(exchange: Any, side: FtpSide, wire: Wire | None = None) -> float:
    return run(exchange, side, wire or Wire())  # type: ignore[arg-type]


def fetch(begun: Pieces | None = None) -> FetchFile:
    return FetchFile(ADDRESS, FtpSequence(), PATH, begun)


@given(
    st.builds(
        FtpPacket,
        *(st.integers(0, 0xFFFF), st.integers(0, 255), st.integers(0, 255)),
        *(st.integers(0, 2**32 - 1), st.binary(max_size=CHUNK), st.integers(0, 255), st.booleans()),
    )
)
def test_a_packet_survives_its_message(packet: FtpPacket) -> None:
    read = ftp_packet(packet.message(SYSID, 1))
    assert read is not None
    assert read.size == len(packet.data)
    assert (read.seq, read.session, read.opcode) == (packet.seq, packet.session, packet.opcode)
    assert (read.offset, read.data, read.asked) == (packet.offset, packet.data, packet.asked)
    assert read.ends_burst == packet.ends_burst


def test_a_packet_that_claims_more_than_it_can_hold_is_none() -> None:
    message = FtpPacket(1, 1, Op.ACK, size=CHUNK + 1).message(SYSID, 1)
    assert ftp_packet(message) is None


@pytest.mark.parametrize(
    "size", [0, 1, CHUNK, CHUNK + 1, BURST * CHUNK, BURST * CHUNK + 1, 400_000]
)
def test_a_file_is_fetched_whole_in_bursts(size: int) -> None:
    exchange, side = fetch(), FtpSide({PATH: file_of(size)})
    played(exchange, side)
    assert exchange.result() == file_of(size)
    assert [request.opcode for request in side.asked] == [
        Op.OPEN,
        *[Op.BURST] * (-(-size // (BURST * CHUNK))),
    ]


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), size=st.integers(0, 3 * BURST * CHUNK))
def test_over_a_wire_that_loses_repeats_and_reorders_it_is_the_same_file(
    seed: int, size: int
) -> None:
    exchange, side = fetch(), FtpSide({PATH: file_of(size)})
    played(exchange, side, Wire(seed, **BAD))
    assert exchange.result() == file_of(size)
    assert exchange.pieces is not None
    assert len(exchange.pieces._data) == size


@pytest.mark.parametrize("loss", [0.01, 0.05, 0.3])
def test_what_was_lost_is_asked_for_again_and_little_more(loss: float) -> None:
    size = 20 * BURST * CHUNK
    exchange, side = fetch(), FtpSide({PATH: file_of(size)})
    played(exchange, side, Wire(5, loss=loss, repeats=0.05, delay_s=(0.05, 0.1)))
    assert exchange.result() == file_of(size)
    assert side.told * CHUNK < (1.3 if loss < 0.02 else 3.5) * size


def test_a_vehicle_that_begins_anew_in_the_middle_is_asked_from_there_on() -> None:
    size = 4 * BURST * CHUNK
    exchange, side = fetch(), FtpSide({PATH: file_of(size)}, restarts_after=2 * BURST)
    played(exchange, side)
    assert exchange.result() == file_of(size)
    assert side.opened == [PATH, PATH]
    assert side.told < 1.2 * 4 * BURST


def test_what_an_earlier_try_has_brought_is_not_asked_for_again() -> None:
    size = 4 * BURST * CHUNK
    first, side = fetch(), FtpSide({PATH: file_of(size)})
    now_s, to_tell = 0.0, first.begin(0.0)
    while (first.pieces.first if first.pieces else 0) < size // 2:
        now_s += 0.01
        back = [answer for message in to_tell for answer in side.take(message, now_s)]
        to_tell = [m for answer in back + side.tick(now_s) for m in first.take(answer, now_s)]
    told = side.told
    while not first.finished:  # the link is lost
        now_s = max(now_s, first.due_s)
        first.tick(now_s)
    with pytest.raises(VehicleSilent):
        first.result()
    again = FetchFile(ADDRESS, FtpSequence(), PATH, first.pieces)
    side.session = None
    played(again, side)
    assert again.result() == file_of(size)
    assert side.told - told < 0.6 * 4 * BURST


@pytest.mark.parametrize("wire", [Wire(), Wire(3, **BAD)])
def test_a_directory_is_listed_page_by_page(wire: Wire) -> None:
    files = {f"logs/{n:08d}.BIN": bytes(n) for n in range(1, 120)}
    exchange = ListDirectory(ADDRESS, FtpSequence(), "logs")
    played(exchange, FtpSide(files), wire)
    assert exchange.result() == [FileEntry(f"{n:08d}.BIN", n) for n in range(1, 120)]


def test_what_is_not_there_is_told_so() -> None:
    for exchange in (fetch(), ListDirectory(ADDRESS, FtpSequence(), "/APM/LOGS")):
        played(exchange, FtpSide({"logs/1": b"x"}))
        with pytest.raises(NoSuchFile, match="no such file"):
            exchange.result()


def test_a_file_that_another_has_open_is_waited_for() -> None:
    side = FtpSide({PATH: file_of(1000), "other": b"x"})
    other = FetchFile(ADDRESS, FtpSequence(), "other")
    played(other, side)
    assert side.session is not None
    sequence = FtpSequence()
    sequence.next()
    exchange = FetchFile(ADDRESS, sequence, PATH)
    assert played(exchange, side) > 3.0
    assert exchange.result() == file_of(1000)


def test_a_closed_file_leaves_room_for_the_next() -> None:
    side, sequence = FtpSide({PATH: file_of(1000), "other": b"x"}), FtpSequence()
    played(FetchFile(ADDRESS, sequence, "other"), side)
    end = EndSession(ADDRESS, sequence)
    played(end, side)
    assert end.result()
    exchange = FetchFile(ADDRESS, sequence, PATH)
    assert played(exchange, side) < 1.0
    assert exchange.result() == file_of(1000)


def test_a_vehicle_that_says_nothing_is_given_up_and_its_file_left_to_it() -> None:
    for exchange in (fetch(), ListDirectory(ADDRESS, FtpSequence(), "logs")):
        played(exchange, FtpSide({}), Wire(loss=1.0))
        with pytest.raises(VehicleSilent):
            exchange.result()
    end = EndSession(ADDRESS, FtpSequence())
    played(end, FtpSide({}), Wire(loss=1.0))
    assert end.result() is False


def test_a_file_that_ends_before_its_size_is_given_up_with_the_byte() -> None:
    class Shrinks(FtpSide):
        def _opened(self, r: FtpPacket) -> FtpPacket:
            opened = super()._opened(r)
            self._open = self._open[:500]
            return opened

    exchange = fetch()
    played(exchange, Shrinks({PATH: file_of(5000)}))
    with pytest.raises(VehicleRefused, match="the file ends before byte 5000"):
        exchange.result()


def test_a_file_too_large_to_be_held_is_refused() -> None:
    exchange = fetch()
    asked = ftp_packet(exchange.begin(0.0)[0])
    assert asked is not None
    size = (LARGEST_BYTES + 1).to_bytes(4, "little")
    exchange.take(FtpPacket(asked.seq + 1, 1, Op.ACK, 0, size, Op.OPEN).message(255, 190), 0.1)
    with pytest.raises(VehicleRefused, match="more than"):
        exchange.result()


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 300)), max_size=50))
def test_pieces_hold_no_more_than_has_come_and_a_window(told: list[tuple[int, int]]) -> None:
    pieces, came = Pieces(LARGEST_BYTES), set()
    for chunk, size in told:
        if pieces.put(chunk * CHUNK, bytes(size)):
            came.add(chunk)
        assert len(pieces._data) <= (len(came) + WINDOW) * CHUNK
    assert pieces.gaps() == [n * CHUNK for n in range(max(came, default=-1) + 1) if n not in came]


@pytest.mark.parametrize("opcode", range(256))
def test_what_reads_files_needs_no_lease_and_what_writes_does(opcode: int) -> None:
    reading = {Op.TERMINATE, Op.LIST, Op.OPEN, Op.READ, Op.BURST}
    assert changes(FtpPacket(1, 1, opcode).message(SYSID, 1)) is (opcode not in reading)


def test_who_serves_no_files_says_so() -> None:
    refused = refused_file(FtpPacket(9, 1, Op.OPEN, data=b"x").message(SYSID, 1))
    assert (refused.seq, refused.asked, refused.error) == (10, Op.OPEN, Error.UNKNOWN_COMMAND)
    assert refused.words == "the vehicle does not offer this"
    assert isinstance(refused.message(255, 1), mavlink.MAVLink_file_transfer_protocol_message)
