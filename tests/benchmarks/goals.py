"""What was set as a goal beside what was measured, as a table on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Goal(NamedTuple):
    """``at_least`` tells which side of the goal is good."""

    what: str
    goal: float
    measured: float
    unit: str
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        return self.measured >= self.goal if self.at_least else self.measured <= self.goal


def table(goals: Sequence[Goal]) -> str:
    rows = [
        (
            one.what,
            f"{'>=' if one.at_least else '<='} {one.goal:g} {one.unit}",
            f"{one.measured:.3g} {one.unit}",
            "yes" if one.is_met else "NO",
        )
        for one in goals
    ]
    rows.insert(0, ("", "goal", "measured", "met"))
    widths = [max(len(row[n]) for row in rows) for n in range(4)]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in rows]
    return "\n" + "\n".join(line.rstrip() for line in lines)
