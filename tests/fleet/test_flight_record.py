"""The record of a flight: begun and ended with its sortie, whole after a crash, opened by others'
tools, and summed up."""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymavlink import mavutil
from pymavlink.dialects.v20 import ardupilotmega as mavlink
from typer.testing import CliRunner

from fleet.clock import Clock
from fleet.contract import SortieState as S
from fleet.log.events import ComponentFailed
from fleet.mavlink.codec import OUR_SYSID, Encoder
from fleet.process import Refusal
from fleet.program import app
from fleet.record.files import directory_beside, mend, path_of, record_files
from fleet.record.keeper import FlightRecords
from fleet.record.summary import summary
from fleet.record.tlog import Entry, entries, entry, whole_bytes
from tests.fleet.flight_stage import SORTIE, Stage, jumping
from tests.sitl.builtin_yard import SYSID

EPOCH_S = 1_780_000_000.0


class LoopClock(Clock):
    """The time of day in a loop whose time jumps."""

    def unix_s(self) -> float:
        return EPOCH_S + asyncio.get_running_loop().time()


class RecordedStage(Stage):
    """A stage whose controller keeps records."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.directory = folder / "records"
        self._keeping: asyncio.Task[None] | None = None

    async def start_controller(self) -> None:
        await super().start_controller()
        records = FlightRecords(self.directory, {"U01": SYSID}, self.journal, LoopClock())
        self.record = records.keep
        self._keeping = asyncio.get_running_loop().create_task(records.run())

    async def stop_controller(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])
            self._keeping = None
        await super().stop_controller()


@asynccontextmanager
async def under_way(folder: Path):
    async with RecordedStage(folder) as stage:
        await stage.start_controller()
        yield stage


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory with the record of one sortie: out, a look, recalled, home; the controller
    was started anew over the scene."""
    folder = tmp_path_factory.mktemp("flown")

    async def fly() -> None:
        async with under_way(folder) as stage:
            await stage.until_state("on_scene")
            await stage.restart_controller()
            await asyncio.sleep(20)
            stage.flight.recall("enough")
            await stage.until_state("docked")
            await stage.until(lambda: "flight_recorded" in stage.steps)

    jumping(fly())
    return folder / "records"


@pytest.fixture(scope="module")
def flown(records: Path) -> list[Entry]:
    return list(entries((records / f"{SORTIE}.tlog").read_bytes()))


def test_mavutil_opens_it_and_finds_what_both_sides_said(records: Path) -> None:
    log = mavutil.mavlink_connection(str(records / f"{SORTIE}.tlog"))
    kinds: Counter[tuple[bool, str]] = Counter()
    while (message := log.recv_match()) is not None:
        kinds[message.get_srcSystem() == OUR_SYSID, message.get_type()] += 1
        assert EPOCH_S < message._timestamp < EPOCH_S + 2e6
    assert kinds[False, "HEARTBEAT"] > 60
    assert kinds[False, "GLOBAL_POSITION_INT"] > 300
    assert kinds[True, "MISSION_ITEM_INT"] == kinds[False, "MISSION_ITEM_INT"] > 5
    assert kinds[True, "COMMAND_LONG"] > 3
    assert (False, "BAD_DATA") not in kinds


def test_its_summary_tells_the_flight(flown: list[Entry]) -> None:
    told = summary(flown)
    assert told is not None
    assert [each.phase for each in told.phases] == [
        *(S.PREPARING, S.LAUNCHING, S.EN_ROUTE, S.ON_SCENE, S.RETURNING, S.LANDING, S.DOCKED)
    ]
    assert sum(each.lasted_s for each in told.phases) == pytest.approx(told.lasted_s)
    assert told.sysid == SYSID
    assert told.distance_m == pytest.approx(2 * 556, rel=0.05)
    assert told.highest_m == pytest.approx(90, abs=2)
    assert told.fastest_ms == pytest.approx(10, abs=1)
    assert told.battery_from_pct is not None
    assert told.battery_to_pct is not None
    spent_wh = (told.battery_from_pct - told.battery_to_pct) / 100 * 150
    assert told.energy_wh == pytest.approx(spent_wh, abs=2.5)
    on_scene = told.phases[3]
    assert on_scene.lasted_s == pytest.approx(20, abs=3)
    said = [each.what for each in told.events]
    assert {"armed", "disarmed", "mode AUTO"} <= set(said)


def test_a_drone_that_is_recalled_on_its_way_is_summed_up_too(tmp_path: Path) -> None:
    async def fly() -> None:
        async with under_way(tmp_path) as stage:
            await stage.until_state("en_route")
            await asyncio.sleep(30)
            stage.flight.recall("false alarm")
            await stage.until_state("docked")

    jumping(fly())
    told = summary(entries((tmp_path / "records" / f"{SORTIE}.tlog").read_bytes()))
    assert told is not None
    assert [each.phase for each in told.phases][2:] == [
        *(S.EN_ROUTE, S.RETURNING, S.LANDING, S.DOCKED)
    ]


def test_a_controller_that_is_killed_leaves_a_record_that_goes_on_after_it(tmp_path: Path) -> None:
    path = tmp_path / "records" / f"{SORTIE}.tlog"

    async def fly() -> None:
        async with under_way(tmp_path) as stage:
            await stage.until_state("en_route")
            await stage.stop_controller()
            os.truncate(path, path.stat().st_size - 5)  # as a kill in the middle of a write
            await stage.start_controller()
            await asyncio.sleep(10)

    jumping(fly())
    log = path.read_bytes()
    assert whole_bytes(log) == len(log)
    kinds = Counter(each.sysid for each in entries(log))
    assert kinds[SYSID] > 100
    assert kinds[OUR_SYSID] > 10


def test_a_disk_that_cannot_be_written_stops_no_flight_and_is_told_once(tmp_path: Path) -> None:
    directory = tmp_path / "records"
    directory.write_text("not a directory")

    async def fly() -> list[str]:
        async with under_way(tmp_path) as stage:
            await stage.until_state("en_route")
            await asyncio.sleep(30)
            directory.unlink()
            await asyncio.sleep(5)
            await stage.until(lambda: (directory / f"{SORTIE}.tlog").exists())
            found = stage.journal.log.read()
            return [r.fact.error for r in found if isinstance(r.fact, ComponentFailed)]

    (fault,) = jumping(fly())
    assert "cannot be written" in fault
    told = summary(entries((directory / f"{SORTIE}.tlog").read_bytes()))
    assert told is not None
    assert told.phases[0].phase is S.PREPARING  # what was held back meanwhile is there
    assert told.phases[-1].phase is S.EN_ROUTE


def _packets(seconds: int = 3) -> list[bytes]:
    drone, us = Encoder(SYSID, 1), Encoder()
    beat = mavlink.MAVLink_heartbeat_message(2, 3, 209, 3, 4, 3)
    return [one.encode(beat) for _ in range(seconds) for one in (drone, us)]


@given(cut=st.integers(0, 200), junk=st.binary(max_size=30))
def test_of_a_record_that_was_cut_off_the_whole_packets_are_read(cut: int, junk: bytes) -> None:
    log = b"".join(entry(n * 10**6, packet) for n, packet in enumerate(_packets()))
    cut_off = log[: max(0, len(log) - cut)]
    found = list(entries(cut_off))
    assert found == list(entries(log))[: len(found)]
    assert whole_bytes(cut_off) == sum(8 + len(each.packet) for each in found) <= len(cut_off)
    summary(entries(cut_off + junk))


@given(st.binary(max_size=400))
def test_anything_may_lie_in_a_record(log: bytes) -> None:
    assert 0 <= whole_bytes(log) <= len(log)
    summary(entries(log))


def test_a_silence_is_told_with_how_long_it_was() -> None:
    beats = [packet for packet in _packets(4) if packet[5] == SYSID]
    found = [Entry(int(at_s * 1e6), p) for at_s, p in zip((0, 1, 21, 22), beats, strict=True)]
    told = summary(found)
    assert told is not None
    assert told.longest_silence_s == pytest.approx(20)
    assert "heard again after 20.0 s" in [each.what for each in told.events]
    assert summary([]) is None


def test_a_new_record_needs_no_mending(tmp_path: Path) -> None:
    mend(tmp_path / "none.tlog")
    assert not (tmp_path / "none.tlog").exists()


def test_records_lie_beside_the_event_log() -> None:
    assert directory_beside("sqlite:///var/longgang/events.db") == Path("var/longgang/records")
    assert directory_beside("postgresql://host/events") == Path("var/records")


@pytest.mark.parametrize("sortie", ["../x", "a/b", "", "x" * 65])
def test_only_a_sorties_id_names_a_record(sortie: str) -> None:
    with pytest.raises(Refusal, match="no sortie's id"):
        path_of(Path("records"), sortie)


def run(*arguments: str, records: Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["flight", *arguments, "--records", str(records)])
    return result.exit_code, result.stdout, result.stderr


def test_flights_are_listed_and_shown(records: Path) -> None:
    (told,) = json.loads(run("list", "--json", records=records)[1])["flights"]
    assert (told["sortie"], told["sysid"]) == (SORTIE, SYSID)
    assert SORTIE in run("list", records=records)[1]
    shown = json.loads(run("show", SORTIE, "--json", records=records)[1])
    assert shown["lasted_s"] == pytest.approx(told["lasted_s"])
    assert shown["unread_bytes"] == 0
    text = run("show", SORTIE, records=records)[1]
    assert "on_scene" in text
    assert "energy:" in text


def test_a_flight_without_a_record_is_refused(records: Path, tmp_path: Path) -> None:
    code, _, error = run("show", "nobody", records=records)
    assert (code, "no record of a flight nobody" in error) == (1, True)
    code, _, error = run("list", records=tmp_path / "none")
    assert (code, "no flight records in" in error) == (1, True)


def test_records_are_deleted_only_when_asked_twice_and_each_by_name(tmp_path: Path) -> None:
    old, young = tmp_path / "OLD.tlog", tmp_path / "YOUNG.tlog"
    for path in (old, young):
        path.write_bytes(entry(1, _packets()[0]))
    os.utime(old, (0, 0))
    code, told, _ = run("prune", "--older-than", "30", records=tmp_path)
    assert (code, told) == (0, f"would delete {old}\n")
    assert old.exists()
    code, told, _ = run("prune", "--older-than", "30", "--yes", records=tmp_path)
    assert (code, told) == (0, f"deleted {old}\n")
    assert [each.sortie for each in record_files(tmp_path, OUR_SYSID)] == ["YOUNG"]
