"""Drones, their links and leases, and the controller's own parts."""

from __future__ import annotations

from fleet.log.events.fact import Fact


class DroneTakenOut(Fact):
    """A person has taken the drone out of service."""

    about = "drone"

    drone: str
    reason: str


class DronePutBack(Fact):
    about = "drone"

    drone: str
    reason: str


class DroneReadied(Fact):
    """Parameters read and set, fence uploaded and read back."""

    about = "drone"

    drone: str
    parameters: dict[str, float]
    fence_points: int

    @property
    def subject(self) -> str:
        return self.drone


class CameraPointed(Fact):
    """A person turned the drone's camera or zoomed it; what stays as it was is None."""

    about = "sortie"

    sortie: str
    incident: str | None
    pitch_deg: float | None
    heading_deg: float | None
    zoom: float | None


class CommandRefused(Fact):
    """The gate let a command to a drone not pass. ``drone`` is "fleet" for an act on many."""

    about = "drone"

    drone: str
    sender: str
    what: str
    reason: str  # a GateReason
    text: str


class LeaseGranted(Fact):
    """A ground station may command the drone, until the time is over or the lease is taken back."""

    about = "drone"

    drone: str
    holder: str
    by: str
    for_s: float
    label: str = ""  # what the duty officer calls the holder


class LeaseEnded(Fact):
    """The controller commands the drone again. ``by`` took the lease back; None: it ran out."""

    about = "drone"

    drone: str
    holder: str
    by: str | None
    why: str = ""


class LinkChanged(Fact):
    """A dock or drone came or went."""

    about = "component"

    component: str
    online: bool

    @property
    def subject(self) -> str:
        return self.component


class LinkFailedOver(Fact):
    """A drone is followed and commanded on another of its links, for the one before was silent."""

    about = "drone"

    drone: str
    sortie: str | None  # that it was on
    incident: str | None
    link: str
    before: str
    silent_s: float


class ComponentFailed(Fact):
    """A part of the controller failed and was started again."""

    about = "component"

    component: str
    error: str

    @property
    def subject(self) -> str:
        return self.component
