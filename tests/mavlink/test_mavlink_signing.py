"""Signed packets: who has no key is not heard, and nothing is taken twice; by us, by the builtin
vehicle and by ArduCopter."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.clock import Clock
from fleet.mavlink.codec import Decoder, Encoder
from fleet.mavlink.conversation import Conversation
from fleet.mavlink.gate import Gate
from fleet.mavlink.reactor import Reactor
from fleet.mavlink.signing import EPOCH_S, KEPT, Signing, key_of
from fleet.mavlink.vehicle import Vehicle, VehicleSilent
from fleet.process import Refusal
from sitl.arducopter.launch import Arducopter, launched
from sitl.arducopter.program import command_line, find_arducopter
from sitl.craft import CraftSpec
from tests.mavlink.mavlink_stage import ADDRESS
from tests.sitl.builtin_yard import SYSID, Yard

NOW_S = EPOCH_S + 4e8
KEY = key_of("correct horse battery staple")
BEAT = mavlink.MAVLink_heartbeat_message(2, 3, 0, 4, 4, 3)


def signing(key: bytes = KEY, at_s: float = NOW_S) -> Signing:
    return Signing(key, lambda: at_s)


def packets(count: int, key: bytes = KEY, at_s: float = NOW_S) -> list[bytes]:
    encoder = Encoder(SYSID, 1, signing(key, at_s))
    return [encoder.encode(BEAT) for _ in range(count)]


def test_what_is_signed_with_the_key_is_taken_once() -> None:
    ours = signing()
    for packet in packets(5):
        assert ours.accepts(packet)
        assert not ours.accepts(packet)


def test_pymavlink_finds_our_signatures_good() -> None:
    codec = mavlink.MAVLink(None)
    codec.signing.secret_key = KEY
    for packet in packets(5):
        assert codec.parse_buffer(packet)[0].get_signed()


@given(st.integers(0, 400), st.integers(0, 7))
def test_a_packet_of_which_one_bit_is_another_is_not_taken(byte: int, bit: int) -> None:
    packet = bytearray(packets(1)[0])
    packet[byte % len(packet)] ^= 1 << bit
    assert not signing().accepts(packet)


@given(st.binary(max_size=300))
def test_no_bytes_break_it(junk: bytes) -> None:
    assert not signing().accepts(junk)


def test_without_a_signature_or_with_another_key_nothing_is_taken() -> None:
    assert not signing().accepts(Encoder(SYSID, 1).encode(BEAT))
    assert not signing().accepts(packets(1, key_of("guess"))[0])


@given(st.permutations(range(40)))
def test_packets_that_overtook_each_other_are_all_taken(order: list[int]) -> None:
    ours, sent = signing(), packets(40)
    assert all(ours.accepts(sent[n]) for n in order)


def test_an_old_record_played_back_is_not_taken() -> None:
    ours = signing()
    assert not ours.accepts(packets(1, at_s=NOW_S - 61)[0])  # as a stream never heard before
    assert ours.accepts(packets(1)[0])
    assert not ours.accepts(packets(1, at_s=NOW_S - 11)[0])


def test_what_is_kept_of_a_stream_does_not_grow() -> None:
    ours = signing()
    sent = packets(3 * KEPT)
    assert all(ours.accepts(packet) for packet in sent)
    (stream,) = ours._heard.values()
    assert len(stream._taken) == len(stream._order) == KEPT
    assert not any(ours.accepts(packet) for packet in sent)


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes, not 5"):
        signing(b"short")


def test_a_signed_order_that_the_wire_doubles_and_delays_is_carried_out_once() -> None:
    """A stale copy of an order to arm comes after the order to disarm; a take-off comes twice."""
    yard = Yard()
    arm, takeoff = mavlink.MAV_CMD_COMPONENT_ARM_DISARM, mavlink.MAV_CMD_NAV_TAKEOFF
    yard.send(mavlink.MAVLink_setup_signing_message(SYSID, 1, list(KEY), signing().ticks()))
    encoder = Encoder(signing=signing(at_s=NOW_S + 1))

    def order(command: int, *parameters: float) -> bytes:
        seven = (*parameters, *(0.0,) * (7 - len(parameters)))
        message = mavlink.MAVLink_command_long_message(SYSID, 1, command, 0, *seven)
        return encoder.encode(message)

    def acknowledged(packet: bytes) -> int:
        return sum(m.get_type() == "COMMAND_ACK" for m in yard.receive(packet))

    for packet in (order(mavlink.MAV_CMD_DO_SET_MODE, 1, 4), stale := order(arm, 1), order(arm, 0)):
        assert acknowledged(packet) == 1
    assert not yard.craft.autopilot.armed
    assert acknowledged(stale) == 0
    assert not yard.craft.autopilot.armed
    assert acknowledged(order(arm, 1)) == 1
    off = order(takeoff, 0, 0, 0, 0, 0, 0, 10)
    assert [acknowledged(off), acknowledged(off)] == [1, 0]


def test_a_vehicle_that_has_a_key_heeds_nobody_without_it() -> None:
    yard = Yard()
    yard.send(mavlink.MAVLink_setup_signing_message(SYSID, 1, list(KEY), signing().ticks()))
    told = mavlink.MAVLink_command_long_message(SYSID, 1, 512, 0, 0, 0, 0, 0, 0, 0, 0)
    assert yard.send(told) == []
    assert yard.receive(Encoder(signing=signing(key_of("guess"))).encode(told)) == []
    assert yard.receive(Encoder(signing=signing(at_s=NOW_S + 1)).encode(told)) != []


async def test_the_engine_hears_only_who_signs() -> None:
    ours = signing()
    link: Any = object()
    async with Reactor("udp://127.0.0.1:0", {}, [SYSID], 5.0, signing=ours) as reactor:
        vehicle = reactor.vehicle(SYSID)
        reactor._receive(link, ("10.0.0.1", 1), Encoder(SYSID, 1).encode(BEAT))
        assert vehicle.state.last_heard_s is None
        first, second = packets(2)
        reactor._receive(link, ("10.0.0.1", 1), first)
        assert vehicle.state.mode == "GUIDED"
        routed = reactor._routes[SYSID]
        reactor._receive(link, ("10.6.6.6", 1), first)  # somebody plays it back from elsewhere
        assert reactor._routes[SYSID] is routed
        reactor._receive(link, ("10.0.0.1", 1), second)


async def test_a_vehicle_is_given_its_key_and_shows_it() -> None:
    ours, theirs = signing(), Encoder(SYSID, 1, signing(at_s=NOW_S + 1))
    sent: list[Any] = []
    vehicle = Vehicle(Conversation(ADDRESS, Gate(lambda _, m: sent.append(m), lambda _: None), 5.0))
    setting = asyncio.ensure_future(vehicle.set_up_signing(ours))
    await asyncio.sleep(0)
    assert bytes(sent[0].secret_key) == KEY
    for encoder in (Encoder(SYSID, 1), theirs):
        assert not setting.done()
        for message in Decoder().feed(encoder.encode(BEAT)):
            vehicle.heard(message, asyncio.get_running_loop().time())
        await asyncio.sleep(0.01)
    await setting


@pytest.mark.ardupilot
def test_arducopter_takes_the_key_and_then_heeds_only_who_has_it(tmp_path: Path) -> None:
    """Its second channel, as a radio's: on the first, its USB port, it heeds everybody."""
    try:
        program = find_arducopter(None)
    except Refusal as refusal:
        pytest.skip(f"SIGNING IS NOT SHOWN ON REAL ARDUPILOT: {refusal}")
    clock = Clock(speedup=8.0)

    async def main() -> None:
        ours = Signing(KEY, clock.unix_s)
        async with (
            Reactor("udp://127.0.0.1:0", {}, [7], 5.0) as bench,
            Reactor("udp://127.0.0.1:0", {}, [7], 5.0) as stranger,
            asyncio.timeout(300),
        ):
            spec = CraftSpec("U07", "D07", 7, 114.2, 22.7, 40.0)
            line = command_line(program, spec, bench.address, stranger.address, 8.0)
            async with launched([Arducopter("U07", line, tmp_path / "U07")]):
                await bench.vehicle(7).connected()
                await stranger.vehicle(7).connected()
                await stranger.vehicle(7).read_parameters([("MAV_SYSID",)])
                await bench.vehicle(7).set_up_signing(ours)
                with pytest.raises(VehicleSilent):
                    await stranger.vehicle(7).read_parameters([("MAV_SYSID",)])
                stranger._signing, stranger._encoder._signing = ours, ours
                read = await stranger.vehicle(7).read_parameters([("MAV_SYSID",)])
                assert read == {"MAV_SYSID": 7}

    clock.run(main())
