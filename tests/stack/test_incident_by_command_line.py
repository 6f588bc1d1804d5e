"""The duty officer's main job from a terminal, against the running stack."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fleet import contract as c
from fleet.bus import RequestFailed
from fleet.cli.asking import answer
from fleet.datum import wgs84_to_gcj02
from tests.stack.running import dockfleet, wait_until

pytestmark = pytest.mark.stack

# within 300 m of the eastern edge, so that its GCJ-02 reading lies outside
GCJ02_NEAR_THE_EDGE = "{},{}".format(*wgs84_to_gcj02(114.3485, 22.7697))


def incident(stack: Any, id_: str) -> dict[str, Any]:
    answer = dockfleet("incident", "show", id_, "--json", broker=stack.broker)
    assert answer.returncode == 0, answer.stderr
    shown: dict[str, Any] = json.loads(answer.stdout)
    return shown


def test_everything_is_ready_when_up_says_so(stack):
    assert stack.ready["docks_online"] == 25
    assert stack.ready["drones_ready"] == 25


def test_a_reported_fire_is_reached_and_the_drone_comes_home(stack):
    answer = dockfleet(
        *("incident", "report", "--at", "114.10,22.65", "--kind", "fire", "--json"),
        broker=stack.broker,
    )
    assert answer.returncode == 0, answer.stderr
    id_ = json.loads(answer.stdout)["id"]

    shown = incident(stack, id_)
    assert shown["dock"]
    assert shown["eta_s"] == pytest.approx(sum(shown["parts"].values()))
    assert len(shown["decision"]["ranking"]) == 25

    there = wait_until(lambda: (i := incident(stack, id_))["on_scene_s"] and i, 150)

    recalled = dockfleet("sortie", "recall", there["sortie"], "--json", broker=stack.broker)
    assert recalled.returncode == 0, recalled.stderr

    def docked() -> bool:
        snapshot = dockfleet("plan", "--at", "114.10,22.65", "--json", broker=stack.broker)
        ranking = json.loads(snapshot.stdout)["ranking"]
        mine = next(offer for offer in ranking if offer["dock"] == there["dock"])
        return not any(reason["veto"] == "drone_away" for reason in mine["reasons"])

    assert wait_until(docked, 150)
    closed = dockfleet("incident", "close", id_, "--json", broker=stack.broker)
    assert json.loads(closed.stdout)["state"] == "closed"


def test_a_decision_of_the_running_system_is_explained_and_recomputed_bit_for_bit(stack):
    report = ("incident", "report", "--at", "114.23,22.70", "--kind", "fire")
    reported = dockfleet(*report, "--dispatch", "confirm", "--json", broker=stack.broker)
    id_ = json.loads(reported.stdout)["decision"]["id"]
    replayed = dockfleet("decision", "replay", id_, "--json", "--log", stack.log)
    assert replayed.returncode == 0, replayed.stderr
    assert json.loads(replayed.stdout) == {
        "decision": id_,
        "same": True,
        "differences": [],
        "versions": {},
    }
    shown = json.loads(dockfleet("decision", "show", id_, "--json", "--log", stack.log).stdout)
    assert shown == answer(stack.broker, "longgang", c.ExplainDecision(decision=id_))
    assert {turn["change"] for turn in shown["turns"]} >= {"launch", "out"}
    with pytest.raises(RequestFailed, match="there is no decision nonsense"):
        answer(stack.broker, "longgang", c.ExplainDecision(decision="nonsense"))


@pytest.mark.parametrize(
    ("at", "kind", "says"),
    [
        ("116.39,39.91", "fire", "outside"),
        ("22.65,114.10", "fire", "swapped"),
        ("114.10,22.65", "nonsense", "unknown kind"),
        ("nan,22.65", "fire", "number"),
        (GCJ02_NEAR_THE_EDGE, "fire", "as GCJ-02 (Amap, Tencent) it is WGS-84"),
    ],
)
def test_a_bad_report_is_refused_in_one_sentence_and_records_nothing(stack, at, kind, says):
    before = dockfleet("incident", "list", "--json", broker=stack.broker).stdout
    answer = dockfleet("incident", "report", f"--at={at}", "--kind", kind, broker=stack.broker)
    assert answer.returncode == 1
    assert says in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1
    assert dockfleet("incident", "list", "--json", broker=stack.broker).stdout == before


def test_a_place_from_a_chinese_map_is_reported_with_its_datum(stack):
    lon, lat = wgs84_to_gcj02(114.10, 22.65)
    report = ("incident", "report", f"--at={lon},{lat}", "--kind", "fire", "--datum", "gcj02")
    answer = dockfleet(*report, "--dispatch", "confirm", "--json", broker=stack.broker)
    assert answer.returncode == 0, answer.stderr
    shown = json.loads(answer.stdout)
    assert (shown["lon"], shown["lat"]) == pytest.approx((114.10, 22.65), abs=1e-6)


def test_an_incident_that_is_not_there_is_refused(stack):
    answer = dockfleet("incident", "show", "01ARZ3NDEKTSV4RRFFQ69G5FAV", broker=stack.broker)
    assert answer.returncode == 1
    assert "there is no incident" in answer.stderr
