"""What a builtin vehicle tells of itself, and how often: the messages of ArduCopter's streams."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from sitl.builtin.autopilot import Autopilot
from sitl.builtin.body import Bodies
from sitl.builtin.camera import Camera
from sitl.builtin.plans import Plans

SELDOMEST_S = 10.0
LAST_ID = 0xFFFF  # of messages whose interval can be told
MOST_US = 2**31 - 1
VERSION = 4 << 24 | 7 << 16  # firmware version, as ArduCopter packs it
_OK = mavlink.MAV_RESULT_ACCEPTED
_FAILED = mavlink.MAV_RESULT_FAILED
_DENIED = mavlink.MAV_RESULT_DENIED


class Telling:
    """Makes the messages of one vehicle, and sends each when it is due."""

    def __init__(
        self,
        i: int,
        sysid: int,
        home: tuple[float, float, float],
        bodies: Bodies,
        autopilot: Autopilot,
        plans: Plans,
        camera: Camera,
        parameters: Mapping[str, float],
        send: Callable[[Any], None],
        seldomer: float,
    ) -> None:
        self._i, self._sysid, self._home, self._bodies = i, sysid, home, bodies
        self._autopilot, self._plans, self._parameters = autopilot, plans, parameters
        self._send, self._seldomer = send, seldomer
        self._now_s = 0.0
        self._born_s: float | None = None
        self._intervals_s: dict[int, float] = {mavlink.MAVLINK_MSG_ID_HEARTBEAT: 1.0}
        self.asked_us = {mavlink.MAVLINK_MSG_ID_HEARTBEAT: 1_000_000}
        self._due_s: dict[int, float] = {}
        self._next_due_s = -math.inf
        self._told_current = -1
        self._told_mode = autopilot.mode
        self._tellers: dict[int, Callable[[], Any]] = {
            mavlink.MAVLINK_MSG_ID_HEARTBEAT: self._heartbeat,
            mavlink.MAVLINK_MSG_ID_SYS_STATUS: self._sys_status,
            mavlink.MAVLINK_MSG_ID_GLOBAL_POSITION_INT: self._global_position,
            mavlink.MAVLINK_MSG_ID_ATTITUDE: self._attitude,
            mavlink.MAVLINK_MSG_ID_VFR_HUD: self._vfr_hud,
            mavlink.MAVLINK_MSG_ID_GPS_RAW_INT: self._gps,
            mavlink.MAVLINK_MSG_ID_BATTERY_STATUS: self._battery_status,
            mavlink.MAVLINK_MSG_ID_EXTENDED_SYS_STATE: self._extended,
            mavlink.MAVLINK_MSG_ID_EKF_STATUS_REPORT: self._estimator,
            mavlink.MAVLINK_MSG_ID_FENCE_STATUS: self._fence_status,
            mavlink.MAVLINK_MSG_ID_VIBRATION: self._vibration,
            mavlink.MAVLINK_MSG_ID_MISSION_CURRENT: self._mission_current,
            mavlink.MAVLINK_MSG_ID_HOME_POSITION: self._home_position,
            mavlink.MAVLINK_MSG_ID_AUTOPILOT_VERSION: self._version,
            **camera.tellers(lambda: (self._now_s, self._boot_ms)),
        }

    def pass_to(self, now_s: float) -> None:
        """The time is this; when it is first told, the vehicle is switched on."""
        self._now_s = now_s
        if self._born_s is None:
            self._born_s = now_s

    def tick(self) -> None:
        """Tells what is due, and a change of mode or of the item flown at once."""
        if self._now_s >= self._next_due_s:
            self._tell_due()
        if self._autopilot.mode is not self._told_mode:
            self._told_mode = self._autopilot.mode
            self._send(self._heartbeat())
        if self._autopilot.current != self._told_current:
            self._told_current = self._autopilot.current
            self._send(self._mission_current())

    def _tell_due(self) -> None:
        for message_id, interval_s in self._intervals_s.items():
            due_s = self._due_s.get(message_id, self._now_s)
            if self._now_s >= due_s:
                self._due_s[message_id] = max(due_s + interval_s, self._now_s)
                self._send(self._tellers[message_id]())
        self._next_due_s = min(self._due_s[message_id] for message_id in self._intervals_s)

    def set_interval(self, message_id: int, interval_us: float) -> int:
        if message_id not in self._tellers:
            return int(_FAILED)
        if interval_us < 0:
            if message_id != mavlink.MAVLINK_MSG_ID_HEARTBEAT:
                self._intervals_s.pop(message_id, None)
                self.asked_us.pop(message_id, None)
        elif interval_us > 0:
            self.asked_us[message_id] = min(round(interval_us), MOST_US)
            self._intervals_s[message_id] = self._interval_s(interval_us / 1e6)
            self._due_s[message_id] = self._next_due_s = self._now_s
        return int(_OK)

    def _interval_s(self, asked_s: float) -> float:
        """As asked, or so many times as seldom, but not for more than some seconds."""
        return asked_s if self._seldomer == 1 else min(asked_s * self._seldomer, SELDOMEST_S)

    def tell_interval(self, message_id: int) -> int:
        """What it was asked for, though it may tell more seldom; -1 for never, 0 for what it does
        not have."""
        if not 0 <= message_id <= LAST_ID:
            return int(_DENIED)
        has = message_id in self._tellers
        interval_us = self.asked_us.get(message_id, -1) if has else 0
        self._send(mavlink.MAVLink_message_interval_message(message_id, interval_us))
        return int(_OK if has else _FAILED)

    def tell_once(self, message_id: int) -> int:
        if message_id not in self._tellers:
            return int(_FAILED)
        self._send(self._tellers[message_id]())
        return int(_OK)

    @property
    def _boot_ms(self) -> int:
        return int((self._now_s - (self._born_s or 0.0)) * 1000) & 0xFFFFFFFF

    @property
    def boot_ns(self) -> int:
        return round((self._now_s - (self._born_s or 0.0)) * 1e9)

    def _heartbeat(self) -> Any:
        base = mavlink.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED
        if self._autopilot.armed:
            base |= mavlink.MAV_MODE_FLAG_SAFETY_ARMED
        standing = self._autopilot.on_ground
        state = mavlink.MAV_STATE_STANDBY if standing else mavlink.MAV_STATE_ACTIVE
        return mavlink.MAVLink_heartbeat_message(
            mavlink.MAV_TYPE_QUADROTOR,
            mavlink.MAV_AUTOPILOT_ARDUPILOTMEGA,
            base,
            int(self._autopilot.mode),
            state,
            3,
        )

    def _sys_status(self) -> Any:
        share, volts, amperes = self._bodies.battery(self._i)
        checks, compass = mavlink.MAV_SYS_STATUS_PREARM_CHECK, mavlink.MAV_SYS_STATUS_SENSOR_3D_MAG
        healthy = checks if self._autopilot.prearm() is None else 0
        healthy |= compass if self._autopilot.mishaps.has_compass else 0
        checks |= compass
        return mavlink.MAVLink_sys_status_message(
            checks, checks, healthy, 300, int(volts * 1000), int(amperes * 100),
            int(share * 100), 0, 0, 0, 0, 0, 0,
        )  # fmt: skip

    def _global_position(self) -> Any:
        lon, lat, up_m = self._autopilot.position
        east, north, up = (self._bodies.velocity[self._i] * 100).tolist()
        return mavlink.MAVLink_global_position_int_message(
            self._boot_ms,
            round(lat * 1e7),
            round(lon * 1e7),
            round((self._home[2] + up_m) * 1000),
            round(up_m * 1000),
            int(north),
            int(east),
            int(-up),
            int(self._bodies.heading_deg[self._i] * 100) % 36000,
        )

    def _attitude(self) -> Any:
        roll, pitch = self._bodies.lean_rad(self._i)
        yaw = math.radians(float(self._bodies.heading_deg[self._i]))
        yaw = math.remainder(yaw, 2 * math.pi)
        return mavlink.MAVLink_attitude_message(self._boot_ms, roll, pitch, yaw, 0, 0, 0)

    def _vfr_hud(self) -> Any:
        velocity = self._bodies.velocity[self._i]
        ground_ms = float(math.hypot(velocity[0], velocity[1]))
        air = velocity - self._bodies.wind[self._i]
        return mavlink.MAVLink_vfr_hud_message(
            float(math.hypot(air[0], air[1])),
            ground_ms,
            int(self._bodies.heading_deg[self._i]),
            50,
            self._home[2] + float(self._bodies.position[self._i][2]),
            float(velocity[2]),
        )

    def _gps(self) -> Any:
        lon, lat, up_m = self._autopilot.position
        fix, satellites = mavlink.GPS_FIX_TYPE_RTK_FIXED, 18
        if not self._autopilot.mishaps.has_fix:
            fix, satellites = mavlink.GPS_FIX_TYPE_NO_FIX, 0
        return mavlink.MAVLink_gps_raw_int_message(
            int(self._now_s * 1e6), fix, round(lat * 1e7), round(lon * 1e7),
            round((self._home[2] + up_m) * 1000), 60, 80, 65535, 65535, satellites,
        )  # fmt: skip

    def _battery_status(self) -> Any:
        share, volts, amperes = self._bodies.battery(self._i)
        used_mah = (1 - share) * self._parameters["BATT_CAPACITY"]
        cells = [int(volts * 1000), *[65535] * 9]
        return mavlink.MAVLink_battery_status_message(
            0, 0, 0, 32767, cells, int(amperes * 100), int(used_mah), -1, int(share * 100)
        )

    def _extended(self) -> Any:
        state = mavlink.MAV_LANDED_STATE_IN_AIR
        if self._autopilot.on_ground:
            state = mavlink.MAV_LANDED_STATE_ON_GROUND
        return mavlink.MAVLink_extended_sys_state_message(0, state)

    def _estimator(self) -> Any:
        trusted = (
            mavlink.ESTIMATOR_ATTITUDE
            | mavlink.ESTIMATOR_VELOCITY_HORIZ
            | mavlink.ESTIMATOR_VELOCITY_VERT
            | mavlink.ESTIMATOR_POS_HORIZ_REL
            | mavlink.ESTIMATOR_POS_HORIZ_ABS
            | mavlink.ESTIMATOR_POS_VERT_ABS
            | mavlink.ESTIMATOR_PRED_POS_HORIZ_REL
            | mavlink.ESTIMATOR_PRED_POS_HORIZ_ABS
        )
        if not self._autopilot.mishaps.knows_where:
            trusted = mavlink.ESTIMATOR_ATTITUDE | mavlink.ESTIMATOR_POS_VERT_ABS
        if self._autopilot.mishaps.glitches:
            trusted |= mavlink.EKF_GPS_GLITCHING
        return mavlink.MAVLink_ekf_status_report_message(trusted, 0, 0, 0, 0, 0)

    def _fence_status(self) -> Any:
        outside = self._autopilot.guards.is_outside
        kind = mavlink.FENCE_BREACH_BOUNDARY if outside else mavlink.FENCE_BREACH_NONE
        return mavlink.MAVLink_fence_status_message(int(outside), int(outside), kind, 0)

    def _vibration(self) -> Any:
        shaken_ms2 = self._autopilot.mishaps.vibration_ms2
        boot_us = self._boot_ms * 1000
        return mavlink.MAVLink_vibration_message(boot_us, *[shaken_ms2] * 3, 0, 0, 0)

    def _mission_current(self) -> Any:
        return mavlink.MAVLink_mission_current_message(
            self._autopilot.current, len(self._plans.items[0]) - 1
        )

    def _home_position(self) -> Any:
        lon, lat, alt = self._autopilot.helm.home
        return mavlink.MAVLink_home_position_message(
            round(lat * 1e7), round(lon * 1e7), round(alt * 1000), 0, 0, 0, [1, 0, 0, 0], 0, 0, 0
        )

    def _version(self) -> Any:
        capabilities = (
            mavlink.MAV_PROTOCOL_CAPABILITY_MAVLINK2
            | mavlink.MAV_PROTOCOL_CAPABILITY_MISSION_INT
            | mavlink.MAV_PROTOCOL_CAPABILITY_COMMAND_INT
            | mavlink.MAV_PROTOCOL_CAPABILITY_MISSION_FENCE
            | mavlink.MAV_PROTOCOL_CAPABILITY_MISSION_RALLY
        )
        nothing = [0] * 8
        return mavlink.MAVLink_autopilot_version_message(
            capabilities, VERSION, 0, 0, 0, nothing, nothing, nothing, 0, 0, self._sysid
        )
