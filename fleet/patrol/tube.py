"""A patrol sortie as a tube in space and time."""

from __future__ import annotations

from fleet.district.model import DockSite
from fleet.log.state import SortiePlan
from fleet.patrol.mission import PatrolMission, patrol_mission
from fleet.patrol.plan import PlannedSortie
from planner.tubes import Flight, Seen, Tube, patrolling


def mission_of(stored: SortiePlan, site: DockSite) -> PatrolMission:
    """The mission of a patrol sortie, as it was sent out."""
    return patrol_mission(PlannedSortie.model_validate(stored.flight), site, site)


def patrol_tube(
    flight: Flight, mission: PatrolMission, seen: Seen | None = None, item: int = 0
) -> Tube:
    """Of a flight from its pad, or from where it was seen while it flew that item."""
    hops = [
        (hop.to, hop.stays_s)
        for hop in mission.hops(flight.pad_amsl_m)
        if item <= hop.seq < mission.home_seq
    ]
    pad = Seen(*flight.pad, flight.pad_amsl_m, flight.lift_off_s)
    return patrolling(flight, seen or pad, hops, lifted_off=seen is not None)
