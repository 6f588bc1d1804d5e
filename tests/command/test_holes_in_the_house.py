"""Ways around signing in, and what an officer is told when the people's database fails."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import text

from command.acts import Refused
from command.people import passwords
from command.people.house import open_people
from command.people.lockout import FAILURES_FREE
from command.people.rights import Role
from command.people.tables import opened
from fleet.clock import Clock
from tests.command.console_stage import PASSWORD, Officer, Stage, bearer, eventually, settled

PLACE = {"lon": 114.1, "lat": 22.65, "kind": "fire"}


def signed_in(stage: Stage, name: str) -> requests.Session:
    browser = requests.Session()
    body = {"name": name, "password": PASSWORD}
    answer = browser.post(f"{stage.url}/api/v1/session", json=body, timeout=10)
    browser.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return browser


@pytest.mark.parametrize("authorization", ["Basic YTpi", "Bearer", "x"])
def test_credentials_that_a_browser_adds_do_not_replace_the_csrf_token(
    shared_stage: Stage, authorization: str
) -> None:
    browser = signed_in(shared_stage, "li")
    del browser.headers["X-CSRF-Token"]
    url = f"{shared_stage.url}/api/v1/incidents"
    headers = {"Authorization": authorization}
    answer = browser.post(url, json=PLACE, headers=headers, auth=_as_it_is, timeout=10)
    assert answer.status_code in (401, 403)


def _as_it_is(request: Any) -> Any:
    """Keeps requests from adding credentials of its own."""
    return request


def test_a_csrf_token_of_strange_characters_is_refused_in_words(shared_stage: Stage) -> None:
    browser = signed_in(shared_stage, "li")
    url = f"{shared_stage.url}/api/v1/incidents"
    headers: Any = {"X-CSRF-Token": "é".encode()}
    assert browser.post(url, json=PLACE, headers=headers, timeout=10).status_code == 403


def test_a_change_of_nothing_changes_nothing(shared_stage: Stage) -> None:
    roster = shared_stage.people.roster
    roster.add("gu", Role.ADMINISTRATOR)
    key = settled(shared_stage.people, "gu")
    url = f"{shared_stage.url}/api/v1/people/li"
    answer = requests.patch(url, json={}, headers=bearer(key), timeout=10)
    assert (answer.status_code, answer.json()["name"]) == (200, "li")


def test_passwords_tried_side_by_side_are_all_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster = open_people(f"sqlite:///{tmp_path}/people.db", Clock.wall_now).roster
    roster.add("li", Role.DUTY_OFFICER)
    together = threading.Barrier(FAILURES_FREE)

    def fits(password: str, password_hash: str | None) -> bool:
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait(5)  # all have read how often it was wrong before the first is done
        return False

    monkeypatch.setattr(passwords, "fits", fits)

    def guess() -> None:
        with pytest.raises(Refused):
            roster.sign_in("li", "guess")

    guesses = [threading.Thread(target=guess) for _ in range(FAILURES_FREE)]
    for each in guesses:
        each.start()
    for each in guesses:
        each.join(20)
    with pytest.raises(Refused, match="too many wrong passwords"):
        roster.sign_in("li", "guess")


def test_a_console_closes_when_its_person_is_disabled_from_elsewhere(
    stage: Stage, join: Callable[..., Officer]
) -> None:
    officer = join(stage)
    officer.next("snapshot")
    stage.people.roster.change("li", disabled=True)  # as `dockfleet user disable` does
    eventually(lambda: not officer.client.namespaces)


def test_a_new_password_ends_the_other_sessions_of_its_person(shared_stage: Stage) -> None:
    shared_stage.people.roster.add("wei", Role.VIEWER)
    settled(shared_stage.people, "wei")
    mine, theirs = signed_in(shared_stage, "wei"), signed_in(shared_stage, "wei")
    url = f"{shared_stage.url}/api/v1/session"
    change = {"old": PASSWORD, "new": "another battery staple"}
    assert mine.put(f"{url}/password", json=change, timeout=10).status_code == 204
    assert mine.get(url, timeout=10).status_code == 200
    assert theirs.get(url, timeout=10).status_code == 401


def test_an_act_that_was_done_is_told_as_done_though_the_audit_log_fails(
    stage: Stage, join: Callable[..., Officer], tmp_path: Path
) -> None:
    officer = join(stage)
    officer.next("snapshot")
    with opened(f"sqlite:///{tmp_path}/people.db").begin() as connection:
        connection.execute(text("DROP TABLE audit"))  # a disk that is full fails alike
    url = f"{stage.url}/api/v1/incidents"
    assert requests.post(url, json=PLACE, headers=bearer(stage.key), timeout=10).status_code == 201
    assert officer.ask({"ask": "report_incident", **PLACE})["ok"]
