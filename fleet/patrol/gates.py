"""Whether a patrol may start from a dock now. Pure; each answer says why not, with the figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from docks.contract import DockWeather
from fleet.contract import CoverageView
from fleet.patrol.schedule_file import Gates

SPARE_SHARE: Final = 0.01  # so that a patrol is not called home when the wind turns a little


@dataclass(frozen=True, slots=True)
class Guarded:
    """What the incidents that may come have to rely on: the live coverage, and what each dock's
    absence would cost it."""

    view: CoverageView | None
    busy: frozenset[str]  # docks whose drones are on sorties

    @property
    def is_current(self) -> bool:
        """Whether it knows already of all that is out."""
        return self.view is not None and not self.busy & set(self.view.available)


def why_all_wait(gates: Gates, guarded: Guarded) -> str | None:
    """Why no patrol may start, from whichever dock."""
    if guarded.view is None:
        return "the coverage is still being worked out"
    if guarded.view.covered_share < gates.least_coverage:
        return (
            f"the 5-minute coverage is {_pct(guarded.view.covered_share)}, patrols leave "
            f"{_pct(gates.least_coverage)}"
        )
    return None


def why_it_waits(
    gates: Gates, guarded: Guarded, absence_cost: float, weather: DockWeather | None
) -> str | None:
    """Why a patrol may not start from a dock whose absence costs so much coverage."""
    if guarded.view is None:
        return "the coverage is still being worked out"
    left = guarded.view.covered_share - absence_cost
    if gates.least_coverage > 0 and left < gates.least_coverage + SPARE_SHARE:
        return (
            f"without its drone the 5-minute coverage would be {_pct(left)}, patrols leave "
            f"{_pct(gates.least_coverage)} and {_pct(SPARE_SHARE)} to spare"
        )
    if weather is None:
        return "its dock has told no weather"
    if weather.gust_ms > gates.wind_ms:
        return f"gusts of {weather.gust_ms:.1f} m/s, patrols fly up to {gates.wind_ms:g} m/s"
    if weather.rain_mm_h > gates.rain_mm_h:
        return f"rain of {weather.rain_mm_h:.1f} mm/h, patrols fly up to {gates.rain_mm_h:g} mm/h"
    return None


def _pct(share: float) -> str:
    return f"{100 * share:.1f} %"
