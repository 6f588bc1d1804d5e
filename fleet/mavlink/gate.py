"""The gate: everything that is sent to a vehicle, but the heartbeat to all, passes here.

A message passes if it names exactly the vehicle it is for and, where it changes anything, if its
sender holds the vehicle's lease, still the same one as when the order was admitted, and the order's
deadline has not passed. That holds for each message, repeats and answers of a long exchange too.
Whatever is refused is told with its reason.

No I/O, no clock. After a restart of the controller all leases are the controller's.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn, TypeAlias

from fleet.mavlink.address import VehicleAddress, WrongTarget
from fleet.mavlink.codec import MavMessage
from fleet.mavlink.confirmation import Confirmations, ConfirmedAct, FleetAct
from fleet.mavlink.docket import Docket, Record
from fleet.mavlink.effect import changes
from fleet.mavlink.exchange import VehicleRefused
from fleet.mavlink.lease import CONTROLLER, Lease, LeaseBook


class GateReason(StrEnum):
    """Why something did not pass."""

    WRONG_TARGET = "wrong_target"  # it names another vehicle, several, or none
    NO_LEASE = "no_lease"  # somebody else holds the vehicle's lease
    LEASE_ENDED = "lease_ended"  # the lease it was begun under has ended or changed hands
    TOO_LATE = "too_late"  # its deadline has passed
    UNCLEAR = "unclear"  # sent before without an answer, and not safe to send again
    NOT_LENT = "not_lent"  # no lease gives leave for it
    NOT_CONFIRMED = "not_confirmed"  # an act on many drones without a good confirmation


@dataclass(frozen=True, slots=True)
class PassageRefused:
    """``sysid`` is None for an act on many drones."""

    reason: GateReason
    sysid: int | None
    sender: str
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class LeaseGiven:
    lease: Lease
    by: str
    for_s: float


@dataclass(frozen=True, slots=True)
class LeaseOver:
    """``by`` is who took it back, and ``why``; None when its time was over."""

    lease: Lease
    by: str | None
    why: str = ""


GateNews: TypeAlias = PassageRefused | LeaseGiven | LeaseOver


class GateRefused(VehicleRefused):
    """The gate said no; the vehicle was not asked."""

    def __init__(self, refusal: PassageRefused) -> None:
        self.refusal = refusal
        super().__init__(f"{refusal.what}: {refusal.text}")


@dataclass(frozen=True, slots=True)
class Warrant:
    """On whose behalf and until when (loop time) a vehicle is commanded. Commands of one ``key``
    are carried out once, however often they are asked for."""

    sender: str = CONTROLLER
    until_s: float = math.inf
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """An order that was admitted: leave to send its messages until its deadline."""

    address: VehicleAddress
    sender: str
    what: str
    until_s: float
    lease: Lease  # as it was when the order was admitted


class Gate:
    """One for all vehicles. ``carry`` takes what passes to the wire; ``tell`` gets refusals and
    changes of leases, the latter before they take effect."""

    def __init__(
        self, carry: Callable[[int, MavMessage], None], tell: Callable[[GateNews], None]
    ) -> None:
        self._carry, self._record = carry, tell
        self._listeners: list[Callable[[GateNews], None]] = []
        self._book = LeaseBook()
        self._docket = Docket()
        self._confirmations = Confirmations()

    def listen(self, listener: Callable[[GateNews], None]) -> Callable[[], None]:
        """Calls ``listener`` with all news once ``tell`` has had them; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    # Orders.

    def admit(
        self, address: VehicleAddress, warrant: Warrant, what: str, within_s: float, now_s: float
    ) -> Passage:
        """Begins an order that may take ``within_s``, less if the warrant ends before.

        Raises:
            GateRefused: if its deadline has passed.
        """
        until_s = min(warrant.until_s, now_s + within_s)
        lease = self._book.current(address.sysid, now_s)
        passage = Passage(address, warrant.sender, what, until_s, lease)
        if now_s >= until_s:
            self._refuse(passage, *_too_late(passage, now_s))
        return passage

    def send(self, passage: Passage, message: MavMessage, now_s: float) -> None:
        """Sends a message of the order.

        Raises:
            GateRefused: if it may not pass, or no longer.
        """
        try:
            passage.address.check(message)
        except WrongTarget as wrong:
            self._refuse(passage, GateReason.WRONG_TARGET, str(wrong))
        if changes(message) and (against := self._against(passage, now_s)):
            self._refuse(passage, *against)
        self._carry(passage.address.sysid, message)

    def record(self, address: VehicleAddress, warrant: Warrant, command: str) -> Record:
        """What became of this command when it was asked for before with the warrant's key."""
        if warrant.key is None:
            return Record()
        return self._docket[warrant.sender, address.sysid, warrant.key, command]

    def refuse_unclear(self, address: VehicleAddress, warrant: Warrant, what: str) -> NoReturn:
        """Refuses to repeat what must not be done twice.

        Raises:
            GateRefused: always.
        """
        text = "it was sent before and not answered; it is not safe to send twice"
        refusal = PassageRefused(GateReason.UNCLEAR, address.sysid, warrant.sender, what, text)
        self._tell(refusal)
        raise GateRefused(refusal)

    def refuse_not_lent(self, passage: Passage, text: str) -> NoReturn:
        """Refuses what the lease's holder wants but its lease is not for.

        Raises:
            GateRefused: always.
        """
        self._refuse(passage, GateReason.NOT_LENT, text)

    # Leases.

    def lease(self, sysid: int, now_s: float) -> Lease:
        return self._book.current(sysid, now_s)

    def grant(
        self,
        address: VehicleAddress,
        holder: str,
        by: str,
        for_s: float,
        now_s: float,
        label: str = "",
    ) -> Lease:
        """Gives a ground station the drone, on behalf of the duty officer ``by``, who calls it
        ``label``.

        Raises:
            LeaseRefused: with the reason.
        """
        self.expire(now_s)
        book = self._book.grant(address.sysid, holder, now_s, for_s, label)
        lease = book.current(address.sysid, now_s)
        self._tell(LeaseGiven(lease, by, for_s))
        self._book = book
        return lease

    def take_back(self, address: VehicleAddress, by: str, now_s: float, why: str = "") -> None:
        """Returns the drone to the controller; what its holder still sends is refused.

        Raises:
            LeaseRefused: if nobody else has it.
        """
        self.expire(now_s)
        book = self._book.take_back(address.sysid, now_s)
        ended = self._book.current(address.sysid, now_s)
        self._book = book  # first: a holder must not send while this is being recorded
        self._tell(LeaseOver(ended, by, why))

    def expire(self, now_s: float) -> None:
        """Tells of the leases whose time is over."""
        self._book, ended = self._book.expire(now_s)
        for lease in ended:
            self._tell(LeaseOver(lease, None))

    # Acts on many drones.

    def offer(self, act: FleetAct, token: str, now_s: float) -> float:
        """Makes ``token`` good for the act, once; returns until when."""
        return self._confirmations.offer(act, token, now_s)

    def confirm(self, act: FleetAct, token: str, now_s: float) -> ConfirmedAct:
        """Gives leave for an act on many drones, which nobody else can give.

        Raises:
            GateRefused: if the token is not good for it.
        """
        if why := self._confirmations.use(act, token, now_s):
            refusal = PassageRefused(GateReason.NOT_CONFIRMED, None, act.by, act.what, why)
            self._tell(refusal)
            raise GateRefused(refusal)
        return ConfirmedAct(act)

    def _against(self, passage: Passage, now_s: float) -> tuple[GateReason, str] | None:
        lease = self._book.current(passage.address.sysid, now_s)
        if passage.lease.holder != passage.sender:
            holder = passage.lease.shown
            return GateReason.NO_LEASE, f"{holder} holds the drone's lease, not {passage.sender}"
        if lease.number != passage.lease.number:
            return GateReason.LEASE_ENDED, f"the lease has ended; {lease.shown} holds it now"
        return _too_late(passage, now_s) if now_s >= passage.until_s else None

    def _tell(self, news: GateNews) -> None:
        self._record(news)
        for listener in list(self._listeners):
            listener(news)

    def _refuse(self, passage: Passage, reason: GateReason, text: str) -> NoReturn:
        refusal = PassageRefused(reason, passage.address.sysid, passage.sender, passage.what, text)
        self._tell(refusal)
        raise GateRefused(refusal)


def _too_late(passage: Passage, now_s: float) -> tuple[GateReason, str]:
    return GateReason.TOO_LATE, f"its deadline passed {now_s - passage.until_s:.1f} s ago"
