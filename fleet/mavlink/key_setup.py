"""Giving a vehicle the key that its packets are signed with. It is told in plain: only over a line
that nobody listens to, as a cable on the bench."""

from __future__ import annotations

from typing import Final

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.codec import MavMessage
from fleet.mavlink.exchange import Retried
from fleet.mavlink.signing import Signing

PAUSE_S: Final = 1.0
TRIES: Final = 10


class SetUpSigning(Retried[bool]):
    """Done once the vehicle signs with the key; it does not acknowledge."""

    what = "setting up signing"
    hears = frozenset(mavlink.mavlink_map)  # any packet shows that it signs

    def __init__(self, address: VehicleAddress, signing: Signing) -> None:
        super().__init__(PAUSE_S, TRIES)
        self._address, self._signing = address, signing

    def _ask(self) -> list[MavMessage]:
        address, signing = self._address, self._signing
        return [
            mavlink.MAVLink_setup_signing_message(
                address.sysid, address.compid, list(signing.key), signing.ticks()
            )
        ]

    def take(self, message: MavMessage, now_s: float) -> list[MavMessage]:
        if not self.finished and self._signing.accepts(message.get_msgbuf()):
            self._succeed(True)
        return []
