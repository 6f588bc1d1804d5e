"""The Socket.IO contract as it is documented, followed by a client that others wrote: npm's
socket.io-client, in Node."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import requests

from command import asyncapi
from command.build_web import WEB, find_node
from command.people.rights import Role, ask_kinds
from fleet.bus import Topics
from fleet.contract import SortieState
from tests.command.console_stage import (
    MOSQUITTO,
    PASSWORD,
    PATIENCE_S,
    WAITS,
    Stage,
    bearer,
    mosquitto,
    settled,
    staged,
)
from tests.command.controller_on_the_bus import frame, incident, seen, sortie

# The tiny controller says its status only when told to: its silence is nothing here.
CALM = replace(WAITS, lost_s=600)
CLIENT = Path(__file__).with_name("contract_client.mjs")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    if MOSQUITTO is None:
        pytest.skip("no mosquitto on this machine")
    if not (WEB / "node_modules" / "socket.io-client").is_dir():
        pytest.skip("the packages of command/web are not installed; run `make web`")
    directory = tmp_path_factory.mktemp("contract")
    with (
        mosquitto(directory) as broker,
        staged(broker, Topics("contract"), directory, CALM) as stage,
    ):
        stage.people.roster.add("gu", Role.VIEWER, "顾")
        settled(stage.people, "gu")
        yield stage


class Schemas:
    """What the console's own document says of each message."""

    def __init__(self, url: str) -> None:
        self._document = requests.get(f"{url}/api/v1/asyncapi.json", timeout=PATIENCE_S).json()

    def check(self, channel: str, message: str, body: Any) -> None:
        payload = self._document["channels"][channel]["messages"][message]["payload"]
        self.check_against(payload, body)

    def check_answer(self, ask: str, body: Any) -> None:
        """That an ask is answered with the body that the document names."""
        for schema in self._document["components"]["schemas"].values():
            if schema.get("properties", {}).get("ask", {}).get("const") == ask:
                return self.check_against(schema["x-answer"], body)
        raise AssertionError(f"the document knows no ask {ask}")

    def check_against(self, schema: Any, body: Any) -> None:
        whole = {**schema, "components": self._document["components"]}
        if "$ref" in schema:  # beside which the older dialect heeds nothing
            whole = {"allOf": [schema], "components": self._document["components"]}
        jsonschema_rs.Draft7Validator(whole).validate(body)


class Console:
    """Drives the client, and checks all that it hears against the document."""

    def __init__(self, stage: Stage) -> None:
        node_dir = find_node()
        node = str(node_dir / "node") if node_dir else "node"
        self._process = subprocess.Popen(
            [node, str(CLIENT), str(WEB / "package.json"), stage.url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._schemas, self._channel = Schemas(stage.url), ""
        self._heard: queue.Queue[dict[str, Any]] = queue.Queue()
        self._waiting: list[dict[str, Any]] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._heard.put(json.loads(line))

    def sign_in(self, name: str) -> None:
        assert self.do("sign_in", name=name, password=PASSWORD) == {"status": 201}

    def connect(self, channel: str, transport: str = "websocket") -> Any:
        self._channel = channel
        return self.do("connect", namespace=f"/{channel}", transport=transport)

    def do(self, deed: str, **how: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"deed": deed, **how}) + "\n")
        self._process.stdin.flush()
        while "done" not in (line := self._heard.get(timeout=PATIENCE_S)):
            self._waiting.append(line)
        assert line["done"] == deed
        return line["answer"]

    def emit(self, event: str, body: Any) -> Any:
        acknowledged = self.do("emit", event=event, body=body)
        self._schemas.check(self._channel, "acknowledgement", acknowledged)
        return acknowledged

    def ask(self, ask: str, **fields: Any) -> Any:
        body = {"ask": ask, **fields}
        self._schemas.check(self._channel, "ask", body)
        acknowledged = self.emit("ask", body)
        if acknowledged["ok"]:
            self._schemas.check_answer(ask, acknowledged["body"])
        return acknowledged

    def next(self, *events: str) -> Any:
        """The body of the next of these events; others are checked and passed over."""
        while True:
            line = self._waiting.pop(0) if self._waiting else self._heard.get(timeout=PATIENCE_S)
            if line["event"] != "disconnected":
                self._schemas.check(self._channel, line["event"], line["body"])
            if line["event"] in events:
                return line["body"]

    def leave(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(PATIENCE_S) == 0


@pytest.fixture
def console(stage: Stage) -> Iterator[Callable[[], Console]]:
    consoles: list[Console] = []

    def make() -> Console:
        consoles.append(Console(stage))
        return consoles[-1]

    yield make
    for each in consoles:
        each.leave()


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_console_of_another_language_follows_acts_loses_the_line_and_misses_nothing(
    stage: Stage, console: Callable[[], Console], transport: str
) -> None:
    officer = console()
    officer.sign_in("li")
    assert officer.connect("ops", transport) == {"connected": True}
    opening = officer.next("snapshot")
    seq = opening["snapshot"]["seq"]

    place = {"lon": 114.1, "lat": 22.65, "kind": "fire"}
    reported = officer.ask("report_incident", **place, datum="wgs84", key=transport)
    assert officer.ask("report_incident", **place, datum="wgs84", key=transport) == reported
    sent = officer.ask("dispatch", incident=reported["body"]["id"])
    assert sent["body"]["state"] == "requested"
    twice = officer.ask("dispatch", incident=reported["body"]["id"])
    assert (twice["code"], twice["reason"]) == ("conflict", "a drone is on its way already")
    assert [officer.next("change")["event"]["seq"] for _ in range(2)] == [seq + 1, seq + 2]

    officer.do("lose")
    for state in (SortieState.LAUNCHING, SortieState.EN_ROUTE, SortieState.ON_SCENE):
        stage.do(stage.controller.record("Flew", sortie=sortie(1, state=state)))
    officer.do("come_back", stream=opening["stream"], after=seq + 2)
    resumed = officer.next("resumed", "snapshot")
    assert [each["event"]["seq"] for each in resumed["changes"]] == [seq + 3, seq + 4, seq + 5]
    assert [each["sortie"]["state"] for each in resumed["changes"]][-1] == "on_scene"
    stage.do(stage.controller.record("Noted", incident=incident(1)))
    assert officer.next("change")["event"]["seq"] == seq + 6


def test_who_comes_back_to_changes_that_are_gone_starts_from_a_snapshot(
    stage: Stage, console: Callable[[], Console]
) -> None:
    officer = console()
    officer.sign_in("li")
    officer.connect("ops")
    opening = officer.next("snapshot")
    officer.do("lose")
    stage.do(stage.controller.record("IncidentReported", incident=incident(9), heard=False))
    stage.do(stage.controller.record("Noted", incident=incident(8)))
    stage.do(stage.controller.tell_status())
    officer.do("come_back", stream="another", after=opening["snapshot"]["seq"])
    again = officer.next("resumed", "snapshot")
    assert again["snapshot"]["seq"] >= opening["snapshot"]["seq"]
    officer.do("lose")
    assert officer.next("disconnected") == "forced close"
    officer.do("come_back", stream=again["stream"], after=-1)
    assert officer.next("refused")["reason"].startswith("after: ")
    assert officer.next("disconnected") == "io server disconnect"


def test_what_a_person_may_not_is_refused_in_words_and_nobody_at_all_may_listen(
    stage: Stage, console: Callable[[], Console]
) -> None:
    stranger = console()
    stranger.connect("ops")
    refused = stranger.next("refused", "snapshot")
    assert refused == {"code": "unauthorized", "reason": "sign in first"}
    assert stranger.next("disconnected") == "io server disconnect"
    polling = console().connect("ops", "polling")
    assert not polling["connected"]
    assert json.loads(polling["reason"]) == refused
    viewer = console()
    viewer.sign_in("gu")
    viewer.connect("ops")
    before = len(stage.controller.asked)
    refused = viewer.ask("report_incident", lon=114.1, lat=22.65, kind="fire")
    assert (refused["code"], refused["reason"]) == ("forbidden", "a viewer may not do this")
    assert viewer.emit("ask", {"ask": "report_incident", "lon": "here"})["code"] == "invalid"
    assert len(stage.controller.asked) == before
    assert viewer.ask("list_incidents")["ok"]
    assert viewer.ask("plan", lon=114.1, lat=22.65)["ok"]


def test_telemetry_comes_at_a_pace_that_is_asked_for_and_samples_of_watched_drones_alone(
    stage: Stage, console: Callable[[], Console]
) -> None:
    viewer = console()
    viewer.sign_in("gu")
    viewer.connect("ops")
    viewer.next("snapshot")
    assert viewer.emit("pace", {"telemetry_hz": 0})["code"] == "invalid"
    assert viewer.emit("pace", {"telemetry_hz": 1})["ok"]
    bus, topics = stage.controller.bus, stage.topics
    stage.do(bus.publish(topics.telemetry(), frame("AUTO"), qos=0))
    assert viewer.next("telemetry")["drones"][0]["mode"] == "AUTO"

    watcher = console()
    watcher.sign_in("gu")
    watcher.connect("video")
    assert watcher.emit("watch", {"drone": "U99"})["code"] == "not_found"
    assert watcher.emit("watch", {"drone": "U01", "rate_hz": 10})["ok"]
    for drone in ("U02", "U01"):
        stage.do(bus.publish(topics.video(drone), seen(drone), qos=0))
    assert watcher.next("sample")["drone"] == "U01"


def test_the_document_says_of_every_ask_what_comes_of_it_and_who_may() -> None:
    schemas = asyncapi.document()["components"]["schemas"]
    for ask in ask_kinds():
        assert schemas[ask.__name__]["x-answer"]["$ref"].rpartition("/")[2] in schemas
        assert schemas[ask.__name__]["x-right"] in ("look", "act")


def test_the_document_names_every_event_that_is_listened_to(stage: Stage) -> None:
    document = requests.get(f"{stage.url}/api/v1/asyncapi.json", headers=bearer(""), timeout=20)
    operations = document.json()["operations"]
    heard = {name for name, each in operations.items() if each["action"] == "receive"}
    acts = {"ops.ask", "ops.confirm", "ops.decline"}
    assert heard == acts | {"ops.pace", "video.watch", "video.unwatch"}
