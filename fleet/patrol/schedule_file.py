"""When patrols are flown, and what keeps them on the ground: ``patrols/schedule.yaml`` of a
district. Its JSON Schema is in configs/schema. Without the file nothing starts by itself, and what
a person has flown keeps to the gates' defaults."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from fleet.district.model import Name
from fleet.patrol.file import Hours


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Gates(_Model):
    """What must hold for a patrol to start; while the coverage is less, those out come home."""

    least_coverage: float = Field(default=0.9, ge=0, le=1)  # share of the district, in the window
    wind_ms: float = Field(default=9, gt=0)  # gusts at the dock
    rain_mm_h: float = Field(default=0.5, ge=0)


class Quiet(_Model):
    """Hours in which nothing near housing is looked at: no community, and nothing nearer to one's
    place than ``near_m``."""

    hours: tuple[Hours, ...] = Field(min_length=1)
    near_m: float = Field(ge=0, le=2000)


def _local(at: datetime) -> datetime:
    if at.tzinfo is not None:
        raise ValueError("a local date and time without an offset, e.g. 2026-12-31T20:00")
    return at


LocalTime = Annotated[datetime, AfterValidator(_local)]


class Blackout(_Model):
    """No patrol is out then."""

    begin: LocalTime
    end: LocalTime
    why: Name

    @model_validator(mode="after")
    def _ends_later(self) -> Blackout:
        if self.end <= self.begin:
            raise ValueError("a blackout that ends after it begins")
        return self


class Round(_Model):
    """A patrol file, and the days on which it is flown."""

    id: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$")
    file: str = Field(pattern=r"^[^/]+\.yaml$")  # beside the schedule
    rrule: str  # RFC 5545, by the day or coarser, e.g. FREQ=WEEKLY;BYDAY=MO,TH
    starts: date  # the first day that it may fall on
    on_holidays: bool = True


class ScheduleFile(_Model):
    gates: Gates = Gates()
    quiet: Quiet | None = None
    holidays: tuple[date, ...] = ()
    blackouts: tuple[Blackout, ...] = ()
    rounds: tuple[Round, ...] = ()
