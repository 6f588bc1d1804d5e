"""A small district on virtual time: a few docks of Longgang with builtin drones, and plans of
patrols for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from docks.weather import Conditions, Weather
from fleet.clock import JumpClock
from fleet.district.load import load
from fleet.district.model import District, Name
from fleet.patrol.file import Camera, PatrolFile, Point
from fleet.patrol.plan import PatrolPlan
from fleet.patrol.planning import plan_patrol
from fleet.patrol.schedule import Schedule
from fleet.patrol.schedule_file import Gates, ScheduleFile
from planner.model import Wind
from planner.patrol.search import Search
from sitl.virtual.house import House, Settings, running

LONGGANG = Path("configs/longgang")
SEVEN = datetime(2026, 11, 21, 7, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
OPEN = Schedule(ScheduleFile(gates=Gates(least_coverage=0.0)), {})


def small_district(*docks: str) -> District:
    district = load(LONGGANG)
    sites = tuple(site for site in district.docks if site.id in docks)
    drones = {site.drone for site in sites}
    return district.model_copy(
        update={
            "docks": sites,
            "drones": tuple(drone for drone in district.drones if drone.id in drones),
        }
    )


def points_about(district: District, dock: str, count: int, **task: Any) -> tuple[Point, ...]:
    """Places to look at, some 400 m apart east of a dock."""
    site = next(each for each in district.docks if each.id == dock)
    return tuple(
        Point(
            id=f"P{dock}{number}",
            name=Name(zh="点", en="Point"),
            kind="slope",
            at=(site.at[0] + 0.004 * number, site.at[1]),
            height_m=80,
            camera="wide",
            dwell_s=20,
            stand_off_m=500,
            **task,
        )
        for number in range(1, count + 1)
    )


def patrol_of(points: tuple[Point, ...], hours: str = "07:00-08:00") -> PatrolFile:
    return PatrolFile(
        name=Name(zh="巡查", en="Patrol"),
        schematic=True,
        hours=hours,
        cameras={"wide": Camera(across_deg=72, along_deg=58)},
        points=points,
    )


def plan_of(district: District, points: tuple[Point, ...]) -> PatrolPlan:
    return plan_patrol(district, patrol_of(points), Wind(), Search(1, 60, 60.0, lambda *_: None))


def in_the_house(
    district: District,
    act: Callable[[House], Awaitable[None]],
    schedule: Schedule = OPEN,
    log: str = "sqlite://",
    weather: Conditions | None = None,
    at: datetime = SEVEN,
) -> None:
    """Runs ``act`` once the drones are ready."""
    clock = JumpClock(epoch_s=at.timestamp(), most=1e9)
    settings = Settings(LONGGANG, district, schedule, Weather(weather or Conditions(), 1), log)

    async def main() -> None:
        async with running(settings, clock) as house:
            await act(house)

    clock.run(main())
