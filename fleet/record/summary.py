"""What a flight was, from its record alone: phases, way, height, speed, energy, events. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.contract import SortieState as S
from fleet.mavlink.codec import OUR_SYSID, Decoder, MavMessage
from fleet.mavlink.state import VehicleState, fold, with_text
from fleet.mavlink.statustext import StatusTexts
from fleet.record.tlog import Entry
from fleet.sorties.sortie import AIRBORNE_M, GOING_HOME, distance_m

STEP_M = 1.0  # shorter moves are the noise of a drone that hovers
SILENCE_S = 5.0  # without a word from the drone; longer is told
LONGEST_SAMPLE_S = 10.0  # power is taken as constant between two reports, not longer than this

_FINE = (mavlink.MAV_RESULT_ACCEPTED, mavlink.MAV_RESULT_IN_PROGRESS)
_IN_THE_AIR = (S.EN_ROUTE, S.ON_SCENE, S.RETURNING, S.LANDING)


class Phase(NamedTuple):
    """A part of the flight, in the words of a sortie's states."""

    phase: S
    began_s: float  # since the record's beginning
    lasted_s: float


class Said(NamedTuple):
    """Something worth telling, ``at_s`` after the record's beginning."""

    at_s: float
    what: str


@dataclass(frozen=True, slots=True)
class FlightSummary:
    """None where the drone has not told."""

    sysid: int | None
    began_at: datetime
    lasted_s: float
    received: int
    sent: int
    phases: tuple[Phase, ...]
    airborne_s: float
    distance_m: float  # over the ground
    highest_m: float | None  # above the take-off point
    fastest_ms: float | None  # over the ground
    energy_wh: float | None
    battery_from_pct: float | None
    battery_to_pct: float | None
    longest_silence_s: float
    events: tuple[Said, ...]


def summary(entries: Iterable[Entry]) -> FlightSummary | None:
    """The flight in a record; None for an empty one."""
    flight = _Flight()
    for at_us, message in _messages(entries):
        flight.take(at_us / 1e6, message)
    return flight.told()


def _messages(entries: Iterable[Entry]) -> Iterator[tuple[int, MavMessage]]:
    """Both directions, each with its decoder: sequences and signatures are apart."""
    decoders: dict[bool, Decoder] = {True: Decoder(), False: Decoder()}
    for each in entries:
        for message in decoders[each.sysid == OUR_SYSID].feed(each.packet):
            yield each.at_us, message


@dataclass(slots=True)
class _Flight:
    """The fold over the messages."""

    began_s: float | None = None
    now_s: float = 0.0
    state: VehicleState = field(default_factory=VehicleState)
    sysid: int | None = None
    received: int = 0
    sent: int = 0
    mission: dict[int, int] = field(default_factory=dict)  # item -> command, as last uploaded
    phases: list[tuple[S, float]] = field(default_factory=list)
    events: list[Said] = field(default_factory=list)
    texts: StatusTexts = field(default_factory=StatusTexts)
    distance_m: float = 0.0
    counted: tuple[float, float] | None = None  # where the way is counted up to
    highest_m: float | None = None
    fastest_ms: float | None = None
    energy_wh: float | None = None
    powered: tuple[float, float] | None = None  # (when, W) of the newest report
    battery_from_pct: float | None = None
    heard_s: float | None = None
    longest_silence_s: float = 0.0

    def take(self, now_s: float, message: MavMessage) -> None:
        if self.began_s is None:
            self.began_s = now_s
            self._enter(S.PREPARING)
        self.now_s = max(self.now_s, now_s)
        if message.get_srcSystem() == OUR_SYSID:
            self.sent += 1
            self._uploads(message)
        else:
            self.received += 1
            if message.get_srcComponent() == mavlink.MAV_COMP_ID_AUTOPILOT1:
                self._hears(message)

    def told(self) -> FlightSummary | None:
        if self.began_s is None:
            return None
        phases = tuple(self._lasting())
        return FlightSummary(
            sysid=self.sysid,
            began_at=datetime.fromtimestamp(self.began_s, UTC),
            lasted_s=self.now_s - self.began_s,
            received=self.received,
            sent=self.sent,
            phases=phases,
            airborne_s=sum(each.lasted_s for each in phases if each.phase in _IN_THE_AIR),
            distance_m=self.distance_m,
            highest_m=self.highest_m,
            fastest_ms=self.fastest_ms,
            energy_wh=self.energy_wh,
            battery_from_pct=self.battery_from_pct,
            battery_to_pct=self.state.battery_pct,
            longest_silence_s=self.longest_silence_s,
            events=tuple(self.events),
        )

    def _lasting(self) -> Iterator[Phase]:
        assert self.began_s is not None
        ends = [began_s for _, began_s in self.phases[1:]] + [self.now_s]
        for (phase, began_s), end_s in zip(self.phases, ends, strict=True):
            yield Phase(phase, began_s - self.began_s, end_s - began_s)

    def _uploads(self, message: MavMessage) -> None:
        kind = message.get_type()
        if getattr(message, "mission_type", None) != mavlink.MAV_MISSION_TYPE_MISSION:
            return
        if kind == "MISSION_COUNT":
            self.mission.clear()
        elif kind == "MISSION_ITEM_INT":
            self.mission[message.seq] = message.command

    def _hears(self, message: MavMessage) -> None:
        self.sysid = message.get_srcSystem()
        self._listen_for_silence()
        before = self.state
        self.state = fold(before, message, self.now_s)
        self._note_changes(before)
        if measure := _MEASURES.get(message.get_type()):
            measure(self, message)
        self._follow()

    def _listen_for_silence(self) -> None:
        if self.heard_s is not None:
            silent_s = self.now_s - self.heard_s
            self.longest_silence_s = max(self.longest_silence_s, silent_s)
            if silent_s > SILENCE_S:
                self._say(f"heard again after {silent_s:.1f} s")
        self.heard_s = self.now_s

    def _note_changes(self, before: VehicleState) -> None:
        now = self.state
        if now.mode != before.mode:
            self._say(f"mode {now.mode}")
        if now.armed != before.armed:
            self._say("armed" if now.armed else "disarmed")
        if before.battery_pct is None and self.battery_from_pct is None:
            self.battery_from_pct = now.battery_pct

    def _follow(self) -> None:
        """Which phase follows from what the drone has said; the phases of a sortie, in order."""
        phase, state = self.phases[-1][0], self.state
        doing = self.mission.get(-1 if state.mission_item is None else state.mission_item)
        if phase in _IN_THE_AIR and not state.armed:
            self._enter(S.DOCKED)
        elif phase in (S.PREPARING, S.DOCKED) and state.armed:
            self._enter(S.LAUNCHING)
        elif phase is S.LAUNCHING and not state.armed:
            self._enter(S.PREPARING)
        elif phase is S.LAUNCHING and (state.alt_rel_m or 0.0) >= AIRBORNE_M:
            self._enter(S.EN_ROUTE)
        elif phase in (S.EN_ROUTE, S.ON_SCENE, S.RETURNING) and self._lands(doing):
            self._enter(S.LANDING)
        elif phase is S.EN_ROUTE and doing == mavlink.MAV_CMD_NAV_LOITER_UNLIM:
            self._enter(S.ON_SCENE)
        elif phase in (S.EN_ROUTE, S.ON_SCENE) and self._goes_home():
            self._enter(S.RETURNING)

    def _lands(self, doing: int | None) -> bool:
        by_mission = self.state.mode == "AUTO" and doing == mavlink.MAV_CMD_NAV_LAND
        return by_mission or self.state.mode == "LAND"

    def _goes_home(self) -> bool:
        """By itself, or by the mission: past where it was to stay, or with no stay in it."""
        if self.state.mode in GOING_HOME:
            return True
        item = self.state.mission_item
        if self.state.mode != "AUTO" or item is None or not self.mission:
            return False
        stays = [s for s, c in self.mission.items() if c == mavlink.MAV_CMD_NAV_LOITER_UNLIM]
        return not stays or item > stays[-1]

    def _enter(self, phase: S) -> None:
        self.phases.append((phase, self.now_s or self.began_s or 0.0))

    def _say(self, what: str) -> None:
        self.events.append(Said(self.now_s - (self.began_s or 0.0), what))

    # What single messages tell.

    def _moved(self, _: MavMessage) -> None:
        state = self.state
        if self.phases[-1][0] not in _IN_THE_AIR or state.lon is None or state.lat is None:
            return
        at = (state.lon, state.lat)
        step_m = 0.0 if self.counted is None else distance_m(self.counted, at)
        if self.counted is None or step_m >= STEP_M:
            self.distance_m += step_m
            self.counted = at
        self.highest_m = max(self.highest_m or 0.0, state.alt_rel_m or 0.0)
        self.fastest_ms = max(self.fastest_ms or 0.0, state.ground_ms or 0.0)

    def _drew(self, _: MavMessage) -> None:
        volts, amperes = self.state.battery_v, self.state.battery_a
        if volts is None or amperes is None:
            return
        if self.powered is not None:
            since_s, watts = self.powered
            for_s = min(self.now_s - since_s, LONGEST_SAMPLE_S)
            used_wh = (watts + volts * amperes) / 2 * for_s / 3600
            self.energy_wh = (self.energy_wh or 0.0) + used_wh
        self.powered = (self.now_s, volts * amperes)

    def _spoke(self, message: MavMessage) -> None:
        for text in self.texts.take(message, self.now_s):
            self.state = with_text(self.state, text, self.now_s)
            self._say(f"“{text}”")

    def _answered(self, message: MavMessage) -> None:
        if message.result not in _FINE:
            command = _name("MAV_CMD", message.command).removeprefix("MAV_CMD_")
            result = _name("MAV_RESULT", message.result).removeprefix("MAV_RESULT_")
            self._say(f"{command} answered {result}")


_MEASURES: dict[str, Callable[[_Flight, MavMessage], None]] = {
    "GLOBAL_POSITION_INT": _Flight._moved,
    "SYS_STATUS": _Flight._drew,
    "STATUSTEXT": _Flight._spoke,
    "COMMAND_ACK": _Flight._answered,
}


def _name(enum: str, value: int) -> str:
    entry = mavlink.enums[enum].get(value)
    return str(value) if entry is None else str(entry.name)
