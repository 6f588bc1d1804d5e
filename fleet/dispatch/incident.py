"""The life of an incident. What moves it is the life of the sorties sent to it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from fleet.contract import IncidentState as S
from fleet.machine import Table


class IncidentTrigger(StrEnum):
    DRONE_SENT = "drone_sent"
    DRONE_ARRIVED = "drone_arrived"
    SCENE_LEFT = "scene_left"  # nobody is over it; another drone is on its way
    DRONES_GONE = "drones_gone"  # no sortie is on its way to it or over it any more
    NO_DOCK = "no_dock"  # no dock can serve it now
    CLOSE = "close"


T = IncidentTrigger

INCIDENT: Final = Table(
    "the incident",
    {
        (S.REPORTED, T.DRONE_SENT): S.DISPATCHED,
        (S.UNSERVED, T.DRONE_SENT): S.DISPATCHED,
        (S.ATTENDED, T.DRONE_SENT): S.DISPATCHED,
        (S.DISPATCHED, T.DRONE_SENT): S.DISPATCHED,
        (S.ON_SCENE, T.DRONE_SENT): S.ON_SCENE,
        (S.DISPATCHED, T.DRONE_ARRIVED): S.ON_SCENE,
        (S.ON_SCENE, T.DRONE_ARRIVED): S.ON_SCENE,
        (S.ON_SCENE, T.SCENE_LEFT): S.DISPATCHED,
        (S.DISPATCHED, T.DRONES_GONE): S.UNSERVED,
        (S.ON_SCENE, T.DRONES_GONE): S.ATTENDED,
        (S.REPORTED, T.NO_DOCK): S.UNSERVED,
        (S.UNSERVED, T.NO_DOCK): S.UNSERVED,
        (S.REPORTED, T.CLOSE): S.CLOSED,
        (S.UNSERVED, T.CLOSE): S.CLOSED,
        (S.ATTENDED, T.CLOSE): S.CLOSED,
    },
)
