"""Checklists and tasks by REST: in whose name, by whose right, told to all and on record."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from command.acts import Refused
from command.people.rights import Person, Role
from command.people.tasks import check_mover, check_receiver
from fleet import contract as c
from tests.command.console_stage import Officer, Stage, bearer, settled
from tests.command.controller_on_the_bus import incident, task

PLACE = {"lon": 114.1, "lat": 22.65, "kind": "fire"}
HERE, ELSEWHERE = "440307001", "440307002"


def post(stage: Stage, path: str, key: str | None = None, **kwargs: Any) -> requests.Response:
    url = f"{stage.url}/api/v1{path}"
    headers = {**bearer(key or stage.key), **kwargs.pop("headers", {})}
    return requests.post(url, headers=headers, timeout=10, **kwargs)


def reported(stage: Stage) -> str:
    return str(post(stage, "/incidents", json=PLACE).json()["id"])


def last_asked(stage: Stage, kind: type) -> Any:
    return [ask for ask in stage.controller.asked if isinstance(ask, kind)][-1]


def joined(stage: Stage, name: str, role: Role, *subdistricts: str) -> str:
    if stage.people.roster.find(name) is None:
        stage.people.roster.add(name, role, name, subdistricts)
    return settled(stage.people, name)


def test_a_tick_is_the_persons_own_and_all_consoles_see_it(shared_stage: Stage) -> None:
    wall = Officer(shared_stage.url, shared_stage.key)
    where = reported(shared_stage)
    answer = post(shared_stage, f"/incidents/{where}/checklist/water")
    assert answer.json()["ticks"][0]["by"] == "li"
    assert last_asked(shared_stage, c.TickItem).done
    while (change := wall.next("change"))["event"]["kind"] != "ItemTicked":
        pass
    assert change["incident"]["ticks"][0]["item"] == "water"
    wall.leave()
    newest = shared_stage.people.audit.entries(None, 1)[0]
    assert (newest.who, newest.act, newest.subject) == ("li", "tick_item", where)


def test_a_task_is_given_once_with_one_key_in_the_name_of_who_gives_it(
    shared_stage: Stage,
) -> None:
    joined(shared_stage, "wang", Role.DUTY_OFFICER)
    where = reported(shared_stage)
    body = {"text": "封路", "to": "wang", "within_min": 20}
    once = {"Idempotency-Key": f"task {where}"}
    answers = [
        post(shared_stage, f"/incidents/{where}/tasks", json=body, headers=once) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert (answers[0].json()["by"], answers[0].json()["to"]) == ("li", "wang")
    assert len(shared_stage.controller.incidents[where].tasks) == 1


def test_only_whose_task_it_is_takes_it(shared_stage: Stage) -> None:
    theirs = joined(shared_stage, "wang", Role.DUTY_OFFICER)
    where = reported(shared_stage)
    given = post(shared_stage, f"/incidents/{where}/tasks", json={"text": "a", "to": "wang"})
    path = f"/incidents/{where}/tasks/{given.json()['id']}"
    refused = post(shared_stage, f"{path}/take")
    assert (refused.status_code, refused.json()["detail"]) == (403, "this task is wang's")
    assert post(shared_stage, f"{path}/take", theirs).ok
    assert last_asked(shared_stage, c.MoveTask).by == "wang"
    assert post(shared_stage, f"{path}/done", theirs, json={"note": "x"}).ok
    assert last_asked(shared_stage, c.MoveTask).note == "x"
    assert post(shared_stage, f"{path}/withdraw", theirs).status_code == 403
    assert post(shared_stage, f"{path}/withdraw").ok  # who gave it
    assert post(shared_stage, f"{path}/forget").status_code == 422


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("nobody", "nobody named nobody signs in here"),
        ("zhao", "zhao is a viewer and does not act"),
        ("sun", f"sun may not act in {HERE}"),
    ],
)
def test_a_task_to_who_cannot_do_it_is_refused(shared_stage: Stage, to: str, words: str) -> None:
    joined(shared_stage, "zhao", Role.VIEWER)
    joined(shared_stage, "sun", Role.DUTY_OFFICER, ELSEWHERE)
    where = reported(shared_stage)
    refused = post(shared_stage, f"/incidents/{where}/tasks", json={"text": "a", "to": to})
    assert refused.status_code in (404, 422)
    assert words in refused.json()["detail"]
    outside = {"text": "a", "to": to, "outside": True}
    assert post(shared_stage, f"/incidents/{where}/tasks", json=outside).status_code == 201


def test_who_only_looks_or_acts_elsewhere_neither_ticks_nor_gives(shared_stage: Stage) -> None:
    where = reported(shared_stage)
    for key in (
        joined(shared_stage, "zhao", Role.VIEWER),
        joined(shared_stage, "sun", Role.DUTY_OFFICER, ELSEWHERE),
    ):
        assert post(shared_stage, f"/incidents/{where}/checklist/water", key).status_code == 403
        body = {"text": "a", "to": "x", "outside": True}
        assert post(shared_stage, f"/incidents/{where}/tasks", key, json=body).status_code == 403


def test_colleagues_are_those_who_act(shared_stage: Stage) -> None:
    joined(shared_stage, "zhao", Role.VIEWER)
    joined(shared_stage, "wang", Role.DUTY_OFFICER)
    url = f"{shared_stage.url}/api/v1/colleagues"
    told = requests.get(url, headers=bearer(shared_stage.key), timeout=10).json()["colleagues"]
    names = {each["name"] for each in told}
    assert {"li", "wang"} <= names
    assert "zhao" not in names


def person(name: str, role: Role = Role.DUTY_OFFICER, *subdistricts: str) -> Person:
    return Person(name, name, role, subdistricts)


ASKED = c.GiveTask(incident="INC1", text="a", to="wang", by="li")


@pytest.mark.parametrize("role", [Role.COMMANDER, Role.ADMINISTRATOR])
def test_who_leads_moves_every_task(role: Role) -> None:
    given = task(1, ASKED)
    for how in ("take", "done", "withdraw"):
        ask = c.MoveTask.model_validate({"incident": "INC1", "task": given.id, "move": how})
        check_mover(ask, person("chen", role), given)
        with pytest.raises(Refused):
            check_mover(ask, person("chen"), given)


def test_what_somebody_outside_did_is_told_by_any_who_act() -> None:
    given = task(1, ASKED.model_copy(update={"outside": True}))
    check_mover(c.MoveTask(incident="INC1", task=given.id, move="done"), person("chen"), given)


def test_nobody_is_given_a_task_after_leaving() -> None:
    gone = Person("wang", "wang", Role.DUTY_OFFICER, disabled=True)
    with pytest.raises(Refused, match="nobody named wang"):
        check_receiver("wang", gone, incident(1).subdistrict)
