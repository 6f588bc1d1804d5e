"""Signing in over real HTTP, and what is refused to whom."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import socketio

from command.people.rights import Role
from tests.command.console_stage import PASSWORD, Officer, Stage, bearer, eventually, settled
from tests.command.controller_on_the_bus import DISTRICT, incident, sortie

PLACE = {"lon": 114.1, "lat": 22.65, "kind": "fire"}


class Browser:
    """Keeps cookies, and sends the CSRF token once it has signed in."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.session = stage, requests.Session()

    def ask(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        url = f"{self.stage.url}/api/v1{path}"
        return self.session.request(method, url, timeout=10, **kwargs)

    def sign_in(self, name: str, password: str) -> requests.Response:
        answer = self.ask("POST", "/session", json={"name": name, "password": password})
        if answer.ok:
            self.session.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return answer


def person(stage: Stage, name: str, role: Role, *subdistricts: str) -> str:
    """Adds somebody; a token of theirs."""
    stage.people.roster.add(name, role, subdistricts=subdistricts)
    return settled(stage.people, name)


def as_(stage: Stage, key: str, method: str, path: str, **kwargs: Any) -> requests.Response:
    url = f"{stage.url}/api/v1{path}"
    return requests.request(method, url, timeout=10, headers=bearer(key), **kwargs)


@pytest.fixture
def browser(shared_stage: Stage) -> Browser:
    return Browser(shared_stage)


def test_the_first_sign_in_leads_to_a_password_of_ones_own(browser: Browser) -> None:
    one_time = browser.stage.people.roster.add("chen", Role.DUTY_OFFICER)
    answer = browser.sign_in("chen", one_time)
    assert (answer.status_code, answer.json()["rights"]) == (201, [])
    assert browser.ask("GET", "/snapshot").status_code == 403
    assert browser.ask("POST", "/incidents", json=PLACE).status_code == 403
    change = {"old": one_time, "new": PASSWORD}
    assert browser.ask("PUT", "/session/password", json=change).status_code == 204
    assert browser.ask("GET", "/session").json()["rights"] == ["act", "look"]
    assert browser.ask("POST", "/incidents", json=PLACE).status_code == 201


def test_the_cookie_is_kept_from_scripts_and_other_sites(browser: Browser) -> None:
    answer = browser.sign_in("li", PASSWORD)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_a_cookie_alone_does_not_act(browser: Browser) -> None:
    browser.sign_in("li", PASSWORD)
    for token in (None, "", "0" * 64):
        browser.session.headers["X-CSRF-Token"] = token  # type: ignore[assignment]
        assert browser.ask("POST", "/incidents", json=PLACE).status_code == 403
    assert browser.ask("GET", "/snapshot").ok


def test_signed_out_is_out_and_its_console_closes(browser: Browser) -> None:
    browser.sign_in("li", PASSWORD)
    cookie = "; ".join(f"{k}={v}" for k, v in browser.session.cookies.items())
    console = socketio.Client(reconnection=False)
    console.connect(
        browser.stage.url, headers={"Cookie": cookie}, namespaces=["/ops"], transports=["websocket"]
    )
    assert browser.ask("DELETE", "/session").status_code == 204
    eventually(lambda: not console.namespaces)
    browser.session.headers.pop("X-CSRF-Token")
    browser.session.headers["Cookie"] = cookie
    assert browser.ask("GET", "/snapshot").status_code == 401
    console.disconnect()


def test_nobody_gets_anything_without_signing_in(shared_stage: Stage) -> None:
    for method, path in [
        ("GET", "/snapshot"),
        ("GET", "/district"),
        ("GET", "/people"),
        ("GET", "/audit"),
        ("POST", "/incidents"),
        ("POST", "/people"),
    ]:
        for key in ("", "nonsense"):
            refused = as_(shared_stage, key, method, path, json=PLACE)
            assert (refused.status_code, refused.json()["detail"]) == (401, "sign in first")
    client = socketio.Client(reconnection=False)
    client.connect(shared_stage.url, namespaces=["/ops"], transports=["websocket"], wait=False)
    eventually(lambda: not client.namespaces)
    client.disconnect()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.JUDGE])
def test_who_only_looks_cannot_act_and_the_attempt_is_recorded(
    shared_stage: Stage, role: Role
) -> None:
    key = person(shared_stage, f"looks-{role}", role)
    before = len(shared_stage.controller.asked)
    assert as_(shared_stage, key, "GET", "/snapshot").ok
    assert as_(shared_stage, key, "POST", "/plan", json=PLACE).ok
    refused = as_(shared_stage, key, "POST", "/incidents", json=PLACE)
    assert refused.status_code == 403
    officer = Officer(shared_stage.url, key)
    answer = officer.ask({"ask": "recall", "sortie": "SOR1"})
    assert (answer["ok"], answer["code"]) == (False, "forbidden")
    officer.leave()
    assert [ask.ask for ask in shared_stage.controller.asked[before:]] == ["plan"]
    newest = shared_stage.people.audit.entries(limit=2)
    assert [(e.who, e.act, e.outcome) for e in newest] == [
        (f"looks-{role}", "recall", "refused"),
        (f"looks-{role}", "report_incident", "refused"),
    ]


def test_acts_are_recorded_with_who_and_what(shared_stage: Stage) -> None:
    made = as_(shared_stage, shared_stage.key, "POST", "/incidents", json=PLACE).json()
    newest = shared_stage.people.audit.entries(limit=1)[0]
    assert (newest.who, newest.role, newest.act) == ("li", "duty_officer", "report_incident")
    assert (newest.subject, newest.outcome) == (made["id"], "done")
    assert "kind fire" in newest.detail
    assert shared_stage.people.audit.fault() is None


def test_an_officer_of_a_subdistrict_acts_only_there(stage: Stage) -> None:
    here, there = "440307001", "440307002"
    key = person(stage, "local", Role.DUTY_OFFICER, here)
    for number, where in enumerate((here, there)):
        view = incident(number).model_copy(update={"subdistrict": where})
        stage.do(stage.controller.record("IncidentReported", incident=view))
    flight = sortie(1).model_copy(update={"incident": incident(1).id})
    stage.do(stage.controller.record("SortieRequested", sortie=flight))
    eventually(lambda: as_(stage, key, "GET", "/snapshot").json()["seq"] == 3)
    assert as_(stage, key, "POST", f"/incidents/{incident(0).id}/dispatch").status_code != 403
    told = ("recall", "hold", "resume", "land-now")
    for path in (
        f"/incidents/{incident(1).id}/dispatch",
        *(f"/sorties/{flight.id}/{act}" for act in told),
    ):
        refused = as_(stage, key, "POST", path)
        assert refused.status_code == 403
        assert there in refused.json()["detail"]
    assert as_(stage, key, "POST", "/fleet/recall").status_code == 403  # not all of it is here
    as_(stage, key, "POST", "/incidents", json=PLACE)
    assert stage.controller.asked[-1].within == (here,)
    assert stage.controller.asked[-1].source == "local"


def test_an_officer_of_a_subdistrict_lends_only_drones_that_live_there(stage: Stage) -> None:
    here, there = "440307001", "440307002"
    homes = (("D01", "U01", here), ("D02", "U02", there))
    docks = [
        {"type": "Feature", "properties": {"id": dock, "drone": drone, "subdistrict": where}}
        for dock, drone, where in homes
    ]
    told = DISTRICT.model_copy(update={"docks": {"type": "FeatureCollection", "features": docks}})
    bus, topics = stage.controller.bus, stage.controller.topics
    stage.do(bus.publish(topics.controller_district(), told, retain=True))
    key = person(stage, "local", Role.DUTY_OFFICER, here)
    eventually(lambda: as_(stage, key, "GET", "/district").json()["docks"]["features"])
    assert as_(stage, key, "POST", "/drones/U01/lease").ok
    assert stage.controller.asked[-1].by == "local"
    assert as_(stage, key, "POST", "/drones/D01/lease/take-back").ok
    for drone in ("U02", "D02", "U99"):
        assert as_(stage, key, "POST", f"/drones/{drone}/lease").status_code == 403


def test_an_administrator_manages_people_and_nobody_else_does(shared_stage: Stage) -> None:
    boss = person(shared_stage, "boss", Role.ADMINISTRATOR)
    new = {"name": "wang", "role": "viewer", "shown": "王"}
    for key in (shared_stage.key, person(shared_stage, "captain", Role.COMMANDER)):
        assert as_(shared_stage, key, "POST", "/people", json=new).status_code == 403
        assert as_(shared_stage, key, "GET", "/people").status_code == 403
    added = as_(shared_stage, boss, "POST", "/people", json=new)
    browser = Browser(shared_stage)
    assert browser.sign_in("wang", added.json()["secret"]).ok
    again = as_(shared_stage, boss, "POST", "/people", json=new)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    reset = as_(shared_stage, boss, "POST", "/people/wang/password")
    assert browser.ask("GET", "/session").status_code == 401
    assert browser.sign_in("wang", reset.json()["secret"]).ok
    changed = as_(shared_stage, boss, "PATCH", "/people/wang", json={"disabled": True})
    assert changed.json()["disabled"]
    assert browser.ask("GET", "/session").status_code == 401
    listed = as_(shared_stage, boss, "GET", "/people").json()["people"]
    assert {"wang", "boss"} <= {each["name"] for each in listed}
    audit = as_(shared_stage, boss, "GET", "/audit?verify=true").json()
    assert audit["fault"] is None
    acts = [entry["act"] for entry in audit["entries"]]
    assert {"add_person", "reset_password", "change_person", "sign_in"} <= set(acts)


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "role": "king"},
        {"name": "", "role": "viewer"},
        {"name": "李", "role": "viewer"},
        {"role": "viewer"},
        {"name": "good", "role": "viewer", "password": "mine"},
        ["viewer"],
    ],
)
def test_hostile_forms_are_refused_with_a_sentence(shared_stage: Stage, body: Any) -> None:
    roster = shared_stage.people.roster
    if not any(each.name == "strict" for each in roster.people()):
        roster.add("strict", Role.ADMINISTRATOR)
    key = settled(shared_stage.people, "strict")
    refused = as_(shared_stage, key, "POST", "/people", json=body)
    assert refused.status_code == 422
    assert len(refused.json()["detail"]) > 5


def test_guessing_is_slowed_down(stage: Stage) -> None:
    statuses = [
        Browser(stage).sign_in(f"nobody-{number}", "guess").status_code for number in range(40)
    ]
    assert statuses[0] == 401
    assert statuses[-1] == 429
