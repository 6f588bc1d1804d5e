"""Drones that are offered and lent to other ground stations."""

from __future__ import annotations

from datetime import datetime

from fleet.contract.base import Model


class LeaseView(Model):
    """The right of a ground station to command a drone. ``label`` is what the duty officer ``by``
    calls it, ``holder`` the name that the gateway knows it by."""

    holder: str
    label: str
    by: str
    since: datetime
    until: datetime


class GuestView(Model):
    """A ground station that is connected to a drone, and where it calls from."""

    name: str
    remote: str


class OfferedDrone(Model):
    """Where ground stations find a drone, and who has found it."""

    drone: str
    dock: str
    address: str  # as ground stations write it: tcp:HOST:PORT
    guests: tuple[GuestView, ...]
    sortie: str | None
    lease: LeaseView | None


class GatewayView(Model):
    """Empty where drones are not offered."""

    drones: tuple[OfferedDrone, ...]
