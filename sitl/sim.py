"""A run of the whole stack, headless: incidents drawn by seed, reported as a duty officer would,
drones recalled after a look, until all are docked again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from pydantic import BaseModel

from fleet import contract as c
from fleet.bus import Message, MqttBus, RequestFailed
from fleet.clock import Clock
from fleet.dispatch.forecast import picture_at_rest
from fleet.district.model import District
from fleet.process import Refusal, serve
from fleet.stack.processes import Stack, StackSettings, running
from fleet.units.fence import airspace_of
from planner.dispatch import choose
from planner.model import LonLat

LOOK_S = 20.0  # over the scene before the drone is called home
APART_S = (20.0, 60.0)  # between one report and the next
ARRIVE_WITHIN_S = 600.0
DOCK_WITHIN_S = 600.0
SETTLE_WITHIN_S = 120.0
ANSWER_WITHIN_S = 30.0
SPARE_DOCKS = 2  # docks started for each incident: the one expected to go, and the next best
CLOSE_ENOUGH = (0.10, 15.0)  # predicted against flown: share of the flown time, seconds at least


@dataclass(frozen=True, slots=True)
class Draw:
    """One incident of the run, known before it starts."""

    lon: float
    lat: float
    kind: str
    after_s: float  # since the report before


class Outcome(BaseModel):
    """What became of one incident."""

    incident: str
    lon: float
    lat: float
    kind: str
    dock: str | None
    eta_s: float | None
    on_scene_s: float | None
    error_s: float | None
    as_predicted: bool
    docked: bool


class Report(BaseModel):
    """What a run shows."""

    vehicles: str
    seed: int
    speedup: float
    speedup_achieved: float | None
    docks_started: int
    incidents: tuple[Outcome, ...]
    reached: int
    docked: int
    ok: bool


def draw(district: District, incidents: int, seed: int) -> list[Draw]:
    """Incidents spread evenly over the flyable part of the district."""
    chance = random.Random(f"{seed}:incidents")  # noqa: S311  (a simulation's chance)
    land = shapely.union_all(
        [shapely.Polygon(r[0], r[1:]) for s in district.subdistricts for r in s.polygons]
    )
    no_fly = shapely.union_all([shapely.Polygon(v.polygon[0]) for v in district.volumes])
    # a degree is some 100 km here: keep clear of the buffers too
    flyable = land.difference(no_fly.buffer(0.004)).buffer(-0.002)
    west, south, east, north = flyable.bounds
    kinds = [kind.id for kind in district.kinds if kind.dispatch == "auto"]
    drawn: list[Draw] = []
    while len(drawn) < incidents:
        lon, lat = chance.uniform(west, east), chance.uniform(south, north)
        if flyable.contains(shapely.Point(lon, lat)):
            after_s = chance.uniform(*APART_S) if drawn else 0.0
            drawn.append(Draw(round(lon, 6), round(lat, 6), chance.choice(kinds), after_s))
    return drawn


def docks_needed(district: District, draws: list[Draw]) -> tuple[str, ...]:
    """The docks that the planner expects to need for the run, and one in reserve for each."""
    airspace = airspace_of(district)
    needed: set[str] = set()
    for one in draws:
        picture = picture_at_rest(district, LonLat(one.lon, one.lat), one.kind)
        ranking = choose(airspace, picture).ranking
        needed.update(offer.dock for offer in ranking[:SPARE_DOCKS] if offer.feasible)
    return tuple(sorted(needed))


@dataclass(frozen=True, slots=True)
class Settings:
    """A run as it is asked for."""

    district_dir: Path
    vehicles: str
    incidents: int
    seed: int
    speedup: float
    wind: str | None
    arducopter: str | None
    all_docks: bool
    state_dir: Path


def execute(district: District, settings: Settings, say: Callable[[str], None]) -> Report:
    """Runs the stack through the incidents. Ctrl-C ends all of it.

    Raises:
        SystemExit: with the sentence, if the stack cannot be started or does not become ready.
    """
    draws = draw(district, settings.incidents, settings.seed)
    only = () if settings.all_docks else docks_needed(district, draws)
    stack = StackSettings(
        district_dir=settings.district_dir,
        district=district.id,
        state_dir=settings.state_dir,
        vehicles=settings.vehicles,
        console=False,
        broker_port=0,
        mavlink_port=0,
        arducopter=settings.arducopter,
        only=only,
        wind=settings.wind,
        seed=settings.seed,
    )
    reports: list[Report] = []

    async def main(_: Clock) -> None:
        reports.append(await _run(district, stack, draws, settings.speedup, say))

    serve(main)
    if not reports:
        raise SystemExit(130)  # told to stop
    return reports[0]


async def _run(
    district: District,
    settings: StackSettings,
    draws: list[Draw],
    speedup: float,
    say: Callable[[str], None],
) -> Report:
    async with running(settings, Clock(speedup)) as stack:
        say("waiting for docks and drones")
        status = await stack.ready(SETTLE_WITHIN_S)
        expected = len(settings.only) or len(district.drones)
        if status is None or status.drones_ready < expected:
            ready = status.drones_ready if status else 0
            raise Refusal(
                f"only {ready} of {expected} drones became ready within {SETTLE_WITHIN_S:.0f} s; "
                f"the logs are in {settings.state_dir / 'log'}"
            )
        async with MqttBus(stack.broker, client="sim", clock=stack.clock) as bus:
            night = _Night(stack, bus, speedup, say)
            await night.watch()
            outcomes = await night.go_through(draws)
    return _report(settings, speedup, night.pace, expected, outcomes)


class _Night:
    """The officer's side of the run."""

    def __init__(
        self, stack: Stack, bus: MqttBus, speedup: float, say: Callable[[str], None]
    ) -> None:
        self._stack, self._bus, self._speedup, self._say = stack, bus, speedup, say
        self._sorties: dict[str, c.SortieView] = {}
        self._incidents: dict[str, c.IncidentView] = {}
        self._changed = asyncio.Condition()
        self.pace: float | None = None

    async def watch(self) -> None:
        topics = self._stack.topics
        await self._bus.subscribe(topics.change(), self._on_change)
        await self._bus.subscribe(topics.of("sim", "vehicles", "pace"), self._on_pace)

    async def go_through(self, draws: list[Draw]) -> list[Outcome]:
        async with asyncio.TaskGroup() as tasks:
            due_s, running_ = 0.0, []
            for number, one in enumerate(draws, 1):
                due_s += one.after_s
                running_.append(tasks.create_task(self._attend(number, one, due_s)))
        return [task.result() for task in running_]

    async def _attend(self, number: int, one: Draw, due_s: float) -> Outcome:
        await asyncio.sleep(due_s / self._speedup)
        body = c.ReportIncident(
            lon=one.lon, lat=one.lat, kind=one.kind, source="sim", dispatch="now"
        )
        reported = c.IncidentView.model_validate(await self._ask(body))
        incident = reported.id
        self._say(f"incident {number}: {one.kind}, {reported.dock or 'no dock'} goes")
        there = await self._until(ARRIVE_WITHIN_S, lambda: self._arrived(incident))
        if there:
            view = self._incidents[incident]
            self._say(f"incident {number}: on scene after {view.on_scene_s:.0f} s")
            await asyncio.sleep(LOOK_S / self._speedup)
        await self._recall_all(incident)
        docked = await self._until(DOCK_WITHIN_S, lambda: self._all_docked(incident))
        self._say(f"incident {number}: {'docked' if docked else 'not docked'}")
        return _outcome(one, self._incidents.get(incident, reported), docked)

    async def _recall_all(self, incident: str) -> None:
        for sortie in self._of(incident):
            if sortie.state not in ("docked", "aborted", "diverted", "returning", "landing"):
                try:
                    await self._ask(c.Recall(sortie=sortie.id, reason="seen"))
                except RequestFailed as failure:
                    self._say(str(failure))

    async def _ask(self, body: BaseModel) -> dict[str, Any]:
        topic = self._stack.topics.controller_request()
        return (await self._bus.request(topic, body, ANSWER_WITHIN_S)).body

    async def _until(self, within_s: float, true: Callable[[], bool]) -> bool:
        """Waits for a condition on what the controller tells; False when it takes too long."""
        try:
            async with asyncio.timeout(within_s / self._speedup), self._changed:
                await self._changed.wait_for(true)
        except TimeoutError:
            return False
        return True

    def _of(self, incident: str) -> list[c.SortieView]:
        return [s for s in self._sorties.values() if s.incident == incident]

    def _arrived(self, incident: str) -> bool:
        view = self._incidents.get(incident)
        return view is not None and view.on_scene_s is not None

    def _all_docked(self, incident: str) -> bool:
        sorties = self._of(incident)
        return bool(sorties) and all(is_docked(one, self._sorties.values()) for one in sorties)

    async def _on_change(self, message: Message) -> None:
        change = c.Change.model_validate_json(message.payload)
        async with self._changed:
            if change.incident:
                self._incidents[change.incident.id] = change.incident
            if change.sortie:
                self._sorties[change.sortie.id] = change.sortie
            self._changed.notify_all()

    async def _on_pace(self, message: Message) -> None:
        self.pace = float(message.payload)


def is_docked(sortie: c.SortieView, sorties: Collection[c.SortieView]) -> bool:
    """Whether its drone is home; one that went on to another incident, after that one."""
    if sortie.state is not c.SortieState.DIVERTED:
        return sortie.state in (c.SortieState.DOCKED, c.SortieState.ABORTED)
    onward = (other for other in sorties if other.diverted_from == sortie.id)
    return any(is_docked(other, sorties) for other in onward)


def _outcome(one: Draw, view: c.IncidentView, docked: bool) -> Outcome:
    error_s = None
    as_predicted = False
    if view.eta_s is not None and view.on_scene_s is not None:
        error_s = view.on_scene_s - view.eta_s
        share, at_least_s = CLOSE_ENOUGH
        as_predicted = abs(error_s) <= max(share * view.on_scene_s, at_least_s)
    return Outcome(
        incident=view.id,
        lon=one.lon,
        lat=one.lat,
        kind=one.kind,
        dock=view.dock,
        eta_s=view.eta_s,
        on_scene_s=view.on_scene_s,
        error_s=error_s,
        as_predicted=as_predicted,
        docked=docked,
    )


def _report(
    settings: StackSettings,
    speedup: float,
    pace: float | None,
    docks_started: int,
    outcomes: list[Outcome],
) -> Report:
    reached = sum(outcome.on_scene_s is not None for outcome in outcomes)
    docked = sum(outcome.docked for outcome in outcomes)
    return Report(
        vehicles=settings.vehicles,
        seed=settings.seed,
        speedup=speedup,
        speedup_achieved=pace,
        docks_started=docks_started,
        incidents=tuple(outcomes),
        reached=reached,
        docked=docked,
        ok=reached == docked == len(outcomes),
    )
