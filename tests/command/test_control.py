"""Who directs a drone, and who has read its alarms, by REST: in whose name and by whose right."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from command.people.rights import Role
from fleet import contract as c
from tests.command.console_stage import Officer, Stage, bearer, eventually, settled
from tests.command.controller_on_the_bus import T0, alarm, incident, sortie

HELD = c.ControlView(holder="wang", since=T0)


def post(stage: Stage, path: str, key: str | None = None, **kwargs: Any) -> requests.Response:
    url = f"{stage.url}/api/v1{path}"
    return requests.post(url, headers=bearer(key or stage.key), timeout=10, **kwargs)


def joined(stage: Stage, name: str, role: Role, *subdistricts: str) -> str:
    if stage.people.roster.find(name) is None:
        stage.people.roster.add(name, role, name, subdistricts)
    return settled(stage.people, name)


def told(stage: Stage, **changes: Any) -> str:
    """A sortie that the console knows of."""
    flight = sortie(90, state=c.SortieState.ON_SCENE, **changes)
    stage.do(stage.controller.record("SortieAdvanced", incident=incident(90), sortie=flight))
    eventually(lambda: _known(stage, "sorties", flight.id) == flight.model_dump(mode="json"))
    return flight.id


def _known(stage: Stage, what: str, id_: str) -> Any:
    snapshot = requests.get(
        f"{stage.url}/api/v1/snapshot", headers=bearer(stage.key), timeout=10
    ).json()
    return next((each for each in snapshot[what] if each["id"] == id_), None)


def last_asked(stage: Stage, kind: type) -> Any:
    return [ask for ask in stage.controller.asked if isinstance(ask, kind)][-1]


PLACE = {"lon": 114.1, "lat": 22.65}


@pytest.mark.parametrize(
    ("order", "body"),
    [
        *(("hold", {}), ("resume", {}), ("goto", PLACE), ("orbit", PLACE), ("land-now", {})),
        ("camera", {"pitch_deg": -90}),
    ],
)
def test_while_somebody_has_the_control_nobody_else_directs_the_drone(
    shared_stage: Stage, order: str, body: dict[str, Any]
) -> None:
    flight = told(shared_stage, control=HELD)
    refused = post(shared_stage, f"/sorties/{flight}/{order}", json=body)
    assert refused.status_code == 409, refused.text
    assert refused.json()["detail"].startswith("wang has the control of U01; have it handed over")
    newest = shared_stage.people.audit.entries(None, 1)[0]
    assert (newest.who, newest.outcome) == ("li", "refused")
    theirs = joined(shared_stage, "wang", Role.DUTY_OFFICER)
    assert post(shared_stage, f"/sorties/{flight}/{order}", theirs, json=body).ok


def test_a_drone_under_control_is_lent_by_its_holder_only(shared_stage: Stage) -> None:
    told(shared_stage, control=HELD)
    for name in ("U01", "D01"):
        assert post(shared_stage, f"/drones/{name}/lease").status_code == 409
    theirs = joined(shared_stage, "wang", Role.DUTY_OFFICER)
    assert post(shared_stage, "/drones/U01/lease", theirs).ok


def test_calling_it_home_is_anybodys_all_the_same(shared_stage: Stage) -> None:
    flight = told(shared_stage, control=HELD)
    assert post(shared_stage, f"/sorties/{flight}/recall").ok


def test_only_who_leads_is_over_both(shared_stage: Stage) -> None:
    flight = told(shared_stage, control=HELD)
    chief = joined(shared_stage, "chen", Role.COMMANDER)
    for key, over in ((shared_stage.key, False), (chief, True)):
        assert post(shared_stage, f"/sorties/{flight}/control/take", key).ok
        assert last_asked(shared_stage, c.TakeControl).over is over
        assert post(shared_stage, f"/sorties/{flight}/control/give-up", key).ok
        assert last_asked(shared_stage, c.GiveUpControl).over is over
    wall = Officer(shared_stage.url, shared_stage.key)
    told_so = {"ask": "take_control", "sortie": flight, "by": "chen", "over": True}
    assert wall.ask(told_so)["ok"]  # what a client says of itself does not count
    wall.leave()
    assert last_asked(shared_stage, c.TakeControl).over is False
    assert last_asked(shared_stage, c.TakeControl).by == "li"


def test_it_is_offered_only_to_who_could_take_it(shared_stage: Stage) -> None:
    joined(shared_stage, "zhao", Role.VIEWER)
    joined(shared_stage, "wang", Role.DUTY_OFFICER)
    flight = told(shared_stage)
    path = f"/sorties/{flight}/control/offer"
    assert post(shared_stage, path, json={"to": "nobody"}).status_code == 404
    assert post(shared_stage, path, json={"to": "zhao"}).status_code == 422
    assert post(shared_stage, path, json={"to": "wang"}).ok
    assert last_asked(shared_stage, c.OfferControl).to == "wang"
    assert post(shared_stage, path, json={"to": None}).ok
    assert post(shared_stage, path, json={}).status_code == 422


def test_an_alarm_is_read_once_for_all_consoles(shared_stage: Stage) -> None:
    said = alarm(1)
    shared_stage.do(shared_stage.controller.record("AlarmRaised", alarm=said))
    eventually(lambda: _known(shared_stage, "alarms", said.id) is not None)
    wall = Officer(shared_stage.url, shared_stage.key)
    assert wall.next("snapshot")["snapshot"]["alarms"][0]["acknowledged_by"] is None
    assert post(shared_stage, f"/alarms/{said.id}/acknowledge").json()["acknowledged_by"] == "li"
    assert wall.next("change")["alarm"]["acknowledged_by"] == "li"
    wall.leave()
    late = Officer(shared_stage.url, shared_stage.key)
    assert late.next("snapshot")["snapshot"]["alarms"][0]["acknowledged_by"] == "li"
    late.leave()
    newest = shared_stage.people.audit.entries(None, 1)[0]
    assert (newest.who, newest.act) == ("li", "acknowledge_alarm")
    looks = joined(shared_stage, "zhao", Role.VIEWER)
    assert post(shared_stage, f"/alarms/{said.id}/acknowledge", looks).status_code == 403
    assert post(shared_stage, "/alarms/nothing/acknowledge").status_code == 404
    listed = requests.get(f"{shared_stage.url}/api/v1/alarms", headers=bearer(looks), timeout=10)
    assert said.id in {each["id"] for each in listed.json()["alarms"]}
