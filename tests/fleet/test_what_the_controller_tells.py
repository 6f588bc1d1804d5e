"""What the controller tells the rest of the system, also after docks or the broker were away."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from fleet.bus import MqttBus, Topics
from fleet.clock import Clock
from fleet.contract import DistrictView, DockView, Status
from fleet.controller.broadcast import Broadcast
from fleet.controller.process import Addresses, _watch, run_controller
from fleet.district.load import load
from fleet.log.journal import Journal
from fleet.log.store import EventLog
from fleet.units.dock_roster import DockRoster
from fleet.units.readiness import Readiness
from sitl.virtual.bus import LocalBus
from tests.bus.bus_stage import EmbeddedBroker, until
from tests.fleet.flight_stage import Stage, jumping

TOPICS = Topics("longgang")


@pytest.fixture(scope="module")
def district():
    return load(Path("configs/longgang"))


def _addresses(broker, folder):
    return Addresses(
        broker=broker.url,
        log=f"sqlite:///{folder}/events.db",
        mavlink="udp://127.0.0.1:0",
        records=folder / "flights",
    )


def test_its_status_is_told_when_a_figure_changes_and_not_only_at_its_turn(
    district, tmp_path, monkeypatch
):
    monkeypatch.setattr("fleet.controller.broadcast.STATUS_EVERY_S", 3600.0)

    async def main():
        bus, clock, told = LocalBus(), Clock(), []

        async def heard(message):
            told.append(Status.model_validate_json(message.payload).docks_online)

        await bus.subscribe(TOPICS.controller_status(), heard)
        docks = DockRoster(bus, TOPICS, [s.id for s in district.docks], lost_s=30.0)
        with EventLog(f"sqlite:///{tmp_path}/events.db") as log:
            journal = Journal(log, clock)
            readiness = Readiness(district, {}, journal)
            broadcast = Broadcast(district, journal, docks, {}, readiness, bus, TOPICS, clock)
            await docks.start()
            telling = asyncio.create_task(broadcast.run())
            await until(lambda: told == [0])
            await bus.publish(TOPICS.dock_link("D01"), b"online")
            await bus.publish(TOPICS.dock_link("D02"), b"online")
            await until(lambda: told == [0, 2])
            await bus.publish(TOPICS.dock_link("D02"), b"offline")
            await until(lambda: told == [0, 2, 1])
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    jumping(main())


def test_a_dock_that_falls_silent_without_a_word_is_told_as_offline(district, tmp_path):
    async def main():
        bus, clock, told = LocalBus(), Clock(), {}

        async def heard(message):
            view = DockView.model_validate_json(message.payload)
            told[view.dock] = view.online

        await bus.subscribe(TOPICS.dock_view(), heard)
        docks = DockRoster(bus, TOPICS, [s.id for s in district.docks], lost_s=30.0)
        with EventLog(f"sqlite:///{tmp_path}/events.db") as log:
            journal = Journal(log, clock)
            readiness = Readiness(district, {}, journal)
            broadcast = Broadcast(district, journal, docks, {}, readiness, bus, TOPICS, clock)
            await docks.start()
            telling = asyncio.gather(broadcast.run(), _watch(broadcast, journal))
            await bus.publish(TOPICS.dock_link("D01"), b"online")
            await asyncio.sleep(1)
            assert told == {"D01": True}
            await asyncio.sleep(district.system.dock_lost_s + 2)
            assert told == {"D01": False}
            telling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await telling

    jumping(main())


async def test_the_district_is_told_again_to_a_broker_that_was_started_anew(district, tmp_path):
    broker = EmbeddedBroker()
    await broker.start()
    log = f"sqlite:///{tmp_path}/events.db"
    addresses = Addresses(broker.url, log, "udp://127.0.0.1:0", tmp_path / "records")
    controller = asyncio.create_task(run_controller(district, addresses, Clock()))
    try:
        for _ in range(2):
            heard = []

            async def hear(message, heard=heard):
                heard.append(DistrictView.model_validate_json(message.payload))

            async with MqttBus(broker.url, client="late", clock=Clock()) as bus:
                await bus.subscribe(TOPICS.controller_district(), hear)
                await until(lambda heard=heard: heard)
            await broker.stop()
            await broker.start()
    finally:
        controller.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await controller
        await broker.stop()


def test_a_restarted_controller_changes_nothing_in_a_drone_that_flies(district, tmp_path):
    async def main():
        async with Stage(tmp_path) as stage:
            await stage.start_controller()
            await stage.until_state("en_route")
            before = dict(stage.craft.parameters)
            await stage.restart_controller(away_s=2.3)
            vehicles = {"U07": stage.vehicle}
            readiness = Readiness(district, vehicles, stage.journal)
            keeping = asyncio.create_task(readiness.keep("U07"))
            await stage.until_state("on_scene")
            assert readiness.why_not("U07") is None
            assert stage.craft.parameters == before
            keeping.cancel()

    jumping(main())


async def test_a_controller_that_is_stopped_in_order_says_that_it_serves_no_more(
    district, tmp_path
):
    broker = EmbeddedBroker()
    await broker.start()
    addresses = _addresses(broker, tmp_path)
    serving = []

    async def hear(message):
        serving.append(Status.model_validate_json(message.payload).serving)

    try:
        async with MqttBus(broker.url, client="officer", clock=Clock()) as bus:
            await bus.subscribe(TOPICS.controller_status(), hear)
            controller = asyncio.create_task(run_controller(district, addresses, Clock()))
            await until(lambda: True in serving)
            controller.cancel()
            await asyncio.wait([controller])
            await until(lambda: serving[-1] is False)
    finally:
        await broker.stop()
