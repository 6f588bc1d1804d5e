"""What the controller does for incidents and sorties right after it was started again."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from fleet.bus import Request, Topics
from fleet.clock import Clock
from fleet.contract import IncidentState, LaunchParts
from fleet.controller.desk import Desk
from fleet.dispatch.dispatcher import Dispatcher
from fleet.dispatch.eligibility import _is_dock_offline
from fleet.dispatch.waiting import WaitingLine
from fleet.district.load import load
from fleet.log.events import (
    DecisionTaken,
    IncidentReported,
    IncidentUnserved,
    SortieAdvanced,
    SortieRequested,
)
from fleet.log.journal import Journal
from fleet.log.store import EventLog
from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.conversation import Conversation
from fleet.mavlink.gate import Gate
from fleet.mavlink.vehicle import Vehicle
from fleet.sorties.operations import SETTLE_WITHIN_S, Operations
from fleet.sorties.sortie import SORTIE as TABLE
from fleet.sorties.sortie import SortieTrigger as T
from fleet.units.dock_roster import DockRoster, DockSeen
from fleet.units.fence import airspace_of
from fleet.units.readiness import Readiness
from sitl.virtual.bus import LocalBus
from tests.fleet.flight_stage import jumping

INCIDENT, SORTIE = "I" * 26, "S" * 26
AT = (114.24, 22.72)


@pytest.fixture(scope="module")
def district():
    return load(Path("configs/longgang"))


@pytest.fixture(scope="module")
def airspace(district):
    return airspace_of(district)


@pytest.fixture
def after(district, airspace, tmp_path):
    """Runs a story with operations that take up from a log, over a fleet that is not heard."""

    @asynccontextmanager
    async def operating(journal):
        gate = Gate(lambda sysid, message: None, lambda news: None)
        vehicles = {
            drone.id: Vehicle(Conversation(VehicleAddress(drone.sysid), gate, 5.0))
            for drone in district.drones
        }
        docks = DockRoster(
            LocalBus(), Topics("longgang"), [s.id for s in district.docks], lost_s=30.0
        )
        readiness = Readiness(district, vehicles, journal)
        dispatcher = Dispatcher(
            district, airspace, journal.state, docks, vehicles, readiness, lambda dock: 0.0
        )
        async with asyncio.TaskGroup() as tasks:
            operations = Operations(
                district,
                airspace,
                journal,
                dispatcher,
                vehicles,
                docks,
                Clock(),
                tasks,
                lambda loan: None,
            )
            tasks.create_task(operations.settle())
            operations.take_up()
            yield operations
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

    def play(facts, story, cause=None):
        async def whole():
            with EventLog(f"sqlite:///{tmp_path}/events.db") as log:
                journal = Journal(log, Clock())
                journal.record(*facts, cause=cause)
                async with operating(journal) as operations:
                    await story(operations, journal)

        jumping(whole())

    return play


def reported(kind="fire"):
    return IncidentReported(
        incident=INCIDENT, kind=kind, level=2, lon=AT[0], lat=AT[1], subdistrict=None,
        note="", source="test", window_s=300,
    )  # fmt: skip


def requested(dock="D01", drone="U01"):
    leg = {"out": [[*AT, 100, 10]], "back": [[*AT, 100, 10]]}
    metres = {"out_m": 1, "back_m": 1, "out_s": 1, "back_s": 1, "cruise_alt_amsl_m": 100}
    return SortieRequested(
        sortie=SORTIE, incident=INCIDENT, decision="d", dock=dock, drone=drone, eta_s=100,
        parts=LaunchParts(launch_s=20, climb_s=30, cruise_s=50, descent_s=0),
        route={**leg, **metres}, turn_back_wh=30,
    )  # fmt: skip


def advanced(*triggers):
    state = "requested"
    for trigger in triggers:
        state = TABLE.advance(state, trigger)
        yield SortieAdvanced(
            sortie=SORTIE, incident=INCIDENT, trigger=trigger, state=state, reason="test"
        )


def decisions(journal):
    return [r for r in journal.log.read(incident=INCIDENT) if isinstance(r.fact, DecisionTaken)]


def test_what_is_reported_before_the_drones_are_known_is_decided_again_once_they_are(after):
    async def story(operations, journal):
        operations.send_best(INCIDENT, "test")
        assert journal.state.incidents[INCIDENT].state is IncidentState.REPORTED
        await asyncio.sleep(SETTLE_WITHIN_S + 1)
        assert journal.state.incidents[INCIDENT].state is IncidentState.UNSERVED
        assert len(decisions(journal)) == 2

    after([reported()], story)


def test_nobody_is_sent_after_a_drone_that_was_called_home_before_the_restart(after):
    flown = advanced(T.PREPARE, T.PREPARED, T.TOOK_OFF, T.RECALL)

    async def story(operations, journal):
        await asyncio.sleep(SETTLE_WITHIN_S + 60)
        assert journal.state.sorties[SORTIE].state == "lost"
        assert decisions(journal) == []

    after([reported(), requested(), *flown], story)


def test_a_lost_drone_that_is_no_longer_configured_does_not_keep_the_controller_down(after):
    flown = advanced(T.PREPARE, T.PREPARED, T.TOOK_OFF, T.LOSE)

    async def story(operations, journal):
        await asyncio.sleep(5)
        assert journal.state.sorties[SORTIE].state == "lost"

    after([reported(), requested(dock="D99", drone="U99"), *flown], story)


def test_a_dock_that_has_left_is_not_said_to_be_silent_for_no_time():
    class At:
        dock = DockSeen("D01", linked=False, heard_s=100.0)
        now_s, dock_lost_s = 100.0, 30.0

    assert _is_dock_offline(At).text == "the dock has left the network"


def test_a_request_that_is_repeated_after_a_restart_is_not_done_twice(after, district):
    def ask(body):
        now = Clock.wall_now()
        return Request(id="R" * 26, sender="x", reply_to="x", expires_at=now, body=body)

    report = {"ask": "report_incident", "lon": AT[0], "lat": AT[1], "kind": "fire"}

    async def before(operations, journal):
        desk = desk_of(district, journal, operations)
        assert (await desk.answer(ask({**report, "dispatch": "confirm"}))).ok

    async def again(operations, journal):
        desk = desk_of(district, journal, operations)
        reply = await desk.answer(ask({**report, "dispatch": "confirm"}))
        assert [reply.body["id"]] == list(journal.state.incidents)

    async def sent_again(operations, journal):
        desk = desk_of(district, journal, operations)
        reply = await desk.answer(ask({"ask": "dispatch", "incident": INCIDENT}))
        assert (reply.ok, reply.body.get("id")) == (True, SORTIE)

    after([], before)
    after([], again)
    after([reported()], lambda operations, journal: asyncio.sleep(0))
    after([requested()], sent_again, cause="R" * 26)


WAITING = IncidentUnserved(incident=INCIDENT, reason="test")


def desk_of(district, journal, operations):
    """A desk for reports and dispatch only."""
    nothing = None
    return Desk(
        *(district, journal, operations, nothing, nothing, nothing, nothing),
        *(lambda: None, lambda: None, nothing, nothing, nothing, nothing),
    )


def requests(journal):
    return [r for r in journal.log.read(incident=INCIDENT) if isinstance(r.fact, SortieRequested)]


def line_of(operations, journal):
    return WaitingLine(journal.state, operations, Clock())


def test_who_waits_is_sent_nobody_before_the_drones_are_known(after, monkeypatch):
    monkeypatch.setattr("fleet.dispatch.dispatcher.vetoes", lambda standing: ())

    async def story(operations, journal):
        looking = asyncio.create_task(line_of(operations, journal).run())
        await asyncio.sleep(SETTLE_WITHIN_S - 1)
        assert requests(journal) == []
        await asyncio.sleep(10)
        assert requests(journal) != []
        looking.cancel()

    after([reported(), WAITING], story)


@pytest.mark.parametrize("kind", ["fire", "no longer configured"])
def test_who_waits_is_sent_one_drone_with_one_decision(after, monkeypatch, kind):
    monkeypatch.setattr("fleet.dispatch.dispatcher.vetoes", lambda standing: ())

    async def story(operations, journal):
        line = line_of(operations, journal)
        line.serve()
        line.serve()
        assert len(decisions(journal)) == len(requests(journal)) == 1

    after([reported(kind), WAITING], story)


def test_while_nobody_is_free_nothing_is_worked_out_for_those_who_wait(after, monkeypatch):
    async def story(operations, journal):
        monkeypatch.setattr("fleet.dispatch.dispatcher.choose", None)
        line_of(operations, journal).serve()

    after([reported(), WAITING], story)


def test_who_waited_waits_no_more_once_a_person_has_called_its_drone_home(after, monkeypatch):
    flown = advanced(T.PREPARE, T.PREPARED, T.TOOK_OFF, T.RECALL)
    monkeypatch.setattr("fleet.dispatch.dispatcher.vetoes", lambda standing: ())

    async def story(operations, journal):
        line_of(operations, journal).serve()
        assert len(requests(journal)) == 1

    after([reported(), WAITING, requested(), *flown], story)
