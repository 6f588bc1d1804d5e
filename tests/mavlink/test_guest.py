"""What of a ground station's own passes the gateway, and what it hears. Without sockets."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.codec import GUEST_SYSID, Decoder, Encoder, Frame
from fleet.mavlink.ftp_packet import Error, FtpPacket, Op, ftp_packet
from fleet.mavlink.gate import Gate, GateNews, LeaseGiven, PassageRefused
from fleet.mavlink.guest import ASKS_AT_ONCE, KEPT_HERE, TOLD_AGAIN_S, Guest
from fleet.mavlink.statustext import StatusTexts

SYSID, SEAT = 7, 3
ADDRESS = VehicleAddress(SYSID)
QGC = (255, 190)  # calls itself what we call ourselves
ARM = mavlink.MAVLink_command_long_message(SYSID, 1, 400, 0, 1, 0, 0, 0, 0, 0, 0)
NAME = "U07-1"


class Room:
    """A gate, and one guest before it."""

    def __init__(self) -> None:
        self.passed: list[Any] = []
        self.news: list[GateNews] = []
        self.gate = Gate(lambda _, message: self.passed.append(message), self.news.append)
        self.guest = Guest(NAME, "U07", ADDRESS, self.gate, SEAT)
        self._encoder, self._decoder = Encoder(*QGC), Decoder()

    def lend(self, holder: str = NAME) -> None:
        self.gate.grant(ADDRESS, holder, "chen", 600.0, 0.0)

    def says(self, message: Any, now_s: float = 1.0) -> list[Any]:
        answers = self.guest.take(self._encoder.encode(message), now_s)
        return [m for data in answers for m in self._decoder.feed(data)]

    @property
    def refusals(self) -> list[PassageRefused]:
        return [news for news in self.news if isinstance(news, PassageRefused)]


def drone_says(message: Any) -> Frame:
    return Decoder().frames(Encoder(SYSID, 1).encode(message))[0]


def test_a_guest_hears_the_packets_of_the_drone_as_they_came() -> None:
    beat = drone_says(mavlink.MAVLink_heartbeat_message(2, 3, 0, 0, 3, 3))
    assert Room().guest.hears(beat) == beat.packet


def test_what_only_asks_passes_without_a_lease_under_the_name_of_the_seat() -> None:
    room = Room()
    asked = [
        mavlink.MAVLink_param_request_read_message(SYSID, 1, b"RTL_ALT", -1),
        mavlink.MAVLink_param_request_list_message(SYSID, 0),
        mavlink.MAVLink_mission_request_list_message(SYSID, 1, 0),
        mavlink.MAVLink_command_long_message(SYSID, 1, 512, 0, 148, 0, 0, 0, 0, 0, 0),
    ]
    assert [room.says(message) for message in asked] == [[], [], [], []]
    assert [m.get_type() for m in room.passed] == [m.get_type() for m in asked]
    for message in room.passed:
        assert (message.get_srcSystem(), message.get_srcComponent()) == (GUEST_SYSID, SEAT)
        assert (message.target_system, message.target_component) == (SYSID, 1)


@pytest.mark.parametrize("opcode", [Op.LIST, Op.OPEN])
def test_a_guest_that_asks_for_files_is_told_at_once_that_there_are_none(opcode: int) -> None:
    room = Room()
    room.lend()
    asked = FtpPacket(5, 1, opcode, 0, b"@PARAM/param.pck")
    (answer,) = room.says(asked.message(SYSID, 1))
    told = ftp_packet(answer)
    assert told is not None
    assert (told.seq, told.opcode, told.error) == (6, Op.NAK, Error.UNKNOWN_COMMAND)
    assert (answer.target_system, answer.target_component) == QGC
    assert not room.passed
    assert not room.refusals


def test_an_answer_to_a_guest_reaches_it_under_its_own_name_and_no_other_guest() -> None:
    room, other = Room(), Guest("U07-2", "U07", ADDRESS, Room().gate, SEAT + 1)
    room.says(mavlink.MAVLink_mission_request_list_message(SYSID, 1, 0))
    answer = drone_says(mavlink.MAVLink_mission_count_message(GUEST_SYSID, SEAT, 5, 0))
    assert other.hears(answer) is None
    packet = room.guest.hears(answer)
    assert packet is not None
    heard = Decoder().feed(packet)[0]
    assert (heard.target_system, heard.target_component, heard.count) == (*QGC, 5)
    assert (heard.get_srcSystem(), heard.get_seq()) == (SYSID, answer.message.get_seq())
    told = answer.message
    assert (told.target_system, told.target_component) == (GUEST_SYSID, SEAT)


def test_a_command_without_a_lease_is_denied_and_the_guest_told_who_holds_the_drone() -> None:
    room = Room()
    ack, text = room.says(ARM)
    assert (ack.get_type(), ack.command, ack.result) == ("COMMAND_ACK", 400, 4 - 2)
    assert (ack.target_system, ack.target_component) == QGC
    assert text.text == "controller holds U07; ask the duty officer"
    assert room.passed == []
    assert [(r.sender, r.reason.value) for r in room.refusals] == [(NAME, "no_lease")]


def test_while_another_guest_holds_the_lease_its_name_is_told() -> None:
    room = Room()
    room.lend("U07-9")
    assert room.says(ARM)[1].text == "U07-9 holds U07; ask the duty officer"
    assert room.passed == []


def test_a_guest_that_insists_is_denied_each_time_but_told_and_recorded_once_in_a_while() -> None:
    room = Room()
    answers = [[m.get_type() for m in room.says(ARM, 1.0 + n / 10)] for n in range(20)]
    assert answers == [["COMMAND_ACK", "STATUSTEXT"]] + [["COMMAND_ACK"]] * 19
    assert len(room.refusals) == 1
    later = room.says(ARM, 1.1 + TOLD_AGAIN_S)
    assert [m.get_type() for m in later] == ["COMMAND_ACK", "STATUSTEXT"]


def test_who_holds_the_lease_flies() -> None:
    room = Room()
    room.says(ARM, 0.5)
    room.lend()
    assert room.says(ARM) == []
    assert [m.get_type() for m in room.passed] == ["COMMAND_LONG"]


def test_once_taken_back_nothing_of_the_former_holder_passes() -> None:
    room = Room()
    room.lend()
    room.gate.take_back(ADDRESS, "chen", 2.0)
    assert [m.get_type() for m in room.says(ARM, 2.0)] == ["COMMAND_ACK", "STATUSTEXT"]
    assert room.passed == []


@pytest.mark.parametrize(
    "message",
    [
        mavlink.MAVLink_param_set_message(SYSID, 1, b"FENCE_ENABLE", 0, 9),
        mavlink.MAVLink_mission_count_message(SYSID, 1, 5, 0),
        mavlink.MAVLink_mission_clear_all_message(SYSID, 1, 255),
        mavlink.MAVLink_log_erase_message(SYSID, 1),
        mavlink.MAVLink_file_transfer_protocol_message(0, SYSID, 1, [0] * 251),
        mavlink.MAVLink_set_mode_message(SYSID, 1, 1),  # not one with a target component: refused
        mavlink.MAVLink_command_long_message(SYSID, 1, 400, 0, 0, 21196, 0, 0, 0, 0, 0),
        mavlink.MAVLink_command_long_message(SYSID, 1, 176, 0, 1, 1, 0, 0, 0, 0, 0),  # ACRO
        mavlink.MAVLink_command_long_message(SYSID, 1, 246, 0, 1, 0, 0, 0, 0, 0, 0),  # reboot
        mavlink.MAVLink_command_long_message(SYSID, 1, 179, 0, 1, 0, 0, 0, 0, 0, 0),  # home
        mavlink.MAVLink_command_long_message(SYSID, 1, 207, 0, 0, 0, 0, 0, 0, 0, 0),  # fence off
    ],
)
def test_what_outlasts_a_lease_passes_not_even_with_one(message: Any) -> None:
    room = Room()
    room.lend()
    texts = [m.text for m in room.says(message) if m.get_type() == "STATUSTEXT"]
    assert "".join(texts).startswith("Refused: no lease is for")
    assert room.passed == []
    assert len(room.refusals) == 1


@pytest.mark.parametrize("length", [1, 50, 51, 99, 100, 101, 240])
def test_a_guest_is_told_texts_of_any_length_whole(length: int) -> None:
    text = "x" * length
    heard = StatusTexts()
    chunks = [m for data in Room().guest.told(text) for m in Decoder().feed(data)]
    assert [whole for m in chunks for whole in heard.take(m, 0.0)] == [text]


@pytest.mark.parametrize("target", [(8, 1), (8, 0), (SYSID, 100)])
def test_what_is_not_for_this_drones_autopilot_never_passes(target: tuple[int, int]) -> None:
    room = Room()
    room.lend()
    arm = mavlink.MAVLink_command_long_message(*target, 400, 0, 1, 0, 0, 0, 0, 0, 0)
    assert room.says(arm)[0].result == mavlink.MAV_RESULT_DENIED
    assert room.passed == []


@pytest.mark.parametrize("target", [(0, 0), (0, 1), (SYSID, 0)])
def test_everybody_on_this_port_is_this_drone_and_leaves_as_exactly_that(
    target: tuple[int, int],
) -> None:
    room = Room()
    room.lend()
    arm = mavlink.MAVLink_command_long_message(*target, 400, 0, 1, 0, 0, 0, 0, 0, 0)
    assert room.says(arm) == []
    assert [(m.target_system, m.target_component) for m in room.passed] == [(SYSID, 1)]


@pytest.mark.parametrize("holds", [False, True])
def test_who_insists_on_another_drone_or_on_settings_is_recorded_once_in_a_while(
    holds: bool,
) -> None:
    room = Room()
    if holds:
        room.lend()
    elsewhere = mavlink.MAVLink_param_request_read_message(8, 1, b"RTL_ALT", -1)
    setting = mavlink.MAVLink_param_set_message(SYSID, 1, b"FENCE_ENABLE", 0, 9)
    for n in range(20):
        room.says(elsewhere, 1.0 + n / 10)
        room.says(setting, 1.0 + n / 10)
    assert len(room.refusals) == 1
    assert room.passed == []


def test_what_would_disturb_the_controller_is_kept_here_without_a_word() -> None:
    room = Room()
    room.lend()
    for message in (
        mavlink.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3),
        mavlink.MAVLink_system_time_message(1, 1),
        mavlink.MAVLink_request_data_stream_message(SYSID, 1, 0, 50, 1),
        mavlink.MAVLink_log_request_end_message(SYSID, 1),
    ):
        assert message.get_type() in KEPT_HERE
        assert room.says(message) == []
    faster = mavlink.MAVLink_command_long_message(SYSID, 1, 511, 0, 33, -1, 0, 0, 0, 0, 0)
    assert [m.result for m in room.says(faster)] == [mavlink.MAV_RESULT_DENIED]
    assert (room.passed, room.refusals) == ([], [])


def test_who_asks_without_end_is_passed_on_at_a_bounded_rate() -> None:
    room = Room()
    ask = mavlink.MAVLink_param_request_read_message(SYSID, 1, b"RTL_ALT", -1)
    for _ in range(1000):
        room.says(ask, 1.0)
    assert len(room.passed) == ASKS_AT_ONCE


@given(st.lists(st.binary(max_size=300), max_size=20), st.booleans())
def test_noise_from_a_guest_neither_passes_nor_raises(noise: list[bytes], holds: bool) -> None:
    room = Room()
    if holds:
        room.lend()
    for data in noise:
        room.guest.take(data, 1.0)
    assert [news for news in room.news if not isinstance(news, LeaseGiven)] == []
    assert room.passed == []
