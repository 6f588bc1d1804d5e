"""REST over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from fleet import contract as c
from fleet.contract import DistrictView, ExplanationView, Snapshot
from tests.command.console_stage import Stage, bearer

PLACE = {"lon": 114.1, "lat": 22.65, "kind": "fire"}


def post(stage: Stage, path: str, **kwargs: Any) -> requests.Response:
    headers = {**bearer(stage.key), **kwargs.pop("headers", {})}
    return requests.post(f"{stage.url}/api/v1{path}", timeout=10, headers=headers, **kwargs)


def get(stage: Stage, path: str) -> requests.Response:
    return requests.get(f"{stage.url}/api/v1{path}", timeout=10, headers=bearer(stage.key))


def assert_problem(response: requests.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"].startswith("application/problem+json")
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status
    assert len(problem["detail"]) > 5
    return problem


def test_an_incident_is_reported_dispatched_and_recalled(shared_stage: Stage) -> None:
    reported = post(shared_stage, "/incidents", json=PLACE)
    assert reported.status_code == 201
    incident = reported.json()["id"]
    assert reported.json()["decision"]["id"] == "DEC1"

    assert post(shared_stage, f"/incidents/{incident}/ranking").json()["id"] == "DEC1"
    sent = post(shared_stage, f"/incidents/{incident}/dispatch", json={"dock": "D07"})
    assert (sent.status_code, sent.json()["dock"]) == (201, "D07")
    assert post(shared_stage, f"/sorties/{sent.json()['id']}/recall").ok
    assert post(shared_stage, f"/incidents/{incident}/close", json={"note": "put out"}).ok
    assert get(shared_stage, f"/incidents/{incident}").json()["id"] == incident
    assert get(shared_stage, "/incidents?limit=1").json()["incidents"][0]["id"] == incident
    assert post(shared_stage, "/plan", json=PLACE).json()["id"] == "DEC1"
    told = get(shared_stage, f"/events?after=0&incident={incident}").json()["events"]
    assert [event["kind"] for event in told] == ["IncidentReported"]


def test_the_pictures_are_served_as_the_contract_has_them(shared_stage: Stage) -> None:
    assert DistrictView.model_validate(get(shared_stage, "/district").json()).id == "longgang"
    assert Snapshot.model_validate(get(shared_stage, "/snapshot").json()).docks[0].dock == "D01"
    status = get(shared_stage, "/status").json()
    assert status["online"]
    assert status["status"]["docks"] == 25


def test_a_decision_is_explained_and_found_by_its_incident(shared_stage: Stage) -> None:
    incident = post(shared_stage, "/incidents", json=PLACE).json()["id"]
    (summary,) = get(shared_stage, f"/decisions?incident={incident}").json()["decisions"]
    found = get(shared_stage, f"/decisions/{summary['id']}").json()
    assert ExplanationView.model_validate(found).turns is not None
    absent = get(shared_stage, "/decisions/DEC999")
    assert assert_problem(absent, 404)["detail"] == "there is no decision DEC999"
    assert_problem(get(shared_stage, "/decisions?incident=INC999"), 404)
    assert_problem(get(shared_stage, "/decisions?limit=0"), 422)


def test_a_position_in_another_datum_is_converted_at_the_edge(shared_stage: Stage) -> None:
    place = {**PLACE, "datum": "gcj02"}
    lon = post(shared_stage, "/incidents", json=place).json()["lon"]
    assert 0.001 < abs(lon - 114.1) < 0.01


def test_a_repeat_with_the_same_key_gives_the_first_answer(shared_stage: Stage) -> None:
    header = {"Idempotency-Key": "night-1"}
    first = post(shared_stage, "/incidents", json=PLACE, headers=header).json()["id"]
    again = post(shared_stage, "/incidents", json=PLACE, headers=header).json()["id"]
    other = post(shared_stage, "/incidents", json=PLACE).json()["id"]
    assert first == again != other


def test_a_key_is_not_taken_for_a_different_request(shared_stage: Stage) -> None:
    header = {"Idempotency-Key": "night-2"}
    assert post(shared_stage, "/incidents", json=PLACE, headers=header).ok
    changed = post(shared_stage, "/incidents", json={**PLACE, "note": "x"}, headers=header)
    assert "different request" in assert_problem(changed, 422)["detail"]


def test_refusals_of_the_controller_keep_their_sentence(shared_stage: Stage) -> None:
    outside = post(shared_stage, "/incidents", json={**PLACE, "lat": 31.0})
    assert assert_problem(outside, 422)["detail"] == "the place is outside the district"
    absent = post(shared_stage, "/incidents/INC999/dispatch")
    assert assert_problem(absent, 404)["code"] == "not_found"
    incident = post(shared_stage, "/incidents", json=PLACE).json()["id"]
    post(shared_stage, f"/incidents/{incident}/dispatch")
    twice = post(shared_stage, f"/incidents/{incident}/dispatch")
    assert assert_problem(twice, 409)["detail"] == "a drone is on its way already"


@pytest.mark.parametrize(
    "changes",
    [
        {"lon": "114.1"},
        {"lon": True},
        {"lon": None},
        {"lon": 181},
        {"lat": 1e308},
        {"lat": [22.6]},
        {"kind": ""},
        {"kind": "k" * 101},
        {"kind": 7},
        {"note": "n" * 2001},
        {"note": {"a": 1}},
        {"level": 0},
        {"level": 2.5},
        {"datum": "mars"},
        {"dispatch": "never"},
        {"source": "someone else"},
        {"__proto__": {}},
        {"kind": "\x00\x1b[2J" * 30},
    ],
)
def test_a_hostile_report_is_refused_and_goes_no_further(
    shared_stage: Stage, changes: dict[str, Any]
) -> None:
    before = len(shared_stage.controller.asked)
    problem = assert_problem(post(shared_stage, "/incidents", json={**PLACE, **changes}), 422)
    assert problem["faults"]
    assert len(shared_stage.controller.asked) == before


@pytest.mark.parametrize(
    "body",
    [
        b'{"lon": NaN, "lat": 22.65, "kind": "fire"}',
        b'{"lon": Infinity, "lat": 22.65, "kind": "fire"}',
        b"{",
        b"\xff\xfe",
        b"[" * 50_000,
    ],
)
def test_what_is_no_json_is_called_that(shared_stage: Stage, body: bytes) -> None:
    sent = post(shared_stage, "/incidents", data=body, headers={"Content-Type": "application/json"})
    assert_problem(sent, 400)


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"null", b"7", b'{"lon": 1e999}'])
def test_json_of_the_wrong_shape_is_refused(shared_stage: Stage, body: bytes) -> None:
    sent = post(shared_stage, "/incidents", data=body, headers={"Content-Type": "application/json"})
    assert_problem(sent, 422)


def test_a_lone_surrogate_is_refused(shared_stage: Stage) -> None:
    body = b'{"lon": 114.1, "lat": 22.65, "kind": "fire", "note": "\\ud800"}'
    sent = post(shared_stage, "/incidents", data=body, headers={"Content-Type": "application/json"})
    assert_problem(sent, 422)


def test_a_huge_body_is_refused(shared_stage: Stage) -> None:
    assert_problem(post(shared_stage, "/incidents", json={"note": "x" * 200_000}), 413)


def test_a_form_of_another_kind_is_refused(shared_stage: Stage) -> None:
    assert_problem(post(shared_stage, "/incidents", data={"lon": "1"}), 415)


def test_a_page_of_another_site_cannot_act(shared_stage: Stage) -> None:
    header = {"Origin": "http://evil.example"}
    assert_problem(post(shared_stage, "/incidents", json=PLACE, headers=header), 403)
    own = {"Origin": shared_stage.url}
    assert post(shared_stage, "/incidents", json=PLACE, headers=own).ok
    assert "Access-Control-Allow-Origin" not in get(shared_stage, "/status").headers


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/incidents?limit=0", 422),
        ("/incidents?limit=nine", 422),
        ("/events?after=-1", 422),
        ("/events?after=99999999999999999999999999", 422),
        ("/incidents/" + "A" * 65, 422),
        ("/incidents/%00", 422),
        ("/incidents/INC999", 404),
        ("/nothing", 404),
    ],
)
def test_hostile_questions_get_a_problem(shared_stage: Stage, path: str, status: int) -> None:
    assert_problem(get(shared_stage, path), status)


def test_the_wrong_method_is_a_problem_too(shared_stage: Stage) -> None:
    response = assert_problem_and_headers(shared_stage)
    assert "POST" in response.headers["Allow"]


def assert_problem_and_headers(stage: Stage) -> requests.Response:
    response = requests.delete(
        f"{stage.url}/api/v1/incidents", timeout=10, headers=bearer(stage.key)
    )
    assert_problem(response, 405)
    return response


def test_a_drone_in_the_air_is_told_what_a_person_wants(shared_stage: Stage) -> None:
    incident = post(shared_stage, "/incidents", json=PLACE).json()["id"]
    sortie = post(shared_stage, f"/incidents/{incident}/dispatch").json()["id"]
    at = {"lon": 114.1, "lat": 22.65}
    assert post(shared_stage, f"/sorties/{sortie}/hold", json={"reason": "helicopter"}).ok
    assert post(shared_stage, f"/sorties/{sortie}/resume").ok
    assert post(shared_stage, f"/sorties/{sortie}/goto", json={**at, "height_m": 40}).ok
    circled = {**at, "radius_m": 30, "datum": "gcj02"}
    assert post(shared_stage, f"/sorties/{sortie}/orbit", json=circled).ok
    assert post(shared_stage, f"/sorties/{sortie}/land-now").ok
    hold, resume, goto, orbit, land = shared_stage.controller.asked[-5:]
    assert [ask.ask for ask in (hold, resume, goto, orbit, land)] == [
        "hold", "resume", "goto", "orbit", "land_now"
    ]  # fmt: skip
    assert (hold.reason, goto.height_m, orbit.radius_m) == ("helicopter", 40, 30)
    assert orbit.lon != at["lon"]  # told in WGS-84
    assert_problem(post(shared_stage, "/sorties/NOBODY/hold"), 404)
    for wrong in ({**at, "height_m": 500}, {"lon": 114.1}, {**at, "radius_m": 5}):
        assert_problem(post(shared_stage, f"/sorties/{sortie}/orbit", json=wrong), 422)


@pytest.mark.parametrize("act", ["recall", "land"])
def test_an_act_on_the_whole_fleet_is_confirmed_by_the_person_who_asked(
    shared_stage: Stage, act: str
) -> None:
    first = post(shared_stage, f"/fleet/{act}")
    assert (first.status_code, first.json()["done"]) == (200, False)
    token = first.json()["confirmation"]
    second = post(shared_stage, f"/fleet/{act}", json={"confirmation": token, "reason": "typhoon"})
    assert second.json()["done"] is True
    assert shared_stage.controller.asked[-1].reason == "typhoon"
    assert token != "token of officer"  # it names whoever is signed in


def test_a_drone_is_lent_and_taken_back_in_the_name_of_who_is_signed_in(
    shared_stage: Stage,
) -> None:
    offered = get(shared_stage, "/gateway").json()["drones"][0]
    assert (offered["address"], offered["lease"]) == ("tcp:127.0.0.1:5801", None)
    wanted = {"to": offered["guests"][0]["name"], "label": "QGC desk 2", "minutes": 5}
    lent = post(shared_stage, "/drones/D01/lease", json=wanted).json()
    assert (lent["state"], lent["lease"]["label"]) == ("lent", "QGC desk 2")
    assert post(shared_stage, "/drones/D01/lease/take-back").json()["lease"] is None
    grant, back = shared_stage.controller.asked[-2:]
    assert (grant.drone, grant.to, grant.minutes) == ("D01", "U01-1", 5)
    assert grant.by == back.by != "officer"
    assert_problem(post(shared_stage, "/drones/U99/lease"), 404)
    assert_problem(post(shared_stage, "/drones/U01/lease", json={"minutes": 1000}), 422)


def test_the_openapi_document_lists_every_route_with_its_answers(shared_stage: Stage) -> None:
    document = get(shared_stage, "/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    acts = {f"{method} {path}" for path, item in document["paths"].items() for method in item}
    assert {
        "get /api/v1/district",
        "get /api/v1/snapshot",
        "get /api/v1/status",
        "get /api/v1/incidents",
        "post /api/v1/incidents",
        "get /api/v1/incidents/{id}",
        "post /api/v1/incidents/{id}/ranking",
        "post /api/v1/incidents/{id}/dispatch",
        "post /api/v1/incidents/{id}/close",
        "post /api/v1/sorties/{id}/recall",
        "post /api/v1/sorties/{id}/hold",
        "post /api/v1/sorties/{id}/resume",
        "post /api/v1/sorties/{id}/goto",
        "post /api/v1/sorties/{id}/orbit",
        "post /api/v1/sorties/{id}/land-now",
        "get /api/v1/gateway",
        "post /api/v1/drones/{id}/lease",
        "post /api/v1/drones/{id}/lease/take-back",
        "post /api/v1/plan",
        "get /api/v1/events",
        "get /api/v1/incidents.csv",
        "get /api/v1/incidents.geojson",
        "get /api/v1/sorties",
        "get /api/v1/sorties.geojson",
        "get /api/v1/docks",
        "get /api/v1/docks.geojson",
        "get /api/v1/drones",
        "get /api/v1/drones.geojson",
        "get /api/v1/requests",
        "post /api/v1/requests/{id}/confirm",
        "get /api/v1/drones/{id}/video/live.m3u8",
        "get /api/v1/drones/{id}/video/part-{number}-{part}.m4s",
        "get /api/v1/asyncapi.json",
        "get /metrics",
        "get /healthz",
        "get /readyz",
    } <= acts
    dispatch = document["paths"]["/api/v1/incidents/{id}/dispatch"]["post"]
    assert dispatch["requestBody"]["required"] is False
    schemas = document["components"]["schemas"]
    assert {"Problem", "IncidentView", "SortieView", "DecisionView", "Snapshot"} <= set(schemas)
    for reference in _references(document):
        assert reference.removeprefix("#/components/schemas/") in schemas


def _references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [found for each in node for found in _references(each)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
    return own + [found for each in node.values() for found in _references(each)]


def test_pages_are_guarded_by_headers(shared_stage: Stage) -> None:
    headers = requests.get(shared_stage.url, timeout=10).headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "worker-src 'self' blob:" in policy
    assert "img-src 'self' data: blob:" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/../pyproject.toml", "/..%2f..%2fpyproject.toml", "/api/x"])
def test_no_file_outside_the_app_is_served(shared_stage: Stage, path: str) -> None:
    session = requests.Session()
    prepared = session.prepare_request(requests.Request("GET", shared_stage.url))
    prepared.url = shared_stage.url + path
    assert "hatchling" not in session.send(prepared, timeout=10).text


def test_patrols_are_paused_and_resumed_in_the_name_of_who_does_it(shared_stage: Stage) -> None:
    assert post(shared_stage, "/patrols/pause", json={"reason": "thunder", "recall": True}).ok
    told = shared_stage.controller.asked[-1]
    assert isinstance(told, c.PausePatrols)
    assert (told.reason, told.recall) == ("thunder", True)
    assert told.by != "officer"
    assert post(shared_stage, "/patrols/resume").ok
    assert isinstance(shared_stage.controller.asked[-1], c.ResumePatrols)


def test_a_finding_of_a_sortie_is_an_incident_with_its_place_converted(shared_stage: Stage) -> None:
    incident = post(shared_stage, "/incidents", json=PLACE).json()["id"]
    sortie = post(shared_stage, f"/incidents/{incident}/dispatch").json()["id"]
    place = {"lon": 114.26, "lat": 22.72, "datum": "gcj02"}
    found = post(shared_stage, f"/sorties/{sortie}/findings", json={"kind": "fire", **place})
    assert found.status_code == 201
    assert found.json()["found_by"] == sortie
    told = shared_stage.controller.asked[-1]
    assert isinstance(told, c.ReportFinding)
    assert told.lon is not None
    assert 0.002 < 114.26 - told.lon < 0.01
    nobody = post(shared_stage, "/sorties/nobody/findings", json={"kind": "fire"})
    assert_problem(nobody, 404)


def test_the_patrol_report_comes_as_data_page_and_document(shared_stage: Stage) -> None:
    assert get(shared_stage, "/patrols/report?day=2026-03-01").json()["day"] == "2026-03-01"
    page = get(shared_stage, "/patrols/report.html?language=en")
    assert page.headers["Content-Type"].startswith("text/html")
    assert page.text == "<p>"
    document = get(shared_stage, "/patrols/report.pdf")
    assert document.headers["Content-Type"] == "application/pdf"
    assert_problem(get(shared_stage, "/patrols/report?of=nothing"), 404)
    assert_problem(get(shared_stage, "/patrols/report?day=tomorrow"), 422)
