"""The lease book as the controller keeps it: to whom drones are lent, and who could have them.

Leases live in memory; after a restart all drones are the controller's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from fleet import contract as c
from fleet.log.events import LeaseEnded, LoanRequested
from fleet.log.journal import Journal
from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.gate import Gate
from fleet.mavlink.gateway import Gateway
from fleet.mavlink.lease import CONTROLLER, LeaseRefused
from fleet.sorties.refused import Refused

RESTARTED: Final = "the controller was restarted"


class Leases:
    """``gateway`` is None where drones are not offered; ``drones`` names the system of each."""

    def __init__(
        self, journal: Journal, gate: Gate, gateway: Gateway | None, drones: Mapping[str, int]
    ) -> None:
        self._journal, self._gate, self._gateway = journal, gate, gateway
        self._drones = drones

    def end_old(self) -> None:
        """Puts on record that the leases of before the controller's start are over."""
        for sortie in self._journal.state.active():
            if sortie.lease is not None:
                holder = sortie.lease.holder
                self._journal.record(
                    LeaseEnded(drone=sortie.drone, holder=holder, by=CONTROLLER, why=RESTARTED)
                )

    def guest_of(self, drone: str, wanted: str | None) -> str:
        """The connected ground station that is meant: the only one, where none is named.

        Raises:
            Refused: if there is none, or several.
        """
        if self._gateway is None:
            raise Refused(
                "unavailable", "drones are not offered to ground stations; start with --gateway"
            )
        names = [guest.name for guest in self._guests(drone)]
        if wanted is not None and wanted not in names:
            connected = ", ".join(names) or "nobody"
            raise Refused("not_found", f"{wanted} is not connected to {drone}; {connected} is")
        if not names:
            address = self._gateway.address(drone)
            raise Refused("conflict", f"no ground station is connected to {drone} at {address}")
        if wanted is None and len(names) > 1:
            raise Refused(
                "conflict", f"{', '.join(names)} are connected to {drone}; say which is meant"
            )
        return wanted or names[0]

    def give(self, loan: LoanRequested) -> str | None:
        """Gives a drone to who asked for it in its dock; why it cannot be given."""
        if loan.holder not in [guest.name for guest in self._guests(loan.drone)]:
            return f"{loan.holder}, for whom it was, has hung up"
        try:
            self.grant(loan.drone, loan.holder, loan.label, loan.by, loan.for_s)
        except Refused as refused:
            return str(refused)
        return None

    def grant(self, drone: str, holder: str, label: str, by: str, for_s: float) -> None:
        """Gives the lease.

        Raises:
            Refused: if another holds it.
        """
        address = VehicleAddress(self._drones[drone])
        try:
            self._gate.grant(address, holder, by, for_s, _now_s(), label)
        except LeaseRefused as refused:
            raise Refused("conflict", f"{drone} cannot be lent: {refused}") from None

    def take_back(self, drone: str, by: str, why: str) -> None:
        """Ends the lease.

        Raises:
            Refused: if nobody else holds it.
        """
        try:
            self._gate.take_back(VehicleAddress(self._drones[drone]), by, _now_s(), why)
        except LeaseRefused as refused:
            raise Refused("conflict", f"{drone}: {refused}") from None

    def is_lent(self, drone: str) -> bool:
        return self._gate.lease(self._drones[drone], _now_s()).is_granted

    def offered(self, drone: str, dock: str) -> c.OfferedDrone | None:
        """Where a drone is offered, and to whom it is lent; None if it is not."""
        if self._gateway is None:
            return None
        sortie = self._journal.state.sortie_of_drone(drone)
        return c.OfferedDrone(
            drone=drone,
            dock=dock,
            address=self._gateway.address(drone),
            guests=self._guests(drone),
            sortie=sortie.id if sortie else None,
            lease=sortie.lease if sortie else None,
        )

    def _guests(self, drone: str) -> tuple[c.GuestView, ...]:
        seen = self._gateway.guests if self._gateway else ()
        return tuple(
            c.GuestView(name=each.name, remote=each.remote) for each in seen if each.drone == drone
        )


def _now_s() -> float:
    return asyncio.get_running_loop().time()
