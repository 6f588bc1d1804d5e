"""Pointing a vehicle's camera: gimbal manager and zoom, each acknowledged and read back.

https://mavlink.io/en/services/gimbal_v2.html
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import Final

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.camera import CameraState
from fleet.mavlink.codec import OUR_COMPID, OUR_SYSID
from fleet.mavlink.vehicle import Vehicle, VehicleRefused, VehicleSilent

SHOWN_WITHIN_S: Final = 4.0  # a person waits for the answer; slow gimbals make half a turn
CLOSE_DEG: Final = 3.0  # what a drone's own swaying leaves of a gimbal's aim
_PRIMARY_GIMBAL: Final = 0
_OURS: Final = (OUR_SYSID, OUR_COMPID)


@dataclass(frozen=True, slots=True)
class Aim:
    """Where to look: ``pitch_deg`` against the horizon, -90 straight down; ``heading_deg`` true, or
    None to look where the drone's nose points."""

    pitch_deg: float
    heading_deg: float | None = None


async def point(vehicle: Vehicle, aim: Aim) -> None:
    """Turns the camera and waits until the gimbal shows it.

    Raises:
        VehicleRefused: if there is no gimbal, or it cannot look there.
        VehicleSilent: if it does not show within ``SHOWN_WITHIN_S`` that it does.
    """
    if vehicle.camera.gimbal is None:
        raise VehicleRefused("pointing the camera: the vehicle tells of no gimbal")
    if against := out_of_reach(vehicle.camera, aim):
        raise VehicleRefused(f"pointing the camera: {against}")
    if vehicle.camera.controlled_by != _OURS:
        await vehicle.command(
            mavlink.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE,
            *(*_OURS, 0, 0, 0, 0, _PRIMARY_GIMBAL),
            shown=lambda _: vehicle.camera.controlled_by == _OURS,
        )
    flags = 0 if aim.heading_deg is None else mavlink.GIMBAL_MANAGER_FLAGS_YAW_LOCK
    yaw_deg = 0.0 if aim.heading_deg is None else math.remainder(aim.heading_deg, 360.0)
    await vehicle.command(
        mavlink.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW,
        *(aim.pitch_deg, yaw_deg, math.nan, math.nan, flags, 0, _PRIMARY_GIMBAL),
        shown=lambda _: _is_there(vehicle, aim),
    )
    try:
        async with asyncio.timeout(SHOWN_WITHIN_S):
            await vehicle.until(lambda _: _is_there(vehicle, aim))
    except TimeoutError:
        raise VehicleSilent("acknowledged, but the gimbal does not show it") from None


async def zoom(vehicle: Vehicle, share_pct: float) -> None:
    """Zooms to a share of the way from wide (0) to tele (100).

    Raises:
        VehicleRefused: if the camera cannot.
    """
    await vehicle.command(
        mavlink.MAV_CMD_SET_CAMERA_ZOOM,
        *(mavlink.ZOOM_TYPE_RANGE, share_pct),
        shown=lambda _: _is_near(vehicle.camera.zoom_pct, share_pct),
    )


def out_of_reach(camera: CameraState, aim: Aim) -> str | None:
    """Why the gimbal cannot look there, in words; None when it can or has not told its limits."""
    if camera.limits is None:
        return None
    low, high = camera.limits.pitch_deg
    if not low - 0.5 <= aim.pitch_deg <= high + 0.5:
        return f"the gimbal tilts from {low:.0f} to {high:.0f} degrees, not to {aim.pitch_deg:g}"
    if aim.heading_deg is not None and not camera.limits.pans:
        return "the gimbal does not pan by itself; turn the drone"
    return None


def _is_there(vehicle: Vehicle, aim: Aim) -> bool:
    pose, nose_deg = vehicle.camera.gimbal, vehicle.state.heading_deg
    if pose is None or nose_deg is None:
        return False
    wanted_deg = nose_deg if aim.heading_deg is None else aim.heading_deg
    off_deg = math.remainder(pose.heading_deg(nose_deg) - wanted_deg, 360.0)
    # towards the vertical a heading means less and less
    level = math.cos(math.radians(aim.pitch_deg))
    return abs(pose.pitch_deg - aim.pitch_deg) <= CLOSE_DEG and abs(off_deg) * level <= CLOSE_DEG


def _is_near(told: float | None, wanted: float) -> bool:
    return told is not None and abs(told - wanted) < 1.0
