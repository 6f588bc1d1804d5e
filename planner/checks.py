"""Is what is asked made of sensible figures? What is wrong with one drone or dock rules out that
one; what is wrong with the task leaves nothing to decide."""

from __future__ import annotations

import math

from planner.model import Candidate, LonLat, Reason, Task, Veto, Wind

WORST_WIND_MS = 60.0  # more than any storm in which somebody would ask


class QuestionInvalid(Exception):
    """What is asked cannot be answered; the text says what was expected."""


def check_task(task: Task) -> None:
    """Raises QuestionInvalid unless the task is made of sensible numbers."""
    check_position("the task's place", task.at)
    figures = (task.ground_amsl_m, task.height_m, task.cruise_height_m, task.scene_s, task.window_s)
    if not all(map(math.isfinite, figures)):
        raise QuestionInvalid(f"the task holds a figure that is no number: {task}")
    if task.scene_s < 0 or task.cruise_height_m < 0:
        raise QuestionInvalid(f"time on scene and cruise height cannot be negative: {task}")


def check_position(what: str, at: LonLat) -> None:
    """Raises QuestionInvalid for what is no place on earth."""
    if not (abs(at[0]) <= 180 and abs(at[1]) <= 90):  # so that NaN fails too
        raise QuestionInvalid(
            f"{what} is {at[0]}, {at[1]}; expected longitude, latitude in degrees"
        )


def fault_of(candidate: Candidate) -> Reason | None:
    """Why no flight of the candidate can be computed. The dock's wind limit is not asked here:
    that is the controller's to judge."""
    fault = candidate.performance.fault or candidate.launch.fault
    if fault is None and not math.isfinite(candidate.alt_amsl_m):
        fault = f"its height is {candidate.alt_amsl_m}"
    if fault is not None:
        return Reason(
            Veto.DRONE_NOT_READY, text=f"{candidate.drone} cannot be planned with: {fault}"
        )
    if not wind_is_sound(candidate.wind):
        wind = candidate.wind
        value = wind.speed_ms if math.isfinite(wind.speed_ms) else None
        text = (
            f"the dock measures no wind to plan with: {wind.speed_ms} m/s, {wind.from_deg} degrees"
        )
        return Reason(Veto.WIND, value, WORST_WIND_MS, text)
    if not (math.isfinite(candidate.absence_cost) and 0 <= candidate.wind_spread_ms < math.inf):
        text = f"the spread of its wind is {candidate.wind_spread_ms}, its absence costs "
        return Reason(Veto.DRONE_NOT_READY, text=f"{text}{candidate.absence_cost}")
    if not math.isfinite(candidate.energy_wh):
        return Reason(Veto.BATTERY, text=f"the charge of {candidate.drone} is not known")
    return None


def wind_is_sound(wind: Wind) -> bool:
    return 0 <= wind.speed_ms <= WORST_WIND_MS and math.isfinite(wind.from_deg)
