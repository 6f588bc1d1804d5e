"""What each of the day's winds makes of a patrol: ways, looks and shifts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fleet.patrol.agenda import Agenda, Part
from fleet.patrol.flyers import Flyers
from fleet.patrol.winds import Winds
from planner.patrol.legs import Legs
from planner.patrol.routing import Air, Look


@dataclass(frozen=True, slots=True)
class Sky:
    """One of the winds; parts and looks are numbered as the agenda's."""

    flyers: Flyers
    legs: Legs
    parts: Sequence[Part]
    looks: Sequence[Look]

    def air(self, looks: int) -> Air:
        """For the router, the first so many looks."""
        return Air(self.looks[:looks], self.legs.seconds, self.legs.wh)


class Skies:
    """All of them, in the order of the day."""

    def __init__(self, agenda: Agenda, blown: Sequence[Flyers], winds: Winds) -> None:
        self._winds = winds
        airspace = agenda.airspace()
        self.all = tuple(
            Sky(
                flyers,
                Legs(
                    airspace,
                    agenda.places,
                    flyers.flyer.performance,
                    flyers.flyer.wind,
                    flyers.heights,
                ),
                *agenda.blown(flyers.flyer),
            )
            for flyers in blown
        )

    @property
    def drones(self) -> list[str]:
        """By the number of their pads."""
        return [each.drone for each in self.all[0].flyers.candidates]

    def at(self, at_s: float) -> Sky:
        return self.all[self._winds.number_at(at_s)]

    def changes_after_s(self, at_s: float) -> float:
        return self._winds.changes_after_s(at_s)
