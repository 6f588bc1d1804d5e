"""A simulated day as a picture: coverage and drones out over time, incidents by what they took."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from sitl.day import DayReport

INCIDENT_OK, INCIDENT_LATE, PATROL, COVERED = "#1f77b4", "#d62728", "#2ca02c", "#444444"


def draw_day(report: DayReport, to: Path) -> None:
    """Writes a PNG."""
    figure = Figure(figsize=(11, 7), layout="constrained")
    cover, out, times = figure.subplots(3, 1, sharex=True)
    hours = [each.at_s / 3600 for each in report.samples]
    shares = [None if s.covered_share is None else 100 * s.covered_share for s in report.samples]
    cover.plot(hours, [float("nan") if s is None else s for s in shares], color=COVERED)
    cover.axhline(100 * report.least_coverage, color=INCIDENT_LATE, linestyle=":")
    cover.set_ylabel("5-minute coverage, %")
    out.step(hours, [s.on_patrol for s in report.samples], color=PATROL, label="on patrol")
    out.step(hours, [s.on_incidents for s in report.samples], color=INCIDENT_OK, label="incidents")
    out.set_ylabel("drones out")
    out.legend(loc="upper right")
    for each in report.outcomes:
        hour, minute, second = (int(part) for part in each.at.split(":"))
        took_s = each.on_scene_s if each.on_scene_s is not None else 0.0
        color = INCIDENT_OK if each.in_window else INCIDENT_LATE
        marker = "D" if each.preempted else "o"
        times.plot(hour + minute / 60 + second / 3600, took_s, marker, color=color)
    times.axhline(300, color=INCIDENT_LATE, linestyle=":")
    times.set_ylim(bottom=0)
    times.set_ylabel("on scene after, s")
    times.set_xlabel("hour of the day; diamonds: a patrol's drone went")
    share = "-" if report.in_window_share is None else f"{100 * report.in_window_share:.0f} %"
    figure.suptitle(
        f"{report.day}, seed {report.seed}: {share} of {report.incidents} incidents in the window, "
        f"{report.patrol_seen} of {report.patrol_visits} patrol visits, "
        f"{report.preemptions} pre-emptions"
    )
    figure.savefig(to, dpi=110)
