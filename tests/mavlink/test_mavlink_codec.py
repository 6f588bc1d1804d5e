"""Bytes to messages: joined, skipped, never raised."""

from __future__ import annotations

import itertools
import math
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.codec import GUEST_SYSID, Decoder, Encoder, from_guest


def _examples() -> list[Any]:
    return [
        mavlink.MAVLink_heartbeat_message(2, 3, 81, 4, 3, 3),
        mavlink.MAVLink_param_value_message(b"WPNAV_SPEED", 1500.0, 9, 1, 0),
        mavlink.MAVLink_statustext_message(6, b"Arming motors"),
        mavlink.MAVLink_mission_item_int_message(255, 190, 3, 3, 16, 0, 1, 0, 0, 0, 0, 1, 2, 3.5),
        mavlink.MAVLink_battery_status_message(0, 0, 0, 200, [4200] * 10, 1, 2, 3, 99),
    ]


def _bytes(messages: list[Any]) -> bytes:
    encoder = Encoder(7, 1)
    return b"".join(encoder.encode(message) for message in messages)


def _fields(message: Any) -> list[Any]:
    told = (getattr(message, name) for name in message.get_fieldnames())
    arrays_as_lists = (list(f) if isinstance(f, tuple) else f for f in told)
    return [message.get_type(), *arrays_as_lists]


def test_what_was_encoded_is_decoded() -> None:
    told = Decoder().feed(_bytes(_examples()))
    assert [_fields(m) for m in told] == [_fields(m) for m in _examples()]
    assert {m.get_srcSystem() for m in told} == {7}
    assert {m.get_srcComponent() for m in told} == {1}
    assert [m.get_seq() for m in told] == list(range(len(told)))


@given(st.lists(st.integers(1, 200), max_size=12))
def test_messages_join_however_they_are_cut(cuts: list[int]) -> None:
    data, decoder, told, at = _bytes(_examples()), Decoder(), [], 0
    for cut in cuts:
        told += decoder.feed(data[at : at + cut])
        at += cut
    told += decoder.feed(data[at:])
    assert [_fields(m) for m in told] == [_fields(m) for m in _examples()]
    assert decoder.broken == 0


@given(st.lists(st.binary(max_size=400), max_size=8))
@settings(max_examples=300)
def test_garbage_is_skipped_and_never_raised(chunks: list[bytes]) -> None:
    decoder = Decoder()
    for chunk in chunks:
        decoder.feed(chunk)


@given(st.binary(max_size=255), st.sampled_from(sorted(mavlink.mavlink_map)))
@settings(max_examples=300)
def test_any_payload_with_a_right_checksum_is_decoded_or_skipped(
    payload: bytes, message_id: int
) -> None:
    """A radio cannot make this, a hostile or faulty sender can."""
    extra = mavlink.mavlink_map[message_id].crc_extra
    head = bytes((len(payload), 0, 0, 0, 7, 1)) + message_id.to_bytes(3, "little")
    crc = mavlink.x25crc(bytearray(head + payload) + bytearray((extra,))).crc
    for message in Decoder().feed(b"\xfd" + head + payload + crc.to_bytes(2, "little")):
        assert message.get_srcSystem() == 7


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_damaged_message_is_never_told_as_another(at: int, flip: int) -> None:
    data = bytearray(_bytes(_examples()[:1]))
    data[at % len(data)] ^= flip
    told = Decoder().feed(bytes(data))
    assert all(_fields(m) == _fields(_examples()[0]) for m in told)


def test_after_a_damaged_message_the_next_ones_are_told() -> None:
    """At most the messages that a wrong length hides are lost."""
    data = bytearray(_bytes(_examples()[:1]))
    data[12] ^= 0x55
    decoder = Decoder()
    decoder.feed(bytes(data))
    assert decoder.broken == 1
    told = decoder.feed(_bytes(_examples()) * 3)
    assert len(told) >= 2 * len(_examples())


def test_mavlink_1_is_understood() -> None:
    codec = mavlink.MAVLink(None, 7, 1)
    data = _examples()[0].pack(codec, force_mavlink1=True)
    assert data[0] == 0xFE
    assert [_fields(m) for m in Decoder().feed(data)] == [_fields(_examples()[0])]


def test_one_encoder_counts_its_messages_from_0_to_255_and_on() -> None:
    encoder, decoder = Encoder(), Decoder()
    told = [decoder.feed(encoder.encode(_examples()[0]))[0] for _ in range(300)]
    assert [m.get_seq() for m in told] == [i % 256 for i in range(300)]
    assert {(m.get_srcSystem(), m.get_srcComponent()) for m in told} == {(255, 190)}


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_pass_through(number: float) -> None:
    data = _bytes([mavlink.MAVLink_attitude_message(0, number, 0, 0, 0, 0, 0)])
    told = Decoder().feed(data)[0].roll
    assert told == number or (math.isnan(told) and math.isnan(number))


def _of_every_kind() -> list[bytes]:
    """Packets of every kind of both versions, cut short, full and overlong, some signed."""
    chance, packets = random.Random(3), []
    for kind in mavlink.mavlink_map.values():
        for version, share in itertools.product((1, 2), (0.0, 0.4, 1.0)):
            size = max(1, round(kind.unpacker.size * share))
            codec = mavlink.MAVLink(None, chance.randrange(256), chance.randrange(256))
            codec.seq = chance.randrange(256)
            if version == 2 and share == 0.4:
                codec.signing.secret_key, codec.signing.sign_outgoing = b"k" * 32, True
            bare = mavlink.MAVLink_message(kind.id, kind.msgname)
            if version == 2 or kind.id < 256:
                payload = chance.randbytes(size - 1) + b"\1"
                packets.append(bytes(bare._pack(codec, kind.crc_extra, payload, version == 1)))
    return packets


OF_EVERY_KIND = _of_every_kind()


def _all_of(message: Any) -> list[str]:
    """Everything that pymavlink keeps in a message, but whether a packet is a bytearray."""
    names = {*vars(message), "_header", "_payload", "_crc", "_type", "_fieldnames", "_signed",
             "_link_id", "_instances", "_instance_field", "_instance_offset"}  # fmt: skip
    told = {name: getattr(message, name) for name in names}
    told |= {name: bytes(told[name]) for name in ("_msgbuf", "_payload")}
    told["_header"] = vars(told["_header"])
    return [f"{name}: {told[name]!r}" for name in sorted(told)]


def test_of_every_kind_of_packet_it_makes_what_pymavlink_makes() -> None:
    theirs = mavlink.MAVLink(None)
    for packet in OF_EVERY_KIND:
        (frame,) = Decoder().frames(packet)
        wanted = theirs.decode(bytearray(packet))
        header = wanted.get_header()
        assert (frame.id, frame.sysid, frame.compid) == (
            *(header.msgId, header.srcSystem, header.srcComponent),
        )
        assert _all_of(frame.message) == _all_of(wanted)


@settings(max_examples=200)
@given(st.data())
def test_of_any_stream_in_any_pieces_it_makes_what_pymavlink_makes(data: st.DataObject) -> None:
    chance = data.draw(st.randoms(use_true_random=False))
    stream = bytearray()
    for _ in range(chance.randrange(12)):
        part = bytearray(chance.choice(OF_EVERY_KIND))
        if chance.random() < 0.3:
            part[chance.randrange(len(part))] ^= 1 << chance.randrange(8)
        stream += part[: chance.choice((None, None, None, chance.randrange(len(part))))]
        stream += bytes(chance.choice((0, 0x55, 0xFD, 0xFE)) for _ in range(chance.choice((0, 3))))
    ours, theirs = Decoder(), mavlink.MAVLink(None)
    theirs.robust_parsing = True
    while stream:
        piece = bytes(stream[: chance.choice((1, 7, 100, 1000))])
        del stream[: len(piece)]
        wanted = [m for m in theirs.parse_buffer(piece) or () if m.get_msgId() >= 0]
        assert [_all_of(m) for m in ours.feed(piece)] == [_all_of(m) for m in wanted]
    assert ours.held == theirs.buf_len()


def test_what_was_read_can_be_sent_on_and_copied() -> None:
    sent = mavlink.MAVLink_attitude_message(7, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
    packet = Encoder(7, 1).encode(sent)
    (message,) = Decoder().feed(packet)
    again = from_guest(message, 4)
    assert (again.get_srcSystem(), again.get_srcComponent()) == (GUEST_SYSID, 4)
    assert message.get_srcSystem() == 7
    assert Encoder(7, 1).encode(message) == packet
