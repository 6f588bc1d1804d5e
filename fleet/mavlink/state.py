"""What a vehicle has told of itself: a fold over its messages."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.codec import MavMessage

TEXTS_KEPT = 20
TEXT_FORGOTTEN_S = 60.0  # a pre-arm failure that is not said again has been mended

_MODES = {
    0: "STABILIZE", 1: "ACRO", 2: "ALT_HOLD", 3: "AUTO", 4: "GUIDED", 5: "LOITER", 6: "RTL",
    7: "CIRCLE", 9: "LAND", 11: "DRIFT", 13: "SPORT", 14: "FLIP", 15: "AUTOTUNE", 16: "POSHOLD",
    17: "BRAKE", 18: "THROW", 19: "AVOID_ADSB", 20: "GUIDED_NOGPS", 21: "SMART_RTL",
    22: "FLOWHOLD", 23: "FOLLOW", 24: "ZIGZAG", 25: "SYSTEMID", 26: "AUTOROTATE", 27: "AUTO_RTL",
}  # fmt: skip
MODE_NUMBERS = {name: number for number, name in _MODES.items()}

# What ArduCopter says when a motor has no thrust left to give, when it flies on without its
# vibrating sensors, and when it has turned over.
_OF_MOTORS = ("Potential Thrust Loss", "Vibration compensation ON", "Crash: Disarming")
_HALF_TURN_E7 = 1_800_000_000  # degrees
_HALF_TURN_RAD = 3.2  # what floats of 32 bits make of it
_UNKNOWN_HEADING = 65535
_UNKNOWN_COUNT = 255
_UNKNOWN_VOLTAGE = 65535


@dataclass(frozen=True, slots=True)
class Aircraft:
    """Another aircraft that comes near, as the drone's own receiver and autopilot see it."""

    id: int
    told_s: float  # loop time
    avoided: bool  # the autopilot flies out of its way
    within_m: float  # horizontally, at the nearest
    in_s: float  # until then


@dataclass(frozen=True)
class VehicleState:
    """The newest of everything; None where the vehicle has not told yet."""

    last_heard_s: float | None = None  # loop time
    armed: bool = False
    mode: str | None = None
    lon: float | None = None
    lat: float | None = None
    alt_amsl_m: float | None = None
    alt_rel_m: float | None = None  # above home
    heading_deg: float | None = None
    ground_ms: float | None = None
    track_deg: float | None = None  # whither it moves over ground; the nose may point elsewhere
    climb_ms: float | None = None
    roll_deg: float | None = None
    pitch_deg: float | None = None
    on_ground: bool | None = None
    battery_pct: float | None = None
    battery_v: float | None = None
    battery_a: float | None = None
    satellites: int | None = None
    gps_fix: int | None = None
    prearm_passed: bool = False
    position_trusted: bool = False  # the estimator has an absolute horizontal position
    gps_glitches: bool = False  # its position has jumped, by what the estimator makes of it
    compass_failed: bool = False
    mission_item: int | None = None  # the one being flown
    reached_item: int | None = None
    statustexts: tuple[str, ...] = ()
    prearm: tuple[tuple[float, str], ...] = ()  # (when said, what) of failures said lately
    outside_fence: bool = False
    vibration_ms2: float | None = None  # the worst of the three axes
    motor_warning: str | None = None  # said since it was armed
    aircraft: Aircraft | None = None  # that its autopilot watches
    capabilities: int | None = None  # bits of MAV_PROTOCOL_CAPABILITY

    @property
    def prearm_ok(self) -> bool:
        """Whether the autopilot would arm: its checks pass and it knows where it is. Right after
        its start the first alone says yes too early."""
        return self.prearm_passed and self.position_trusted

    @property
    def prearm_failures(self) -> tuple[str, ...]:
        return tuple(text for _, text in self.prearm)


Changes: TypeAlias = dict[str, Any]


def fold(state: VehicleState, message: MavMessage, now_s: float) -> VehicleState:
    """The state after one message, received at ``now_s``; texts come by ``with_text``."""
    after = seen(state, now_s)
    take = _TAKERS.get(message.get_type())
    if take is not None:
        vars(after).update(take(state, message, now_s))
    return after


def seen(state: VehicleState, now_s: float) -> VehicleState:
    """The state after any message at all. A copy of its dictionary takes a tenth of the time of
    dataclasses.replace."""
    values = vars(state).copy()
    values["last_heard_s"] = now_s
    after = object.__new__(VehicleState)
    object.__setattr__(after, "__dict__", values)
    return after


def _heartbeat(state: VehicleState, m: MavMessage, now_s: float) -> Changes:
    armed = bool(m.base_mode & mavlink.MAV_MODE_FLAG_SAFETY_ARMED)
    return {
        "armed": armed,
        "mode": _MODES.get(m.custom_mode, f"MODE {m.custom_mode}"),
        "motor_warning": state.motor_warning if armed else None,
    }


def _position(state: VehicleState, m: MavMessage, now_s: float) -> Changes:
    if abs(m.lon) > _HALF_TURN_E7 or abs(m.lat) > _HALF_TURN_E7 // 2:
        return {}  # nowhere on earth
    return {
        "lon": m.lon / 1e7,
        "lat": m.lat / 1e7,
        "alt_amsl_m": m.alt / 1000,
        "alt_rel_m": m.relative_alt / 1000,
        "heading_deg": None if m.hdg == _UNKNOWN_HEADING else m.hdg / 100,
        "ground_ms": math.hypot(m.vx, m.vy) / 100,
        "track_deg": math.degrees(math.atan2(m.vy, m.vx)) % 360,
        "climb_ms": -m.vz / 100,
    }


def _attitude(state: VehicleState, m: MavMessage, now_s: float) -> Changes:
    if not (abs(m.roll) <= _HALF_TURN_RAD and abs(m.pitch) <= _HALF_TURN_RAD):
        return {}  # no angles, or none at all
    degrees = 57.29577951308232
    return {"roll_deg": m.roll * degrees, "pitch_deg": m.pitch * degrees}


def _landed(state: VehicleState, m: MavMessage, now_s: float) -> Changes:
    if m.landed_state == mavlink.MAV_LANDED_STATE_UNDEFINED:
        return {}
    return {"on_ground": m.landed_state == mavlink.MAV_LANDED_STATE_ON_GROUND}


def _sys_status(state: VehicleState, m: MavMessage, now_s: float) -> Changes:
    passed = bool(m.onboard_control_sensors_health & mavlink.MAV_SYS_STATUS_PREARM_CHECK)
    compass = mavlink.MAV_SYS_STATUS_SENSOR_3D_MAG
    return {
        "compass_failed": bool(
            m.onboard_control_sensors_enabled & ~m.onboard_control_sensors_health & compass
        ),
        "battery_pct": float(m.battery_remaining)
        if m.battery_remaining >= 0
        else state.battery_pct,
        "battery_v": None if m.voltage_battery == _UNKNOWN_VOLTAGE else m.voltage_battery / 1000,
        "battery_a": m.current_battery / 100 if m.current_battery >= 0 else None,
        "prearm_passed": passed,
        "prearm": () if passed else _lately(state, now_s),
    }


def _lately(state: VehicleState, now_s: float) -> tuple[tuple[float, str], ...]:
    return tuple(entry for entry in state.prearm if now_s - entry[0] < TEXT_FORGOTTEN_S)


def _gps(state: VehicleState, m: MavMessage, now_s: float) -> Changes:
    satellites = None if m.satellites_visible == _UNKNOWN_COUNT else m.satellites_visible
    return {"gps_fix": m.fix_type, "satellites": satellites}


def _estimator(state: VehicleState, m: MavMessage, now_s: float) -> Changes:
    needed = mavlink.ESTIMATOR_POS_HORIZ_ABS
    return {
        "position_trusted": bool(m.flags & needed),
        "gps_glitches": bool(m.flags & mavlink.EKF_GPS_GLITCHING),
    }


def _mission_current(state: VehicleState, m: MavMessage, now_s: float) -> Changes:
    return {"mission_item": m.seq}


def _reached(state: VehicleState, m: MavMessage, now_s: float) -> Changes:
    return {"reached_item": m.seq}


def _fence(state: VehicleState, m: MavMessage, now_s: float) -> Changes:
    return {"outside_fence": bool(m.breach_status)}


def _vibration(state: VehicleState, m: MavMessage, now_s: float) -> Changes:
    worst = max(m.vibration_x, m.vibration_y, m.vibration_z)
    return {"vibration_ms2": worst if math.isfinite(worst) else None}


def _version(state: VehicleState, m: MavMessage, now_s: float) -> Changes:
    return {"capabilities": m.capabilities}


def _collision(state: VehicleState, m: MavMessage, now_s: float) -> Changes:
    """ArduPilot tells once a second of who may come near, and once more when that is over."""
    if m.threat_level == mavlink.MAV_COLLISION_THREAT_LEVEL_NONE:
        return {"aircraft": None}
    aircraft = Aircraft(
        m.id,
        now_s,
        m.threat_level >= mavlink.MAV_COLLISION_THREAT_LEVEL_HIGH,
        _least(m.horizontal_minimum_delta),
        _least(m.time_to_minimum_delta),
    )
    return {"aircraft": aircraft}


def _least(figure: float) -> float:
    """A distance or a time that may be nonsense: then it must be taken for none."""
    return max(figure, 0.0) if math.isfinite(figure) else 0.0


def with_text(state: VehicleState, text: str, now_s: float) -> VehicleState:
    """The state after the vehicle has said this. Failures of the checks are kept each once."""
    state = replace(state, statustexts=(*state.statustexts, text)[-TEXTS_KEPT:])
    if text.startswith(_OF_MOTORS):
        state = replace(state, motor_warning=text)
    if not text.startswith(("PreArm: ", "Arm: ")):
        return state
    said = text.partition(": ")[2]
    others = tuple(entry for entry in _lately(state, now_s) if entry[1] != said)
    return replace(state, prearm=(*others, (now_s, said))[-TEXTS_KEPT:])


_TAKERS: dict[str, Callable[[VehicleState, MavMessage, float], Changes]] = {
    "HEARTBEAT": _heartbeat,
    "GLOBAL_POSITION_INT": _position,
    "ATTITUDE": _attitude,
    "EXTENDED_SYS_STATE": _landed,
    "SYS_STATUS": _sys_status,
    "GPS_RAW_INT": _gps,
    "EKF_STATUS_REPORT": _estimator,
    "MISSION_CURRENT": _mission_current,
    "MISSION_ITEM_REACHED": _reached,
    "FENCE_STATUS": _fence,
    "VIBRATION": _vibration,
    "COLLISION": _collision,
    "AUTOPILOT_VERSION": _version,
}
TOLD = frozenset(getattr(mavlink, f"MAVLINK_MSG_ID_{kind}") for kind in _TAKERS)

# What a vehicle is asked to send: message id -> share of the asked rate.
STREAMS: dict[int, float] = {
    mavlink.MAVLINK_MSG_ID_GLOBAL_POSITION_INT: 1.0,
    mavlink.MAVLINK_MSG_ID_ATTITUDE: 1.0,
    mavlink.MAVLINK_MSG_ID_EXTENDED_SYS_STATE: 0.4,
    mavlink.MAVLINK_MSG_ID_MISSION_CURRENT: 0.4,
    mavlink.MAVLINK_MSG_ID_SYS_STATUS: 0.2,
    mavlink.MAVLINK_MSG_ID_GPS_RAW_INT: 0.2,
    mavlink.MAVLINK_MSG_ID_EKF_STATUS_REPORT: 0.2,
    mavlink.MAVLINK_MSG_ID_VIBRATION: 0.2,
    mavlink.MAVLINK_MSG_ID_FENCE_STATUS: 0.2,
}
