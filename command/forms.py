"""What REST takes in and gives out beside the contract's own views."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from command.emitter import ClockView
from fleet.contract import (
    DecisionSummary,
    DockView,
    DroneTelemetry,
    Event,
    IncidentState,
    Status,
)

EVENTS_AT_MOST = 5000  # in one page
Id = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Kind = Annotated[str, Field(min_length=1, max_length=100)]


class Form(BaseModel):
    """A JSON body: a text is no number here, and an unknown field is a mistake to tell."""

    model_config = ConfigDict(extra="forbid", strict=True)


class OptionalForm(Form):
    """May be left out of the request altogether."""

    model_config = ConfigDict(openapi_extra={"required": False})  # type: ignore[typeddict-unknown-key]

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_empty(cls, given: Any) -> Any:
        return {} if given is None else given


class _Place(Form):
    lon: Longitude
    lat: Latitude
    datum: Literal["wgs84", "gcj02", "bd09"] = Field(
        default="wgs84", description="Of lon and lat; converted to WGS-84 on arrival."
    )


class IncidentForm(_Place):
    kind: Kind
    level: int | None = Field(default=None, ge=1, le=4, description="1 is the gravest.")
    note: str = Field(default="", max_length=2000)
    dispatch: Literal["rule", "confirm", "now"] = "rule"


class PlanForm(_Place):
    kind: Kind = "fire"


class DispatchForm(OptionalForm):
    dock: Id | None = Field(default=None, description="The best drone is sent without it.")
    divert: bool = Field(
        default=False, description="That drone also if it is out for another incident."
    )


class CloseForm(OptionalForm):
    note: str = Field(default="", max_length=2000)


class RecallForm(OptionalForm):
    reason: str = Field(default="recalled by the officer", max_length=500)


class HoldForm(OptionalForm):
    reason: str = Field(default="held by the officer", max_length=500)


class ResumeForm(OptionalForm):
    reason: str = Field(default="resumed by the officer", max_length=500)


class LandNowForm(OptionalForm):
    reason: str = Field(default="brought down by the officer", max_length=500)


class WriteOffForm(OptionalForm):
    reason: str = Field(default="written off by the officer", max_length=500)


class OfferForm(Form):
    to: str | None = Field(
        min_length=1, max_length=100, description="A colleague; null withdraws the offer."
    )


class GrantForm(OptionalForm):
    to: str | None = Field(
        default=None, max_length=40, description="The ground station; needed where several are."
    )
    label: str = Field(default="", max_length=40, description="What people call it.")
    minutes: float = Field(default=10, ge=1, le=240)


class TakeBackForm(OptionalForm):
    reason: str = Field(default="taken back by the officer", max_length=500)


class TakeOutForm(Form):
    reason: str = Field(min_length=1, max_length=500, description="What is wrong with it.")


class PutBackForm(OptionalForm):
    reason: str = Field(default="", max_length=500, description="What was done.")


class PauseForm(OptionalForm):
    reason: str = Field(default="paused by the officer", max_length=500)
    recall: bool = Field(default=False, description="Those that are out come home.")


class FindingForm(Form):
    kind: str = Field(min_length=1, max_length=40)
    level: int | None = Field(default=None, ge=1, le=4)
    note: str = Field(default="", max_length=2000)
    lon: Longitude | None = Field(default=None, description="Without a place: under the drone.")
    lat: Latitude | None = None
    datum: Literal["wgs84", "gcj02", "bd09"] = Field(
        default="wgs84", description="Of lon and lat; converted to WGS-84 on arrival."
    )
    dispatch: Literal["rule", "confirm", "now"] = "rule"


class FleetActForm(OptionalForm):
    confirmation: str | None = Field(
        default=None, max_length=100, description="Of the first answer; nothing is done without."
    )
    reason: str = Field(default="ordered for the whole fleet", max_length=500)


class GotoForm(_Place):
    height_m: float | None = Field(
        default=None, ge=20, le=120, description="Above the ground there; else as in a response."
    )
    reason: str = Field(default="directed by the officer", max_length=500)


class OrbitForm(GotoForm):
    radius_m: int = Field(default=40, ge=15, le=200)
    turns: int = Field(default=10, ge=1, le=100)


class CameraForm(Form):
    lon: Longitude | None = None
    lat: Latitude | None = None
    datum: Literal["wgs84", "gcj02", "bd09"] = Field(
        default="wgs84", description="Of lon and lat; converted to WGS-84 on arrival."
    )
    pitch_deg: float | None = Field(
        default=None, ge=-90, le=90, description="Against the horizon; -90 is straight down."
    )
    heading_deg: float | None = Field(
        default=None, ge=0, lt=360, description="True; without it where the nose points."
    )
    zoom: float | None = Field(default=None, ge=1, le=100, description="Over the widest picture.")


class IncidentPath(BaseModel):
    id: Id


class SortiePath(BaseModel):
    id: Id


class DronePath(BaseModel):
    id: Id = Field(description="Of the drone, or of its dock.")


class DecisionPath(BaseModel):
    id: Id


Listed = Annotated[list[Id], Field(max_length=40)]


def _not_a_number(given: Any) -> Any:
    """A bare number would be taken for seconds since 1970."""
    if isinstance(given, str) and "T" not in given.upper():
        raise ValueError("Input should be a time with date and zone, as 2026-03-01T08:00:00+08:00")
    return given


Instant = Annotated[AwareDatetime, BeforeValidator(_not_a_number)]


class IncidentsFilter(BaseModel):
    """Each may be given several times; only incidents that all of them let through are told."""

    kind: Listed = []
    level: Annotated[list[Annotated[int, Field(ge=1, le=4)]], Field(max_length=4)] = []
    subdistrict: Listed = []
    state: Annotated[list[IncidentState], Field(max_length=6)] = []
    since: Instant | None = Field(default=None, description="Reported then or later.")
    until: Instant | None = Field(default=None, description="Reported before.")


class IncidentsQuery(IncidentsFilter):
    limit: int = Field(default=100, ge=1, le=1000)
    before: Id | None = Field(default=None, description="`next` of the page before.")


class TableQuery(IncidentsFilter):
    language: Literal["zh", "en"] = "zh"


class SortiesQuery(BaseModel):
    limit: int = Field(default=100, ge=1, le=1000)
    before: Id | None = Field(default=None, description="`next` of the page before.")
    incident: Id | None = None


class VideoTrackQuery(BaseModel):
    after: Instant | None = Field(default=None, description="`next` of the page before.")
    step_s: float = Field(default=1.0, ge=0, le=60, description="Least time between two samples.")
    limit: int = Field(default=500, ge=1, le=5000)


class DecisionsQuery(BaseModel):
    incident: Id | None = None
    limit: int = Field(default=50, ge=1, le=500)
    before: Id | None = Field(default=None, description="Those taken before this one.")


class EventsQuery(BaseModel):
    after: int = Field(default=0, ge=0, le=2**53, description="Events with a greater seq.")
    incident: Id | None = None
    limit: int = Field(default=500, ge=1, le=EVENTS_AT_MOST)


class ActHeader(BaseModel):
    idempotency_key: str | None = Field(
        default=None,
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="The same request with the same key is done once and answered the same.",
    )


class Docks(BaseModel):
    docks: list[DockView]


class Drones(BaseModel):
    drones: list[DroneTelemetry]


class Decisions(BaseModel):
    decisions: list[DecisionSummary]
    next: str | None = None


class Events(BaseModel):
    """``next`` is what to give as ``after`` for the page after; null on the last."""

    events: list[Event]
    next: int | None = None


class StatusView(BaseModel):
    """``online``: the console hears the controller. ``status`` is the newest it said."""

    online: bool
    status: Status | None
    clock: ClockView


class Health(BaseModel):
    ok: bool
    at: datetime


class ReportQuery(BaseModel):
    day: date | None = Field(default=None, description="Local day; today without it.")
    of: str | None = Field(
        default=None, max_length=200, description="A plan or PLAN/FLIGHT; else all of the day."
    )


class PrintQuery(ReportQuery):
    language: Literal["zh", "en"] = "zh"
