"""What the controller is asked to do."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from fleet.contract.base import Model


class ReportIncident(Model):
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


class Dispatch(Model):
    """Sends a drone: the best one, or that of ``dock``. With ``divert`` that one also if it is out
    for another incident. Answer: SortieView."""

    ask: Literal["dispatch"] = "dispatch"
    incident: str
    dock: str | None = None
    divert: bool = False


class Recall(Model):
    """Brings a sortie's drone home now, whatever it is doing. Before take-off it is aborted.
    Answer: SortieView."""

    ask: Literal["recall"] = "recall"
    sortie: str
    reason: str = Field(default="recalled by the officer", max_length=500)


class Hold(Model):
    """Stops a sortie's drone where it is, until a person says otherwise; only when half of the
    reserve beside the energy of its way home is used up it comes home. Answer: SortieView."""

    ask: Literal["hold"] = "hold"
    sortie: str
    reason: str = Field(default="held by the officer", max_length=500)


class Resume(Model):
    """A held drone goes on with what it was doing. Answer: SortieView."""

    ask: Literal["resume"] = "resume"
    sortie: str
    reason: str = Field(default="resumed by the officer", max_length=500)


class Goto(Model):
    """Sends a drone in the air to a place, around the no-fly volumes, where it stays until told
    otherwise. Refused if it could not come home from there with its reserve. ``height_m`` is above
    the ground there; the district's own without it. Answer: SortieView."""

    ask: Literal["goto"] = "goto"
    sortie: str
    lon: float
    lat: float
    height_m: float | None = Field(default=None, ge=20, le=120)
    reason: str = Field(default="directed by the officer", max_length=500)


class Orbit(Model):
    """Like ``Goto``, but circles the place, clockwise and facing it. Answer: SortieView."""

    ask: Literal["orbit"] = "orbit"
    sortie: str
    lon: float
    lat: float
    radius_m: int = Field(default=40, ge=15, le=200)
    turns: int = Field(default=10, ge=1, le=100)
    height_m: float | None = Field(default=None, ge=20, le=120)
    reason: str = Field(default="directed by the officer", max_length=500)


class LandNow(Model):
    """Brings a drone down where it is, whatever is under it. Answer: SortieView."""

    ask: Literal["land_now"] = "land_now"
    sortie: str
    reason: str = Field(default="brought down by the officer", max_length=500)


class WriteOff(Model):
    """Ends the sortie of a drone that is lost, or down away from its dock: it is no longer waited
    for. The drone can be sent again once its dock holds it. Answer: SortieView."""

    ask: Literal["write_off"] = "write_off"
    sortie: str
    reason: str = Field(default="written off by the officer", max_length=500)


class TakeOut(Model):
    """Takes a drone out of service: until it is put back it is sent neither out nor on to another
    incident. What it is doing it goes on with. Answer: ServiceView."""

    ask: Literal["take_out"] = "take_out"
    drone: str
    reason: str = Field(min_length=1, max_length=500)


class PutBack(Model):
    """Puts a drone back into service. Answer: ServiceView."""

    ask: Literal["put_back"] = "put_back"
    drone: str
    reason: str = Field(default="", max_length=500)


class PointCamera(Model):
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


class GrantLease(Model):
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


class TakeBackLease(Model):
    """The controller commands the drone again, at once; in the air it comes home. Answer:
    SortieView."""

    ask: Literal["take_back_lease"] = "take_back_lease"
    drone: str = Field(max_length=40)
    reason: str = Field(default="taken back by the officer", max_length=500)
    by: str = Field(default="officer", max_length=100)


class FlyPatrol(Model):
    """Adopts a plan of patrol flights: each starts at its time of today, those of ``flights`` alone
    where any are named; ``at_once``: as soon as it may. Nothing near housing is looked at in the
    quiet hours, but with ``override``, which says why. Answer: PatrolView."""

    ask: Literal["fly_patrol"] = "fly_patrol"
    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")
    plan: dict[str, Any]  # as `dockfleet patrol plan` writes it
    flights: tuple[str, ...] = ()
    at_once: bool = False
    override: str | None = Field(default=None, min_length=1, max_length=200)


class PausePatrols(Model):
    """No patrol starts any more until they are resumed; with ``recall`` those that are out come
    home. What is not seen in its hours is planned anew or missed, as ever. Answer: PatrolsView."""

    ask: Literal["pause_patrols"] = "pause_patrols"
    reason: str = Field(default="paused by the officer", max_length=500)
    recall: bool = False
    by: str = Field(default="officer", max_length=100)


class ResumePatrols(Model):
    """Patrols start again when they are due. Answer: PatrolsView."""

    ask: Literal["resume_patrols"] = "resume_patrols"
    by: str = Field(default="officer", max_length=100)


class ReportFinding(Model):
    """Makes an incident of what a drone sees, on patrol or else: under the drone, or at the place
    named. That drone is a candidate for it like any other. Answer: IncidentView."""

    ask: Literal["report_finding"] = "report_finding"
    sortie: str
    kind: str
    level: int | None = Field(default=None, ge=1, le=4)
    note: str = Field(default="", max_length=2000)
    lon: float | None = None
    lat: float | None = None
    source: str = Field(default="officer", max_length=100)
    dispatch: Literal["rule", "confirm", "now"] = "rule"
    within: tuple[str, ...] = ()  # as in ReportIncident


class _FleetAct(Model):
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


class AcknowledgeAlarm(Model):
    """Somebody has read what an autopilot said. Answer: AlarmView."""

    ask: Literal["acknowledge_alarm"] = "acknowledge_alarm"
    alarm: str
    by: str = Field(default="officer", max_length=100)


class TakeControl(Model):
    """From now on only ``by`` directs the sortie's drone; anybody may still call it home. Refused
    while another has the control and has not offered it, unless a commander is ``over`` both.
    Answer: SortieView."""

    ask: Literal["take_control"] = "take_control"
    sortie: str
    by: str = Field(default="officer", max_length=100)
    over: bool = False  # set by the console for who leads


class OfferControl(Model):
    """Whoever has the control hands it to another, who has it once they take it; to nobody: the
    offer is withdrawn. Answer: SortieView."""

    ask: Literal["offer_control"] = "offer_control"
    sortie: str
    to: str | None = Field(min_length=1, max_length=100)
    by: str = Field(default="officer", max_length=100)


class GiveUpControl(Model):
    """Nobody has the control any more: any officer directs the drone. Answer: SortieView."""

    ask: Literal["give_up_control"] = "give_up_control"
    sortie: str
    by: str = Field(default="officer", max_length=100)
    over: bool = False


class TickItem(Model):
    """An item of the incident's checklists is seen to; with ``done`` false it is not, after all.
    Answer: IncidentView."""

    ask: Literal["tick_item"] = "tick_item"
    incident: str
    item: str = Field(max_length=60)
    done: bool = True
    by: str = Field(default="officer", max_length=100)


class GiveTask(Model):
    """A task to somebody who signs in here, or with ``outside`` to anybody by name. Answer:
    TaskView."""

    ask: Literal["give_task"] = "give_task"
    incident: str
    text: str = Field(min_length=1, max_length=500)
    to: str = Field(min_length=1, max_length=100)
    outside: bool = False
    within_min: int | None = Field(default=None, ge=1, le=1440)
    by: str = Field(default="officer", max_length=100)


class MoveTask(Model):
    """A task is taken, done, or not wanted any more. Answer: TaskView."""

    ask: Literal["move_task"] = "move_task"
    incident: str
    task: str
    move: Literal["take", "done", "withdraw"]
    note: str = Field(default="", max_length=500)
    by: str = Field(default="officer", max_length=100)


class CloseIncident(Model):
    """Refused while a sortie to it is in the air. Answer: IncidentView."""

    ask: Literal["close_incident"] = "close_incident"
    incident: str
    note: str = Field(default="", max_length=2000)
