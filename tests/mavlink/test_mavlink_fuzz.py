"""Whatever comes over a wire, decoder and services neither crash nor hang nor grow without end."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.ask_message import AskMessage
from fleet.mavlink.codec import MOST_UNFINISHED, Decoder, Encoder
from fleet.mavlink.command import Command
from fleet.mavlink.dataflash import EndLogTransfer, FetchLog, LogEntry, NewestLog
from fleet.mavlink.exchange import Retried, VehicleFault
from fleet.mavlink.mission import Download, MissionItem, PlanType, Upload
from fleet.mavlink.params import ReadParameters, SetParameters
from fleet.mavlink.reactor import MOST_REMOTES, Reactor
from fleet.mavlink.state import TEXTS_KEPT, VehicleState, fold, with_text
from fleet.mavlink.statustext import CHUNKS, StatusTexts
from tests.mavlink.mavlink_stage import ADDRESS, SYSID

LONGEST_S = 3600.0  # no exchange may last longer, whatever a vehicle says
MOST_ANSWERS = 8  # messages sent for one that came
ITEMS = [MissionItem(16, 3, 114.0, 22.7, 50.0 + i) for i in range(6)]
KINDS = list(mavlink.mavlink_map.values())
TOLD = [
    mavlink.mavlink_map[number]
    for number in (
        mavlink.MAVLINK_MSG_ID_COMMAND_ACK,
        mavlink.MAVLINK_MSG_ID_PARAM_VALUE,
        mavlink.MAVLINK_MSG_ID_MISSION_COUNT,
        mavlink.MAVLINK_MSG_ID_MISSION_ITEM_INT,
        mavlink.MAVLINK_MSG_ID_MISSION_REQUEST,
        mavlink.MAVLINK_MSG_ID_MISSION_REQUEST_INT,
        mavlink.MAVLINK_MSG_ID_MISSION_ACK,
        mavlink.MAVLINK_MSG_ID_LOG_ENTRY,
        mavlink.MAVLINK_MSG_ID_LOG_DATA,
        mavlink.MAVLINK_MSG_ID_STATUSTEXT,
    )
]


def _packet(kind: Any, payload: bytes) -> bytes:
    """A good frame of this kind with this payload, cut or filled up to its size."""
    codec = mavlink.MAVLink(None, SYSID, 1)
    size = kind.unpacker.size
    bare = mavlink.MAVLink_message(kind.id, kind.msgname)
    data: bytes = bare._pack(codec, kind.crc_extra, payload[:size].ljust(size, b"\0"))
    return data


packets = st.builds(_packet, st.sampled_from(KINDS), st.binary(max_size=255))
# small numbers where services look for them: sequence numbers, counts, results
small = st.lists(st.integers(0, 7), max_size=60).map(bytes)
told = st.builds(_packet, st.sampled_from(TOLD), st.one_of(small, st.binary(max_size=255)))
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


EXCHANGES: dict[str, Callable[[], Retried[Any]]] = {
    "command": lambda: Command(ADDRESS, mavlink.MAV_CMD_DO_SET_MODE, 1, 4),
    "command sent once": lambda: Command(ADDRESS, mavlink.MAV_CMD_NAV_TAKEOFF, 0, 0),
    "read parameters": lambda: ReadParameters(ADDRESS, [("A", "B"), ("C",)]),
    "set parameters": lambda: SetParameters(ADDRESS, {"A": 1.0, "B": 2.0}),
    "upload": lambda: Upload(ADDRESS, PlanType.MISSION, ITEMS),
    "upload of a fence": lambda: Upload(ADDRESS, PlanType.FENCE, ITEMS),
    "download": lambda: Download(ADDRESS, PlanType.MISSION),
    "newest log": lambda: NewestLog(ADDRESS),
    "log": lambda: FetchLog(ADDRESS, LogEntry(1, 1000)),
    "end of log": lambda: EndLogTransfer(ADDRESS),
    "message": lambda: AskMessage(ADDRESS, mavlink.MAVLINK_MSG_ID_STATUSTEXT),
}


@pytest.mark.parametrize("begun", EXCHANGES.values(), ids=EXCHANGES)
@settings(max_examples=60)
@given(data=st.lists(told, max_size=40), patience=st.integers(1, 4))
def test_no_answers_crash_a_service_or_keep_it_for_ever(
    begun: Callable[[], Retried[Any]], data: list[bytes], patience: int
) -> None:
    """The vehicle says these things again and again, until the service is done."""
    exchange, now_s = begun(), 0.0
    messages = [m for packet in data for m in Decoder().feed(packet)]
    exchange.begin(now_s)
    for round_ in range(200_000):
        if exchange.finished:
            break
        if messages and round_ % (patience + 1):
            now_s += 0.3
            sent = exchange.take(messages[round_ % len(messages)], now_s)
            assert len(sent) <= MOST_ANSWERS
        else:
            now_s = max(now_s, exchange.due_s)
            assert len(exchange.tick(now_s)) <= MOST_ANSWERS + len(ITEMS)
        assert now_s < LONGEST_S
    assert exchange.finished
    with contextlib.suppress(VehicleFault):  # a good end too
        exchange.result()


@settings(max_examples=200)
@given(st.lists(packets, max_size=30))
def test_any_messages_leave_a_state_of_bounded_size(data: list[bytes]) -> None:
    state, texts = VehicleState(), StatusTexts()
    for now_s, message in enumerate(m for packet in data for m in Decoder().feed(packet)):
        state = fold(state, message, float(now_s))
        if message.get_type() == "STATUSTEXT":
            for text in texts.take(message, float(now_s)):
                state = with_text(state, text, float(now_s))
                assert len(text) <= 60 * CHUNKS
        assert len(state.statustexts) <= TEXTS_KEPT
        assert len(state.prearm) <= TEXTS_KEPT


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
