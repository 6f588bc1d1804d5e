"""A plan of a day's patrols as it is written to a file: all tasks, the sorties, what is left out.

Times are seconds since local midnight, positions WGS-84, heights above mean sea level.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from fleet.patrol.file import PatrolFile
from planner.model import Wind

# longitude, latitude, height above sea level, ground speed on the way there (0: up or down)
PlanPoint = tuple[
    Annotated[float, Field(ge=-180, le=180)],
    Annotated[float, Field(ge=-90, le=90)],
    float,
    Annotated[float, Field(ge=0)],
]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class WindView(_Model):
    speed_ms: float = Field(ge=0, le=60)
    from_deg: float = Field(ge=0, le=360)


def view_of(wind: Wind) -> WindView:
    """As a plan tells it."""
    return WindView(speed_ms=wind.speed_ms, from_deg=wind.from_deg)


class HourWind(_Model):
    """A wind that blows from then on."""

    from_s: float
    wind: WindView


class Stage(_Model):
    """A way from place to place, or a look at (a part of) a task. ``points`` begin where the stage
    before ended."""

    what: Literal["way", "look"]
    begins_s: float
    ends_s: float
    waits_s: float = 0.0  # hovering before it begins
    energy_wh: float
    points: tuple[PlanPoint, ...] = Field(min_length=1)
    task: str | None = None
    visit: str | None = None
    photo_step_m: float | None = None  # from photo to photo along the points


class PlannedSortie(_Model):
    """Flights of one ``relay`` are released together: none takes off before each drone has told
    its mission back."""

    id: str
    drone: str
    dock: str
    lands_at: str
    ordered_s: float
    lifts_off_s: float
    lands_s: float
    energy_wh: float  # from lifting off to the pad
    left_wh: float
    stages: tuple[Stage, ...] = Field(min_length=1)
    relay: str | None = None  # the line, and after an @ which time of the day


class Unserved(_Model):
    """``passing`` reasons may be gone while its hours last: another wind, a drone that is free."""

    task: str
    visit: str | None  # none: all of the task
    reason: str
    passing: bool = False


class Surveyed(_Model):
    """A task as it is planned for: its visits, of which those not in ``unserved`` are flown."""

    task: str
    visits: tuple[str, ...]
    clear_share: float  # of a line or area, what may be flown over


class Found(_Model):
    """How good the routes are. No routes that serve the same visits with one flight a shift need
    less energy than ``bound_wh``; ``repeatable`` if the search ended by iterations, not by time."""

    energy_wh: float
    bound_wh: float
    gap: float
    iterations: int
    seed: int
    repeatable: bool


class Shares(_Model):
    """How fairly drones share the work: what each flies in this plan, and flew on patrol in the
    ``days`` before it, by the log. The ``busiest`` flies so many times the mean of all that."""

    energy_wh: dict[str, float]
    flights: dict[str, int]
    before_wh: dict[str, float]
    days: int
    busiest: float
    costs_wh: float  # energy that fairness adds to the plan


class PlannedRelay(_Model):
    """A line flown all at once by several drones. Flown again and again, no place of it goes
    unseen for longer than ``every_s``: then the slowest drone is back and charged."""

    task: str
    drones: tuple[str, ...]  # in their order along the line
    handovers: tuple[tuple[float, float], ...]  # where a segment ends and the next one begins
    every_s: float
    revisit_s: float | None  # between looks at any place in this plan, at the most; None: seen once
    flights: tuple[str, ...]


class BelowFloor(_Model):
    """From when until when these docks' drones are out, and what the others cover."""

    begins_s: float
    ends_s: float
    docks: tuple[str, ...]
    covered_share: float


class Floor(_Model):
    """``below`` in the order of the day; no drones out cover ``at_rest``."""

    least_coverage: float
    at_rest: float
    most_out: int
    least_left: float
    below_s: float
    below: tuple[BelowFloor, ...]


class PatrolPlan(_Model):
    district: str
    patrol: PatrolFile
    wind: WindView  # that it is planned for, of several the strongest
    winds: tuple[HourWind, ...] = ()  # where that changes over the day, in its order
    found: Found
    tasks: tuple[Surveyed, ...]
    sorties: tuple[PlannedSortie, ...]
    unserved: tuple[Unserved, ...]
    relays: tuple[PlannedRelay, ...] = ()
    shares: Shares | None = None
    floor: Floor | None = None  # where it has been looked at

    def wind_of(self, sortie: PlannedSortie) -> WindView:
        """That blows when it is ordered."""
        blowing = [each.wind for each in self.winds if each.from_s <= sortie.ordered_s]
        return blowing[-1] if blowing else self.winds[0].wind if self.winds else self.wind
