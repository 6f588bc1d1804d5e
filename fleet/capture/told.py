"""A flight for pictures in figures and in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fleet.capture.flight import CaptureFlight
from fleet.capture.subject import ModelSubject, PanoramaSubject, Subject


def told_of(flight: CaptureFlight) -> dict[str, Any]:
    """All figures, and each picture: from where and whither."""
    subject = flight.subject
    return {
        "kind": "panorama" if isinstance(subject, PanoramaSubject) else "model",
        "dock": flight.dock.id,
        "drone": flight.dock.drone,
        "alt_amsl_m": subject.alt_amsl_m,
        "above_ground_m": subject.alt_amsl_m - subject.ground.highest_m,
        "seconds": flight.seconds,
        "energy_wh": flight.energy_wh,
        "left_wh": flight.left_wh,
        **_figures(subject),
        "pictures": [picture._asdict() for picture in subject.pictures],
    }


def _figures(subject: Subject) -> dict[str, Any]:
    if isinstance(subject, PanoramaSubject):
        return {
            "top_deg": subject.found.top_deg,
            "seen_share": subject.found.seen_share,
            "twice_share": subject.found.twice_share,
            "sampling_m": {"below": subject.below_m, "at_100_m": subject.at_100_m},
        }
    complete = subject.complete
    return {
        "passes": len(subject.passes),
        "pitches_deg": sorted({each.pitch_deg for each in subject.passes}),
        "speed_ms": subject.speed_ms,
        "seen_share": complete.seen_share,
        "modelled_share": complete.modelled_share,
        "views": {"least": complete.least_views, "mean": complete.mean_views},
        "sampling_m": {"finest": subject.finest_m, "coarsest": subject.coarsest_m},
    }


def lines_of(flight: CaptureFlight) -> Iterator[str]:
    subject = flight.subject
    above_m = subject.alt_amsl_m - subject.ground.highest_m
    if isinstance(subject, PanoramaSubject):
        yield (
            f"panorama: {len(subject.pictures)} pictures from {above_m:.0f} m above the ground, "
            f"from {subject.found.top_deg:g} degrees above the horizon to straight down"
        )
        yield (
            f"{_percent(subject.found.seen_share)} of that is seen, "
            f"{_percent(subject.found.twice_share)} in two pictures or more"
        )
        yield (
            f"one pixel shows {_cm(subject.below_m)} of the ground straight below, "
            f"{_cm(subject.at_100_m)} of what is 100 m away"
        )
    else:
        yield from _model_lines(subject, above_m)
    minutes, seconds = divmod(round(flight.seconds), 60)
    yield (
        f"{flight.dock.drone} from {flight.dock.id} and back: {minutes}:{seconds:02d} min, "
        f"{flight.energy_wh:.0f} Wh, {flight.left_wh:.0f} Wh left"
    )


def _model_lines(subject: ModelSubject, above_m: float) -> Iterator[str]:
    complete = subject.complete
    yield (
        f"model: {len(subject.pictures)} pictures on {len(subject.passes)} passes, {above_m:.0f} m "
        f"above the highest ground, at {subject.speed_ms:.1f} m/s"
    )
    yield (
        f"{_percent(complete.seen_share)} of the area is seen, "
        f"{_percent(complete.modelled_share)} from every side; each place in "
        f"{complete.least_views} pictures at the least, {complete.mean_views:.0f} as a rule"
    )
    yield f"one pixel shows {_cm(subject.finest_m)} to {_cm(subject.coarsest_m)}"


def _percent(share: float) -> str:
    """Rounded down: what is not complete is not told as complete."""
    return f"{int(share * 1000) / 10:g} %"


def _cm(metres: float) -> str:
    return f"{100 * metres:.1f} cm"
