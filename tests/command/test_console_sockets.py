"""Socket.IO over a real connection."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

import pytest
import requests
import socketio

from command.paces import Paces
from fleet.bus import MqttBus
from fleet.contract import DockView, SortieState
from tests.command.console_stage import (
    PATIENCE_S,
    Officer,
    Stage,
    bearer,
    eventually,
    stalled_console,
)
from tests.command.controller_on_the_bus import COVERAGE, frame, incident, sortie

Join = Callable[..., Officer]


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_console_gets_the_snapshot_then_every_change(
    stage: Stage, join: Join, transport: str
) -> None:
    stage.do(stage.controller.record("IncidentReported", incident=incident(1)))
    eventually(lambda: seq_of(stage) == 1)
    officer = join(stage, transport)
    opening = officer.next("snapshot")
    assert opening["snapshot"]["seq"] == 1
    assert opening["district"]["id"] == "longgang"
    assert opening["status"]["serving"]
    assert opening["online"]
    assert opening["clock"]["speedup"] == 1

    stage.do(stage.controller.record("SortieRequested", sortie=sortie(1)))
    stage.do(stage.controller.record("Launched", sortie=sortie(1, state=SortieState.LAUNCHING)))
    assert officer.next("change")["event"]["seq"] == 2
    change = officer.next("change")
    assert (change["event"]["seq"], change["sortie"]["state"]) == (3, "launching")


def get(stage: Stage, path: str) -> requests.Response:
    return requests.get(f"{stage.url}/api/v1{path}", timeout=10, headers=bearer(stage.key))


def seq_of(stage: Stage) -> int:
    return int(get(stage, "/snapshot").json()["seq"])


def test_docks_and_telemetry_reach_the_console_and_later_snapshots(
    stage: Stage, join: Join
) -> None:
    officer = join(stage)
    officer.next("snapshot")
    view = DockView(dock="D02", online=False, drone="U02")
    stage.do(stage.controller.bus.publish(stage.topics.dock_view(), view))
    assert officer.next("dock")["dock"] == "D02"
    stage.do(stage.controller.bus.publish(stage.topics.telemetry(), frame("AUTO"), qos=0))
    assert officer.next("telemetry")["drones"][1]["mode"] == "AUTO"
    late = join(stage).next("snapshot")["snapshot"]
    assert {dock["dock"] for dock in late["docks"]} == {"D01", "D02"}
    assert late["telemetry"]["drones"][0]["mode"] == "AUTO"


def test_the_coverage_reaches_the_console_later_ones_and_rest(stage: Stage, join: Join) -> None:
    assert get(stage, "/coverage").status_code == 503
    officer = join(stage)
    officer.next("snapshot")
    stage.do(stage.controller.bus.publish(stage.topics.coverage(), COVERAGE, retain=True))
    assert officer.next("coverage")["covered_share"] == 0.5
    assert join(stage).next("snapshot")["coverage"] == get(stage, "/coverage").json()


def test_a_missed_change_brings_a_new_snapshot(stage: Stage, join: Join) -> None:
    officer = join(stage)
    assert officer.next("snapshot")["snapshot"]["seq"] == 0
    stage.do(stage.controller.record("IncidentReported", incident=incident(1), heard=False))
    stage.do(stage.controller.record("IncidentReported", incident=incident(2)))
    again = officer.next("snapshot")["snapshot"]
    assert [view["id"] for view in again["incidents"]] == ["INC1", "INC2"]
    stage.do(stage.controller.record("IncidentReported", incident=incident(3)))
    assert officer.next("change")["event"]["seq"] == 3


def test_a_controller_with_a_new_log_is_believed(stage: Stage, join: Join) -> None:
    stage.do(stage.controller.record("IncidentReported", incident=incident(1)))
    stage.do(stage.controller.record("IncidentReported", incident=incident(2)))
    eventually(lambda: seq_of(stage) == 2)
    officer = join(stage)
    officer.next("snapshot")

    async def begin_anew() -> None:
        await stage.controller.tell_status(serving=False)
        stage.controller.seq = 0
        stage.controller.incidents.clear()
        await stage.controller.tell_status()

    stage.do(begin_anew())
    while officer.next("snapshot")["snapshot"]["seq"] != 0:
        pass


def test_a_pace_lets_through_what_is_due_and_never_more_than_all() -> None:
    paces = Paces()
    paces.set("slow", 1)
    paces.set("fast", 10)
    sent = [step for step in range(1000) if "slow" not in paces.early(step / 10)]
    assert 100 <= len(sent) <= 102
    paces.set("fast", 5)
    sent = [step for step in range(1000, 2000) if "fast" not in paces.early(step / 10)]
    assert 500 <= len(sent) <= 502
    paces.drop("slow")
    assert "slow" not in paces.early(1000.0)
    assert paces.fastest_hz() == 5


def test_acts_are_acknowledged(stage: Stage, join: Join) -> None:
    officer = join(stage)
    reported = officer.ask(
        {"ask": "report_incident", "lon": 114.1, "lat": 22.65, "kind": "fire", "key": "a"}
    )
    assert reported["ok"]
    again = officer.ask(
        {"ask": "report_incident", "lon": 114.1, "lat": 22.65, "kind": "fire", "key": "a"}
    )
    assert again["body"]["id"] == reported["body"]["id"]
    sent = officer.ask({"ask": "dispatch", "incident": reported["body"]["id"]})
    assert sent["body"]["state"] == "requested"
    twice = officer.ask({"ask": "dispatch", "incident": reported["body"]["id"]})
    assert (twice["ok"], twice["code"]) == (False, "conflict")
    assert twice["reason"] == "a drone is on its way already"


@pytest.mark.parametrize(
    "ask",
    [
        None,
        7,
        "report_incident",
        [],
        {},
        {"ask": "launch_missiles"},
        {"ask": {"ask": "plan"}},
        {"ask": "plan", "lon": "114", "lat": 22.6},
        {"ask": "plan", "lon": True, "lat": 22.6},
        {"ask": "plan", "lon": 1e9, "lat": 22.6},
        {"ask": "plan", "lon": 114.1, "lat": 22.6, "datum": ["gcj02"]},
        {"ask": "plan", "lon": 114.1, "lat": 22.6, "datum": "mars"},
        {"ask": "plan", "lon": 114.1, "lat": 22.6, "more": 1},
        {"ask": "show_incident", "incident": "x" * 30_000, "datum": None, "key": 7},
        {"ask": "list_incidents", "limit": 10**30},
        {"ask": "report_incident", "lon": 114.1, "lat": 22.6, "kind": "fire", "note": "n" * 2001},
        {"ask": "plan", "lon": 114.1, "lat": 22.6, "key": ""},
    ],
)
def test_hostile_asks_are_refused_with_a_sentence(
    shared_stage: Stage, join: Join, ask: Any
) -> None:
    before = len(shared_stage.controller.asked)
    answer = join(shared_stage).ask(ask)
    assert not answer["ok"]
    assert answer["code"] == "invalid"
    assert len(answer["reason"]) > 5
    assert len(shared_stage.controller.asked) == before


def test_a_giant_message_ends_only_its_own_connection(stage: Stage, join: Join) -> None:
    giant, other = join(stage), join(stage)
    giant.next("snapshot")
    other.next("snapshot")
    giant.client.emit("ask", {"ask": "x" * 1_000_000}, namespace="/ops")
    eventually(lambda: not giant.client.connected)
    assert other.ask({"ask": "plan", "lon": 114.1, "lat": 22.65})["ok"]


def test_giant_messages_leave_no_thread_waiting(stage: Stage, join: Join) -> None:
    for _ in range(20):
        join(stage).client.emit("ask", {"note": "x" * 2**17}, namespace="/ops")
    eventually(lambda: not consoles_waited_for())


def consoles_waited_for() -> list[str]:
    """The server's threads that wait for a console's next message."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return [
        names.get(ident, "")
        for ident, frame in sys._current_frames().items()
        if any(
            step.f_code.co_qualname == "SimpleWebSocketWSGI.wait"
            for step, _ in traceback.walk_stack(frame)
        )
    ]


def test_a_page_of_another_site_gets_no_connection(stage: Stage) -> None:
    client = socketio.Client(reconnection=False)
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(
            stage.url,
            headers={"Origin": "http://evil.example", **bearer(stage.key)},
            namespaces=["/ops"],
            transports=["websocket"],
        )


def test_a_console_that_does_not_read_costs_the_others_nothing(stage: Stage, join: Join) -> None:
    stalled, officer = stalled_console(stage.url, stage.key), join(stage)
    officer.next("snapshot")

    async def flood() -> None:
        for number in range(40):
            await tell(f"M{number:02d}")
            await asyncio.sleep(0.02)

    async def tell(mode: str) -> None:
        crowd = frame(mode, drones=200)
        await stage.controller.bus.publish(stage.topics.telemetry(), crowd, qos=0)

    with stalled:
        stage.do(flood())
        for number in range(20):
            stage.do(stage.controller.record("Noted", incident=incident(number)))
        assert [officer.next("change")["event"]["seq"] for _ in range(20)] == list(range(1, 21))
        assert officer.ask({"ask": "plan", "lon": 114.1, "lat": 22.65})["ok"]

        # When it reads again it gets every fact and the newest telemetry, not all that passed.
        heard = read_until(stalled, b'"seq":20')
        stage.do(tell("LAST"))
        heard += read_until(stalled, b'"mode":"LAST"')
        assert heard.count(b'["change"') == 20
        assert heard.count(b'["telemetry"') < 30


def read_until(connection: socket.socket, mark: bytes) -> bytes:
    connection.settimeout(PATIENCE_S)
    heard = bytearray()
    while mark not in heard[-200_000:]:
        heard += connection.recv(65536)
    return bytes(heard)


def test_the_controller_is_lost_and_comes_back(stage: Stage, join: Join) -> None:
    officer = join(stage)
    assert officer.next("snapshot")["online"]
    stage.controller.mute = True
    stage.do(stage.controller.tell_status(serving=False))
    assert officer.next("controller") == {"online": False}
    assert requests.get(f"{stage.url}/readyz", timeout=10).status_code == 503
    refused = officer.ask({"ask": "plan", "lon": 114.1, "lat": 22.65})
    assert (refused["ok"], refused["code"]) == (False, "unavailable")
    assert join(stage).next("snapshot")["online"] is False

    stage.controller.mute = False
    stage.controller.seq += 5
    stage.do(stage.controller.tell_status())
    assert officer.next("controller") == {"online": True}
    assert officer.next("snapshot")["snapshot"]["seq"] == 5


def test_silence_alone_shows_that_the_controller_is_lost(stage: Stage, join: Join) -> None:
    officer = join(stage)
    officer.next("snapshot")
    stage.controller.mute = True
    assert officer.next("controller") == {"online": False}
    late = requests.post(
        f"{stage.url}/api/v1/plan",
        json={"lon": 114.1, "lat": 22.65},
        headers=bearer(stage.key),
        timeout=20,
    )
    assert (late.status_code, late.json()["code"]) == (503, "unavailable")


def test_nonsense_on_the_bus_is_passed_over(stage: Stage, join: Join) -> None:
    officer = join(stage)
    officer.next("snapshot")
    bus: MqttBus = stage.controller.bus
    stranger = DockView(dock="D99", online=True, drone="U99")
    for topic in (
        stage.topics.change(),
        stage.topics.telemetry(),
        stage.topics.controller_status(),
    ):
        stage.do(bus.publish(topic, stranger))
    stage.do(stage.controller.record("IncidentReported", incident=incident(1)))
    assert officer.next("change", "snapshot")
    assert officer.ask({"ask": "plan", "lon": 114.1, "lat": 22.65})["ok"]
