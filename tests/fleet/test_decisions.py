"""Decisions months later: explained, listed and recomputed from the event log alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from fleet.clock import Clock
from fleet.dispatch.decisions import adopt, airspace_of, find, replay
from fleet.dispatch.dispatcher import Choice, parts_view
from fleet.dispatch.explain import Explainer, summaries
from fleet.dispatch.forecast import picture_at_rest
from fleet.dispatch.versions import versions
from fleet.district.load import load_or_refuse
from fleet.log import events
from fleet.log.journal import Journal
from fleet.log.store import EventLog
from fleet.process import Refusal
from fleet.program import app
from fleet.units.fence import airspace_of as airspace_of_district
from planner.airspace import Airspace
from planner.dispatch import choose
from planner.model import LonLat, Picture, Reason, Veto, Wind

PLACE = LonLat(114.10, 22.65)
AWAY = Reason(Veto.DRONE_AWAY, text="U19 is on sortie S0 (en_route)")
LOW = Reason(Veto.BATTERY, 31.0, 40.0, "battery at 31 %, launch needs 40 %")


@pytest.fixture(scope="module")
def airspace() -> Airspace:
    return airspace_of_district(load_or_refuse(Path("configs/longgang")))


@pytest.fixture(scope="module")
def picture() -> Picture:
    """A windy day; of the docks around the place one has no drone, another a low battery."""
    calm = picture_at_rest(load_or_refuse(Path("configs/longgang")), PLACE, "fire")
    candidates = tuple(
        replace(
            each,
            wind=Wind(4.0 + 0.1 * place, 70.0 + place),
            vetoes={"D19": (AWAY,), "D09": (LOW,)}.get(each.dock, ()),
            energy_wh=0.31 * each.energy_wh if each.dock == "D09" else each.energy_wh,
        )
        for place, each in enumerate(calm.candidates)
    )
    return replace(calm, candidates=candidates)


@pytest.fixture
def url(tmp_path: Path, airspace: Airspace, picture: Picture) -> str:
    """The log of a system that has stopped: two incidents, a decision each."""
    url = f"sqlite:///{tmp_path}/events.db"
    with EventLog(url) as log:
        journal = Journal(log, Clock())
        adopt(airspace, journal)
        for number in (1, 2):
            journal.record(_reported(f"INC{number}"))
            choice = Choice(f"DEC{number}", picture, choose(airspace, picture), 1.5)
            journal.record(choice.fact(f"INC{number}"))
        journal.record(_sent(choice, "INC2"))
    return url


def _reported(incident: str) -> events.IncidentReported:
    return events.IncidentReported(
        incident=incident, kind="fire", level=2, lon=PLACE.lon, lat=PLACE.lat,
        subdistrict="440307001", note="", source="officer", window_s=300,
    )  # fmt: skip


def _sent(choice: Choice, incident: str) -> events.SortieRequested:
    """The officer sends the second best."""
    offer = choice.decision.ranking[1]
    parts = parts_view(offer)
    assert parts is not None
    assert offer.eta_s is not None
    return events.SortieRequested(
        sortie="SOR1", incident=incident, decision=choice.id, dock=offer.dock, drone=offer.drone,
        eta_s=offer.eta_s, parts=parts, turn_back_wh=40.0, route={"out": [], "back": []},
        by_officer=True,
    )  # fmt: skip


@pytest.fixture
def log(url: str) -> Iterator[EventLog]:
    with EventLog(url) as log:
        yield log


def decision(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["decision", *arguments])


def answered(*arguments: str) -> dict[str, Any]:
    result = decision(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def test_a_decision_is_recomputed_bit_for_bit_from_the_log_alone(
    log: EventLog, picture: Picture, airspace: Airspace
) -> None:
    taken = find(log, "DEC1")
    again = airspace_of(log, taken)
    assert again.id == airspace.id
    assert taken.picture == picture
    assert taken.ranking == choose(airspace, picture).ranking
    found = replay(taken, again)
    assert found.differences == ()
    assert found.changed == {}


def test_the_airspace_is_written_down_once(url: str, airspace: Airspace) -> None:
    with EventLog(url) as log:
        adopt(airspace, Journal(log, Clock()))
        assert len(list(log.read(kind=events.AirspaceAdopted))) == 1


def test_a_decision_keeps_the_versions_of_what_made_it(log: EventLog) -> None:
    kept = find(log, "DEC1").fact.versions
    assert kept == dict(versions())
    assert {"dockfleet", "numpy", "planner", "shapely"} <= kept.keys()


def test_whatever_differs_is_named_with_its_dock_and_both_figures(
    log: EventLog, airspace: Airspace
) -> None:
    taken = find(log, "DEC1")
    ranking = json.loads(json.dumps(taken.fact.ranking))
    first, second, *rest = ranking
    second["parts"]["cruise_s"] += 1e-12
    otherwise = taken.fact.model_copy(
        update={
            "ranking": [second, first, *rest],
            "airspace_id": "another",
            "versions": {**taken.fact.versions, "numpy": "1.0"},
        }
    )
    found = replay(replace(taken, fact=otherwise), airspace)
    assert [(each.dock, each.figure) for each in found.differences] == [
        (second["dock"], "place"),
        (second["dock"], "parts.cruise_s"),
        (first["dock"], "place"),
        (None, "airspace_id"),
    ]
    assert found.differences[0].recorded == 1
    assert found.differences[0].recomputed == 2
    assert found.changed == {"numpy": ("1.0", versions()["numpy"])}


def test_the_command_tells_a_decision_that_is_no_longer_the_same(
    tmp_path: Path, airspace: Airspace, picture: Picture
) -> None:
    url = f"sqlite:///{tmp_path}/events.db"
    fact = Choice("DEC1", picture, choose(airspace, picture), 1.5).fact("INC1")
    fact.ranking[3]["eta_s"] += 1.0
    with EventLog(url) as log:
        adopt(airspace, Journal(log, Clock()))
        log.append(datetime(2026, 1, 1, tzinfo=UTC), [fact], None)
    result = decision("replay", "DEC1", "--log", url)
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{fact.ranking[3]['dock']}: eta_s was ")
    as_json = decision("replay", "DEC1", "--log", url, "--json")
    assert as_json.exit_code == 1
    told = json.loads(as_json.stdout)
    assert not told["same"]
    assert [each["figure"] for each in told["differences"]] == ["eta_s"]


def test_a_decision_that_is_the_same_ends_the_command_with_0(url: str) -> None:
    assert answered("replay", "DEC1", "--log", url)["same"]
    assert "the same, bit for bit" in decision("replay", "DEC1", "--log", url).stdout


def test_it_is_shown_by_how_much_each_dock_lost_and_what_would_have_turned_it(url: str) -> None:
    found = answered("show", "DEC2", "--log", url)
    ranking, conditions = found["decision"]["ranking"], found["conditions"]
    assert [each["dock"] for each in conditions] == [each["dock"] for each in ranking]
    assert found["chosen"] == ranking[0]["dock"]
    assert found["sent"] == ranking[1]["dock"]
    assert conditions[0]["behind_s"] == 0
    assert conditions[1]["behind_s"] == ranking[1]["eta_s"] - ranking[0]["eta_s"]
    turns = {(each["change"], each["to"]): each for each in found["turns"]}
    assert turns["veto", "D19"]["veto"] == "drone_away"
    behind_s = {each["dock"]: each["behind_s"] for each in conditions}
    assert behind_s["D19"] < 0
    assert turns["launch", ranking[1]["dock"]]["least"] == pytest.approx(
        conditions[1]["behind_s"], abs=0.1
    )


def test_the_table_says_who_why_not_the_others_and_what_would_have_turned_it(url: str) -> None:
    told = decision("show", "DEC2", "--log", url).stdout
    assert "is the fastest that can go" in told
    assert "as the officer chose" in told
    assert "U19 is on sortie S0 (en_route)" in told
    assert "D19 wins but for one thing against it: drone away" in told
    assert sum(line.startswith("D") for line in told.splitlines()) == 26  # docks and the verdict


def test_a_page_of_decisions_begins_after_the_one_before_it(url: str) -> None:
    with EventLog(url) as log:
        newest, oldest = summaries(log, None, 10)
        assert [each.id for each in summaries(log, None, 1)] == [newest.id]
        assert [each.id for each in summaries(log, None, 10, newest.id)] == [oldest.id]
        assert list(summaries(log, None, 10, oldest.id)) == []
        assert list(summaries(log, newest.incident, 10, newest.id)) == []
        with pytest.raises(Refusal, match="there is no decision DEC9"):
            list(summaries(log, None, 10, "DEC9"))


def test_decisions_are_listed_newest_first_also_of_one_incident(url: str) -> None:
    both = answered("list", "--log", url)["decisions"]
    assert [each["id"] for each in both] == ["DEC2", "DEC1"]
    assert [each["sent"] is None for each in both] == [False, True]
    (one,) = answered("list", "--incident", "INC1", "--log", url)["decisions"]
    assert (one["id"], one["docks"]) == ("DEC1", 25)
    assert "incident INC1" in decision("list", "--log", url).stdout


def test_a_log_of_before_airspaces_were_kept_is_still_explained_but_not_recomputed(
    tmp_path: Path, airspace: Airspace, picture: Picture
) -> None:
    url = f"sqlite:///{tmp_path}/events.db"
    fact = Choice("DEC1", picture, choose(airspace, picture), 1.5).fact("INC1")
    with EventLog(url) as log:
        log.append(datetime(2026, 1, 1, tzinfo=UTC), [fact], None)
        assert Explainer(log).explain("DEC1").turns is None
        with pytest.raises(Refusal, match="does not hold the airspace"):
            airspace_of(log, find(log, "DEC1"))
    assert decision("show", "DEC1", "--log", url).exit_code == 0
    assert decision("replay", "DEC1", "--log", url).exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show", "nonsense"), "there is no decision nonsense"),
        (("replay", "nonsense"), "there is no decision nonsense"),
        (("show", "INC1"), "INC1 is an incident"),
        (("list", "--incident", "INC9"), "holds no incident INC9"),
    ],
)
def test_an_id_that_is_none_is_refused_in_one_sentence(
    url: str, arguments: tuple[str, ...], says: str
) -> None:
    result = decision(*arguments, "--log", url)
    assert result.exit_code == 1
    assert says in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_log_that_is_not_there_is_named_and_none_is_made(tmp_path: Path) -> None:
    result = decision("list", "--log", f"sqlite:///{tmp_path}/none.db")
    assert result.exit_code == 1
    assert "there is no event log" in result.stderr
    assert not (tmp_path / "none.db").exists()
