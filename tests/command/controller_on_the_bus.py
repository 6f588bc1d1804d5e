"""A tiny controller for the console's tests: valid views over the real bus, no fleet behind it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from fleet import contract as c
from fleet.bus import MqttBus, Reply, Request, Topics
from fleet.clock import Clock
from fleet.log.archive import incidents_page, sorties_page

T0 = datetime(2026, 3, 1, tzinfo=UTC)
NAME = c.NameView(zh="龙岗区", en="Longgang")
EMPTY: dict[str, Any] = {"type": "FeatureCollection", "features": []}
DISTRICT = c.DistrictView(
    id="longgang",
    name=NAME,
    schematic=True,
    area_km2=388.2,
    timezone="Asia/Shanghai",
    window_s=300,
    plans=(
        c.ResponsePlanView(
            id="fire",
            name=NAME,
            brief=None,
            calls=(),
            camera=None,
            second_drone=None,
            checklist=(c.CheckItemView(id="water", text=NAME),),
        ),
    ),
    kinds=(c.KindView(id="fire", name=NAME, category="accident", level=2, dispatch="auto"),),
    subdistricts=EMPTY,
    communities=EMPTY,
    docks=EMPTY,
    volumes=EMPTY,
)
COVERAGE = c.CoverageView(
    covered_share=0.5,
    overhead_share=0.5,
    by_subdistrict={"440307001": 0.5},
    twice_share=0.0,
    n_minus_1={"D01": 0.0},
    n_minus_1_worst=c.DocksOut(docks=("D01",), covered_share=0.0),
    n_minus_1_mean=0.0,
    n_minus_2_worst=None,
    mean_on_scene_s=None,
    forbidden_share=0.0,
    window_s=300.0,
    step_m=150.0,
    available=("D01",),
    region={"type": "MultiPolygon", "coordinates": []},
    gaps={"type": "MultiPolygon", "coordinates": []},
)
_ASK: TypeAdapter[c.Ask] = TypeAdapter(c.Ask)


def incident(number: int, **changes: Any) -> c.IncidentView:
    return c.IncidentView(
        id=f"INC{number}",
        kind="fire",
        level=2,
        lon=114.1,
        lat=22.65,
        subdistrict="440307001",
        note="",
        source="officer",
        state=c.IncidentState.REPORTED,
        reported_at=T0,
        window_s=300,
    ).model_copy(update=changes)


def sortie(number: int, **changes: Any) -> c.SortieView:
    return c.SortieView(
        id=f"SOR{number}",
        incident=f"INC{number}",
        dock="D01",
        drone="U01",
        state=c.SortieState.REQUESTED,
        requested_at=T0,
        changed_at=T0,
    ).model_copy(update=changes)


def task(number: int, ask: c.GiveTask) -> c.TaskView:
    return c.TaskView(
        id=f"TASK{number}",
        incident=ask.incident,
        text=ask.text,
        to=ask.to,
        outside=ask.outside,
        by=ask.by,
        given_at=T0,
        due_at=None,
        state=c.TaskState.GIVEN,
        changed_at=T0,
        changed_by=ask.by,
    )


def alarm(number: int, **changes: Any) -> c.AlarmView:
    return c.AlarmView(
        id=f"ALARM{number}", drone="U01", text="GPS Glitch", at=T0, sortie=None, incident=None
    ).model_copy(update=changes)


def lease_of(ask: c.GrantLease) -> c.LeaseView:
    until = T0 + timedelta(minutes=ask.minutes)
    return c.LeaseView(holder=ask.to or "U01-1", label=ask.label, by=ask.by, since=T0, until=until)


def decision() -> c.DecisionView:
    return c.DecisionView(id="DEC1", at=T0, decide_ms=1.5, ranking=())


def explanation() -> c.ExplanationView:
    """Of ``decision``: D01 was alone and could go."""
    return c.ExplanationView(
        incident="INC1",
        decision=decision(),
        chosen="D01",
        sent="D01",
        window_s=300,
        wind_ms=4.2,
        airspace="0123456789abcdef",
        versions={"dockfleet": "0.1.0"},
        conditions=(),
        turns=(c.TurnView(change="wind", to="D07", now=4.2, most=3.1),),
    )


def summary(number: int = 1) -> c.DecisionSummary:
    """Of a decision like ``explanation``'s."""
    made = explanation()
    return c.DecisionSummary(
        id=f"DEC{number}",
        incident=made.incident,
        at=made.decision.at,
        chosen=made.chosen,
        eta_s=120.0,
        in_window=True,
        feasible=1,
        docks=1,
        sent=made.sent,
    )


def frame(mode: str, drones: int = 2) -> c.TelemetryFrame:
    return c.TelemetryFrame(
        at=T0,
        drones=tuple(
            c.DroneTelemetry(
                drone=f"U{n:02d}", at=T0, connected=True, ready=True, not_ready=None, mode=mode
            )
            for n in range(1, drones + 1)
        ),
    )


def stream(drone: str) -> c.VideoStream:
    return c.VideoStream(
        drone=drone,
        state="running",
        told_by="vehicle",
        gimbal=True,
        pans=True,
        tilt_deg=(-90, 35),
        camera="test camera",
        url="rtsp://10.0.0.1/live",
        encoding="h264",
        width_px=1280,
        height_px=720,
        fps=25,
        bitrate_bit_s=2_000_000,
        zoom_max=7,
        latency_s=0.02,
    )


def seen(drone: str, number: int = 0) -> c.VideoSample:
    """What its camera saw; ``number`` tells one moment from another."""
    at = (114.1, 22.65)
    return c.VideoSample(
        drone=drone,
        at=T0 + timedelta(milliseconds=100 * number),
        lon=at[0],
        lat=at[1],
        alt_amsl_m=120,
        heading_deg=10,
        roll_deg=0,
        pitch_deg=0,
        camera_heading_deg=10,
        camera_pitch_deg=-90,
        camera_roll_deg=0,
        zoom=1,
        across_deg=70,
        up_deg=43,
        ground_amsl_m=45,
        slant_m=75,
        centre=at,
        corners=(at, at, at, None),
        outline=(at, at, at),
        latency_s=0.02,
    )


class TinyController:
    """Keeps incidents and sorties; answers every ask at once."""

    def __init__(self, bus: MqttBus, topics: Topics, clock: Clock) -> None:
        self.bus, self.topics, self.clock = bus, topics, clock
        self.seq = 0
        self.incidents: dict[str, c.IncidentView] = {}
        self.sorties: dict[str, c.SortieView] = {}
        self.alarms: dict[str, c.AlarmView] = {}
        self.asked: list[c.Ask] = []
        self.events: list[c.Event] = []
        self.decided = [summary()]
        self.mute = False

    async def start(self) -> None:
        await self.bus.publish(self.topics.controller_district(), DISTRICT, retain=True)
        await self.bus.serve(self.topics.controller_request(), self._answer)
        await self.tell_status()

    async def tell_status(self, serving: bool = True) -> None:
        status = c.Status(
            at=self.clock.now(),
            serving=serving,
            docks_online=25,
            docks=25,
            drones_connected=25,
            drones_ready=25,
            drones=25,
        )
        await self.bus.publish(self.topics.controller_status(), status, retain=True)

    async def record(
        self,
        kind: str,
        incident: c.IncidentView | None = None,
        sortie: c.SortieView | None = None,
        alarm: c.AlarmView | None = None,
        heard: bool = True,
    ) -> None:
        """Something happens; ``heard`` False: the message about it is lost on the way."""
        self.seq += 1
        if incident is not None:
            self.incidents[incident.id] = incident
        if sortie is not None:
            self.sorties[sortie.id] = sortie
        if alarm is not None:
            self.alarms[alarm.id] = alarm
        subject = incident.id if incident else sortie.id if sortie else "controller"
        event = c.Event(
            seq=self.seq,
            at=T0 + timedelta(seconds=self.seq),
            kind=kind,
            subject=subject,
            incident=incident.id if incident else None,
            data={},
        )
        self.events.append(event)
        if heard:
            change = c.Change(event=event, incident=incident, sortie=sortie, alarm=alarm)
            await self.bus.publish(self.topics.change(), change)

    def snapshot(self) -> c.Snapshot:
        return c.Snapshot(
            seq=self.seq,
            at=T0 + timedelta(seconds=self.seq),
            incidents=tuple(self.incidents.values()),
            sorties=tuple(self.sorties.values()),
            docks=(c.DockView(dock="D01", online=True, drone="U01"),),
            telemetry=frame("LOITER"),
            alarms=tuple(self.alarms.values()),
        )

    async def _answer(self, request: Request) -> Reply:
        if self.mute:
            await asyncio.Event().wait()
        try:
            ask = _ASK.validate_python(request.body)
        except ValidationError as error:
            return Reply(id=request.id, ok=False, code="invalid", reason=str(error))
        if not isinstance(ask, c.GetSnapshot):  # asked whenever it lost the thread
            self.asked.append(ask)
        code, reason, body = await self._do(ask)
        if code is not None:
            return Reply(id=request.id, ok=False, code=code, reason=reason)
        return Reply(id=request.id, ok=True, body=body)

    async def _do(self, ask: c.Ask) -> tuple[str | None, str, dict[str, Any]]:
        wanted = getattr(ask, "incident", None)
        looking = isinstance(ask, c.GetEvents | c.ListSorties)
        if wanted is not None and wanted not in self.incidents and not looking:
            return "not_found", f"there is no incident {wanted}", {}
        match ask:
            case c.ReportIncident():
                if ask.lat > 30:
                    return "invalid", "the place is outside the district", {}
                number = len(self.incidents) + 1
                made = incident(number, lon=ask.lon, lat=ask.lat, kind=ask.kind, note=ask.note)
                await self.record("IncidentReported", incident=made)
                return (
                    None,
                    "",
                    made.model_copy(update={"decision": decision()}).model_dump(mode="json"),
                )
            case c.Dispatch():
                if any(s.incident == ask.incident for s in self.sorties.values()):
                    return "conflict", "a drone is on its way already", {}
                made_sortie = sortie(int(ask.incident[3:]), dock=ask.dock or "D01")
                await self.record("SortieRequested", sortie=made_sortie)
                return None, "", made_sortie.model_dump(mode="json")
            case (
                c.Recall()
                | c.Hold()
                | c.Resume()
                | c.Goto()
                | c.Orbit()
                | c.LandNow()
                | c.WriteOff()
                | c.TakeControl()
                | c.OfferControl()
                | c.GiveUpControl()
            ):
                if ask.sortie not in self.sorties:
                    return "not_found", f"there is no sortie {ask.sortie}", {}
                return None, "", self.sorties[ask.sortie].model_dump(mode="json")
            case c.GrantLease() | c.TakeBackLease():
                if ask.drone not in ("U01", "D01"):
                    return "not_found", f"there is no drone {ask.drone}", {}
                is_lent = isinstance(ask, c.GrantLease)
                state = c.SortieState.LENT if is_lent else c.SortieState.RETURNING
                lease = lease_of(ask) if isinstance(ask, c.GrantLease) else None
                lent = sortie(1, incident=None, state=state, lease=lease)
                return None, "", lent.model_dump(mode="json")
            case c.GetGateway():
                guests = (c.GuestView(name="U01-1", remote="127.0.0.1:40000"),)
                offered = c.OfferedDrone(
                    drone="U01",
                    dock="D01",
                    address="tcp:127.0.0.1:5801",
                    guests=guests,
                    sortie=None,
                    lease=None,
                )
                return None, "", c.GatewayView(drones=(offered,)).model_dump(mode="json")
            case c.TakeOut() | c.PutBack():
                out = ask.reason if isinstance(ask, c.TakeOut) else None
                service = c.ServiceView(drone=ask.drone, in_service=out is None, reason=out)
                return None, "", service.model_dump(mode="json")
            case c.RecallAll() | c.LandAll():
                done = ask.confirmation == f"token of {ask.by}"
                view = c.FleetActView(
                    id=ask.ask, done=done, drones=("U01",), confirmation=f"token of {ask.by}"
                )
                return None, "", view.model_dump(mode="json")
            case c.PlanFor() | c.RankDocks():
                return None, "", decision().model_dump(mode="json")
            case c.AcknowledgeAlarm():
                if ask.alarm not in self.alarms:
                    return "not_found", f"there is no alarm {ask.alarm}", {}
                read = self.alarms[ask.alarm].model_copy(update={"acknowledged_by": ask.by})
                await self.record("AlarmAcknowledged", alarm=read)
                return None, "", read.model_dump(mode="json")
            case c.TickItem():
                tick = c.TickView(item=ask.item, text=NAME, by=ask.by, at=T0)
                seen_to = self.incidents[ask.incident].model_copy(update={"ticks": (tick,)})
                await self.record("ItemTicked", incident=seen_to)
                return None, "", seen_to.model_dump(mode="json")
            case c.GiveTask():
                before = self.incidents[ask.incident]
                given = task(len(before.tasks) + 1, ask)
                more = before.model_copy(update={"tasks": (*before.tasks, given)})
                await self.record("TaskGiven", incident=more)
                return None, "", given.model_dump(mode="json")
            case c.MoveTask():
                tasks = self.incidents[ask.incident].tasks
                moved = next((each for each in tasks if each.id == ask.task), None)
                if moved is None:
                    return "not_found", f"this incident has no task {ask.task}", {}
                return None, "", moved.model_dump(mode="json")
            case c.ShowIncident() | c.CloseIncident():
                return None, "", self.incidents[ask.incident].model_dump(mode="json")
            case c.ListIncidents():
                page = incidents_page(self.incidents.values(), ask)
                return None, "", page.model_dump(mode="json")
            case c.ListSorties():
                sorties = sorties_page(self.sorties.values(), ask)
                return None, "", sorties.model_dump(mode="json")
            case c.ExplainDecision():
                if ask.decision != decision().id:
                    return "not_found", f"there is no decision {ask.decision}", {}
                return None, "", explanation().model_dump(mode="json")
            case c.ListDecisions():
                rest = [each for each in self.decided if not ask.before or each.id < ask.before]
                page = [each.model_dump(mode="json") for each in rest[: ask.limit]]
                more = len(rest) > len(page)
                return None, "", {"decisions": page, "next": page[-1]["id"] if more else None}
            case c.ListVideo() | c.WatchVideo():
                told = c.VideoStreams(streams=(stream("U01"), stream("U02")))
                return None, "", told.model_dump(mode="json")
            case c.GetVideoTrack():
                if ask.sortie not in self.sorties:
                    return "not_found", "there is no video metadata", {}
                track = c.VideoTrack(sortie=ask.sortie, samples=(seen("U01"),), next=None)
                return None, "", track.model_dump(mode="json")
            case c.PointCamera():
                if ask.sortie not in self.sorties:
                    return "not_found", f"there is no sortie {ask.sortie}", {}
                return None, "", stream("U01").model_dump(mode="json")
            case c.GetEvents():
                found = [
                    each.model_dump(mode="json")
                    for each in self.events
                    if each.seq > ask.after and ask.incident in (None, each.incident)
                ]
                return None, "", {"events": found[: ask.limit]}
            case c.GetPatrolCalendar():
                feed = c.PatrolCalendar(text="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
                return None, "", feed.model_dump(mode="json")
            case c.ReportFinding():
                if ask.sortie not in self.sorties:
                    return "not_found", f"there is no sortie {ask.sortie}", {}
                found = incident(len(self.incidents) + 1, kind=ask.kind, found_by=ask.sortie)
                await self.record("IncidentReported", incident=found)
                return None, "", found.model_dump(mode="json")
            case c.GetPatrolReport() | c.PrintPatrolReport() if ask.of is not None:
                return "not_found", f"no patrol {ask.of} was planned", {}
            case c.PrintPatrolReport():
                file = c.ReportFile(name="patrols", media_type="text/html", body="PHA+")
                if ask.form == "pdf":
                    file = file.model_copy(update={"media_type": "application/pdf"})
                return None, "", file.model_dump(mode="json")
            case c.GetPatrolReport():
                report = c.PatrolReport(
                    district="longgang",
                    name=NAME,
                    day=ask.day or T0.date(),
                    of=None,
                    made_at=T0,
                    timezone="Asia/Shanghai",
                    visits=0,
                    seen=0,
                    flights=(),
                    tasks=(),
                    findings=(),
                )
                return None, "", report.model_dump(mode="json")
            case c.GetPatrols() | c.PausePatrols() | c.ResumePatrols():
                patrols = c.PatrolsView(
                    at=T0, least_coverage=0.9, covered_share=0.5, waits=None, patrols=(), tasks=()
                )
                return None, "", patrols.model_dump(mode="json")
            case _:
                return None, "", self.snapshot().model_dump(mode="json")
