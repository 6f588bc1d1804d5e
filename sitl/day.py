"""A simulated day on virtual time: the district's patrols by its schedule, and incidents drawn by
seed; what both came to. The same seed gives the same report."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from docks.weather import Conditions, Weather
from fleet import contract as c
from fleet.bus import RequestFailed
from fleet.clock import JumpClock, stopwatch_s
from fleet.district.model import District
from fleet.log.events import ComponentFailed, SortieAdvanced
from fleet.patrol.schedule import Schedule
from fleet.sorties.sortie import HOMEWARD, SortieTrigger
from sitl.sim import Draw, draw
from sitl.virtual.house import House, Settings, running

DAY = date(2026, 11, 23)  # a Monday
LOOK_S = (180.0, 480.0)  # over a scene, before the drone is called home
LAST_BEFORE_END_S = 1200.0  # no incident is reported later than that
ATTENDED_WITHIN_S = 1800.0
SAMPLE_S, COUNT_S = 60.0, 10.0


@dataclass(frozen=True, slots=True)
class DaySettings:
    """A day as it is asked for; ``hours`` are local, in seconds since midnight."""

    district_dir: Path
    schedule: Schedule
    incidents: int
    seed: int
    speedup: float
    hours: tuple[float, float]
    wind_ms: float
    wind_from_deg: float
    log: str = "sqlite://"


class DayIncident(BaseModel):
    at: str  # local time of day
    kind: str
    lon: float
    lat: float
    dock: str | None
    preempted: str | None  # the patrol flight whose drone went
    eta_s: float | None
    on_scene_s: float | None
    in_window: bool


class Sample(BaseModel):
    """The state of the fleet at one moment."""

    at_s: float  # since midnight
    covered_share: float | None
    on_patrol: int  # on their way to looks
    on_incidents: int


@dataclass(slots=True)
class _Below:
    """Seconds of a day below the coverage that patrols must leave."""

    all_s: float = 0.0
    on_patrol_s: float = 0.0
    by_patrols_s: float = 0.0


class DayReport(BaseModel):
    """What a day came to. ``digest`` is over all that is below it but ``speedup_achieved``."""

    day: date
    seed: int
    speedup: float
    speedup_achieved: float
    digest: str
    incidents: int
    reached: int
    in_window: int
    in_window_share: float | None
    median_on_scene_s: float | None
    patrol_visits: int
    patrol_seen: int
    patrol_missed: dict[str, str]
    patrol_open: int  # at the end of the run
    patrol_flights: int
    preemptions: int
    called_home: int  # patrols, because the coverage had fallen
    replans: int
    least_coverage: float
    coverage_mean: float | None
    coverage_min: float | None
    below_floor_s: float  # as counted every ten seconds
    below_floor_on_patrol_s: float  # of it, with a patrol anywhere between order and pad
    below_floor_by_patrols_s: float  # of it, so that patrols' drones on their pads would give more
    faults: int  # parts of the controller that failed
    outcomes: tuple[DayIncident, ...]
    samples: tuple[Sample, ...]


def execute(district: District, settings: DaySettings, say: Callable[[str], None]) -> DayReport:
    """Runs the day in this process."""
    zone = ZoneInfo(district.timezone)
    midnight = datetime(DAY.year, DAY.month, DAY.day, tzinfo=zone)
    begin = midnight + timedelta(seconds=settings.hours[0])
    clock = JumpClock(epoch_s=begin.timestamp(), most=settings.speedup)
    weather = Weather(
        Conditions(wind_ms=settings.wind_ms, wind_from_deg=settings.wind_from_deg), settings.seed
    )
    house = Settings(settings.district_dir, district, settings.schedule, weather, log=settings.log)
    reports: list[DayReport] = []

    async def main() -> None:
        async with running(house, clock) as inside:
            day = _Day(inside, settings, midnight, say)
            began_s, loop_s = stopwatch_s(), asyncio.get_running_loop().time()
            await day.go_through()
            passed_s = asyncio.get_running_loop().time() - loop_s
            reports.append(day.report(passed_s / (stopwatch_s() - began_s)))

    clock.run(main())
    return reports[0]


class _Day:
    """The officer's side of the day, and who counts."""

    def __init__(
        self, house: House, settings: DaySettings, midnight: datetime, say: Callable[[str], None]
    ) -> None:
        self._house, self._settings = house, settings
        self._midnight, self._say = midnight, say
        self._samples: list[Sample] = []
        self._outcomes: list[DayIncident] = []
        self._facts: list[object] = []
        self._below = _Below()
        house.journal.listen(lambda recorded: self._facts.append(recorded.fact))

    async def go_through(self) -> None:
        while not self._is_covered():  # noqa: ASYNC110 -- until all drones have told
            await asyncio.sleep(1.0)
        begin_s, end_s = self._settings.hours
        chance = random.Random(f"{self._settings.seed}:day")  # noqa: S311
        district = self._house.settings.district
        draws = draw(district, self._settings.incidents, self._settings.seed)
        latest_s = max(begin_s, end_s - LAST_BEFORE_END_S)
        times = sorted(chance.uniform(begin_s, latest_s) for _ in draws)
        looks = [chance.uniform(*LOOK_S) for _ in draws]
        async with asyncio.TaskGroup() as tasks:
            for one, at_s, look_s in zip(draws, times, looks, strict=True):
                tasks.create_task(self._incident(one, at_s, look_s))
            tasks.create_task(self._sample(end_s))
            tasks.create_task(self._count(end_s))

    def _is_covered(self) -> bool:
        view = self._house.coverage.view
        return view is not None and len(view.available) > 0

    def _now_s(self) -> float:
        return (self._house.clock.now() - self._midnight).total_seconds()

    async def _sample(self, end_s: float) -> None:
        while (now_s := self._now_s()) < end_s:
            view = self._house.coverage.view
            out = self._house.journal.state.active()
            patrols = sum(s.patrol is not None and s.state == "en_route" for s in out)
            self._samples.append(
                Sample(
                    at_s=round(now_s),
                    covered_share=None if view is None else round(view.covered_share, 4),
                    on_patrol=patrols,
                    on_incidents=sum(s.incident is not None for s in out),
                )
            )
            if len(self._samples) % 30 == 0:
                self._say(f"{_clock(now_s)}  {self._told()}")
            await asyncio.sleep(SAMPLE_S)

    async def _count(self, end_s: float) -> None:
        """What share of the time the coverage is below the floor, and whose doing that is."""
        while self._now_s() < end_s:
            self._count_once()
            await asyncio.sleep(COUNT_S)

    def _count_once(self) -> None:
        coverage, below = self._house.coverage, self._below
        share = None if coverage.view is None else coverage.view.covered_share
        if share is None or share >= self._settings.schedule.file.gates.least_coverage:
            return
        below.all_s += COUNT_S
        patrols = [s.dock for s in self._house.journal.state.active() if s.patrol is not None]
        if patrols:
            below.on_patrol_s += COUNT_S
            below.by_patrols_s += COUNT_S * (coverage.share_with(patrols) > share + 1e-9)

    def _told(self) -> str:
        plans = self._house.journal.state.patrols.plans.values()
        seen = sum(len(plan.seen) for plan in plans)
        reached = sum(each.on_scene_s is not None for each in self._outcomes)
        return f"{reached} incidents reached, {seen} patrol visits seen"

    async def _incident(self, one: Draw, at_s: float, look_s: float) -> None:
        await asyncio.sleep(at_s - self._now_s())
        ask = c.ReportIncident(lon=one.lon, lat=one.lat, kind=one.kind, dispatch="now")
        id_ = str((await self._house.ask(ask))["id"])
        until_s = self._now_s() + ATTENDED_WITHIN_S
        incidents = self._house.journal.state.incidents
        while incidents[id_].on_scene_s is None and self._now_s() < until_s:  # noqa: ASYNC110
            await asyncio.sleep(1.0)
        self._outcomes.append(self._outcome(id_, at_s))
        await asyncio.sleep(look_s)
        await self._over(id_)

    async def _over(self, incident: str) -> None:
        """Calls home who is there still, and closes it."""
        state = self._house.journal.state
        for sortie in state.attending(incident):
            await self._asked(c.Recall(sortie=sortie.id, reason="seen"))
        while state.attending(incident):  # noqa: ASYNC110 -- until they have turned
            await asyncio.sleep(1.0)
        await self._asked(c.CloseIncident(incident=incident))

    async def _asked(self, body: BaseModel) -> None:
        try:
            await self._house.ask(body)
        except RequestFailed as failure:
            self._say(str(failure))

    def _outcome(self, incident: str, at_s: float) -> DayIncident:
        state = self._house.journal.state
        view = state.incidents[incident]
        sortie = state.sorties.get(view.sortie or "")
        taken = None if sortie is None else sortie.diverted_from
        before = state.sorties.get(taken or "") if taken in self._preempted() else None
        return DayIncident(
            at=_clock(at_s),
            kind=view.kind,
            lon=view.lon,
            lat=view.lat,
            dock=view.dock,
            preempted=None if before is None else before.patrol,
            eta_s=None if view.eta_s is None else round(view.eta_s, 1),
            on_scene_s=None if view.on_scene_s is None else round(view.on_scene_s, 1),
            in_window=view.on_scene_s is not None and view.on_scene_s <= view.window_s,
        )

    def _preempted(self) -> set[str]:
        """Patrol sorties that an incident took from what they still had to see; those that were
        flying home already are none."""
        before: dict[str, c.SortieState] = {}
        found = set()
        for fact in self._facts:
            if isinstance(fact, SortieAdvanced) and fact.incident is None:
                if fact.trigger is SortieTrigger.DIVERT and before.get(fact.sortie) not in HOMEWARD:
                    found.add(fact.sortie)
                before[fact.sortie] = fact.state
        return found

    def report(self, achieved: float) -> DayReport:
        outcomes = sorted(self._outcomes, key=lambda each: (each.at, each.lon))
        told = self._patrols() | self._incidents(outcomes) | self._coverage()
        report = DayReport.model_validate(
            {
                "day": self._midnight.date(),
                "seed": self._settings.seed,
                "speedup": self._settings.speedup,
                "speedup_achieved": round(achieved, 1),
                "digest": "",
                "faults": sum(isinstance(fact, ComponentFailed) for fact in self._facts),
                "outcomes": outcomes,
                "samples": self._samples,
                **told,
            }
        )
        same = report.model_dump_json(exclude={"speedup", "speedup_achieved", "digest"})
        digest = hashlib.sha256(same.encode()).hexdigest()[:16]
        return report.model_copy(update={"digest": digest})

    def _incidents(self, outcomes: Sequence[DayIncident]) -> dict[str, object]:
        times = sorted(each.on_scene_s for each in outcomes if each.on_scene_s is not None)
        in_window = sum(each.in_window for each in outcomes)
        return {
            "incidents": len(outcomes),
            "reached": len(times),
            "in_window": in_window,
            "in_window_share": round(in_window / len(outcomes), 4) if outcomes else None,
            "median_on_scene_s": times[len(times) // 2] if times else None,
        }

    def _patrols(self) -> dict[str, object]:
        plans = list(self._house.journal.state.patrols.plans.values())
        visits = {visit for plan in plans for visit in plan.visits()}
        seen = {visit for plan in plans for visit in plan.seen}
        missed = {visit: why for plan in plans for visit, why in plan.missed.items()}
        for left in (each for plan in plans for each in plan.plan.unserved):
            missed.setdefault(left.visit or left.task, left.reason)
        missed = {visit: why for visit, why in missed.items() if visit not in seen}
        advanced = [fact for fact in self._facts if isinstance(fact, SortieAdvanced)]
        on_patrol = [fact for fact in advanced if fact.incident is None]
        fallen = "the 5-minute coverage has fallen"
        return {
            "patrol_visits": len(visits),
            "patrol_seen": len(seen),
            "patrol_missed": missed,
            "patrol_open": len(visits - seen - missed.keys()),
            "patrol_flights": sum(len(plan.sent) for plan in plans),
            "preemptions": len(self._preempted()),
            "called_home": sum(
                fact.trigger is SortieTrigger.RECALL and fact.reason.startswith(fallen)
                for fact in on_patrol
            ),
            "replans": sum(plan.id != plan.round for plan in plans),
        }

    def _coverage(self) -> dict[str, object]:
        shares = [each.covered_share for each in self._samples if each.covered_share is not None]
        return {
            "least_coverage": self._settings.schedule.file.gates.least_coverage,
            "coverage_mean": round(sum(shares) / len(shares), 4) if shares else None,
            "coverage_min": min(shares, default=None),
            "below_floor_s": self._below.all_s,
            "below_floor_on_patrol_s": self._below.on_patrol_s,
            "below_floor_by_patrols_s": self._below.by_patrols_s,
        }


def _clock(at_s: float) -> str:
    return f"{int(at_s) // 3600:02d}:{int(at_s) // 60 % 60:02d}:{int(at_s) % 60:02d}"
