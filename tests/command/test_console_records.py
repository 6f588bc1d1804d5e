"""Incidents, sorties, docks and drones over real HTTP: pages, GeoJSON, and the table."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from command import geojson, table
from command.people.rights import Role
from fleet import contract as c
from tests.command.console_stage import Stage, bearer, eventually, settled
from tests.command.controller_on_the_bus import DISTRICT, T0, frame, incident, sortie, summary

SITE: dict[str, Any] = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [114.0, 22.6]},
    "properties": {"id": "D01", "drone": "U01", "alt_amsl_m": 40.0},
}
WITH_DOCK = DISTRICT.model_copy(update={"docks": {**DISTRICT.docks, "features": [SITE]}})
WAY = ((114.0, 22.6, 160.0), (114.1, 22.65, 160.0))


def get(stage: Stage, path: str) -> requests.Response:
    answer = requests.get(f"{stage.url}/api/v1{path}", timeout=10, headers=bearer(stage.key))
    assert answer.status_code == 200, answer.text
    return answer


@pytest.fixture(scope="module")
def stage(shared_stage: Stage) -> Stage:
    """Seven incidents of two kinds; one of them with a sortie that arrived in time."""
    for number in range(1, 8):
        kind = "fire" if number % 2 else "flood"
        at = T0 + timedelta(hours=number)
        made = incident(number, kind=kind, reported_at=at, note="=1+1" if number == 1 else "")
        if number == 3:
            made = made.model_copy(update={"sortie": "SOR3", "on_scene_s": 170.0})
        shared_stage.do(shared_stage.controller.record("IncidentReported", incident=made))
    sent = sortie(3, path=WAY)
    shared_stage.do(shared_stage.controller.record("SortieRequested", sortie=sent))
    eventually(lambda: len(get(shared_stage, "/snapshot").json()["incidents"]) == 7)
    return shared_stage


def test_every_page_names_the_next_until_the_last(stage: Stage) -> None:
    told: list[str] = []
    path = "/incidents?limit=3&kind=fire&kind=flood"
    while True:
        answer = get(stage, path)
        page = answer.json()
        told += [each["id"] for each in page["incidents"]]
        assert page["total"] == 7
        if page["next"] is None:
            assert "Link" not in answer.headers
            break
        link = answer.links["next"]["url"]
        assert link.startswith("/api/v1/incidents?limit=3&kind=fire&kind=flood&before=")
        path = link.removeprefix("/api/v1")
    assert told == [f"INC{n}" for n in range(7, 0, -1)]


@pytest.mark.parametrize(("limit", "pages"), [(3, 3), (4, 2), (8, 1), (5000, 1)])
def test_events_are_told_page_by_page_each_once(stage: Stage, limit: int, pages: int) -> None:
    seqs: list[int] = []
    path: str | None = f"/events?limit={limit}"
    for number in range(1, pages + 1):
        assert path is not None
        answer = get(stage, path)
        seqs += [each["seq"] for each in answer.json()["events"]]
        path = answer.links.get("next", {}).get("url", "").removeprefix("/api/v1") or None
        assert (answer.json()["next"] is None) == (path is None) == (number == pages)
    assert seqs == list(range(1, 9))
    assert [e["incident"] for e in get(stage, "/events?incident=INC2").json()["events"]] == ["INC2"]


def test_decisions_are_told_page_by_page_each_once(stage: Stage) -> None:
    stage.controller.decided = [summary(number) for number in range(5, 0, -1)]
    path, told = "/decisions?limit=2", []
    while path:
        answer = get(stage, path)
        told += [each["id"] for each in answer.json()["decisions"]]
        path = answer.links.get("next", {}).get("url", "").removeprefix("/api/v1")
        assert (answer.json()["next"] is None) == (not path)
    assert told == [f"DEC{number}" for number in range(5, 0, -1)]


def test_the_audit_log_is_told_page_by_page_each_entry_once(stage: Stage) -> None:
    stage.people.roster.add("judge", Role.JUDGE)
    key = bearer(settled(stage.people, "judge"))
    for number in range(5):
        stage.people.audit.record("li", "duty_officer", "", "dispatch", f"INC{number}")
    path, seqs = f"{stage.url}/api/v1/audit?limit=2", []
    while path:
        answer = requests.get(path, headers=key, timeout=10)
        seqs += [each["seq"] for each in answer.json()["entries"]]
        path = answer.links.get("next", {}).get("url", "")
        assert (answer.json()["next"] is None) == (not path)
        path = path and f"{stage.url}{path}"
    assert seqs == list(range(seqs[0], 0, -1))
    assert len(seqs) >= 5


def test_filters_go_together(stage: Stage) -> None:
    since = "2026-03-01T03:00:00Z"
    page = get(stage, f"/incidents?kind=fire&level=2&state=reported&since={since}").json()
    assert [each["id"] for each in page["incidents"]] == ["INC7", "INC5", "INC3"]
    assert page["response"]["in_window"] == 1
    assert page["response"]["slowest_s"] == 170.0


@pytest.mark.parametrize(
    "query",
    ["since=yesterday", "since=2026-03-01T03:00:00", "level=9", "state=open", "before=../x"],
)
def test_a_filter_that_means_nothing_is_refused(stage: Stage, query: str) -> None:
    answer = requests.get(
        f"{stage.url}/api/v1/incidents?{query}", timeout=10, headers=bearer(stage.key)
    )
    assert answer.status_code == 422
    assert answer.json()["faults"]


def test_all_that_has_a_place_is_told_as_geojson(stage: Stage) -> None:
    for path, id_ in (
        ("/incidents.geojson?limit=1", "INC7"),
        ("/sorties.geojson", "SOR3"),
        ("/drones.geojson", "U01"),
    ):
        answer = get(stage, path)
        assert answer.headers["Content-Type"] == "application/geo+json"
        assert answer.json()["features"][0]["id"] == id_
    assert get(stage, "/docks.geojson").json()["type"] == "FeatureCollection"
    assert get(stage, "/docks").json()["docks"][0]["dock"] == "D01"
    assert len(get(stage, "/drones").json()["drones"]) == 2
    assert get(stage, "/sorties?incident=INC3").json()["sorties"][0]["id"] == "SOR3"


def test_the_table_holds_all_incidents_in_words_and_local_time(stage: Stage) -> None:
    answer = get(stage, "/incidents.csv?kind=fire")
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:2] == ["编号", "上报时间"]
    assert [row[0] for row in rows[1:]] == ["INC7", "INC5", "INC3", "INC1"]
    assert rows[1][1] == "2026-03-01 15:00:00"
    english = get(stage, "/incidents.csv?language=en").content.decode("utf-8-sig")
    assert english.startswith("id,reported at,")


def test_a_note_never_becomes_a_formula(stage: Stage) -> None:
    rows = list(csv.reader(io.StringIO(get(stage, "/incidents.csv?language=en").text)))
    assert rows[-1][-1] == "'=1+1"


@given(st.text(), st.text())
def test_any_note_stays_one_cell(note: str, source: str) -> None:
    views = [incident(1, note=note, source=source)]
    rows = list(csv.reader(io.StringIO(table.incidents_csv(views, DISTRICT, "en"), newline="")))
    assert {len(row) for row in rows} == {20}


def test_a_way_starts_at_its_dock_and_a_sortie_without_one_has_no_shape() -> None:
    shapes = geojson.sorties([sortie(1, path=WAY), sortie(2)], WITH_DOCK)["features"]
    assert shapes[0]["geometry"]["coordinates"][0] == [114.0, 22.6, 40.0]
    assert len(shapes[0]["geometry"]["coordinates"]) == 3
    assert shapes[1]["geometry"] is None


def test_a_dock_is_told_with_its_site_and_its_state() -> None:
    shapes = geojson.docks([c.DockView(dock="D01", online=True, drone="U01")], WITH_DOCK)
    (dock,) = shapes["features"]
    assert dock["geometry"]["coordinates"] == [114.0, 22.6, 40.0]
    assert dock["properties"]["online"] is True


def test_a_drone_that_told_no_place_has_no_shape() -> None:
    drones = geojson.drones(frame("LOITER").drones)["features"]
    assert [each["geometry"] for each in drones] == [None, None]
    json.dumps(drones, allow_nan=False)


def test_figures_for_prometheus_need_nobody_signed_in_and_name_no_place(stage: Stage) -> None:
    get(stage, "/docks")
    up = "dockfleet_controller_up 1.0"  # the tiny controller says little, and is missed at times
    eventually(lambda: up in requests.get(f"{stage.url}/metrics", timeout=10).text)
    answer = requests.get(f"{stage.url}/metrics", timeout=10)
    assert answer.headers["Content-Type"].startswith("text/plain")
    families = {f.name: f for f in text_string_to_metric_families(answer.text)}
    incidents = {s.labels["state"]: s.value for s in families["dockfleet_incidents"].samples}
    assert incidents["reported"] == 7
    assert incidents["closed"] == 0
    assert families["dockfleet_docks_online"].samples[0].value == 25
    routes = {s.labels["route"] for s in families["dockfleet_http_requests"].samples}
    assert "/api/v1/docks" in routes
    assert "114.1" not in answer.text


def test_addresses_that_are_none_make_no_series_of_their_own(stage: Stage) -> None:
    requests.get(f"{stage.url}/api/v1/nothing-{'x' * 40}", timeout=10)
    assert "nothing-x" not in requests.get(f"{stage.url}/metrics", timeout=10).text
