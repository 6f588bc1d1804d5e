"""Whatever comes over a wire, decoder and services neither crash nor hang nor grow without end."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import math
import random
import re
import struct
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.ask_message import AskMessage
from fleet.mavlink.camera import CameraState, fold_camera
from fleet.mavlink.codec import MOST_UNFINISHED, Decoder, Encoder
from fleet.mavlink.command import Command, ReadBack, Reposition
from fleet.mavlink.conversation import FOLLOWED
from fleet.mavlink.dataflash import EndLogTransfer, FetchLog, LogEntry, NewestLog
from fleet.mavlink.drone_id import DroneIdentity, Identify
from fleet.mavlink.exchange import VehicleFault
from fleet.mavlink.ftp import STRIDE, EndSession, FetchFile, FtpSequence, ListDirectory, Pieces
from fleet.mavlink.ftp_packet import CHUNK as FILE_CHUNK
from fleet.mavlink.ftp_packet import FtpPacket, Op
from fleet.mavlink.intervals import SetIntervals
from fleet.mavlink.key_setup import SetUpSigning
from fleet.mavlink.mission import Download, MissionItem, PlanType, Upload
from fleet.mavlink.params import ReadParameters, SetParameters
from fleet.mavlink.reactor import MOST_REMOTES, Reactor
from fleet.mavlink.signing import Signing
from fleet.mavlink.state import TEXTS_KEPT, VehicleState, fold, seen, with_text
from fleet.mavlink.statustext import CHUNKS, StatusTexts
from fleet.mavlink.timesync import TimeSync
from tests.mavlink.mavlink_stage import ADDRESS, SYSID

LONGEST_S = 3600.0  # no exchange may last longer, whatever a vehicle says
MOST_ANSWERS = 8  # messages sent for one that came
MOST_KEPT = 400_000  # bytes, entries and figures, together
ITEMS = [MissionItem(16, 3, 114.0, 22.7, 50.0 + i) for i in range(6)]
KINDS = list(mavlink.mavlink_map.values())


def _packet(kind: Any, payload: bytes) -> bytes:
    """A good frame of this kind with this payload, cut or filled up to its size."""
    codec = mavlink.MAVLink(None, SYSID, 1)
    size = kind.unpacker.size
    bare = mavlink.MAVLink_message(kind.id, kind.msgname)
    data: bytes = bare._pack(codec, kind.crc_extra, payload[:size].ljust(size, b"\0"))
    return data


packets = st.builds(_packet, st.sampled_from(KINDS), st.binary(max_size=255))
frames = st.one_of(
    packets,
    st.binary(max_size=300),
    st.builds(lambda data, i: data[: i % len(data)], packets, st.integers(0, 400)),
    st.builds(
        lambda data, flags: data[:2] + bytes([flags]) + data[3:], packets, st.integers(0, 255)
    ),
)


@settings(max_examples=300)
@given(st.lists(frames, max_size=12), st.lists(st.integers(1, 70), max_size=8))
def test_any_bytes_in_any_pieces_leave_the_decoder_well(
    parts: list[bytes], cuts: list[int]
) -> None:
    decoder, stream = Decoder(), b"".join(parts)
    while stream:
        cut = cuts[len(stream) % len(cuts)] if cuts else len(stream)
        piece, stream = stream[:cut], stream[cut:]
        messages = decoder.feed(piece)
        assert len(messages) <= len(piece) + MOST_UNFINISHED
        assert decoder.held <= MOST_UNFINISHED
    decoder.feed(b"\0" * MOST_UNFINISHED)  # what was begun is ended, well or not
    good = Encoder(SYSID, 1).encode(mavlink.MAVLink_heartbeat_message(2, 3, 0, 0, 4, 3))
    assert [m.get_type() for m in decoder.feed(good)][-1:] == ["HEARTBEAT"]


def test_a_stream_that_never_ends_at_a_frames_end_does_not_fill_the_memory() -> None:
    decoder, encoder = Decoder(), Encoder(SYSID, 1)
    beat = mavlink.MAVLink_heartbeat_message(2, 3, 0, 0, 4, 3)
    heard, rest = 0, b""
    for _ in range(2000):
        stream = rest + encoder.encode(beat)
        heard += len(decoder.feed(stream[:-3]))
        rest = stream[-3:]
        assert decoder.held <= 2 * MOST_UNFINISHED
    assert heard >= 1999


COMMAND, ONCE = mavlink.MAV_CMD_DO_SET_MODE, mavlink.MAV_CMD_NAV_TAKEOFF
ASKED = mavlink.MAV_CMD_REQUEST_MESSAGE
IDENTITY = DroneIdentity("1596F1234567", "CHN-op", "fire", 114.0, 22.6, None)

floats = st.sampled_from([math.nan, math.inf, -math.inf, 0.0, 1.0, 2.0, -1.0, 1e30, 3.0])
counts = st.one_of(st.integers(0, 8), st.sampled_from([255, 1001, 65_535]))
places = st.integers(-(2**31), 2**31 - 1)
names = st.sampled_from([b"A", b"B", b"C", b"D", b""])
plans = st.sampled_from([0, 0, 0, 0, 1, 255])  # mostly the mission's
offsets = st.one_of(
    st.integers(0, 12).map(lambda n: n * 90),
    st.integers(0, 12).map(lambda n: n * FILE_CHUNK),
    st.sampled_from([1, 2**31, 2**32 - 1]),
)
m = mavlink


def acks(*commands: int) -> st.SearchStrategy[Any]:
    return st.builds(
        m.MAVLink_command_ack_message, st.sampled_from([*commands, 1]), st.integers(0, 10)
    )


told_intervals = st.builds(
    m.MAVLink_message_interval_message,
    st.sampled_from([30, 33, 30, 33, 0, 65_535]),
    st.sampled_from([200_000, 1_000_000, 0, -1, 2**31 - 1, -(2**31)]),
)
values = st.builds(m.MAVLink_param_value_message, names, floats, st.just(9), counts, counts)


def requests(*plans: int) -> st.SearchStrategy[Any]:
    to, plan = (st.just(255), st.just(190)), st.sampled_from(plans)
    return st.one_of(
        st.builds(m.MAVLink_mission_request_message, *to, counts, plan),
        st.builds(m.MAVLink_mission_request_int_message, *to, counts, plan),
        st.builds(m.MAVLink_mission_ack_message, *to, st.integers(0, 20), plan),
    )


items = st.one_of(
    st.builds(m.MAVLink_mission_count_message, st.just(255), st.just(190), counts, plans),
    st.builds(
        m.MAVLink_mission_item_int_message,
        *(st.just(255), st.just(190), counts, st.integers(0, 20), st.integers(0, 65_535)),
        *(st.integers(0, 1), st.integers(0, 1), *(floats,) * 4, places, places, floats, plans),
    ),
)
entries = st.builds(m.MAVLink_log_entry_message, counts, counts, counts, counts, offsets)
chunks = st.builds(
    m.MAVLink_log_data_message,
    *(
        st.sampled_from([1, 1, 2]),
        offsets | st.integers(0, 11).map(lambda n: n * 90),
        st.sampled_from([90, 90, 90, 255, 10, 0]),
    ),
    st.just([7] * 90),
)


def answers(*asked: Op) -> st.SearchStrategy[Any]:
    """To the first request, or one of the next, by its number."""
    seq = st.builds(
        lambda n, k: n * STRIDE + k, st.sampled_from([1, 1, 1, 2, 3]), st.integers(1, 3)
    )
    data = st.one_of(
        st.sampled_from([b"Fa\t12\0Dx\0", b"\x80\x02\0\0", b"\xff" * 4, b"\6", b"\2\2", b""]),
        st.binary(max_size=FILE_CHUNK),
        st.just(b"x" * FILE_CHUNK),
    )
    opcode = st.sampled_from([Op.ACK, Op.ACK, Op.ACK, Op.NAK, 7])
    session = st.sampled_from([1, 1, 1, 0, 255])
    packet = st.builds(
        FtpPacket, seq, session, opcode, offsets, data, st.sampled_from(asked), st.booleans()
    )
    return packet.map(lambda one: one.message(255, 190))


times = st.builds(
    m.MAVLink_timesync_message,
    st.sampled_from([0, 1, 10**9, 2**63 - 1, -(2**63)]),
    st.integers(0, 5).map(lambda n: n * 10**9),
)
signed = st.one_of(
    st.just(m.MAVLink_heartbeat_message(2, 3, 0, 0, 4, 3)),
    st.builds(m.MAVLink_statustext_message, st.just(6), st.binary(max_size=50)),
)


class Trial(NamedTuple):
    """An exchange, and what a vehicle says that may be meant for it."""

    begin: Callable[[], Any]
    said: st.SearchStrategy[Any]
    encoder: Callable[[], Encoder] = lambda: Encoder(SYSID, 1)


def ftp(kind: Any, *more: Any) -> Callable[[], Any]:
    return lambda: kind(ADDRESS, FtpSequence(), *more)


TRIALS = {
    "command": Trial(lambda: Command(ADDRESS, COMMAND, 1, 4), acks(COMMAND)),
    "command sent once": Trial(lambda: Command(ADDRESS, ONCE, 0, 0), acks(ONCE)),
    "reposition": Trial(
        lambda: Reposition(ADDRESS, 114.0, 22.6, 50.0), acks(m.MAV_CMD_DO_REPOSITION)
    ),
    "read parameters": Trial(lambda: ReadParameters(ADDRESS, [("A", "B"), ("C",)]), values),
    "set parameters": Trial(lambda: SetParameters(ADDRESS, {"A": 1.0, "B": 2.0}), values),
    "upload": Trial(lambda: Upload(ADDRESS, PlanType.MISSION, ITEMS), requests(0, 0, 1, 255)),
    "upload of a fence": Trial(
        lambda: Upload(ADDRESS, PlanType.FENCE, ITEMS), requests(1, 1, 0, 255)
    ),
    "download": Trial(lambda: Download(ADDRESS, PlanType.MISSION), items),
    "newest log": Trial(lambda: NewestLog(ADDRESS), entries),
    "log": Trial(lambda: FetchLog(ADDRESS, LogEntry(1, 1000)), chunks),
    "message": Trial(
        lambda: AskMessage(ADDRESS, m.MAVLINK_MSG_ID_PARAM_VALUE), st.one_of(acks(ASKED), values)
    ),
    "command read back": Trial(
        lambda: Command(
            *(ADDRESS, COMMAND, 1, 4), read_back=ReadBack("mode AUTO", lambda: "GUIDED")
        ),
        acks(COMMAND),
    ),
    "intervals": Trial(lambda: SetIntervals(ADDRESS, {30: 2e5, 33: 1e6}), told_intervals),
    "directory": Trial(ftp(ListDirectory, "logs"), answers(Op.LIST, Op.LIST, Op.OPEN)),
    "file": Trial(ftp(FetchFile, "logs/1.BIN"), answers(Op.OPEN, Op.READ, Op.BURST)),
    "file gone on with": Trial(
        ftp(FetchFile, "logs/1.BIN", Pieces(2000)), answers(Op.OPEN, Op.READ, Op.BURST)
    ),
    "end of a file": Trial(ftp(EndSession), answers(Op.TERMINATE, Op.TERMINATE, Op.OPEN)),
    "time": Trial(TimeSync, times),
    "key": Trial(
        lambda: SetUpSigning(ADDRESS, Signing(b"k" * 32, lambda: 1.8e9)),
        signed,
        lambda: Encoder(SYSID, 1, Signing(b"k" * 32, lambda: 1.8e9)),
    ),
}
DEAF = {
    "end of log": lambda: EndLogTransfer(ADDRESS),
    "identity": lambda: Identify(ADDRESS, IDENTITY, lambda: 1.8e9),
}


def _kept(exchange: Any) -> dict[str, Any]:
    """What an exchange has in memory, but its clock."""
    inside = {k: v for k, v in vars(exchange).items() if k != "due_s"}
    return {k: vars(v) if isinstance(v, Pieces) else v for k, v in inside.items()}


def _size(kept: Any) -> int:
    if isinstance(kept, dict):
        return sum(map(_size, kept.values())) + len(kept)
    return len(kept) if hasattr(kept, "__len__") else 1


def _played(exchange: Any, messages: list[Any], patience: int) -> bool:
    """The vehicle says these things again and again, until the exchange is done, or for ten minutes
    where it has no end; whether any was taken for an answer."""
    now_s, taken = 0.0, False
    exchange.begin(now_s)
    for round_ in range(1, 200_000):
        if exchange.finished or (math.isinf(exchange.within_s) and now_s > 600.0):
            break
        if messages and round_ % (patience + 1):
            now_s += 0.3
            before = None if taken else repr(_kept(exchange))
            sent = exchange.take(messages[round_ % len(messages)], now_s)
            assert len(sent) <= MOST_ANSWERS
            taken = taken or bool(sent) or repr(_kept(exchange)) != before
        else:
            now_s = max(now_s, exchange.due_s)
            assert len(exchange.tick(now_s)) <= MOST_ANSWERS + len(ITEMS)
        assert _size(_kept(exchange)) < MOST_KEPT
        assert now_s < LONGEST_S
    assert exchange.finished or math.isinf(exchange.within_s)
    with contextlib.suppress(VehicleFault):  # a good end too
        exchange.result()
    return taken


@pytest.mark.parametrize("trial", TRIALS.values(), ids=TRIALS)
def test_no_answers_crash_a_service_or_keep_it_for_ever(trial: Trial) -> None:
    """And most of what is tried is not passed by: it is taken for an answer."""
    tried: list[bool] = []

    @settings(max_examples=60)
    @given(said=st.lists(trial.said, min_size=1, max_size=40), patience=st.integers(1, 4))
    def play(said: list[Any], patience: int) -> None:
        encoder, decoder = trial.encoder(), Decoder()
        messages = [one for each in said for one in decoder.feed(encoder.encode(each))]
        assert len(messages) == len(said)
        tried.append(_played(trial.begin(), messages, patience))

    play()
    assert sum(tried) > 0.5 * len(tried)


@settings(max_examples=200)
@given(st.sampled_from(sorted(TRIALS)), st.lists(packets, max_size=20))
def test_what_an_exchange_does_not_say_it_hears_makes_no_difference_to_it(
    name: str, data: list[bytes]
) -> None:
    """For it is not given that: packets of other kinds are not even read."""
    exchange = TRIALS[name].begin()
    exchange.begin(0.0)
    before = repr(_kept(exchange))
    for message in (one for packet in data for one in Decoder().feed(packet)):
        if message.get_msgId() not in exchange.hears:
            assert exchange.take(message, 0.1) == []
    assert repr(_kept(exchange)) == before


@pytest.mark.parametrize("begin", DEAF.values(), ids=DEAF)
@settings(max_examples=30)
@given(data=st.lists(packets, max_size=20))
def test_what_expects_no_answer_takes_none(begin: Callable[[], Any], data: list[bytes]) -> None:
    messages = [one for packet in data for one in Decoder().feed(packet)]
    assert not _played(begin(), messages, 2)


def _hostile(kind: Any) -> st.SearchStrategy[bytes]:
    """Packets of this kind with the worst that its fields can hold."""
    fields: list[st.SearchStrategy[Any]] = []
    for count, code in re.findall(r"(\d*)([a-zA-Z])", kind.unpacker.format):
        if code == "s":
            fields.append(st.binary(min_size=int(count or 1), max_size=int(count or 1)))
            continue
        bits = 8 * struct.calcsize("<" + code)
        low, high = (
            (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if code.islower() else (0, 2**bits - 1)
        )
        one = floats if code in "fd" else st.sampled_from([low, high, 0, 1, high // 2, low // 2])
        fields += [one] * int(count or 1)
    return st.tuples(*fields).map(lambda told: _packet(kind, kind.unpacker.pack(*told)))


followed = st.one_of(*(_hostile(mavlink.mavlink_map[number]) for number in sorted(FOLLOWED)))


def _figures(told: Any) -> Iterator[float]:
    if isinstance(told, float):
        yield told
    elif dataclasses.is_dataclass(told) and not isinstance(told, type):
        for field in dataclasses.fields(told):
            yield from _figures(getattr(told, field.name))
    elif isinstance(told, tuple):
        for one in told:
            yield from _figures(one)


@settings(max_examples=300)
@given(st.lists(followed, max_size=30))
def test_whatever_is_told_the_states_hold_nothing_endless_and_no_place_off_the_earth(
    data: list[bytes],
) -> None:
    state, camera, texts = VehicleState(), CameraState(), StatusTexts()
    for now_s, message in enumerate(one for packet in data for one in Decoder().feed(packet)):
        state, camera = fold(state, message, float(now_s)), fold_camera(camera, message)
        if message.get_type() == "STATUSTEXT":
            for text in texts.take(message, float(now_s)):
                state = with_text(state, text, float(now_s))
                assert len(text) <= 60 * CHUNKS
        assert all(map(math.isfinite, (*_figures(state), *_figures(camera))))
        assert abs(state.lat or 0) <= 90
        assert abs(state.lon or 0) <= 180
        assert len(state.statustexts) <= TEXTS_KEPT
        assert len(state.prearm) <= TEXTS_KEPT


def test_hostile_messages_of_every_kind_that_is_followed_change_a_state() -> None:
    """So that the test before tries something."""
    for number in FOLLOWED - {mavlink.MAVLINK_MSG_ID_STATUSTEXT}:
        changed: list[bool] = []

        @settings(max_examples=40)
        @given(_hostile(mavlink.mavlink_map[number]))
        def tell(packet: bytes) -> None:
            (message,) = Decoder().feed(packet)
            before = seen(VehicleState(armed=True, outside_fence=True), 0.0), CameraState()
            after = fold(before[0], message, 0.0), fold_camera(before[1], message)
            changed.append(after != before)  # noqa: B023

        tell()
        assert any(changed), mavlink.mavlink_map[number].msgname


def test_a_flood_from_everywhere_leaves_the_engine_bounded_and_hearing() -> None:
    """Junk, strangers and good packets with any content from twice as many ends as are kept."""

    async def main() -> None:
        chance = random.Random(1)
        async with Reactor("udp://127.0.0.1:0", {}, [SYSID], 5.0) as reactor:
            link: Any = object()
            for n in range(2 * MOST_REMOTES):
                kind = chance.choice(KINDS)
                packet = bytearray(_packet(kind, chance.randbytes(255)))
                if n % 3 == 0:
                    packet[chance.randrange(len(packet))] ^= 1 << chance.randrange(8)
                reactor._receive(link, ("10.0.0.1", n), bytes(packet) + chance.randbytes(n % 40))
            assert len(reactor._decoders) <= MOST_REMOTES
            assert len(reactor._strangers) <= 256
            before = reactor.messages
            good = Encoder(SYSID, 1).encode(mavlink.MAVLink_heartbeat_message(2, 3, 0, 4, 4, 3))
            reactor._receive(link, ("10.0.0.1", 1), good)
            assert reactor.messages == before + 1
            assert reactor.vehicle(SYSID).state.mode == "GUIDED"

    asyncio.run(main())
