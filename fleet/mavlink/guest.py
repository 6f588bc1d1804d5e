"""A ground station beside us, as the gateway deals with it: what it hears, what of its own passes.

It hears all that its drone says, unchanged. What only asks goes to the drone; what would change
anything goes to the gate, which lets it pass for the holder of the lease alone. What would disturb
the controller (how often the drone tells things, its logs, its clock) stays here.

No I/O, no clock.
"""

from __future__ import annotations

import itertools
from typing import Final

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress, WrongTarget
from fleet.mavlink.codec import (
    GUEST_SYSID,
    Decoder,
    Encoder,
    Frame,
    MavMessage,
    from_guest,
    retargeted,
)
from fleet.mavlink.command import command_name
from fleet.mavlink.effect import changes
from fleet.mavlink.ftp_packet import refused_file
from fleet.mavlink.gate import Gate, GateReason, GateRefused, Warrant
from fleet.mavlink.lent import beyond_a_lease
from fleet.mavlink.statustext import chunks_of

PASSES_WITHIN_S = 1.0
TOLD_AGAIN_S = 5.0  # between two refusals told, and recorded, of one guest
ASKS_PER_S, ASKS_AT_ONCE = 40.0, 80.0  # the drone's link is the controller's first

KEPT_HERE: Final = {
    "HEARTBEAT": "the controller's own is what the drone's link-loss failsafe listens for",
    "SYSTEM_TIME": "the drone's clock is the controller's and GPS's affair",
    "TIMESYNC": "as above",
    "OPEN_DRONE_ID_BASIC_ID": "who operates the drone is told by the controller",
    "OPEN_DRONE_ID_OPERATOR_ID": "as above",
    "OPEN_DRONE_ID_SELF_ID": "as above",
    "OPEN_DRONE_ID_SYSTEM": "as above",
    "OPEN_DRONE_ID_SYSTEM_UPDATE": "as above",
    "PING": "would test another link than the guest's",
    "REQUEST_DATA_STREAM": "one link, one rate: the controller lives by it",
    "MISSION_ACK": "ends a download that the drone does not keep open",
    "LOG_REQUEST_LIST": "the drone sends one log at a time, and the controller fetches them",
    "LOG_REQUEST_DATA": "as above",
    "LOG_REQUEST_END": "would break off the controller's own transfer",
}
_TARGETED: Final = frozenset(
    number
    for number, kind in mavlink.mavlink_map.items()
    if {"target_system", "target_component"} <= set(kind.fieldnames)
)
_COMMANDS: Final = ("COMMAND_LONG", "COMMAND_INT")
_FILES: Final = (
    "FILE_TRANSFER_PROTOCOL"  # the drone serves one, and the controller fetches its logs
)
_UPLOADS: Final = ("MISSION_COUNT", "MISSION_WRITE_PARTIAL_LIST", "MISSION_CLEAR_ALL")


class Guest:
    """One connected ground station. ``name`` is what a lease is granted to, ``seat`` the component
    that the drone knows it by."""

    def __init__(
        self, name: str, drone: str, address: VehicleAddress, gate: Gate, seat: int
    ) -> None:
        self.name, self.seat = name, seat
        self._drone, self._address, self._gate = drone, address, gate
        self._decoder = Decoder()
        self._voice = Encoder(address.sysid, address.compid)
        self._id = (0, 0)  # what it calls itself
        self._asks, self._asked_s = ASKS_AT_ONCE, 0.0
        self._quiet_until_s = 0.0
        self._texts = itertools.count(1)

    def greeting(self) -> bytes:
        """Tells it by which name the duty officer knows it."""
        text = f"You are {self.name}, watching {self._drone}"
        severity = mavlink.MAV_SEVERITY_INFO
        return self._voice.encode(mavlink.MAVLink_statustext_message(severity, text.encode()))

    def told(self, text: str) -> list[bytes]:
        """The packets of a text of any length."""
        return [self._voice.encode(each) for each in self._warning(text)]

    def hears(self, frame: Frame) -> bytes | None:
        """What it gets of a message of the drone: the packet as it came, but an answer to a guest
        is only for that guest, under the name that it goes by."""
        if frame.id not in _TARGETED or frame.message.target_system != GUEST_SYSID:
            return frame.packet
        message = frame.message
        if message.target_component != self.seat:
            return None
        return retargeted(message, self._id)

    def take(self, data: bytes, now_s: float) -> list[bytes]:
        """Takes what it sent; what it is told in answer."""
        return [
            self._voice.encode(answer)
            for message in self._decoder.feed(data)
            for answer in self._answers(message, now_s)
        ]

    def _answers(self, message: MavMessage, now_s: float) -> list[MavMessage]:
        self._id = (message.get_srcSystem(), message.get_srcComponent())
        kind = message.get_type()
        if kind in KEPT_HERE:
            return []
        if kind in _COMMANDS and message.command == mavlink.MAV_CMD_SET_MESSAGE_INTERVAL:
            return self._denied(message)
        if kind == _FILES and not changes(message):
            return self._denied(message)
        if not self._may_ask(now_s):
            return []
        passed = self._addressed(message)
        if now_s < self._quiet_until_s and self._is_hopeless(passed, now_s):
            return self._denied(message)
        try:
            self._pass(passed, now_s)
        except GateRefused as refused:
            return self._denied(message) + self._told(refused, now_s)
        return []

    def _addressed(self, message: MavMessage) -> MavMessage:
        """The message as the drone gets it. 0, which is everybody, can on this port only mean this
        drone, and its autopilot: DroneKit and MAVProxy say so. It leaves as exactly that."""
        passed = from_guest(message, self.seat)
        if getattr(passed, "target_system", None) == 0:
            passed.target_system = self._address.sysid
        if getattr(passed, "target_component", None) == 0:
            passed.target_component = self._address.compid
        return passed

    def _is_hopeless(self, passed: MavMessage, now_s: float) -> bool:
        """Whether the gate would refuse it; it is not asked, and does not record, again and again
        while a guest insists."""
        try:
            self._address.check(passed)
        except WrongTarget:
            return True
        held = self._holds(now_s)
        return changes(passed) and (not held or beyond_a_lease(passed) is not None)

    def _pass(self, passed: MavMessage, now_s: float) -> None:
        warrant, what = Warrant(self.name), _what(passed)
        passage = self._gate.admit(self._address, warrant, what, PASSES_WITHIN_S, now_s)
        if self._holds(now_s) and (beyond := beyond_a_lease(passed)):
            self._gate.refuse_not_lent(passage, beyond)
        self._gate.send(passage, passed, now_s)

    def _holds(self, now_s: float) -> bool:
        return self._gate.lease(self._address.sysid, now_s).holder == self.name

    def _may_ask(self, now_s: float) -> bool:
        """Whoever asks without end is heard at a rate that the drone's link bears; who holds the
        lease is always."""
        gained = (now_s - self._asked_s) * ASKS_PER_S
        self._asks, self._asked_s = min(ASKS_AT_ONCE, self._asks + gained), now_s
        if self._asks < 1:
            return self._holds(now_s)
        self._asks -= 1
        return True

    def _denied(self, message: MavMessage) -> list[MavMessage]:
        """What a ground station waits for after such a message."""
        kind = message.get_type()
        if kind in _COMMANDS:
            denied = mavlink.MAV_RESULT_DENIED
            return [mavlink.MAVLink_command_ack_message(message.command, denied, 0, 0, *self._id)]
        if kind == _FILES:
            return [refused_file(message).message(*self._id)]
        if kind in _UPLOADS:
            denied, plan = mavlink.MAV_MISSION_DENIED, message.mission_type
            return [mavlink.MAVLink_mission_ack_message(*self._id, denied, plan)]
        return []

    def _told(self, refused: GateRefused, now_s: float) -> list[MavMessage]:
        if now_s < self._quiet_until_s:
            return []
        self._quiet_until_s = now_s + TOLD_AGAIN_S
        refusal = refused.refusal
        text = f"Refused: {refusal.text}"
        if refusal.reason is GateReason.NO_LEASE:
            holder = self._gate.lease(self._address.sysid, now_s).shown
            text = f"{holder} holds {self._drone}; ask the duty officer"
        return self._warning(text)

    def _warning(self, text: str) -> list[MavMessage]:
        """As many messages as the text needs; several are numbered to be put together again."""
        severity, chunks = mavlink.MAV_SEVERITY_WARNING, chunks_of(text)
        number = next(self._texts) % 0xFFFF + 1 if len(chunks) > 1 else 0
        return [
            mavlink.MAVLink_statustext_message(severity, chunk, number, seq)
            for seq, chunk in enumerate(chunks)
        ]


def _what(message: MavMessage) -> str:
    kind: str = message.get_type()
    return command_name(message.command) if kind in _COMMANDS else kind
