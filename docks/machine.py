"""The dock as a state machine: values in, values out, time as an argument.

It knows its own end switches, pad sensor and contacts, and refuses what would hurt a drone. The
simulated dock and, later, drivers without logic of their own run on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from docks.contract import Charger, Cover
from docks.site import DockModel

CLEAR_M: Final = 15.0  # a drone below this height over the pad is in the cover's way
TAPER_PCT: Final = 80.0  # above it a lithium battery takes less and less (constant voltage)
LEAST_SHARE: Final = 0.1  # of the charger's power, at 100 %


class DockRefused(Exception):
    """The dock will not do it; the text says why."""


@dataclass(frozen=True, slots=True)
class Pad:
    """What the dock's sensors feel."""

    drone: str | None = None  # standing on the pad, by its contacts
    battery_pct: float | None = None
    above_m: float | None = None  # height of a drone in the air over the pad; None: none there


@dataclass(frozen=True, slots=True)
class Faults:
    """What can be broken."""

    cover: bool = False  # jammed: the motor runs, no end switch closes
    charger: bool = False
    emergency_stop: bool = False  # pressed


@dataclass(frozen=True, slots=True)
class Dock:
    """One dock at one instant. ``moving_since_s`` is when the cover began to move; ``causes`` is
    what is broken now, ``faults`` also what was and nobody has cleared."""

    model: DockModel
    cover: Cover = Cover.CLOSED
    moving_since_s: float | None = None
    pad: Pad = Pad()
    charge_to_pct: float | None = None
    causes: Faults = Faults()
    faults: Faults = Faults()

    def open(self, now_s: float) -> Dock:
        """Starts the cover opening; does nothing when it is open or on its way.

        Raises:
            DockRefused: under emergency stop, or with a stuck cover.
        """
        self._may_move()
        if self.cover in (Cover.OPEN, Cover.OPENING):
            return self
        return replace(self._turn(Cover.OPENING, now_s), charge_to_pct=None)

    def close(self, now_s: float) -> Dock:
        """Starts the cover closing; does nothing when it is closed or on its way.

        Raises:
            DockRefused: with a drone in the air over the pad, under emergency stop, or stuck.
        """
        self._may_move()
        if self.cover in (Cover.CLOSED, Cover.CLOSING):
            return self
        above_m = self.pad.above_m
        if above_m is not None and above_m < CLEAR_M:
            raise DockRefused(f"a drone is {above_m:.0f} m above the pad; the cover stays open")
        return self._turn(Cover.CLOSING, now_s)

    def charge(self, to_pct: float) -> Dock:
        """Charges the drone on the pad.

        Raises:
            DockRefused: without a drone, with a broken charger, or under emergency stop.
        """
        if self.faults.emergency_stop:
            raise DockRefused("the emergency stop is pressed")
        if self.faults.charger:
            raise DockRefused("the charger is broken")
        if self.pad.drone is None:
            raise DockRefused("no drone stands on the pad")
        return replace(self, charge_to_pct=to_pct)

    def stop_charge(self) -> Dock:
        return replace(self, charge_to_pct=None)

    def feel(self, pad: Pad, now_s: float) -> Dock:
        """The dock with what its sensors feel now. A cover that is closing opens again when a
        drone comes in over the pad: its light barrier does that without being told."""
        felt = replace(self, pad=pad)
        if pad.drone is None:
            felt = replace(felt, charge_to_pct=None)
        comes_in = pad.above_m is not None and pad.above_m < CLEAR_M
        if comes_in and felt.cover is Cover.CLOSING:
            felt = felt._turn(Cover.OPENING, now_s)
        return felt

    def breaks(self, causes: Faults) -> Dock:
        """The dock with this broken now; a pressed emergency stop stops the cover where it is."""
        faults = replace(
            causes,
            charger=causes.charger or self.faults.charger,
            emergency_stop=causes.emergency_stop or self.faults.emergency_stop,
        )
        broken = replace(self, causes=causes, faults=faults)
        if faults.emergency_stop:
            broken = replace(broken, charge_to_pct=None)
            if self.cover in (Cover.OPENING, Cover.CLOSING):
                broken = replace(broken, cover=Cover.STUCK, moving_since_s=None)
        if faults.charger:
            broken = replace(broken, charge_to_pct=None)
        return broken

    def clear_faults(self, now_s: float) -> Dock:
        """Somebody looked: faults whose cause is gone are cleared, a stuck cover tries to open.

        Raises:
            DockRefused: while the emergency stop is pressed; only a hand at the dock releases it.
        """
        if self.causes.emergency_stop:
            raise DockRefused("the emergency stop is pressed; it must be released at the dock")
        mended = replace(self, faults=self.causes)
        if self.cover is Cover.STUCK:
            mended = mended._turn(Cover.OPENING, now_s)
        return mended

    def tick(self, now_s: float) -> Dock:
        """The dock as it is at ``now_s``: covers arrive, or time out and are stuck."""
        due_s = self.due_s
        if due_s is None:
            return self
        if now_s < due_s:
            return self
        arrives = Cover.OPEN if self.cover is Cover.OPENING else Cover.CLOSED
        cover = Cover.STUCK if self.faults.cover else arrives
        return replace(self, cover=cover, moving_since_s=None)

    @property
    def due_s(self) -> float | None:
        """When ``tick`` changes something next."""
        if self.moving_since_s is None:
            return None
        takes_s = self.model.cover_timeout_s if self.faults.cover else self._takes_s(self.cover)
        return self.moving_since_s + takes_s

    @property
    def charger(self) -> Charger:
        if self.faults.charger:
            return Charger.FAULT
        if self.charge_to_pct is None or self.pad.battery_pct is None:
            return Charger.IDLE
        if self.pad.battery_pct >= self.charge_to_pct:
            return Charger.FULL
        return Charger.CHARGING

    @property
    def charge_w(self) -> float:
        """Power into the battery: constant current, then, from 80 %, falling with the charge."""
        if self.charger is not Charger.CHARGING or self.pad.battery_pct is None:
            return 0.0
        share = 1.0
        if self.pad.battery_pct > TAPER_PCT:
            done = (self.pad.battery_pct - TAPER_PCT) / (100.0 - TAPER_PCT)
            share = 1.0 - (1.0 - LEAST_SHARE) * done
        return self.model.charge_w * share

    @property
    def fault_words(self) -> tuple[str, ...]:
        words = []
        if self.cover is Cover.STUCK:
            words.append("the cover is stuck between its end switches")
        if self.faults.charger:
            words.append("the charger is broken")
        return tuple(words)

    def _turn(self, to: Cover, now_s: float) -> Dock:
        """Starts the cover moving. One that turns back half way has only that half to go: it
        counts as having begun so much earlier."""
        begun_s = now_s
        if self.moving_since_s is not None:
            done = min(1.0, (now_s - self.moving_since_s) / self._takes_s(self.cover))
            begun_s -= (1.0 - done) * self._takes_s(to)
        return replace(self, cover=to, moving_since_s=begun_s)

    def _takes_s(self, moving: Cover) -> float:
        model = self.model
        return model.cover_close_s if moving is Cover.CLOSING else model.cover_open_s

    def _may_move(self) -> None:
        if self.faults.emergency_stop:
            raise DockRefused("the emergency stop is pressed")
        if self.cover is Cover.STUCK:
            raise DockRefused("the cover is stuck; somebody must look and clear the fault")
