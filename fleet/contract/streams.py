"""What the controller tells all the time: telemetry, docks, coverage, changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from docks.contract import DockState, DockWeather
from fleet.contract.base import Model
from fleet.contract.control import AlarmView
from fleet.contract.incidents import IncidentView
from fleet.contract.sorties import SortieView


class DroneTelemetry(Model):
    """The newest of what one drone told us. None where it has not told yet."""

    drone: str
    at: datetime  # when we last heard from it
    connected: bool
    ready: bool  # parameters read, fence verified, autopilot says it can arm
    not_ready: str | None
    lon: float | None = None
    lat: float | None = None
    alt_amsl_m: float | None = None
    alt_rel_m: float | None = None
    heading_deg: float | None = None
    ground_ms: float | None = None
    climb_ms: float | None = None
    roll_deg: float | None = None
    pitch_deg: float | None = None
    armed: bool = False
    mode: str | None = None
    battery_pct: float | None = None
    battery_v: float | None = None
    satellites: int | None = None
    statustext: str | None = None


class TelemetryFrame(Model):
    at: datetime
    drones: tuple[DroneTelemetry, ...]


class DockView(Model):
    """``online_since``: heard since then without a gap; None while offline."""

    dock: str
    online: bool
    online_since: datetime | None = None
    state: DockState | None = None
    weather: DockWeather | None = None
    drone: str  # that lives here
    sortie: str | None = None


class Status(Model):
    """Retained; how far the system is from ready."""

    at: datetime
    serving: bool
    docks_online: int
    docks: int
    drones_connected: int
    drones_ready: int
    drones: int
    speedup: float = 1


class DocksOut(Model):
    """What is left when these docks are out."""

    docks: tuple[str, ...]
    covered_share: float


class CoverageView(Model):
    """What part of the district's area a drone reaches within the window, by the docks that are
    available. Shares are of all its area, 0 to 1; a place in a no-fly volume counts as reached when
    the nearest legal one is and lies within 500 m of it. ``region`` and ``gaps``, what is left of
    the district, are GeoJSON geometries of MultiPolygons in WGS-84."""

    covered_share: float
    overhead_share: float  # of that what is reached from right above, outside no-fly volumes
    by_subdistrict: dict[str, float]  # by code
    twice_share: float  # by two docks or more
    n_minus_1: dict[str, float]  # what is covered without each of the available docks
    n_minus_1_worst: DocksOut | None  # None without docks
    n_minus_1_mean: float | None
    n_minus_2_worst: DocksOut | None
    mean_on_scene_s: float | None  # of incidents drawn uniformly; None if some are never reached
    forbidden_share: float  # in no-fly volumes
    window_s: float
    step_m: float  # between the places looked at
    available: tuple[str, ...]
    region: dict[str, Any]
    gaps: dict[str, Any]


class Event(Model):
    """One fact of the log. ``data`` is the event's own fields; ``cause`` the request behind it."""

    seq: int
    at: datetime
    kind: str  # past tense, e.g. IncidentReported
    subject: str  # id of the incident, sortie, dock or drone it is about
    incident: str | None = None
    cause: str | None = None
    data: dict[str, Any]


class Change(Model):
    """An event and the views it changed, as they are after it (without their decision)."""

    event: Event
    incident: IncidentView | None = None
    sortie: SortieView | None = None
    alarm: AlarmView | None = None


class Snapshot(Model):
    seq: int
    at: datetime
    incidents: tuple[IncidentView, ...]
    sorties: tuple[SortieView, ...]
    docks: tuple[DockView, ...]
    telemetry: TelemetryFrame
    alarms: tuple[AlarmView, ...] = ()  # all that are unread, and the newest of the others
