"""What an officer must have read of a drone, and which officer directs it."""

from __future__ import annotations

from datetime import datetime

from fleet.contract.base import Model


class AlarmView(Model):
    """What an autopilot said that a person must have read."""

    id: str
    drone: str
    text: str
    at: datetime
    sortie: str | None
    incident: str | None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None


class ControlView(Model):
    """The person who directs a sortie's drone: while there is one, nobody else tells it anything
    but to come home. ``offered_to`` may take it over."""

    holder: str
    since: datetime
    offered_to: str | None = None
