"""What the gate refuses, whom it lends drones to and which link is used becomes part of the event
log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fleet.log.events import CommandRefused, Fact, LeaseEnded, LeaseGranted, LinkFailedOver
from fleet.log.journal import Journal
from fleet.mavlink.gate import GateNews, LeaseGiven, LeaseOver, PassageRefused
from fleet.mavlink.routes import FailOver

FLEET: Final = "fleet"  # in place of a drone, where an act on many was refused


def record_news(journal: Journal, drones: Mapping[int, str], news: GateNews) -> None:
    """Makes a fact of it; ``drones`` names each system id."""
    match news:
        case PassageRefused(reason=reason, sysid=sysid, sender=sender, what=what, text=text):
            drone = FLEET if sysid is None else drones[sysid]
            fact: Fact = CommandRefused(
                drone=drone, sender=sender, what=what, reason=reason, text=text
            )
        case LeaseGiven(lease=lease, by=by, for_s=for_s):
            drone = drones[lease.sysid]
            holder, label = lease.holder, lease.label
            fact = LeaseGranted(drone=drone, holder=holder, by=by, for_s=for_s, label=label)
        case LeaseOver(lease=lease, by=ended_by, why=why):
            drone = drones[lease.sysid]
            fact = LeaseEnded(drone=drone, holder=lease.holder, by=ended_by, why=why)
    journal.record(fact)


def record_fail_over(journal: Journal, drones: Mapping[int, str], news: FailOver) -> None:
    """Makes a fact of it, of the sortie's story if the drone is on one."""
    drone = drones[news.sysid]
    sortie = journal.state.sortie_of_drone(drone)
    journal.record(
        LinkFailedOver(
            drone=drone,
            sortie=sortie and sortie.id,
            incident=sortie and sortie.incident,
            link=news.now,
            before=news.before,
            silent_s=news.silent_s,
        )
    )
