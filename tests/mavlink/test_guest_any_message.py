"""Whatever valid packet comes, of any kind and with any content, the gateway bears it."""

from __future__ import annotations

import random
from typing import Any

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.codec import GUEST_SYSID, Decoder, Encoder, Frame, retargeted
from fleet.mavlink.gate import Gate
from fleet.mavlink.guest import Guest

SYSID, SEAT = 7, 1
ADDRESS = VehicleAddress(SYSID)
EACH_KIND = 10


def drawn(seed: int, source: tuple[int, int]) -> list[Any]:
    """Messages of every kind of the dialect, their contents drawn by chance."""
    chance = random.Random(seed)
    codec, decoder = mavlink.MAVLink(None, *source), Decoder()
    messages = []
    for kind in mavlink.mavlink_map.values():
        for _ in range(EACH_KIND):
            payload = chance.randbytes(kind.unpacker.size)
            bare = mavlink.MAVLink_message(kind.id, kind.msgname)
            messages += decoder.feed(bytes(bare._pack(codec, kind.crc_extra, payload)))
    return messages


def frame_of(message: Any) -> Frame:
    """The packet of a message that was changed since it came."""
    codec = mavlink.MAVLink(None, SYSID, 1)
    return Decoder().frames(bytes(message.pack(codec)))[0]


@pytest.mark.parametrize("seed", range(3))
def test_any_message_of_the_drone_is_passed_on(seed: int) -> None:
    guest = Guest("U07-1", "U07", ADDRESS, Gate(lambda *_: None, lambda _: None), SEAT)
    messages = drawn(seed, (SYSID, 1))
    assert len(messages) > 200 * EACH_KIND
    for message in messages:
        if hasattr(message, "target_component"):
            message.target_system, message.target_component = GUEST_SYSID, SEAT
        packet = guest.hears(frame_of(message))
        assert packet is not None
        assert [m.get_type() for m in Decoder().feed(packet)] == [message.get_type()]


@pytest.mark.parametrize("holds", [False, True])
def test_any_message_of_a_guest_is_passed_refused_or_kept(holds: bool) -> None:
    encoder, passed = Encoder(GUEST_SYSID, SEAT), list[Any]()
    gate = Gate(lambda _, message: passed.append(message), lambda _: None)
    if holds:
        gate.grant(ADDRESS, "U07-1", "chen", 600.0, 0.0)
    guest = Guest("U07-1", "U07", ADDRESS, gate, SEAT)
    for second, message in enumerate(drawn(5, (255, 190))):
        data = bytes(message.get_msgbuf())
        if hasattr(message, "target_component"):
            data = retargeted(message, (SYSID, 1))
        guest.take(data, float(second) / 10)
    assert passed
    for message in passed:
        assert encoder.encode(message)
