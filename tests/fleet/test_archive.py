"""All incidents there ever were, page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fleet import contract as c
from fleet.log.archive import incidents_page, response_figures, sorties_page

T0 = datetime(2026, 3, 1, tzinfo=UTC)


def incident(number: int, **changes: Any) -> c.IncidentView:
    return c.IncidentView(
        id=f"I{number:04d}",
        kind="fire",
        level=2,
        lon=114.1,
        lat=22.65,
        subdistrict="440307001",
        note="",
        source="officer",
        state=c.IncidentState.REPORTED,
        reported_at=T0 + timedelta(minutes=number),
        window_s=300,
    ).model_copy(update=changes)


def reached(number: int, after_s: float | None) -> c.IncidentView:
    return incident(number, sortie=f"S{number}", on_scene_s=after_s)


@given(st.integers(0, 40), st.integers(1, 12))
def test_the_pages_hold_every_incident_once_newest_first(count: int, limit: int) -> None:
    incidents = [incident(n) for n in range(count)]
    told: list[str] = []
    before = None
    while True:
        page = incidents_page(incidents, c.ListIncidents(limit=limit, before=before))
        assert page.total == count
        assert len(page.incidents) <= limit
        told += [each.id for each in page.incidents]
        if (before := page.next) is None:
            break
    assert told == sorted((each.id for each in incidents), reverse=True)


def test_only_incidents_that_every_filter_lets_through_are_told() -> None:
    incidents = [
        incident(1),
        incident(2, kind="flood"),
        incident(3, level=4),
        incident(4, subdistrict="440307002"),
        incident(5, state=c.IncidentState.CLOSED),
        incident(6),
    ]
    ask = c.ListIncidents(
        kinds=("fire", "smoke"),
        levels=(2,),
        subdistricts=("440307001",),
        states=(c.IncidentState.REPORTED,),
        since=T0 + timedelta(minutes=1),
        until=T0 + timedelta(minutes=6),
    )
    page = incidents_page(incidents, ask)
    assert [each.id for each in page.incidents] == ["I0001"]
    assert (page.total, page.next) == (1, None)


def test_response_times_are_those_of_incidents_to_which_a_drone_was_sent() -> None:
    on_its_way = incident(9, sortie="S9", state=c.IncidentState.DISPATCHED)
    figures = response_figures(
        [
            incident(0),
            on_its_way,
            *(reached(n, s) for n, s in enumerate((100.0, 290.0, 300.0, 301.0, None), 1)),
        ]
    )
    assert (figures.sent, figures.judged) == (6, 5)
    assert (figures.reached, figures.in_window) == (4, 3)
    assert (figures.median_s, figures.p90_s, figures.slowest_s) == (290.0, 301.0, 301.0)


def test_without_incidents_there_are_no_times() -> None:
    figures = response_figures([])
    assert (figures.sent, figures.median_s, figures.p90_s, figures.slowest_s) == (
        0,
        None,
        None,
        None,
    )


def test_the_sorties_of_one_incident_are_told_newest_first() -> None:
    sorties = [
        c.SortieView(
            id=f"S{n}",
            incident=f"I{n % 2}",
            dock="D01",
            drone="U01",
            state=c.SortieState.DOCKED,
            requested_at=T0,
            changed_at=T0,
        )
        for n in range(6)
    ]
    first = sorties_page(sorties, c.ListSorties(incident="I1", limit=2))
    assert [each.id for each in first.sorties] == ["S5", "S3"]
    rest = sorties_page(sorties, c.ListSorties(incident="I1", limit=2, before=first.next))
    assert [each.id for each in rest.sorties] == ["S1"]
    assert (rest.total, rest.next) == (3, None)
