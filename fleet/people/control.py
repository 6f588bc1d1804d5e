"""Which officer directs a drone: taken, offered, taken over, given up. Pure.

Nobody need have the control. Who has it is the only one to direct the drone, which the console sees
to; that it comes home anybody may say.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from fleet.contract import ControlView, SortieView
from fleet.sorties.sortie import ENDED

if TYPE_CHECKING:
    from fleet.log.events import ControlOffered, ControlTaken


def why_not_take(sortie: SortieView, by: str, over: bool) -> str | None:
    """Why somebody cannot have the control; ``over`` is a commander's word."""
    if sortie.state in ENDED:
        return f"the sortie has ended: {sortie.state}"
    control = sortie.control
    if control is None or over or by in (control.holder, control.offered_to):
        return None
    return (
        f"{control.holder} has the control of {sortie.drone}; have it handed over, or a commander "
        "take over"
    )


def why_not_offer(sortie: SortieView, by: str, to: str | None) -> str | None:
    """Why somebody cannot hand the control over."""
    control = sortie.control
    if control is None:
        return f"nobody has the control of {sortie.drone}; take it first"
    if control.holder != by:
        return f"{control.holder} has the control of {sortie.drone}, not {by}"
    return f"{by} has the control of {sortie.drone} already" if to == by else None


def why_not_release(sortie: SortieView, by: str, over: bool) -> str | None:
    """Why somebody cannot give the control up."""
    control = sortie.control
    if control is None or over or control.holder == by:
        return None
    return f"{control.holder} has the control of {sortie.drone}, not {by}"


def with_holder(sortie: SortieView, fact: ControlTaken, at: datetime) -> SortieView:
    return sortie.model_copy(update={"control": ControlView(holder=fact.by, since=at)})


def with_offer(sortie: SortieView, fact: ControlOffered) -> SortieView:
    assert sortie.control is not None
    control = sortie.control.model_copy(update={"offered_to": fact.to})
    return sortie.model_copy(update={"control": control})


def without_holder(sortie: SortieView) -> SortieView:
    return sortie.model_copy(update={"control": None})
