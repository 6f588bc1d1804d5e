"""Who directs a drone: while one person has the control, nobody else does. Pure."""

from __future__ import annotations

from typing import Final

from command.acts import Refused
from command.people.rights import Person
from fleet import contract as c

# To call a drone home, and what is told to all of them, is anybody's: safety waits for nobody.
_DIRECTING: Final = (
    *(c.Hold, c.Resume, c.Goto, c.Orbit, c.LandNow, c.PointCamera),
    c.GrantLease,
)


def directs(ask: c.Ask) -> bool:
    """Whether it is the holder's alone, where somebody has the control."""
    return isinstance(ask, _DIRECTING)


def check_control(person: Person, sortie: c.SortieView | None) -> None:
    """
    Raises:
        Refused: if another has the control of the drone.
    """
    control = sortie.control if sortie else None
    if sortie is None or control is None or control.holder == person.name:
        return
    raise Refused(
        "conflict",
        f"{control.holder} has the control of {sortie.drone}; have it handed over, or a commander "
        "take over",
    )
