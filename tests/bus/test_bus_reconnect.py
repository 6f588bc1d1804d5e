"""A broker or a line that is lost and comes back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fleet.bus import BusUnreachable, MqttBus, Reply, Request, client
from fleet.clock import Clock
from tests.bus.bus_stage import PATIENCE_S, EmbeddedBroker, Heard, Stage, Word, free_port, until


@pytest.fixture(autouse=True)
def _prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr(client, "LONGEST_PAUSE_S", 0.1)


class Births:
    """Counts how often the bus was connected."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self) -> None:
        self.count += 1


async def test_after_a_restart_of_the_broker_everything_works_as_before(stage: Stage) -> None:
    births, heard = Births(), Heard()
    bus = await stage.bus(on_connected=births)

    async def answers(request: Request) -> Reply:
        return Reply(id=request.id, ok=True)

    await bus.subscribe("a/+", heard)
    await bus.serve("door", answers)
    await until(lambda: births.count == 1)
    await stage.broker.stop()
    await stage.broker.start()
    await until(lambda: births.count == 2)
    await bus.publish("a/b", b"again")
    await until(lambda: heard.payloads == [b"again"])
    assert (await bus.request("door", Word(), PATIENCE_S)).ok


async def test_what_is_published_while_the_broker_is_away_arrives_when_it_is_back(
    stage: Stage,
) -> None:
    births, heard = Births(), Heard()
    bus = await stage.bus(on_connected=births)
    await bus.subscribe("a/b", heard)
    await stage.broker.stop()
    async with asyncio.TaskGroup() as tasks:
        for number in range(10):
            tasks.create_task(bus.publish("a/b", b"%d" % number))
        await asyncio.sleep(0)
        await stage.broker.start()
    await until(lambda: len(set(heard.payloads)) == 10)


async def test_telemetry_is_dropped_and_counted_while_the_broker_is_away(stage: Stage) -> None:
    bus = await stage.bus()
    await stage.broker.stop()

    async def dropped() -> bool:
        await bus.publish("telemetry", b"now", qos=0)
        return bus.dropped > 0

    async with asyncio.timeout(PATIENCE_S):
        while not await dropped():  # noqa: ASYNC110 -- the bus tells nobody of a loss
            await asyncio.sleep(0.005)
    before = bus.dropped
    await bus.publish("telemetry", b"now", qos=0)
    assert bus.dropped == before + 1


async def test_when_too_much_waits_for_the_broker_the_next_is_refused(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "WAITING_PUBLISHES", 3)
    bus = await stage.bus()
    await stage.broker.stop()
    while not bus.dropped:
        await bus.publish("probe", b"", qos=0)
        await asyncio.sleep(0.005)
    waiting = [asyncio.ensure_future(bus.publish("a/b", b"x")) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(BusUnreachable, match="3 messages already wait"):
        await bus.publish("a/b", b"one too many")
    await stage.broker.start()
    await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE_S)


async def test_a_request_asked_while_the_broker_is_away_is_answered_once_it_is_back(
    stage: Stage,
) -> None:
    async def answers(request: Request) -> Reply:
        return Reply(id=request.id, ok=True)

    births = Births()
    server, bus = await stage.bus("server", on_connected=births), await stage.bus()
    await server.serve("door", answers)
    await stage.broker.stop()
    asking = asyncio.ensure_future(bus.request("door", Word(), 0.3, id_="same"))
    await stage.broker.start()
    await until(lambda: births.count >= 2)
    with_patience = await bus.request("door", Word(), PATIENCE_S, id_="second")
    await asyncio.gather(asking, return_exceptions=True)  # it may have given up before
    assert with_patience.ok


async def test_a_subscription_made_while_the_bus_comes_back_is_not_forgotten(
    stage: Stage,
) -> None:
    line, heard, births = await stage.line(), Heard(), Births()
    bus = await stage.bus(url=line.url, on_connected=births)
    await until(lambda: births.count == 1)
    line.hold_after_greeting()
    line.cut()
    await until(lambda: line.greeted == 2)
    await bus.subscribe("a/b", heard)
    line.release()
    await until(lambda: births.count == 2)
    await bus.publish("a/b", b"there")
    await until(lambda: heard.payloads == [b"there"], 2)


async def test_a_broker_too_slow_to_acknowledge_does_not_silence_the_bus(stage: Stage) -> None:
    line, heard = await stage.line(), Heard()
    bus = await stage.bus(url=line.url)
    await bus.subscribe("a/b", heard)
    assert bus._client is not None
    bus._client.timeout = 0.05
    line.hold()
    async with asyncio.TaskGroup() as tasks:
        publishing = tasks.create_task(bus.publish("a/b", b"one"))
        await asyncio.wait([publishing], timeout=0.2)
        line.release()
        async with asyncio.timeout(2):
            await publishing
    await until(lambda: b"one" in heard.payloads)


async def test_what_was_not_acknowledged_when_the_line_broke_goes_out_on_the_next(
    stage: Stage,
) -> None:
    line, heard, births = await stage.line(), Heard(), Births()
    bus, other = await stage.bus(url=line.url, on_connected=births), await stage.bus("other")
    await other.subscribe("a/b", heard)
    await until(lambda: births.count == 1)
    line.hold()
    async with asyncio.TaskGroup() as tasks:
        publishing = tasks.create_task(bus.publish("a/b", b"one"))
        await until(lambda: heard.messages)
        line.cut()
        line.release()
        await until(lambda: births.count == 2)
        async with asyncio.timeout(2):
            await publishing


async def test_whoever_is_cancelled_as_the_acknowledgement_comes_stays_cancelled(
    stage: Stage,
) -> None:
    bus = await stage.bus()
    assert bus._client is not None
    paho = bus._client._client
    acknowledged = paho.on_publish
    assert acknowledged is not None
    publishing = asyncio.ensure_future(bus.publish("a/b", b"x"))

    def acknowledged_and_cancelled(*arguments: Any) -> None:
        acknowledged(*arguments)
        publishing.cancel()

    paho.on_publish = acknowledged_and_cancelled
    await asyncio.wait([publishing])
    assert publishing.cancelled()


def test_on_an_accelerated_clock_the_bus_asks_and_answers() -> None:
    clock = Clock(speedup=20)

    async def main() -> None:
        async with Stage(EmbeddedBroker()) as stage:
            stage.clock = clock
            server, bus = await stage.bus("server"), await stage.bus()

            async def answers(request: Request) -> Reply:
                return Reply(id=request.id, ok=True)

            await server.serve("door", answers)
            assert (await bus.request("door", Word(), 200)).ok

    clock.run(main())


async def test_a_bus_waits_for_no_broker_at_the_start() -> None:
    with pytest.raises(BusUnreachable):
        async with MqttBus(f"mqtt://127.0.0.1:{free_port()}", "tester", Clock()):
            pytest.fail("there is no broker")
