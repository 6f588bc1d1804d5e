"""A district as data: what `configs/<district>/` says, after validation.

Positions are WGS-84 longitude, latitude; polygons are GeoJSON rings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from planner.frame import Points, to_metres
from planner.terrain import Terrain

if TYPE_CHECKING:
    from fleet.district.shapes import Shapes

Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
Positive = Annotated[float, Field(gt=0)]
Position = tuple[Lon, Lat]
Ring = tuple[Position, ...]
DockId = Annotated[str, Field(pattern=r"^D\d{2,4}$")]
DroneId = Annotated[str, Field(pattern=r"^U\d{2,4}$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Name(_Model):
    zh: str
    en: str


class Subdistrict(_Model):
    code: str  # nine-digit statistics code
    name: Name
    area_km2: float = Field(gt=0)  # the published figure, or what is left of the published total
    communities: int = Field(ge=0)
    polygons: tuple[tuple[Ring, ...], ...]  # as a GeoJSON MultiPolygon


class Community(_Model):
    name: str
    subdistrict: str  # code
    at: Position  # schematic anchor


class DockSite(_Model):
    id: DockId
    name: Name
    at: Position
    alt_amsl_m: float  # of the pad
    subdistrict: str
    model: str  # key of DockModel
    drone: DroneId


class RallyPoint(_Model):
    """Where a drone may land that cannot come home: open ground, kept free by agreement."""

    id: str = Field(pattern=r"^R\d{2,4}$")
    name: Name
    at: Position
    alt_amsl_m: float  # of the ground
    subdistrict: str


class DockModel(_Model):
    """What one make of dock can do."""

    cover_open_s: float = Field(ge=0)
    cover_close_s: float = Field(ge=0)
    cover_timeout_s: float = Field(gt=0)
    charge_w: float = Field(gt=0)
    wind_limit_ms: float = Field(gt=0)
    rain_limit_mm_h: float = Field(ge=0)
    temperature_c: tuple[float, float]


def _is_serial(text: str) -> str:
    """ANSI/CTA-2063-A: four characters of the maker, one that tells how many follow, and those."""
    if not re.fullmatch(r"[0-9A-HJ-NP-Z]{4}[1-9A-F][0-9A-HJ-NP-Z]+", text):
        raise ValueError(
            "four characters of the maker, the length of the rest as 1 to F, and the rest, in "
            "digits and capitals without O and I"
        )
    if int(text[4], 16) != len(text) - 5:
        raise ValueError(
            f"a number of which {int(text[4], 16)} characters follow the {text[4]}, not "
            f"{len(text) - 5}"
        )
    return text


Serial = Annotated[str, AfterValidator(_is_serial)]


class Drone(_Model):
    id: DroneId
    sysid: int = Field(ge=1, le=250)
    model: str  # key of DroneModel
    # what we call, one or several: tcp://10.1.2.3:5760, serial:///dev/ttyUSB0?baud=57600; it may
    # call us on the listen address besides
    link: str | tuple[str, ...] = ()
    video: str | None = None  # e.g. rtsp://10.1.2.3/live, where the drone tells no picture itself
    serial: Serial | None = None  # for its remote identification, e.g. 1581F5ABCDE
    simulated: bool = False  # only such drones may be flown by drills and simulation

    @property
    def links(self) -> tuple[str, ...]:
        return (self.link,) if isinstance(self.link, str) else self.link


class Motion(_Model):
    """How a drone's autopilot is set to fly. A forecast reckons with these figures; a drone that is
    connected tells its own, and those count."""

    speed_ms: float = Field(gt=0)  # cruise, through the air
    accel_ms2: float = Field(gt=0)
    jerk_ms3: float = Field(gt=0)
    climb_ms: float = Field(gt=0)
    descent_ms: float = Field(gt=0)
    climb_accel_ms2: float = Field(gt=0)
    corner_radius_m: float = Field(gt=0)


class CameraModel(_Model):
    """The camera that looks down, at its widest. What a connected drone tells of its camera counts
    before what is written here."""

    sensor_mm: tuple[Positive, Positive]  # the part that makes the picture, across and up
    focal_mm: float = Field(gt=0)
    zoom: float = Field(default=1.0, ge=1, le=100)  # tele over wide
    picture_px: tuple[int, int] | None = None
    fps: float | None = Field(default=None, gt=0)
    rests_at_deg: float = Field(default=-30.0, ge=-90, le=35)  # pitch, when nobody points it


class DroneModel(_Model):
    """Figures of the airframe; all but ``motion`` no MAVLink parameter tells."""

    battery_wh: float = Field(gt=0)
    reserve_share: float = Field(gt=0, lt=1)
    hover_w: float = Field(gt=0)
    cruise_w: float = Field(gt=0)
    checks_s: float = Field(ge=0)  # from upload acknowledged to armed
    spin_up_s: float = Field(ge=0)  # from armed to lifting
    upload_s: float = Field(ge=0)  # mission, fence and rally points
    launch_spread_s: float = Field(ge=0)  # standard deviation of the time to the lift-off
    max_ground_ms: float = Field(gt=0)  # with the wind behind it
    payloads: tuple[str, ...]
    marker_landing: bool = False  # a sensor tells its autopilot where a pad's marker is (PLND_)
    motion: Motion
    camera: CameraModel | None = None


class Volume(_Model):
    """A no-fly volume from ground to the ceiling."""

    id: str
    name: Name
    kind: str
    buffer_m: float = Field(ge=0)
    polygon: tuple[Ring, ...]
    reason: str = ""  # why it is closed, in words


class IncidentKind(_Model):
    id: str
    name: Name
    category: Literal["natural", "accident", "health", "social", "operational"]
    level: int = Field(ge=1, le=4)  # default incident level, 1 (I) is the gravest
    dispatch: Literal["auto", "confirm"]  # by rule at once, or when the officer confirms
    scene_s: float = Field(gt=0)  # planned time over the scene
    needs: tuple[str, ...] = ()  # payloads that a drone must carry to be of use


ItemId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class Contact(_Model):
    """Whom to call: a service or an office outside this house."""

    id: ItemId
    name: Name
    phone: str = Field(default="", max_length=40)


class CheckItem(_Model):
    """What a person sees to, and ticks off."""

    id: ItemId
    text: Name


class ResponsePlan(_Model):
    """What is to be done at incidents of these ``kinds`` and ``levels``, of all where none are
    named. Where several plans fit they add up, in the order of the file."""

    id: ItemId
    name: Name
    kinds: tuple[str, ...] = ()
    levels: tuple[Annotated[int, Field(ge=1, le=4)], ...] = ()
    brief: Name | None = None  # what to do, in a sentence or two
    calls: tuple[str, ...] = ()  # ids of contacts, the first to be called first
    camera: Name | None = None  # what the picture must show
    second_drone: Name | None = None  # when another drone is sent, and what for
    checklist: tuple[CheckItem, ...] = Field(min_length=1)


class Flight(_Model):
    """How missions are flown here."""

    window_s: float = 300
    cruise_height_m: float = Field(gt=20, le=120)
    lowest_cruise_height_m: float | None = Field(default=None, gt=20, le=120)  # None: the same
    clear_m: float = Field(default=80, gt=0, lt=120)  # above the highest ground near the way
    scene_height_m: float = Field(gt=10, le=120)
    min_launch_pct: float = Field(ge=0, le=100)
    fence_margin_m: float = Field(ge=0)
    arrive_radius_m: float = Field(gt=0)
    wind_spread_ms: float = Field(ge=0)  # of the wind on the way around the dock's own


class RemoteId(_Model):
    """Who operates the drones, and from where, as their transmitters tell everybody around
    (Open Drone ID). Drones without a ``serial`` are not identified."""

    operator_id: str = Field(pattern=r"^[!-~]{1,20}$")  # as the authority has given it
    description: str = Field(default="emergency response", pattern=r"^[ -~]{1,23}$")
    operator_at: Position  # of the command centre
    operator_alt_hae_m: float | None = Field(
        default=None, gt=-1000, lt=31_767
    )  # over the ellipsoid


class System(_Model):
    """Addresses and rates; the command line may override the addresses."""

    mavlink_listen: str = "udp://127.0.0.1:14550"
    console: str = "127.0.0.1:8080"
    telemetry_hz: float = Field(default=5, gt=0, le=20)
    drone_lost_s: float = Field(default=5, gt=0)
    dock_lost_s: float = Field(default=30, gt=0)
    remote_id: RemoteId | None = None  # None: the drones identify themselves, or need not


class District(_Model):
    id: str
    name: Name
    schematic: bool  # boundaries are drawn, not official: label them so
    area_km2: float
    timezone: str
    subdistricts: tuple[Subdistrict, ...]
    communities: tuple[Community, ...]
    docks: tuple[DockSite, ...]
    dock_models: dict[str, DockModel]
    drones: tuple[Drone, ...]
    drone_models: dict[str, DroneModel]
    volumes: tuple[Volume, ...]
    rally_points: tuple[RallyPoint, ...]
    terrain: Terrain | None  # None: the ground is that of the nearest dock
    kinds: tuple[IncidentKind, ...]
    contacts: tuple[Contact, ...] = ()
    plans: tuple[ResponsePlan, ...] = ()
    flight: Flight
    system: System

    def grounds_amsl_m(self, lon_lat: Points) -> NDArray[np.float64]:
        """Of places in degrees, shape (n, 2) to (n,)."""
        if self.terrain is not None:
            return self.terrain.ground_amsl_m(to_metres(lon_lat))
        docks = np.array([site.at for site in self.docks])
        heights_m = np.array([site.alt_amsl_m for site in self.docks])
        off = ((lon_lat[:, None, :] - docks[None, :, :]) ** 2).sum(axis=2)
        nearest: NDArray[np.float64] = heights_m[off.argmin(axis=1)]
        return nearest

    @cached_property
    def shapes(self) -> Shapes:
        """The geometry of the subdistricts, made when first asked for."""
        from fleet.district.shapes import Shapes

        return Shapes(self)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        copy = super().model_copy(update=update, deep=deep)
        copy.__dict__.pop("shapes", None)  # it would still be that of the original
        return copy
