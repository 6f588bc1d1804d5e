"""One builtin vehicle on the wire: the MAVLink it answers and tells, as ArduCopter would."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.contract import VideoSample
from fleet.mavlink.ftp_packet import refused_file
from fleet.video.sampler import Platform, sample_of
from planner.footprint import Sight
from sitl.builtin.autopilot import Autopilot, Mode
from sitl.builtin.body import Bodies
from sitl.builtin.camera import Camera
from sitl.builtin.drone_id import KINDS
from sitl.builtin.parameters import DEFAULTS
from sitl.builtin.plans import Plans
from sitl.builtin.shutter import Pose, Shutter
from sitl.builtin.telling import Telling

_PLANS = {
    "MISSION_COUNT",
    "MISSION_ITEM_INT",
    "MISSION_REQUEST_LIST",
    "MISSION_REQUEST_INT",
    "MISSION_CLEAR_ALL",
}
_ITEMS = ("MISSION_ITEM", "MISSION_ITEM_INT")
GUIDED_ITEM = 2  # ``current`` of an item that is where to go now
_ABSOLUTE = (mavlink.MAV_FRAME_GLOBAL, mavlink.MAV_FRAME_GLOBAL_INT)
_NO_POSITION = mavlink.POSITION_TARGET_TYPEMASK_X_IGNORE
_OK = mavlink.MAV_RESULT_ACCEPTED
_FAILED = mavlink.MAV_RESULT_FAILED
_DENIED = mavlink.MAV_RESULT_DENIED
_UNSUPPORTED = mavlink.MAV_RESULT_UNSUPPORTED


class Craft:
    """Encodes and decodes for one vehicle. ``send`` puts bytes on its wire."""

    def __init__(
        self,
        i: int,
        sysid: int,
        home: tuple[float, float, float],
        bodies: Bodies,
        send: Callable[[bytes], None],
        seldomer: float = 1.0,
    ) -> None:
        self.sysid, self._i, self._home, self._bodies = sysid, i, home, bodies
        self._wire, self._seldomer = send, seldomer
        self._codec = mavlink.MAVLink(None, sysid, 1)
        self._signing = self._codec.signing  # both ways
        self._transmitter = mavlink.MAVLink(None, sysid, mavlink.MAV_COMP_ID_ODID_TXRX_1)
        self._transmitter.signing = self._signing
        self._decoder = _decoder(self._signing)
        self.parameters = dict(DEFAULTS, MAV_SYSID=float(sysid))
        self.plans = Plans(_home_item(home))
        self.autopilot = Autopilot(
            *(i, home, bodies, self.plans, self.parameters),
            *(self._say, self._reached, self._send, self._transmit, self._look),
        )
        self.camera = Camera(self.parameters, lambda: float(bodies.heading_deg[i]))
        self._shutter = Shutter(self._pose, self._send)
        self._now_s = 0.0
        self._prearm_said_s = -math.inf
        self.telling = Telling(
            *(i, sysid, home, bodies, self.autopilot, self.plans, self.camera),
            *(self.parameters, self._send, seldomer),
        )

    def tick(self, now_s: float) -> None:
        """Decides, then tells what is due."""
        self._now_s = now_s
        self.telling.pass_to(now_s)
        self.autopilot.tick(now_s)
        self._shutter.tick()
        for message in self.plans.tick(now_s):
            self._send(message)
        self.telling.tick()
        self._say_prearm(now_s)

    def receive(self, data: bytes, now_s: float) -> None:
        self._now_s = now_s
        self.telling.pass_to(now_s)
        messages = self._decoder.parse_buffer(data) or ()
        if self._decoder.buf_len():
            self._decoder = _decoder(self._signing)  # a frame never goes on in the next datagram
        for message in messages:
            if message.get_type() == "HEARTBEAT":
                if message.get_srcSystem() == self.parameters["MAV_GCS_SYSID"]:
                    self.autopilot.guards.heard(now_s)
            elif message.get_type() == "ADSB_VEHICLE":
                self.autopilot.mishaps.hear(message, now_s)
            elif message.get_type() == "TIMESYNC":
                if message.tc1 == 0:
                    self._send(mavlink.MAVLink_timesync_message(self.telling.boot_ns, message.ts1))
            elif message.get_type() == "LANDING_TARGET":
                self.autopilot.helm.target.see(message, now_s)
            elif getattr(message, "target_system", None) == self.sysid:
                self._take(message)

    def _take(self, message: Any) -> None:
        kind = message.get_type()
        if kind in KINDS:
            self.autopilot.drone_id.take(message, self._now_s)
        elif kind in _ITEMS and message.current == GUIDED_ITEM:
            self._go_to_item(message)
        elif kind in _PLANS:
            for answer in self.plans.take(message, self._now_s):
                self._send(answer)
        elif kind == "COMMAND_LONG":
            self._command(message, message.param5, message.param6)
        elif kind == "COMMAND_INT":
            above_m = self._home[2] if message.frame in _ABSOLUTE else 0.0
            self._command(message, message.x / 1e7, message.y / 1e7, message.z - above_m)
        elif kind == "PARAM_REQUEST_READ":
            self._tell_parameter(message.param_id)
        elif kind == "PARAM_SET":
            if message.param_id in self.parameters:
                if math.isfinite(message.param_value):
                    self.parameters[message.param_id] = message.param_value
                self._tell_parameter(message.param_id)
        elif kind == "PARAM_REQUEST_LIST":
            for name in self.parameters:
                self._tell_parameter(name)
        elif kind == "MISSION_SET_CURRENT":
            self.autopilot.set_current(message.seq)
            self.telling.tell_once(mavlink.MAVLINK_MSG_ID_MISSION_CURRENT)
        elif kind == "LOG_REQUEST_LIST":
            self._send(mavlink.MAVLink_log_entry_message(0, 0, 0, 0, 0))  # it keeps no logs
        elif kind == "FILE_TRANSFER_PROTOCOL":  # it keeps no files, and does not say it did
            sender = message.get_srcSystem(), message.get_srcComponent()
            self._send(refused_file(message).message(*sender))
        elif kind == "SET_POSITION_TARGET_GLOBAL_INT":
            self._follow(message)
        elif kind == "SETUP_SIGNING":
            key = bytes(message.secret_key)
            self._signing.secret_key = key if any(key) else None
            self._signing.sign_outgoing = any(key)
            self._signing.timestamp = message.initial_timestamp
        elif kind == "SET_MODE":
            self.autopilot.set_mode(message.custom_mode)

    def _follow(self, m: Any) -> None:
        """Goes where it is told; velocities and accelerations are not followed. What is not
        possible is not answered, as ArduCopter does not."""
        if m.type_mask & _NO_POSITION:
            return
        absolute = m.coordinate_frame in _ABSOLUTE
        height_m = m.alt - (self._home[2] if absolute else 0.0)
        if not math.isfinite(height_m):
            return
        self.autopilot.go_to(m.lon_int / 1e7, m.lat_int / 1e7, height_m)

    def _go_to_item(self, m: Any) -> None:
        """An item that is no part of a mission but where to go now, as DroneKit sends it."""
        scale = 1e7 if m.get_type() == "MISSION_ITEM_INT" else 1.0
        height_m = m.z - (self._home[2] if m.frame in _ABSOLUTE else 0.0)
        result = mavlink.MAV_MISSION_ERROR
        if all(map(math.isfinite, (m.x, m.y, height_m))):
            why = self.autopilot.go_to(m.y / scale, m.x / scale, height_m)
            result = mavlink.MAV_MISSION_ERROR if why else mavlink.MAV_MISSION_ACCEPTED
        sender = (m.get_srcSystem(), m.get_srcComponent())
        self._send(mavlink.MAVLink_mission_ack_message(*sender, result, m.mission_type))

    def _command(self, m: Any, lat: float, lon: float, height_m: float | None = None) -> None:
        if height_m is None:
            height_m = m.param7
        if math.isnan(lat) or math.isnan(lon):
            lat = lon = 0.0  # take-off and landing need none
        done = self._look(m)
        if done is not None:
            result, why = done, None
        elif all(map(math.isfinite, (m.param1, m.param2, lat, lon, height_m))):
            result, why = self._do(m, lat, lon, height_m)
        else:
            result, why = _DENIED, None
        if why:
            prefix = "Arm: " if m.command == mavlink.MAV_CMD_COMPONENT_ARM_DISARM else ""
            self._say(mavlink.MAV_SEVERITY_CRITICAL, prefix + why)
        self._send(
            mavlink.MAVLink_command_ack_message(
                m.command, result, 0, 0, m.get_srcSystem(), m.get_srcComponent()
            )
        )

    def _look(self, m: Any) -> int | None:
        """What a command or an item for gimbal or camera comes to; None for all others."""
        done = self.camera.command(m, self._now_s)
        return self._shutter.command(m) if done is None else done

    def _do(self, m: Any, lat: float, lon: float, height_m: float) -> tuple[int, str | None]:
        pilot = self.autopilot
        match m.command:
            case mavlink.MAV_CMD_COMPONENT_ARM_DISARM:
                force = m.param2 == 21196
                why = pilot.arm(self._now_s) if m.param1 == 1 else pilot.disarm(force)
                self.plans.items[0][0] = _home_item(pilot.helm.home)
            case mavlink.MAV_CMD_DO_SET_MODE:
                why = pilot.set_mode(int(m.param2))
            case mavlink.MAV_CMD_NAV_TAKEOFF:
                why = pilot.take_off(height_m)
            case mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH:
                why = pilot.set_mode(Mode.RTL)
            case mavlink.MAV_CMD_NAV_LAND:
                why = pilot.set_mode(Mode.LAND)
            case mavlink.MAV_CMD_MISSION_START:
                why = pilot.start_mission()
            case mavlink.MAV_CMD_DO_REPOSITION:
                why = self._reposition(m, lon, lat, height_m)
            case mavlink.MAV_CMD_DO_CHANGE_SPEED:
                if m.param2 <= 0:
                    return _FAILED, None
                pilot.helm.change_speed(int(m.param1), m.param2)
                why = None
            case mavlink.MAV_CMD_DO_SET_MISSION_CURRENT:
                return (_OK, None) if pilot.set_current(int(m.param1)) else (_DENIED, None)
            case mavlink.MAV_CMD_SET_MESSAGE_INTERVAL:
                return self.telling.set_interval(int(m.param1), m.param2), None
            case mavlink.MAV_CMD_GET_MESSAGE_INTERVAL:
                return self.telling.tell_interval(int(m.param1)), None
            case mavlink.MAV_CMD_REQUEST_MESSAGE:
                return self.telling.tell_once(int(m.param1)), None
            case mavlink.MAV_CMD_BATTERY_RESET:
                share = min(max(m.param2, 0.0), 100.0) / 100
                self._bodies.energy_wh[self._i] = self._bodies.battery_wh[self._i] * share
                pilot.guards.fresh_battery(share)
                why = None
            case mavlink.MAV_CMD_REQUEST_AUTOPILOT_CAPABILITIES:
                return self.telling.tell_once(mavlink.MAVLINK_MSG_ID_AUTOPILOT_VERSION), None
            case mavlink.MAV_CMD_DO_FENCE_ENABLE:
                self.parameters["FENCE_ENABLE"] = float(m.param1 == 1)
                why = None
            case _:
                return _UNSUPPORTED, None
        return (_FAILED, why) if why else (_OK, None)

    def _reposition(self, m: Any, lon: float, lat: float, height_m: float) -> str | None:
        if not self.autopilot.guards.allows(lon, lat):
            return "Target destination is outside fence"
        if int(m.param2) & mavlink.MAV_DO_REPOSITION_FLAGS_CHANGE_MODE:
            self.autopilot.set_mode(Mode.GUIDED)
        return self.autopilot.go_to(lon, lat, height_m)

    def _tell_parameter(self, name: str) -> None:
        if name not in self.parameters:
            return
        names = list(self.parameters)
        self._send(
            mavlink.MAVLink_param_value_message(
                name.encode(),
                self.parameters[name],
                mavlink.MAV_PARAM_TYPE_REAL32,
                len(names),
                names.index(name),
            )
        )

    def _say(self, severity: int, text: str) -> None:
        self._send(mavlink.MAVLink_statustext_message(severity, text[:50].encode()))

    def _say_prearm(self, now_s: float) -> None:
        """ArduCopter repeats what keeps it from arming every 30 s."""
        if self.autopilot.armed or now_s - self._prearm_said_s < 30.0:
            return
        if why := self.autopilot.prearm():
            self._prearm_said_s = now_s
            self._say(mavlink.MAV_SEVERITY_CRITICAL, f"PreArm: {why}")

    def _reached(self, seq: int) -> None:
        self._send(mavlink.MAVLink_mission_item_reached_message(seq))

    def _transmit(self, message: Any) -> None:
        """What the transmitter of its remote identification says."""
        self._wire(message.pack(self._transmitter))
        self._transmitter.seq = (self._transmitter.seq + 1) % 256

    def _send(self, message: Any) -> None:
        self._wire(message.pack(self._codec))
        self._codec.seq = (self._codec.seq + 1) % 256

    def _pose(self) -> Pose:
        lon, lat, up_m = self.autopilot.position
        roll, pitch = (math.degrees(angle) for angle in self._bodies.lean_rad(self._i))
        heading_deg = float(self._bodies.heading_deg[self._i])
        return Pose(lon, lat, self._home[2] + up_m, up_m, roll, pitch, heading_deg)

    def see(self, drone: str, now_s: float) -> VideoSample:
        """What its camera sees in truth; all ground is as high as its pad."""
        (lon, lat, up_m), ground_m = self.autopilot.position, self._home[2]
        nose_deg = float(self._bodies.heading_deg[self._i])
        pitch_deg, yaw_deg = self.camera.angles_deg(now_s)
        roll, pitch = (math.degrees(angle) for angle in self._bodies.lean_rad(self._i))
        sight = Sight(
            lon, lat, ground_m + up_m, nose_deg + yaw_deg, pitch_deg, 0.0, self.camera.lens
        )
        return sample_of(drone, 0.0, Platform(nose_deg, roll, pitch), sight, ground_m)


def _decoder(signing: Any) -> Any:
    decoder = mavlink.MAVLink(None)
    decoder.robust_parsing = True
    decoder.signing = signing
    return decoder


def _home_item(home: tuple[float, float, float]) -> Any:
    lon, lat, alt = home
    return mavlink.MAVLink_mission_item_int_message(
        0, 0, 0, mavlink.MAV_FRAME_GLOBAL, mavlink.MAV_CMD_NAV_WAYPOINT, 0, 1,
        0, 0, 0, 0, round(lat * 1e7), round(lon * 1e7), alt, 0,
    )  # fmt: skip
