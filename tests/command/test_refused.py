"""What is refused is refused with a sentence, is in the audit log, and fills nothing up."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import socketio
from limits import parse

from command import app as console_app
from command import doorkeeper, sockets
from command.people.audit import AuditLog, Entry
from command.people.refusals import SIGN_IN, WRITTEN_A_MINUTE, Refusals
from command.people.rights import Role
from command.people.tables import opened
from command.settings import ConsoleSettings
from fleet.bus import Topics
from tests.command.console_stage import (
    PASSWORD,
    PATIENCE_S,
    Officer,
    Stage,
    bearer,
    eventually,
    settled,
    staged,
)

Join = Callable[..., Officer]
PLACE = {"lon": 114.1, "lat": 22.65, "kind": "fire"}


def newest(stage: Stage) -> Entry:
    return stage.people.audit.entries(limit=1)[0]


def signed_in(stage: Stage) -> requests.Session:
    browser = requests.Session()
    body = {"name": "li", "password": PASSWORD}
    answer = browser.post(f"{stage.url}/api/v1/session", json=body, timeout=PATIENCE_S)
    browser.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return browser


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status", "reason"),
    [
        ("POST", "/incidents", {"X-CSRF-Token": ""}, PLACE, 403, "X-CSRF-Token is missing"),
        ("POST", "/incidents", {"Origin": "http://evil.example"}, PLACE, 403, "another site"),
        ("POST", "/incidents", {}, {"lon": "here"}, 422, "lon: "),
        ("POST", "/incidents", {}, [], 422, "dict"),
        ("POST", "/incidents", {"Content-Type": "text/plain"}, PLACE, 415, "application/json"),
        ("POST", "/incidents", {}, {"note": "x" * 70_000}, 413, "exceeds"),
        ("POST", "/incidents/none/dispatch", {}, {}, 404, "there is no incident none"),
        ("POST", "/nothing", {}, {}, 404, "not found"),
        ("GET", "/incidents?limit=-1", {}, None, 422, "limit: "),
        ("GET", "/audit", {}, None, 403, "a duty officer may not do this"),
        ("GET", "/people", {}, None, 403, "a duty officer may not do this"),
        ("GET", "/people/li/tokens", {}, None, 403, "a duty officer may not do this"),
        ("POST", "/people/li/tokens", {}, {"label": "mine"}, 403, "a duty officer may not"),
        ("DELETE", "/session", {"X-CSRF-Token": "0"}, None, 403, "X-CSRF-Token is missing"),
    ],
)
def test_what_an_officer_is_refused_is_recorded_by_name_with_the_reason(
    shared_stage: Stage,
    method: str,
    path: str,
    headers: dict[str, str],
    body: Any,
    status: int,
    reason: str,
) -> None:
    browser = signed_in(shared_stage)
    url = f"{shared_stage.url}/api/v1{path}"
    answer = browser.request(method, url, json=body, headers=headers, timeout=PATIENCE_S)
    assert answer.status_code == status
    assert reason in answer.json()["detail"]
    entry = newest(shared_stage)
    assert (entry.who, entry.role, entry.address) == ("li", "duty_officer", "127.0.0.1")
    assert (entry.outcome, reason in entry.detail) == ("refused", True)
    assert shared_stage.people.audit.fault() is None


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/incidents"), ("POST", "/people"), ("GET", "/snapshot")]
)
def test_what_a_stranger_is_refused_is_recorded_by_address(
    shared_stage: Stage, method: str, path: str
) -> None:
    url = f"{shared_stage.url}/api/v1{path}"
    refused = requests.request(method, url, json=PLACE, timeout=PATIENCE_S)
    assert refused.status_code == 401
    entry = newest(shared_stage)
    assert (entry.who, entry.role, entry.address) == ("", "", "127.0.0.1")
    assert (entry.act, entry.detail) == (f"{method} /api/v1{path}", "sign in first")


@pytest.mark.parametrize(
    ("event", "body", "reason"),
    [
        ("ask", {"ask": "launch_missiles"}, "launch_missiles"),
        ("ask", {"ask": "recall", "sortie": "none"}, "there is no sortie none"),
        ("pace", {"telemetry_hz": 1000}, "telemetry_hz: "),
        ("confirm", {"request": "none"}, "no act none waits"),
        ("decline", ["none"], ""),
    ],
)
def test_what_is_refused_over_the_socket_is_recorded_once(
    shared_stage: Stage, join: Join, event: str, body: Any, reason: str
) -> None:
    officer = join(shared_stage)
    before = shared_stage.people.audit.entries(limit=1)
    answer = officer.client.call(event, body, namespace="/ops", timeout=PATIENCE_S)
    assert not answer["ok"]
    assert reason in answer["reason"]
    seq = before[0].seq if before else 0
    [entry] = [each for each in shared_stage.people.audit.entries(limit=5) if each.seq > seq]
    assert (entry.who, entry.outcome) == ("li", "refused")
    assert answer["reason"] in entry.detail


class Hours:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_strangers_cannot_fill_the_log_nor_hide_who_signs_in_nor_an_officers_refusals(
    tmp_path: Path,
) -> None:
    hours = Hours()
    audit = AuditLog(opened(f"sqlite:///{tmp_path}/people.db"), hours)
    refusals = Refusals(audit, hours)
    for number in range(500):
        address = f"2001:db8::{number:x}"
        refusals.note("", "", address, "POST /api/v1/incidents", "/", "sign in first")
    assert len(audit.entries(limit=1000)) == WRITTEN_A_MINUTE
    for _ in range(10):
        refusals.note("li", "duty_officer", "10.0.0.1", "GET /api/v1/audit", "/", "may not")
        refusals.note("wu", "", "10.0.0.2", SIGN_IN, "wu", "wrong")
    assert [(e.who, e.act) for e in audit.entries(limit=2)] == [
        ("wu", SIGN_IN),
        ("li", "GET /api/v1/audit"),
    ]
    hours.now += timedelta(minutes=1)
    refusals.settle()
    left_out = {(e.who, e.act, e.detail) for e in audit.entries(limit=3)}
    assert left_out == {
        ("", "requests", f"{500 - WRITTEN_A_MINUTE} more were refused within a minute"),
        ("li", "requests", "9 more were refused within a minute"),
        ("", SIGN_IN, "9 more were refused within a minute"),
    }
    refusals.settle()
    assert len(audit.entries(limit=1000)) == WRITTEN_A_MINUTE + 5


def knock(stage: Stage) -> socket.socket:
    """A stranger's WebSocket that asks to be let in and then says nothing."""
    host, port = stage.url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=PATIENCE_S)
    connection.sendall(
        f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}:{port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    return connection


def answered(connection: socket.socket) -> str:
    """The status line, once the whole connection is over."""
    heard = b""
    while more := connection.recv(65536):
        heard += more
    connection.close()
    return heard.partition(b"\r\n")[0].decode()


def test_strangers_take_nobodys_seat_and_are_gone_in_a_moment(stage: Stage, join: Join) -> None:
    strangers = [knock(stage) for _ in range(doorkeeper.STRANGERS_AT_ONCE + 30)]
    join(stage).next("snapshot")  # let in
    statuses = [answered(each) for each in strangers]
    assert any("401" in each for each in statuses)
    assert {each.split()[1] for each in statuses} <= {"101", "401"}
    assert newest(stage).act == "connect /socket.io/"


def test_a_stranger_who_polls_is_told_why(shared_stage: Stage) -> None:
    url = f"{shared_stage.url}/socket.io/?EIO=4&transport=polling"
    for method in ("GET", "POST"):
        refused = requests.request(method, url, timeout=PATIENCE_S)
        assert refused.status_code == 401
        assert refused.json() == {"code": "unauthorized", "reason": "sign in first"}


def test_one_person_does_not_take_all_seats(
    stage: Stage, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorkeeper, "SEATS_OF_ONE", 2)
    for transport in ("websocket", "polling"):
        join(stage, transport).next("snapshot")
    with pytest.raises(socketio.exceptions.ConnectionError):
        join(stage)
    assert newest(stage).detail == "li has 2 consoles open; close one"
    stage.people.roster.add("wu", Role.COMMANDER)
    officer = Officer(stage.url, settled(stage.people, "wu"))
    officer.next("snapshot")  # let in
    officer.leave()


@pytest.fixture
def strict(broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A console that lets through few requests, behind proxies or not."""
    monkeypatch.setattr(console_app, "REQUESTS_ALLOWED", "5/minute")
    monkeypatch.setattr(sockets, "ASKS_ALLOWED", parse("3/minute"))
    with staged(
        *(broker, Topics("strict"), tmp_path), settings=ConsoleSettings(trusted_proxies=1)
    ) as stage:
        yield stage


def test_too_many_requests_are_refused_whoever_makes_them_each_address_by_itself(
    strict: Stage,
) -> None:
    url = f"{strict.url}/api/v1/snapshot"

    def ask(address: str, key: str = "") -> int:
        headers = {"X-Forwarded-For": f"10.9.9.9, {address}", **bearer(key)}
        return requests.get(url, headers=headers, timeout=PATIENCE_S).status_code

    assert [ask("203.0.113.7") for _ in range(6)] == [401] * 5 + [429]
    entry = newest(strict)
    assert (entry.address, entry.detail[:14]) == ("203.0.113.7", "5 per 1 minute")
    assert ask("203.0.113.8", strict.key) == 200


def test_behind_a_proxy_that_gives_tls_the_browser_is_told_to_keep_to_it(strict: Stage) -> None:
    headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    secure = requests.get(f"{strict.url}/healthz", headers=headers, timeout=PATIENCE_S)
    assert secure.headers["Strict-Transport-Security"].startswith("max-age=")
    plain = requests.get(f"{strict.url}/healthz", timeout=PATIENCE_S)
    assert "Strict-Transport-Security" not in plain.headers


def test_without_proxies_nobodys_word_for_an_address_is_taken(shared_stage: Stage) -> None:
    headers = {"X-Forwarded-For": "203.0.113.7"}
    url = f"{shared_stage.url}/api/v1/incidents"
    requests.post(url, json={"by": "proxy"}, headers=headers, timeout=PATIENCE_S)
    assert {entry.address for entry in shared_stage.people.audit.entries(limit=1000)} <= {
        *("127.0.0.1", ""),
    }


def test_a_session_that_asks_too_often_is_told_to_wait(strict: Stage, join: Join) -> None:
    officer = join(strict)
    answers = [officer.ask({"ask": "plan", "lon": 114.1, "lat": 22.65}) for _ in range(4)]
    assert [each["ok"] for each in answers] == [True] * 3 + [False]
    assert "more than 3 per 1 minute asks" in answers[-1]["reason"]
    eventually(lambda: newest(strict).act == "socket ask")
