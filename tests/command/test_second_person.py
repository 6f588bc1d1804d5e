"""Acts that a second person must confirm."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from command.acts import Refused
from command.people.rights import Person, Role
from command.people.second import MOST_WAITING, RequestsView, SecondPerson
from command.settings import FILE, USUAL, ConsoleSettings, read_settings
from command.shelf import OwnShelf
from fleet import contract as c
from fleet.bus import Topics
from fleet.process import Refusal
from tests.command.console_stage import Officer, Stage, bearer, settled, staged

CONFIGS = Path(__file__).parents[2] / "configs"
LI = Person("li", "李", Role.DUTY_OFFICER)
WRITE_OFF = c.WriteOff(sortie="SOR1")


class Hours:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
def told() -> list[RequestsView]:
    return []


@pytest.fixture
def book(hours: Hours, told: list[RequestsView]) -> SecondPerson:
    lasts = timedelta(minutes=5)
    return SecondPerson({"write_off", "land_all"}, lasts, hours, told.append, OwnShelf())


def test_only_named_acts_need_a_second_person_and_of_two_steps_the_one_that_does_it(
    book: SecondPerson,
) -> None:
    assert book.is_needed_for(WRITE_OFF)
    assert not book.is_needed_for(c.Recall(sortie="SOR1"))
    assert not book.is_needed_for(c.LandAll())
    assert book.is_needed_for(c.LandAll(confirmation="token"))


def test_the_same_act_of_the_same_person_waits_once(
    book: SecondPerson, told: list[RequestsView]
) -> None:
    first = book.hold(LI, WRITE_OFF, None, "SOR1", "")
    assert book.hold(LI, WRITE_OFF, None, "SOR1", "") == first
    assert [each.id for each in told[-1].requests] == [first.view.id]


def test_an_act_that_nobody_confirms_in_time_is_over_and_forgotten_a_minute_later(
    book: SecondPerson, hours: Hours
) -> None:
    held = book.hold(LI, WRITE_OFF, None, "SOR1", "")
    hours.now += timedelta(minutes=5)
    with pytest.raises(Refused, match="is expired"):
        book.find(held.view.id)
    assert [each.view.id for each in book.expire()] == [held.view.id]
    assert [each.state for each in book.views().requests] == ["expired"]
    assert book.expire() == []
    hours.now += timedelta(minutes=1)
    book.expire()
    assert book.views().requests == ()


def test_of_two_who_decide_at_once_one_is_refused(book: SecondPerson) -> None:
    held, together, outcomes = book.hold(LI, WRITE_OFF, None, "SOR1", ""), threading.Barrier(2), []

    def decide(state: Any) -> None:
        together.wait()
        try:
            outcomes.append(book.end(held.view.id, state, "wu").state)
        except Refused as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=decide, args=(each,)) for each in ("done", "declined")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes)[0] == "conflict"


def test_no_more_wait_than_people_can_look_through(book: SecondPerson) -> None:
    for number in range(MOST_WAITING):
        book.hold(LI, c.WriteOff(sortie=f"SOR{number}"), None, "", "")
    with pytest.raises(Refused, match="already"):
        book.hold(LI, c.WriteOff(sortie="one more"), None, "", "")


def test_settings_name_acts_that_there_are(tmp_path: Path) -> None:
    file = tmp_path / FILE
    file.write_text("two_person: [write_off]\ntwo_person_minutes: 10\n")
    assert read_settings(file).two_person == ("write_off",)
    file.write_text("# nothing\n")
    assert read_settings(file).two_person == ()
    for wrong, said in (
        ("two_person: [self_destruct]", "there is no act 'self_destruct'; there are report_inc"),
        ("two_person: [snapshot]", "there is no act 'snapshot'"),
        ("two_person_minutes: 0", "two_person_minutes: "),
        ("three_person: []", "three_person: "),
        ("a: [", "is no YAML"),
        ("- a", str(file)),
    ):
        file.write_text(wrong)
        with pytest.raises(Refusal, match=said):
            read_settings(file)
    assert read_settings(CONFIGS / "longgang" / FILE) == USUAL
    with pytest.raises(Refusal, match="cannot be read"):
        read_settings(tmp_path / "absent.yaml")


@pytest.fixture(scope="module")
def stage(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    settings = ConsoleSettings(two_person=("take_back_lease", "land_all", "dispatch"))
    directory = tmp_path_factory.mktemp("second")
    with staged(broker, Topics("second"), directory, settings=settings) as stage:
        stage.people.roster.add("wu", Role.COMMANDER, "吴")
        stage.people.roster.add("gu", Role.VIEWER, "顾")
        stage.people.roster.add("he", Role.DUTY_OFFICER, "何", ["440307099"])
        yield stage


@pytest.fixture(scope="module")
def wu(stage: Stage) -> str:
    return settled(stage.people, "wu")


def post(stage: Stage, key: str, path: str, **body: Any) -> requests.Response:
    url = f"{stage.url}/api/v1{path}"
    return requests.post(url, json=body or None, headers=bearer(key), timeout=20)


def waiting(stage: Stage) -> dict[str, Any]:
    """The newest request."""
    answer = requests.get(f"{stage.url}/api/v1/requests", headers=bearer(stage.key), timeout=20)
    newest: dict[str, Any] = answer.json()["requests"][-1]
    return newest


def test_an_act_is_done_once_a_second_person_confirms_it_in_the_name_of_the_first(
    stage: Stage, wu: str
) -> None:
    before = len(stage.controller.asked)
    held = post(stage, stage.key, "/drones/U01/lease/take-back", reason="they do not answer")
    assert (held.status_code, held.json()["code"]) == (409, "needs_second")
    assert "waits for a second person" in held.json()["detail"]
    request = waiting(stage)
    assert (request["act"], request["asked_by"], request["state"]) == (
        *("take_back_lease", "li"),
        "waiting",
    )
    own = post(stage, stage.key, f"/requests/{request['id']}/confirm")
    assert (own.status_code, own.json()["code"]) == (403, "forbidden")
    assert len(stage.controller.asked) == before

    done = post(stage, wu, f"/requests/{request['id']}/confirm").json()
    assert (done["state"], done["second"]) == ("done", "wu")
    [asked] = stage.controller.asked[before:]
    assert isinstance(asked, c.TakeBackLease)
    assert (asked.by, asked.reason) == ("li", "they do not answer")
    again = post(stage, wu, f"/requests/{request['id']}/confirm")
    assert (again.status_code, "is done" in again.json()["detail"]) == (409, True)

    entries = [(e.who, e.act, e.outcome) for e in stage.people.audit.entries(limit=5)]
    assert entries[::-1] == [
        ("li", "take_back_lease", "refused"),  # for the time being
        ("li", "confirm", "refused"),
        ("wu", "confirm", "done"),
        ("li", "take_back_lease", "done"),
        ("wu", "confirm", "refused"),
    ]


def test_who_might_not_do_it_may_not_confirm_it_either(stage: Stage, wu: str) -> None:
    post(stage, stage.key, "/drones/U01/lease/take-back")
    request = waiting(stage)["id"]
    viewer, elsewhere = settled(stage.people, "gu"), settled(stage.people, "he")
    assert post(stage, viewer, f"/requests/{request}/confirm").status_code == 403
    assert post(stage, viewer, f"/requests/{request}/decline").status_code == 403
    assert post(stage, elsewhere, f"/requests/{request}/confirm").status_code == 403
    assert post(stage, wu, f"/requests/{request}/decline").json()["state"] == "declined"
    assert post(stage, wu, "/requests/nonsense/confirm").status_code == 404


def test_consoles_are_told_of_what_waits_and_confirm_it_themselves(
    stage: Stage, wu: str, join: Callable[[Stage], Officer]
) -> None:
    second = Officer(stage.url, wu)
    try:
        second.next("snapshot")
        first = join(stage)
        token = first.ask({"ask": "land_all"})["body"]["confirmation"]
        held = first.ask({"ask": "land_all", "confirmation": token})
        assert held["code"] == "needs_second"
        while (request := second.next("requests")["requests"][-1])["act"] != "land_all":
            pass
        assert request["state"] == "waiting"
        wrong = second.client.call("confirm", {"request": 7}, namespace="/ops", timeout=20)
        assert (wrong["ok"], wrong["code"]) == (False, "invalid")
        done = second.client.call(
            "confirm", {"request": request["id"]}, namespace="/ops", timeout=20
        )
        assert done["body"]["state"] == "done"
        while first.next("requests")["requests"][-1]["state"] != "done":
            pass
        assert stage.controller.asked[-1] == c.LandAll(confirmation="token of li", by="li")
    finally:
        second.leave()


def test_what_cannot_be_done_when_it_is_confirmed_is_told_to_both(stage: Stage, wu: str) -> None:
    post(stage, stage.key, "/incidents/INC99/dispatch")
    request = waiting(stage)["id"]
    failed = post(stage, wu, f"/requests/{request}/confirm")
    assert failed.status_code == 404
    assert "no incident INC99" in failed.json()["detail"]
    ended = waiting(stage)
    assert (ended["state"], ended["second"]) == ("refused", "wu")
    assert "no incident INC99" in ended["reason"]
