"""Events told to other systems over real HTTP, signed, and tried again."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import queue
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from command.people.audit import AuditLog
from command.people.tables import opened
from command.settings import ConsoleSettings, WebhookSettings
from command.webhooks import ATTEMPTS, MOST_WAITING, Hook, Webhooks, hooks_of
from fleet.bus import Topics
from fleet.contract import Change, Event
from fleet.process import Refusal
from tests.command.console_stage import PATIENCE_S, eventually, free_port, staged
from tests.command.controller_on_the_bus import incident

SECRET = "a secret that nobody guesses"
T0 = datetime(2026, 3, 1, tzinfo=UTC)


class Receiver:
    """Another system: answers with the statuses it is given, then 204 always."""

    def __init__(self) -> None:
        self.statuses: queue.Queue[int] = queue.Queue()
        self.heard: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.heard.put((dict(self.headers), body))
                self.send_response(
                    204 if receiver.statuses.empty() else receiver.statuses.get_nowait()
                )
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Nothing on the test's output."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook?token=hidden"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def next(self) -> tuple[dict[str, str], bytes]:
        return self.heard.get(timeout=PATIENCE_S)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def audit(tmp_path: Path) -> AuditLog:
    return AuditLog(opened(f"sqlite:///{tmp_path}/people.db"), lambda: T0)


def change(seq: int, kind: str = "IncidentReported") -> Change:
    event = Event(seq=seq, at=T0, kind=kind, subject="INC1", data={})
    return Change(event=event, incident=incident(1))


def hook(receiver: Receiver, *events: str) -> Hook:
    return Hook(receiver.url, frozenset(events), SECRET.encode())


async def telling(webhooks: Webhooks, *changes: Change, until: Callable[[], bool]) -> None:
    """Runs them until something has come about."""
    running = asyncio.ensure_future(webhooks.run())
    for each in changes:
        webhooks.tell(each)
    try:
        await asyncio.to_thread(eventually, until)
    finally:
        running.cancel()


async def test_an_event_is_told_with_its_views_signed_over_time_and_body(
    receiver: Receiver, audit: AuditLog
) -> None:
    webhooks = Webhooks([hook(receiver, "IncidentReported")], audit, lambda: T0)
    changes = change(6, "StatusNoted"), change(7)
    await telling(webhooks, *changes, until=lambda: receiver.heard.qsize() == 1)
    headers, body = receiver.next()
    assert json.loads(body) == change(7).model_dump(mode="json")
    assert headers["X-Dockfleet-Event"] == "IncidentReported"
    assert headers["X-Dockfleet-Delivery"] == "7"
    timestamp = headers["X-Dockfleet-Timestamp"]
    assert int(timestamp) == T0.timestamp()
    told = f"{timestamp}.".encode() + body
    expected = hmac.new(SECRET.encode(), told, hashlib.sha256).hexdigest()
    assert headers["X-Dockfleet-Signature"] == f"sha256={expected}"


async def test_what_is_not_taken_is_told_again_in_order(
    receiver: Receiver, audit: AuditLog
) -> None:
    for status in (500, 429):
        receiver.statuses.put(status)
    webhooks = Webhooks([hook(receiver)], audit, lambda: T0, first_wait_s=0.01)
    await telling(webhooks, change(1), change(2), until=lambda: receiver.heard.qsize() == 4)
    seqs = [receiver.next()[0]["X-Dockfleet-Delivery"] for _ in range(4)]
    assert seqs == ["1", "1", "1", "2"]
    assert audit.entries() == []


@pytest.mark.parametrize(
    ("status", "attempts"), [(500, ATTEMPTS), (404, 1), (302, ATTEMPTS)], ids=str
)
async def test_what_is_given_up_is_in_the_audit_log_and_no_secret_in_any(
    receiver: Receiver,
    audit: AuditLog,
    caplog: pytest.LogCaptureFixture,
    status: int,
    attempts: int,
) -> None:
    for _ in range(attempts):
        receiver.statuses.put(status)
    webhooks = Webhooks([hook(receiver)], audit, lambda: T0, first_wait_s=0.001)
    with caplog.at_level(logging.DEBUG):
        await telling(webhooks, change(1), change(2), until=lambda: bool(audit.entries()))
        await asyncio.to_thread(eventually, lambda: receiver.heard.qsize() >= attempts)
    [entry] = audit.entries()
    assert (entry.who, entry.act, entry.outcome) == ("console", "webhook", "refused")
    assert f"given up after {attempts} attempts: it answered {status}" in entry.detail
    assert "hidden" not in caplog.text + entry.subject + entry.detail
    assert SECRET not in caplog.text + repr(hook(receiver))


async def test_events_that_come_faster_than_they_are_taken_are_counted_in_the_audit_log(
    receiver: Receiver, audit: AuditLog
) -> None:
    webhooks = Webhooks([hook(receiver)], audit, lambda: T0)
    changes = [change(seq) for seq in range(MOST_WAITING + 30)]
    await telling(webhooks, *changes, until=lambda: bool(audit.entries()))
    assert "30 events given up" in audit.entries()[0].detail


async def test_a_receiver_that_is_away_costs_the_others_nothing_and_waits_have_an_end(
    receiver: Receiver, audit: AuditLog
) -> None:
    away = Hook(f"http://127.0.0.1:{free_port()}/", frozenset(), SECRET.encode())
    webhooks = Webhooks([away, hook(receiver)], audit, lambda: T0, first_wait_s=3600)
    changes = [change(seq) for seq in range(1, 21)]
    await telling(webhooks, *changes, until=lambda: receiver.heard.qsize() == 20)
    for seq in range(2 * MOST_WAITING):
        webhooks.tell(change(seq))
    assert max(len(waiting) for waiting in webhooks._waiting.values()) == MOST_WAITING


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "ftp://example.org/",
        "https://",
        "https://user:word@example.org/",
        "https://example.org:99999/",
        "https://example.org/a b",
        "/hook",
    ],
)
def test_addresses_that_would_give_a_secret_away_or_are_none_are_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        WebhookSettings(url=url, secret_from="HOOK")


def test_a_hook_without_a_good_secret_keeps_the_console_from_starting() -> None:
    settings = [WebhookSettings(url="https://example.org/hook", secret_from="HOOK")]
    for environment in ({}, {"HOOK": "short"}):
        with pytest.raises(Refusal, match=r"example.org needs a secret .* variable HOOK"):
            hooks_of(settings, environment)
    assert hooks_of(settings, {"HOOK": SECRET})[0].secret == SECRET.encode()


def test_events_that_a_snapshot_overtakes_are_told_once_and_in_order(
    broker: str, tmp_path: Path, receiver: Receiver
) -> None:
    settings = ConsoleSettings(webhooks=(WebhookSettings(url=receiver.url, secret_from="HOOK"),))
    environment = {"HOOK": SECRET}
    with staged(
        broker, Topics("overtaken"), tmp_path, settings=settings, environment=environment
    ) as stage:
        controller = stage.controller
        stage.do(controller.record("IncidentReported", incident=incident(1), heard=False))
        stage.do(controller.record("IncidentReported", incident=incident(2)))  # held: 1 is missing
        stage.do(controller.record("IncidentReported", incident=incident(3), heard=False))
        stage.do(controller.tell_status())  # has the console fetch a snapshot, which has 3
        overtaken = Event(
            seq=3, at=T0 + timedelta(seconds=3), kind="IncidentReported", subject="INC3", data={}
        )
        told = Change(event=overtaken, incident=incident(3))
        eventually(lambda: receiver.heard.qsize() == 1)
        for _ in range(2):
            stage.do(controller.bus.publish(stage.topics.change(), told))
        stage.do(controller.record("IncidentReported", incident=incident(4)))
        seqs = [receiver.next()[0]["X-Dockfleet-Delivery"] for _ in range(3)]
        assert seqs == ["2", "3", "4"]


def test_the_console_tells_what_happens(broker: str, tmp_path: Path, receiver: Receiver) -> None:
    settings = ConsoleSettings(webhooks=(WebhookSettings(url=receiver.url, secret_from="HOOK"),))
    environment = {"HOOK": SECRET}
    with staged(
        broker, Topics("hooks"), tmp_path, settings=settings, environment=environment
    ) as stage:
        stage.do(stage.controller.record("IncidentReported", incident=incident(1)))
        assert receiver.next()[0]["X-Dockfleet-Event"] == "IncidentReported"
