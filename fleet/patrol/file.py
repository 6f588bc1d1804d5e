"""A patrol file: what is to be looked at in a day, how and when. Its JSON Schema is in
configs/schema.

Hours are local time of day. A task is looked at once in its windows, or, with ``revisit_h``, so
often that no more than that passes between two looks within a window.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from fleet.district.model import Name, Position, Ring

HOUR_S = 3600.0


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _in_order(hours: str) -> str:
    begin_s, end_s = seconds_of(hours)
    if not begin_s < end_s <= 24 * HOUR_S:
        raise ValueError("hours that begin before they end, within one day, e.g. 07:00-19:00")
    return hours


def seconds_of(hours: str) -> tuple[float, float]:
    """From and until, in seconds since midnight."""
    begin, end = (part.split(":") for part in hours.split("-"))
    return int(begin[0]) * HOUR_S + int(begin[1]) * 60.0, int(end[0]) * HOUR_S + int(end[1]) * 60.0


Hours = Annotated[
    str, Field(pattern=r"^[0-2]\d:[0-5]\d-[0-2]\d:[0-5]\d$"), AfterValidator(_in_order)
]


Share = Annotated[float, Field(gt=0, lt=1)]


class Camera(_Model):
    """The field of view, looking straight down."""

    across_deg: float = Field(gt=0, lt=170)  # to both sides of the way
    along_deg: float = Field(gt=0, lt=170)


class _Task(_Model):
    id: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")
    name: Name
    kind: str
    height_m: float = Field(gt=10, le=120)  # of the camera above the ground
    camera: str  # key of the file's cameras
    priority: int = Field(default=3, ge=1, le=5)  # 1 the most urgent
    windows: tuple[Hours, ...] = ()  # none: the file's hours
    revisit_h: float | None = Field(default=None, gt=0, le=24)


class Point(_Task):
    """A place to hover over. One that may not be flown over is looked at from the nearest place
    that may, within ``stand_off_m``."""

    at: Position
    dwell_s: float = Field(gt=0, le=1800)
    stand_off_m: float = Field(default=0, ge=0, le=1000)


class _Surveyed(_Task):
    speed_ms: float = Field(gt=0, le=25)  # over the ground
    front_overlap: float = Field(default=0.7, ge=0, lt=1)  # of photo and next photo


class Line(_Surveyed):
    """A way to fly along. With ``relay`` as many drones at the most fly it all at once, each a
    segment; where they hand over is the planner's to say, which notes it as ``cuts``."""

    path: tuple[Position, ...] = Field(min_length=2)
    relay: int | None = Field(default=None, ge=1, le=25)
    cuts: tuple[Share, ...] = ()  # of what may be flown over, where a part ends and the next begins


class Area(_Surveyed):
    """A polygon to sweep; rings as in GeoJSON, the first the outside."""

    polygon: tuple[Ring, ...] = Field(min_length=1)
    side_overlap: float = Field(default=0.6, ge=0, lt=1)  # of pass and next pass


class Communities(_Model):
    """Every community of the district is a point to look at."""

    height_m: float = Field(gt=10, le=120)
    camera: str
    dwell_s: float = Field(gt=0, le=1800)
    stand_off_m: float = Field(default=0, ge=0, le=1000)
    priority: int = Field(default=3, ge=1, le=5)
    windows: tuple[Hours, ...] = ()
    revisit_h: float | None = Field(default=None, gt=0, le=24)


class PatrolFile(_Model):
    name: Name
    schematic: bool  # drawn for the project, not surveyed
    hours: Hours  # no drone is out on patrol at other times
    cameras: dict[str, Camera] = Field(min_length=1)
    communities: Communities | None = None
    points: tuple[Point, ...] = ()
    lines: tuple[Line, ...] = ()
    areas: tuple[Area, ...] = ()

    def tasks(self) -> Iterator[tuple[str, Task]]:
        """Each task written out in the file, with its key there."""
        written: dict[str, tuple[Task, ...]] = {
            "points": self.points,
            "lines": self.lines,
            "areas": self.areas,
        }
        for key, tasks in written.items():
            for number, task in enumerate(tasks):
                yield f"{key}[{number}]", task


Task = Point | Line | Area
