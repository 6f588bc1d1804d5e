"""Looks through all incidents and sorties there ever were: which ones, page by page, and how soon a
drone was over them. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from fleet.contract import (
    IncidentsPage,
    IncidentState,
    IncidentView,
    ListIncidents,
    ListSorties,
    ResponseFigures,
    SortiesPage,
    SortieView,
)


def incidents_page(incidents: Iterable[IncidentView], ask: ListIncidents) -> IncidentsPage:
    """The incidents that ``ask`` wants, newest first; the figures are of all its pages."""
    wanted = sorted((each for each in incidents if _is_wanted(each, ask)), key=lambda i: i.id)[::-1]
    rest = [each for each in wanted if ask.before is None or each.id < ask.before]
    page = rest[: ask.limit]
    return IncidentsPage(
        incidents=tuple(page),
        total=len(wanted),
        next=page[-1].id if len(rest) > len(page) else None,
        response=response_figures(wanted),
    )


def sorties_page(sorties: Iterable[SortieView], ask: ListSorties) -> SortiesPage:
    """The sorties that ``ask`` wants, newest first."""
    wanted = [each for each in sorties if ask.incident in (None, each.incident)]
    rest = sorted(
        (each for each in wanted if ask.before is None or each.id < ask.before),
        key=lambda sortie: sortie.id,
    )[::-1]
    page = rest[: ask.limit]
    return SortiesPage(
        sorties=tuple(page),
        total=len(wanted),
        next=page[-1].id if len(rest) > len(page) else None,
    )


def response_figures(incidents: Iterable[IncidentView]) -> ResponseFigures:
    """How the incidents to which a drone was sent stand against their windows."""
    sent = [each for each in incidents if each.sortie is not None]
    times = sorted(each.on_scene_s for each in sent if each.on_scene_s is not None)
    return ResponseFigures(
        sent=len(sent),
        judged=sum(
            each.on_scene_s is not None or each.state is not IncidentState.DISPATCHED
            for each in sent
        ),
        reached=len(times),
        in_window=sum(_in_window(each) for each in sent),
        median_s=_nearest_rank(times, 0.5),
        p90_s=_nearest_rank(times, 0.9),
        slowest_s=times[-1] if times else None,
    )


def _in_window(view: IncidentView) -> bool:
    return view.on_scene_s is not None and view.on_scene_s <= view.window_s


def _is_wanted(view: IncidentView, ask: ListIncidents) -> bool:
    return (
        (not ask.kinds or view.kind in ask.kinds)
        and (not ask.levels or view.level in ask.levels)
        and (not ask.subdistricts or view.subdistrict in ask.subdistricts)
        and (not ask.states or view.state in ask.states)
        and (ask.since is None or view.reported_at >= ask.since)
        and (ask.until is None or view.reported_at < ask.until)
    )


def _nearest_rank(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that ``share`` of all values do not exceed."""
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None
