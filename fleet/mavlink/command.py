"""The command protocol: COMMAND_LONG, acknowledged, repeated safely, refused in words.

https://mavlink.io/en/services/command.html
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.codec import MavMessage
from fleet.mavlink.effect import REPEATABLE
from fleet.mavlink.exchange import Retried, VehicleRefused, VehicleSilent

# With 30 % lost each way one command in some 20,000 stays unanswered; a drone that is dead has cost
# an incident ten seconds by then.
PAUSE_S, TRIES = 0.7, 15
SETTLE_S = 1.5  # after a repeated command an answer to its first sending may still come
IN_PROGRESS_S = 10.0  # a vehicle that reported progress may take this long to report again
SHOWN_WITHIN_S = 10.0  # by a heartbeat a second, of which a bad link loses many in a row
SHOWN_AGAIN_S = 3.0  # without a sign of what was acknowledged, until it is told again

_REFUSALS = {
    mavlink.MAV_RESULT_TEMPORARILY_REJECTED: "refused for now",
    mavlink.MAV_RESULT_DENIED: "denied",
    mavlink.MAV_RESULT_UNSUPPORTED: "not supported by this vehicle",
    mavlink.MAV_RESULT_FAILED: "failed",
}


def command_name(command: int) -> str:
    entry = mavlink.enums["MAV_CMD"].get(command)
    return entry.name.removeprefix("MAV_CMD_") if entry else f"command {command}"


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What the vehicle must show before a command counts as done: ``what``, in words. ``doing`` is
    what it shows now, done or not."""

    what: str
    doing: Callable[[], object]


class Command(Retried[bool]):
    """One command to one vehicle. A repeat carries a higher ``confirmation``, by which the vehicle
    may know it for the same; what is not safe to carry out twice is sent once and waited for as
    long.

    ``shown`` reads back whether the vehicle does what it was told: then it is not told again, for
    only the answer was lost. ``sent`` is how often the same command has left before.

    With a ``read_back`` an answer is not enough, for it does not say to which of two commands of a
    kind it belongs: on a wire that doubles it may be that to the one before, and this one lost. It
    is told again while the vehicle shows nothing new, but not over what its autopilot, or anybody
    else, has made it do meanwhile.
    """

    hears = frozenset({mavlink.MAVLINK_MSG_ID_COMMAND_ACK, mavlink.MAVLINK_MSG_ID_HEARTBEAT})

    def __init__(
        self,
        address: VehicleAddress,
        command: int,
        *parameters: float,
        shown: Callable[[], bool] = lambda: False,
        read_back: ReadBack | None = None,
        sent: int = 0,
    ) -> None:
        tries = TRIES if command in REPEATABLE else 1
        super().__init__(PAUSE_S * TRIES / tries, tries)
        self.what = command_name(command)
        self._address, self._command = address, command
        self._parameters = (*parameters, *(0.0,) * (7 - len(parameters)))
        self._shown, self._read_back = shown, read_back
        self._acknowledged = False
        self._was_doing: object = None
        self._before = self._sent = sent
        self._answered = sent

    @property
    def sent(self) -> int:
        return self._sent

    @property
    def may_be_answered_again(self) -> bool:
        """Whether repeats and answers to them may still be under way: the next command of the same
        kind must not come before those, nor take these for its own."""
        return self._sent > min(self._answered, self._before + 1)

    def begin(self, now_s: float) -> list[MavMessage]:
        self._was_doing = self._read_back and self._read_back.doing()
        return super().begin(now_s)

    def tick(self, now_s: float) -> list[MavMessage]:
        if not self.finished and self._sent > self._before and self._shown():
            self._succeed(True)
            return []
        if self._is_overtaken() and now_s < self._deadline_s:
            self.due_s = min(now_s + self._pause_s, self._deadline_s)
            return []
        return super().tick(now_s)

    def _is_overtaken(self) -> bool:
        """Whether it was acknowledged, and the vehicle now does neither this nor what it did."""
        back = self._read_back
        return self._acknowledged and back is not None and back.doing() != self._was_doing

    def _ask(self) -> list[MavMessage]:
        message = mavlink.MAVLink_command_long_message(
            self._address.sysid,
            self._address.compid,
            self._command,
            min(self._sent, 255),
            *self._parameters,
        )
        self._sent += 1
        return [message]

    def take(self, message: MavMessage, now_s: float) -> list[MavMessage]:
        if self._acknowledged and self._shown():
            self._succeed(True)
            return []
        if message.get_type() != "COMMAND_ACK" or message.command != self._command:
            return []
        if message.result == mavlink.MAV_RESULT_IN_PROGRESS:
            self._progress(now_s, IN_PROGRESS_S)
            if self._command not in REPEATABLE:
                self._tries_left = 0  # it was heard: waited for, but not told again
            return []
        self._answered += 1
        if message.result == mavlink.MAV_RESULT_ACCEPTED:
            self._accepted(now_s)
        elif message.result == mavlink.MAV_RESULT_TEMPORARILY_REJECTED and self._tries_left:
            return []  # asked again in time
        else:
            words = _REFUSALS.get(message.result, f"refused with result {message.result}")
            self._fail(VehicleRefused(f"{self.what}: {words}"))
        return []

    def _accepted(self, now_s: float) -> None:
        if self._read_back is None or self._shown():
            self._succeed(True)
        elif not self._acknowledged:
            self._acknowledged = True
            self._deadline_s = min(self._deadline_s, now_s + SHOWN_WITHIN_S)
            self._progress(now_s, SHOWN_AGAIN_S)
            if self._command not in REPEATABLE:
                self._tries_left, self.due_s = 0, self._deadline_s

    def _give_up(self, silence: str) -> None:
        if self._acknowledged and self._read_back is not None:
            words = f"acknowledged, but not shown as {self._read_back.what}"
            self._fail(VehicleSilent(words))
        else:
            super()._give_up(silence)


class Reposition(Command):
    """Goes in GUIDED to a place at a height above its pad. As COMMAND_INT: the floats of the other
    kind are some metres off."""

    def __init__(self, address: VehicleAddress, lon: float, lat: float, height_m: float) -> None:
        super().__init__(address, mavlink.MAV_CMD_DO_REPOSITION)
        self._place = (round(lat * 1e7), round(lon * 1e7), height_m)

    def _ask(self) -> list[MavMessage]:
        self._sent += 1
        unchanged, keep_heading = -1.0, math.nan
        return [
            mavlink.MAVLink_command_int_message(
                self._address.sysid,
                self._address.compid,
                mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT,
                self._command,
                *(0, 0, unchanged, mavlink.MAV_DO_REPOSITION_FLAGS_CHANGE_MODE, 0, keep_heading),
                *self._place,
            )
        ]
