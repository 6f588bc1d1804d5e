"""What the controller and the rest of the system say to each other over the bus.

Requests go to ``Topics.controller_request`` as a ``Request`` whose body is one of ``Ask``; the
answer is a ``Reply`` whose body is the named view. ``Change``, ``DockView`` and ``TelemetryFrame``
are streams; ``Snapshot`` plus all changes with a greater ``seq`` is the whole picture. Of docks
and telemetry the newest replaces all before it. The district itself is retained, as
``DistrictView``.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from docks.contract import DockState, DockWeather


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IncidentState(StrEnum):
    REPORTED = "reported"  # known; no drone has been sent
    DISPATCHED = "dispatched"  # a sortie is on its way
    ON_SCENE = "on_scene"  # a drone is over it
    ATTENDED = "attended"  # the drone has left; the officer has not closed it
    UNSERVED = "unserved"  # every sortie sent to it ended before arriving; needs the officer
    CLOSED = "closed"


class SortieState(StrEnum):
    REQUESTED = "requested"
    PREPARING = "preparing"  # cover opening, mission and fence going up
    LAUNCHING = "launching"  # arming, taking off
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    HELD = "held"  # a person has stopped it where it is
    DIRECTED = "directed"  # on its way to, over or around a place that a person has named
    LENT = "lent"  # another ground station commands it, in its dock or in the air
    RETURNING = "returning"
    LANDING = "landing"
    LANDING_OUT = "landing_out"  # coming down where it is, because a person wants it down now
    GROUNDED = "grounded"  # down away from its dock, as ordered or at a rally point; to be fetched
    DOCKED = "docked"  # on its pad, cover closed
    ABORTED = "aborted"  # ended before take-off; the drone never left
    LOST = "lost"  # no longer heard from, or down away from a dock
    WRITTEN_OFF = "written_off"  # a person has ended it: the drone does not come back by itself
    DIVERTED = "diverted"  # its drone went on to another incident, on another sortie


class LaunchParts(_Model):
    launch_s: float
    climb_s: float
    cruise_s: float
    descent_s: float


class ReasonView(_Model):
    """Why a dock is ruled out; the console words it, ``text`` is English."""

    veto: str
    value: float | None = None
    limit: float | None = None
    text: str


class WayDownView(_Model):
    """A landing place from one point of a flight: what it takes to get there, and what is left in
    the battery beyond the reserve."""

    place: str  # a dock or a rally point
    needs_wh: float
    margin_wh: float


class MomentView(_Model):
    """A point of a flight, ``at_s`` after the lift-off (of a drone in the air: after it was told),
    with the two landing places that leave most in the battery, the best first."""

    at_s: float
    lon: float
    lat: float
    alt_amsl_m: float
    energy_wh: float  # in the battery then
    ways: tuple[WayDownView, ...]


class WaysDownView(_Model):
    """Whether two landing places can be reached with reserve at every second of a flight. What is
    told of a point holds since the point before; ``weakest`` is the number of the one that leaves
    least for a second place."""

    holds: bool
    weakest: int
    moments: tuple[MomentView, ...]


class AlternativeView(_Model):
    dock: str
    drone: str
    feasible: bool
    in_window: bool
    on_time: float | None  # probability of an arrival in the window
    absence_cost: float  # share of the district lost to coverage while the drone is away
    eta_s: float | None
    parts: LaunchParts | None
    energy_wh: float | None
    energy_left_wh: float | None
    reasons: tuple[ReasonView, ...]
    path: tuple[tuple[float, float, float], ...]  # lon, lat, alt_amsl_m, up to the scene
    airborne: bool = False  # the drone is in the air and would be diverted
    ways_down: WaysDownView | None = None  # None: another that has two goes before it


class DecisionView(_Model):
    id: str
    at: datetime
    decide_ms: float
    ranking: tuple[AlternativeView, ...]


class TurnView(_Model):
    """A single change of what was known that would have turned the choice to ``to`` (None: to
    nobody). ``now`` is the figure as it was, ``least`` and ``most`` are the smallest and the
    greatest that do it (None: as far as was looked)."""

    change: Literal[
        "wind",  # of all docks in proportion, each from its own direction: the mean, m/s
        "launch",  # of the chosen dock, seconds longer
        "out",  # the chosen dock is not there
        "charge",  # of the drone of ``to``, Wh
        "veto",  # against ``to``, lifted: ``veto``, or all of them where that is None
    ]
    to: str | None
    now: float | None = None
    least: float | None = None
    most: float | None = None
    veto: str | None = None


class ConditionsView(_Model):
    """What was known of one dock, and how far it stood behind the one chosen; negative where it
    would have been sooner, had it not been ruled out."""

    dock: str
    behind_s: float | None
    wind_ms: float | None
    wind_from_deg: float | None
    charge_wh: float | None
    reserve_wh: float


class ExplanationView(_Model):
    """A decision with what it was made from. ``sent`` is the dock whose drone went by it, which an
    officer may have chosen. ``turns`` is None where it cannot be decided again as it was: the log
    is too old, or the planner has changed since."""

    incident: str
    decision: DecisionView
    chosen: str | None
    sent: str | None
    window_s: float
    wind_ms: float | None  # mean of the docks
    kept_apart: KeptApart | None = None  # the flight that was sent, from others
    no_room: tuple[str, ...] = ()  # why drones that stood before the one sent did not go
    airspace: str
    versions: dict[str, str]
    conditions: tuple[ConditionsView, ...]  # in the order of the ranking
    turns: tuple[TurnView, ...] | None


class DecisionSummary(_Model):
    id: str
    incident: str
    at: datetime
    chosen: str | None
    eta_s: float | None
    in_window: bool
    feasible: int  # docks that could have gone
    docks: int
    sent: str | None


class IncidentView(_Model):
    id: str
    kind: str
    level: int
    lon: float
    lat: float
    subdistrict: str | None
    note: str
    source: str
    state: IncidentState
    reported_at: datetime
    window_s: float
    dock: str | None = None
    drone: str | None = None
    sortie: str | None = None
    eta_s: float | None = None  # as predicted when the drone was chosen
    parts: LaunchParts | None = None
    on_scene_at: datetime | None = None
    on_scene_s: float | None = None  # from report to the first drone over the scene
    closed_at: datetime | None = None
    decision: DecisionView | None = None


class KeptApart(_Model):
    """How a flight was kept apart from others before it was released: so much higher (lower where
    negative) and later than planned; ``drones`` would have been in its way."""

    delay_s: float
    cruise_change_m: float
    scene_change_m: float
    drones: tuple[str, ...]


class LeaseView(_Model):
    """The right of a ground station to command a drone. ``label`` is what the duty officer ``by``
    calls it, ``holder`` the name that the gateway knows it by."""

    holder: str
    label: str
    by: str
    since: datetime
    until: datetime


class SortieView(_Model):
    """A flight to an incident or, with ``patrol``, on patrol, which is en route as long as it has
    looks to go to; ``incident`` is None then, and for a drone that left its dock on loan."""

    id: str
    incident: str | None
    dock: str
    drone: str
    state: SortieState
    requested_at: datetime
    changed_at: datetime
    reason: str | None = None
    took_off_at: datetime | None = None
    eta_s: float | None = None
    on_scene_s: float | None = None  # from request to over the scene
    held_from: SortieState | None = None  # what it was doing when a person stopped it
    directed_to: tuple[float, float, float] | None = None  # lon, lat, alt_amsl_m
    kept_apart: KeptApart | None = None  # None: there was nobody to be kept apart from
    diverted_from: str | None = None  # the sortie that its drone was on before, in the air
    diverted_to: str | None = None
    path: tuple[tuple[float, float, float], ...] = ()
    lease: LeaseView | None = None  # while another ground station commands the drone
    patrol: str | None = None  # the flight of the patrol plan, PLAN/FLIGHT


class GuestView(_Model):
    """A ground station that is connected to a drone, and where it calls from."""

    name: str
    remote: str


class OfferedDrone(_Model):
    """Where ground stations find a drone, and who has found it."""

    drone: str
    dock: str
    address: str  # as ground stations write it: tcp:HOST:PORT
    guests: tuple[GuestView, ...]
    sortie: str | None
    lease: LeaseView | None


class GatewayView(_Model):
    """Empty where drones are not offered."""

    drones: tuple[OfferedDrone, ...]


class PatrolFlightView(_Model):
    """A flight of a patrol plan. ``state``: planned, then waits (it is due, and ``reason`` says why
    it has not started), flying, flown, or given up."""

    id: str
    dock: str
    drone: str
    ordered_at: datetime
    lands_at: datetime
    state: Literal["planned", "waits", "flying", "flown", "given_up"]
    reason: str | None = None
    sortie: str | None = None
    visits: tuple[str, ...]
    seen: tuple[str, ...]


class PatrolView(_Model):
    """A plan that is flown. ``missed`` are visits that nobody can make any more, with the reason;
    ``handed_on`` those that were planned anew, with the plan that has them."""

    id: str
    name: NameView
    midnight: datetime
    rest_of: str | None  # the plan that this is the rest of
    visits: int
    seen: int
    missed: dict[str, str]
    handed_on: dict[str, str]
    unserved: dict[str, str]  # what the plan left out from the first
    flights: tuple[PatrolFlightView, ...]


class PatrolTaskView(_Model):
    """A task and how long nobody has looked at it; ``age_s`` None: never, as far as is known.
    ``next_at`` is when a flight that is planned or under way is to look at it."""

    task: str
    name: NameView
    kind: str
    lon: float
    lat: float
    revisit_h: float | None
    last_seen_at: datetime | None
    age_s: float | None
    next_at: datetime | None


class PatrolsView(_Model):
    """``waits`` says why no patrol starts at all now."""

    at: datetime
    least_coverage: float | None
    covered_share: float | None
    waits: str | None
    patrols: tuple[PatrolView, ...]
    tasks: tuple[PatrolTaskView, ...]


class ServiceView(_Model):
    """Whether a drone may be sent out at all; ``reason`` is why not."""

    drone: str
    in_service: bool
    reason: str | None = None


class PatrolCalendar(_Model):
    """An iCalendar text (RFC 5545)."""

    text: str


class FleetActView(_Model):
    """An act on all drones that are out: to be confirmed with ``confirmation``, or ``done``."""

    id: str  # of what was asked: recall_all, land_all
    done: bool
    drones: tuple[str, ...]
    confirmation: str | None = None
    valid_s: float | None = None  # how long the confirmation is good
    refused: dict[str, str] = {}  # drone -> why it could not be told


class DroneTelemetry(_Model):
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


class TelemetryFrame(_Model):
    at: datetime
    drones: tuple[DroneTelemetry, ...]


class DockView(_Model):
    """``online_since``: heard since then without a gap; None while offline."""

    dock: str
    online: bool
    online_since: datetime | None = None
    state: DockState | None = None
    weather: DockWeather | None = None
    drone: str  # that lives here
    sortie: str | None = None


class VideoStream(_Model):
    """What is known of a drone's picture, and how it is now. ``told_by`` says where figures come
    from: the vehicle's own messages, or the district's configuration. None where nobody knows.
    ``latency_s`` is from the moment shown to our hearing of it, counted from the quickest message
    heard from the vehicle."""

    drone: str
    state: Literal["running", "stopped", "unknown", "absent"]
    told_by: Literal["vehicle", "configuration", "nobody"]
    gimbal: bool  # it tells where it looks, and can be pointed
    pans: bool  # by itself, without the drone turning
    tilt_deg: tuple[float, float] | None
    camera: str | None
    url: str | None
    encoding: str | None
    width_px: int | None
    height_px: int | None
    fps: float | None
    bitrate_bit_s: int | None
    zoom_max: float
    latency_s: float | None


class VideoSample(_Model):
    """Where a camera was and what it saw at one moment: ``at`` is when the drone was there, as its
    own clock has it, so that picture and sample can be paired. Headings are true, ``pitch_deg`` is
    -90 straight down. ``corners`` are lon, lat of the picture's upper left, upper right, lower
    right, lower left, None where it shows no ground near enough; ``outline`` is the ground in the
    picture, open: its last point is joined to its first. There are none of a drone whose gimbal
    does not tell where it looks."""

    drone: str
    at: datetime
    lon: float
    lat: float
    alt_amsl_m: float
    heading_deg: float  # of the drone's nose
    roll_deg: float
    pitch_deg: float
    camera_heading_deg: float
    camera_pitch_deg: float
    camera_roll_deg: float
    zoom: float | None  # over the widest picture; not kept in records
    across_deg: float  # field of view
    up_deg: float
    ground_amsl_m: float
    slant_m: float | None  # to the centre
    centre: tuple[float, float] | None
    corners: tuple[
        tuple[float, float] | None,
        tuple[float, float] | None,
        tuple[float, float] | None,
        tuple[float, float] | None,
    ]
    outline: tuple[tuple[float, float], ...]
    latency_s: float | None


class VideoStreams(_Model):
    streams: tuple[VideoStream, ...]


class VideoTrack(_Model):
    """The recorded samples of one sortie, oldest first; ``next`` asks for those after the page."""

    sortie: str
    samples: tuple[VideoSample, ...]
    next: datetime | None


class Status(_Model):
    """Retained; how far the system is from ready."""

    at: datetime
    serving: bool
    docks_online: int
    docks: int
    drones_connected: int
    drones_ready: int
    drones: int
    speedup: float = 1


class DocksOut(_Model):
    """What is left when these docks are out."""

    docks: tuple[str, ...]
    covered_share: float


class CoverageView(_Model):
    """What part of the district's area a drone reaches within the window, by the docks that are
    available. Shares are of area, 0 to 1; places in no-fly volumes count as reached when the
    nearest legal one is. ``region`` and ``gaps``, what is left of the district, are GeoJSON
    geometries of MultiPolygons in WGS-84."""

    covered_share: float
    by_subdistrict: dict[str, float]  # by code
    twice_share: float  # by two docks or more
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


class Event(_Model):
    """One fact of the log. ``data`` is the event's own fields; ``cause`` the request behind it."""

    seq: int
    at: datetime
    kind: str  # past tense, e.g. IncidentReported
    subject: str  # id of the incident, sortie, dock or drone it is about
    incident: str | None = None
    cause: str | None = None
    data: dict[str, Any]


class Change(_Model):
    """An event and the views it changed, as they are after it (without their decision)."""

    event: Event
    incident: IncidentView | None = None
    sortie: SortieView | None = None


class NameView(_Model):
    zh: str
    en: str


class KindView(_Model):
    id: str
    name: NameView
    category: str
    level: int
    dispatch: str


class DistrictView(_Model):
    """The district for a map. The collections are GeoJSON FeatureCollections in WGS-84:
    subdistricts (code, name_zh, name_en, area_km2, communities), communities (name, subdistrict),
    docks (id, name_zh, name_en, drone, subdistrict, alt_amsl_m, and the limits of its weather:
    wind_limit_ms, rain_limit_mm_h, temperature_min_c, temperature_max_c), volumes (id, name_zh,
    name_en, kind, buffer_m), rally_points (id, name_zh, name_en, subdistrict, alt_amsl_m)."""

    id: str
    name: NameView
    schematic: bool
    area_km2: float
    timezone: str
    window_s: float
    kinds: tuple[KindView, ...]
    subdistricts: dict[str, Any]
    communities: dict[str, Any]
    docks: dict[str, Any]
    volumes: dict[str, Any]
    rally_points: dict[str, Any] = {"type": "FeatureCollection", "features": []}


class Snapshot(_Model):
    seq: int
    at: datetime
    incidents: tuple[IncidentView, ...]
    sorties: tuple[SortieView, ...]
    docks: tuple[DockView, ...]
    telemetry: TelemetryFrame


class ResponseFigures(_Model):
    """How soon drones were over incidents to which one was sent. Times are from report to the first
    drone over the scene; percentiles by nearest rank; None where nothing was reached."""

    sent: int
    judged: int  # of those sent: arrived, or no longer on the way
    reached: int
    in_window: int
    median_s: float | None
    p90_s: float | None
    slowest_s: float | None


class IncidentsPage(_Model):
    """``total`` and ``response`` are of all pages; ``next`` is None on the last one."""

    incidents: tuple[IncidentView, ...]
    total: int
    next: str | None
    response: ResponseFigures


class SortiesPage(_Model):
    sorties: tuple[SortieView, ...]
    total: int
    next: str | None


class ReportIncident(_Model):
    """Answer: IncidentView. Refused outside the district, with the likely mistake named."""

    ask: Literal["report_incident"] = "report_incident"
    lon: float
    lat: float
    kind: str
    level: int | None = Field(default=None, ge=1, le=4)
    note: str = Field(default="", max_length=2000)
    source: str = Field(default="officer", max_length=100)
    dispatch: Literal["rule", "confirm", "now"] = "rule"
    within: tuple[str, ...] = ()  # codes of subdistricts; refused elsewhere, if there are any


class PlanFor(_Model):
    """What would be sent to this place now; nothing is recorded. Answer: DecisionView."""

    ask: Literal["plan"] = "plan"
    lon: float
    lat: float
    kind: str = "fire"


class RankDocks(_Model):
    """Ranks the docks for a reported incident afresh. Answer: DecisionView."""

    ask: Literal["rank_docks"] = "rank_docks"
    incident: str


class Dispatch(_Model):
    """Sends a drone: the best one, or that of ``dock``. With ``divert`` that one also if it is out
    for another incident. Answer: SortieView."""

    ask: Literal["dispatch"] = "dispatch"
    incident: str
    dock: str | None = None
    divert: bool = False


class Recall(_Model):
    """Brings a sortie's drone home now, whatever it is doing. Before take-off it is aborted.
    Answer: SortieView."""

    ask: Literal["recall"] = "recall"
    sortie: str
    reason: str = Field(default="recalled by the officer", max_length=500)


class Hold(_Model):
    """Stops a sortie's drone where it is, until a person says otherwise; only when half of the
    reserve beside the energy of its way home is used up it comes home. Answer: SortieView."""

    ask: Literal["hold"] = "hold"
    sortie: str
    reason: str = Field(default="held by the officer", max_length=500)


class Resume(_Model):
    """A held drone goes on with what it was doing. Answer: SortieView."""

    ask: Literal["resume"] = "resume"
    sortie: str
    reason: str = Field(default="resumed by the officer", max_length=500)


class Goto(_Model):
    """Sends a drone in the air to a place, around the no-fly volumes, where it stays until told
    otherwise. Refused if it could not come home from there with its reserve. ``height_m`` is above
    the ground there; the district's own without it. Answer: SortieView."""

    ask: Literal["goto"] = "goto"
    sortie: str
    lon: float
    lat: float
    height_m: float | None = Field(default=None, ge=20, le=120)
    reason: str = Field(default="directed by the officer", max_length=500)


class Orbit(_Model):
    """Like ``Goto``, but circles the place, clockwise and facing it. Answer: SortieView."""

    ask: Literal["orbit"] = "orbit"
    sortie: str
    lon: float
    lat: float
    radius_m: int = Field(default=40, ge=15, le=200)
    turns: int = Field(default=10, ge=1, le=100)
    height_m: float | None = Field(default=None, ge=20, le=120)
    reason: str = Field(default="directed by the officer", max_length=500)


class LandNow(_Model):
    """Brings a drone down where it is, whatever is under it. Answer: SortieView."""

    ask: Literal["land_now"] = "land_now"
    sortie: str
    reason: str = Field(default="brought down by the officer", max_length=500)


class WriteOff(_Model):
    """Ends the sortie of a drone that is lost, or down away from its dock: it is no longer waited
    for. The drone can be sent again once its dock holds it. Answer: SortieView."""

    ask: Literal["write_off"] = "write_off"
    sortie: str
    reason: str = Field(default="written off by the officer", max_length=500)


class TakeOut(_Model):
    """Takes a drone out of service: until it is put back it is sent neither out nor on to another
    incident. What it is doing it goes on with. Answer: ServiceView."""

    ask: Literal["take_out"] = "take_out"
    drone: str
    reason: str = Field(min_length=1, max_length=500)


class PutBack(_Model):
    """Puts a drone back into service. Answer: ServiceView."""

    ask: Literal["put_back"] = "put_back"
    drone: str
    reason: str = Field(default="", max_length=500)


class PointCamera(_Model):
    """Turns the camera of a sortie's drone: to a place on the ground, or to a pitch against the
    horizon (-90 straight down) and a true heading (none: where the nose points); ``zoom`` is over
    the widest picture. At least one of the three. Answer: VideoStream, once the gimbal is there."""

    ask: Literal["point_camera"] = "point_camera"
    sortie: str
    lon: float | None = None
    lat: float | None = None
    pitch_deg: float | None = Field(default=None, ge=-90, le=90)
    heading_deg: float | None = Field(default=None, ge=0, lt=360)
    zoom: float | None = Field(default=None, ge=1, le=100)


class WatchVideo(_Model):
    """Has the samples of these drones told on the bus for some seconds, each at its rate; who goes
    on watching asks again. Answer: VideoStreams of all drones."""

    ask: Literal["watch_video"] = "watch_video"
    rates_hz: dict[str, Annotated[float, Field(gt=0, le=10)]] = Field(default={}, max_length=500)


class ListVideo(_Model):
    """Answer: VideoStreams of all drones."""

    ask: Literal["video_streams"] = "video_streams"


class GetVideoTrack(_Model):
    """Samples that were recorded in a flight, at least ``step_s`` apart. Answer: VideoTrack."""

    ask: Literal["video_track"] = "video_track"
    sortie: str
    after: AwareDatetime | None = None
    step_s: float = Field(default=1.0, ge=0, le=60)
    limit: int = Field(default=500, ge=1, le=5000)


class GrantLease(_Model):
    """Lends a drone to a ground station that is connected to it, for some minutes: in the air, or
    from its dock, which then opens first. ``drone`` may be named by its dock; ``to`` is needed only
    where several are connected. To the present holder: more time. Answer: SortieView, which has a
    ``lease`` once the drone is lent."""

    ask: Literal["grant_lease"] = "grant_lease"
    drone: str = Field(max_length=40)
    to: str | None = Field(default=None, max_length=40)
    label: str = Field(default="", max_length=40)  # what people call the ground station
    minutes: float = Field(default=10, ge=1, le=240)
    by: str = Field(default="officer", max_length=100)


class TakeBackLease(_Model):
    """The controller commands the drone again, at once; in the air it comes home. Answer:
    SortieView."""

    ask: Literal["take_back_lease"] = "take_back_lease"
    drone: str = Field(max_length=40)
    reason: str = Field(default="taken back by the officer", max_length=500)
    by: str = Field(default="officer", max_length=100)


class GetGateway(_Model):
    """Where each drone is offered to ground stations, and to whom it is lent. Answer:
    GatewayView."""

    ask: Literal["gateway"] = "gateway"


class FlyPatrol(_Model):
    """Adopts a plan of patrol flights: each starts at its time of today, those of ``flights`` alone
    where any are named; ``at_once``: as soon as it may. Answer: PatrolView."""

    ask: Literal["fly_patrol"] = "fly_patrol"
    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")
    plan: dict[str, Any]  # as `dockfleet patrol plan` writes it
    flights: tuple[str, ...] = ()
    at_once: bool = False


class GetPatrols(_Model):
    """Plans of today and what of them is seen, and how old each task's last look is. Answer:
    PatrolsView."""

    ask: Literal["patrols"] = "patrols"


class GetPatrolCalendar(_Model):
    """Rounds, blackouts and the flights of today's plans. Answer: PatrolCalendar."""

    ask: Literal["patrol_calendar"] = "patrol_calendar"


class _FleetAct(_Model):
    confirmation: str | None = Field(default=None, max_length=100)
    by: str = Field(default="officer", max_length=100)
    reason: str = Field(default="ordered for the whole fleet", max_length=500)


class RecallAll(_FleetAct):
    """Brings all drones home that are out. Without ``confirmation`` nothing is done, and the answer
    holds one, good for these drones and this person for a minute. Answer: FleetActView."""

    ask: Literal["recall_all"] = "recall_all"


class LandAll(_FleetAct):
    """Brings all drones in the air down where they are; confirmed like ``RecallAll``. Answer:
    FleetActView."""

    ask: Literal["land_all"] = "land_all"


class CloseIncident(_Model):
    """Refused while a sortie to it is in the air. Answer: IncidentView."""

    ask: Literal["close_incident"] = "close_incident"
    incident: str
    note: str = Field(default="", max_length=2000)


class ShowIncident(_Model):
    """Answer: IncidentView with its decision."""

    ask: Literal["show_incident"] = "show_incident"
    incident: str


class ListIncidents(_Model):
    """Of all incidents, newest first, those that every filter given lets through; ``before`` is the
    ``next`` of the page before. Answer: IncidentsPage."""

    ask: Literal["list_incidents"] = "list_incidents"
    limit: int = Field(default=100, ge=1, le=1000)
    before: str | None = None
    kinds: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    subdistricts: tuple[str, ...] = ()
    states: tuple[IncidentState, ...] = ()
    since: AwareDatetime | None = None  # reported then or later
    until: AwareDatetime | None = None  # reported before


class ListSorties(_Model):
    """Of all incidents or of one, newest first, page by page. Answer: SortiesPage."""

    ask: Literal["list_sorties"] = "list_sorties"
    limit: int = Field(default=100, ge=1, le=1000)
    before: str | None = None
    incident: str | None = None


class ExplainDecision(_Model):
    """Why this dock, and why not the others. Answer: ExplanationView."""

    ask: Literal["explain_decision"] = "explain_decision"
    decision: str


class ListDecisions(_Model):
    """Answer: {"decisions": [DecisionSummary, ...]} of the incident or of all, newest first."""

    ask: Literal["list_decisions"] = "list_decisions"
    incident: str | None = None
    limit: int = Field(default=50, ge=1, le=500)


class GetSnapshot(_Model):
    """Answer: Snapshot."""

    ask: Literal["snapshot"] = "snapshot"


class GetCoverage(_Model):
    """Refused while it is not known yet. Answer: CoverageView."""

    ask: Literal["coverage"] = "coverage"


class GetEvents(_Model):
    """Answer: {"events": [Event, ...]} with ``seq`` greater than ``after``, oldest first."""

    ask: Literal["events"] = "events"
    after: int = 0
    incident: str | None = None
    limit: int = Field(default=500, ge=1, le=5000)


Ask = Annotated[
    ReportIncident
    | PlanFor
    | RankDocks
    | Dispatch
    | Recall
    | Hold
    | Resume
    | Goto
    | Orbit
    | LandNow
    | PointCamera
    | WatchVideo
    | ListVideo
    | GetVideoTrack
    | WriteOff
    | GrantLease
    | TakeBackLease
    | GetGateway
    | FlyPatrol
    | GetPatrols
    | TakeOut
    | PutBack
    | GetPatrolCalendar
    | RecallAll
    | LandAll
    | CloseIncident
    | ShowIncident
    | ListIncidents
    | ListSorties
    | ExplainDecision
    | ListDecisions
    | GetSnapshot
    | GetCoverage
    | GetEvents,
    Field(discriminator="ask"),
]
