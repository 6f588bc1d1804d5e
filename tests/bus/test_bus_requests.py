"""Asking and answering over the bus: once acted on, however often asked."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from fleet.bus import MqttBus, Reply, Request, RequestFailed
from tests.bus.bus_stage import PATIENCE_S, Stage, Word, until


class Doorman:
    """A server that counts what it did, and can be made to take its time."""

    def __init__(self) -> None:
        self.acted: list[Request] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def __call__(self, request: Request) -> Reply:
        self.acted.append(request)
        await self.may_answer.wait()
        match request.body.get("word"):
            case "refuse":
                return Reply(id=request.id, ok=False, code="conflict", reason="the door is shut")
            case "break":
                raise RuntimeError("the hinge came off")
        return Reply(id=request.id, ok=True, body={"number": len(self.acted)})


def asked(stage: Stage, bus_inbox: str, lasts_s: float = 60, **more: str) -> Request:
    return Request(
        sender="tester",
        reply_to=bus_inbox,
        expires_at=stage.clock.now() + timedelta(seconds=lasts_s),
        body={"word": "hello"},
        **more,
    )


async def served(stage: Stage) -> tuple[MqttBus, Doorman]:
    doorman, server = Doorman(), await stage.bus("server")
    await server.serve("door", doorman)
    return server, doorman


async def test_a_request_is_answered_with_a_body(stage: Stage) -> None:
    _, doorman = await served(stage)
    bus = await stage.bus()
    reply = await bus.request("door", Word(), PATIENCE_S)
    assert (reply.ok, reply.body) == (True, {"number": 1})
    assert doorman.acted[0].body == {"word": "hello"}


async def test_many_askers_each_get_their_own_answer(stage: Stage) -> None:
    await served(stage)
    buses = [await stage.bus(f"asker{n}") for n in range(5)]
    async with asyncio.TaskGroup() as tasks:
        answers = [
            tasks.create_task(bus.request("door", Word(), PATIENCE_S))
            for bus in buses
            for _ in range(10)
        ]
    assert sorted(answer.result().body["number"] for answer in answers) == list(range(1, 51))


async def test_a_refusal_carries_the_servers_sentence_and_code(stage: Stage) -> None:
    await served(stage)
    bus = await stage.bus()
    with pytest.raises(RequestFailed, match="the door is shut") as caught:
        await bus.request("door", Word(word="refuse"), PATIENCE_S)
    assert caught.value.code == "conflict"


async def test_a_server_that_breaks_still_answers(stage: Stage) -> None:
    _, doorman = await served(stage)
    bus = await stage.bus()
    with pytest.raises(RequestFailed, match="the hinge came off") as caught:
        await bus.request("door", Word(word="break"), PATIENCE_S)
    assert caught.value.code == "internal"
    assert (await bus.request("door", Word(), PATIENCE_S)).ok
    assert len(doorman.acted) == 2


async def test_when_nobody_answers_the_sentence_names_the_topic(stage: Stage) -> None:
    bus = await stage.bus()
    with pytest.raises(RequestFailed, match="nobody answered on nowhere") as caught:
        await bus.request("nowhere", Word(), 0.05)
    assert caught.value.code == "timeout"


async def test_an_expired_request_is_not_acted_on(stage: Stage) -> None:
    _, doorman = await served(stage)
    bus = await stage.bus()
    expired = asked(stage, "inbox/tester", lasts_s=-0.1)
    await bus.publish("door", expired)
    await bus.request("door", Word(), PATIENCE_S)
    assert [request.id for request in doorman.acted].count(expired.id) == 0
    assert len(doorman.acted) == 1


async def test_what_is_no_request_is_passed_over(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    _, doorman = await served(stage)
    bus = await stage.bus()
    with caplog.at_level(logging.WARNING):
        for nonsense in (b"", b"{", b"[]", b"\xff\xfe", b'{"id": 1}'):
            await bus.publish("door", nonsense)
        assert (await bus.request("door", Word(), PATIENCE_S)).ok
    assert len(doorman.acted) == 1
    assert "door" in caplog.text


async def test_a_repeat_gets_the_first_answer_and_no_second_act(stage: Stage) -> None:
    _, doorman = await served(stage)
    bus, other = await stage.bus(), await stage.bus("other")
    first = await bus.request("door", Word(), PATIENCE_S, id_="same")
    again = await bus.request("door", Word(), PATIENCE_S, id_="same")
    elsewhere = await other.request("door", Word(), PATIENCE_S, id_="same")
    assert first == again == elsewhere
    assert len(doorman.acted) == 1


async def test_a_repeat_of_a_refused_request_is_refused_alike(stage: Stage) -> None:
    _, doorman = await served(stage)
    bus = await stage.bus()
    for _ in range(2):
        with pytest.raises(RequestFailed, match="the door is shut"):
            await bus.request("door", Word(word="refuse"), PATIENCE_S, id_="same")
    assert len(doorman.acted) == 1


async def test_a_repeat_while_the_first_is_worked_on_waits_for_its_answer(stage: Stage) -> None:
    _, doorman = await served(stage)
    doorman.may_answer.clear()
    bus, other = await stage.bus(), await stage.bus("other")
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(bus.request("door", Word(), PATIENCE_S, id_="same"))
        await until(lambda: doorman.acted)
        again = tasks.create_task(other.request("door", Word(), PATIENCE_S, id_="same"))
        doorman.may_answer.set()
    assert first.result() == again.result()
    assert len(doorman.acted) == 1


async def test_one_slow_request_does_not_hold_up_the_next(stage: Stage) -> None:
    server, doorman = await served(stage)
    doorman.may_answer.clear()

    async def quick(request: Request) -> Reply:
        return Reply(id=request.id, ok=True)

    await server.serve("side-door", quick)
    bus = await stage.bus()
    async with asyncio.TaskGroup() as tasks:
        slow = tasks.create_task(bus.request("door", Word(), PATIENCE_S))
        await until(lambda: doorman.acted)
        assert (await bus.request("side-door", Word(), PATIENCE_S)).ok
        assert not slow.done()
        doorman.may_answer.set()


async def test_a_late_answer_disturbs_nobody(stage: Stage) -> None:
    _, doorman = await served(stage)
    doorman.may_answer.clear()
    bus = await stage.bus()
    with pytest.raises(RequestFailed, match="nobody answered"):
        await bus.request("door", Word(), 0.05)
    doorman.may_answer.set()
    assert (await bus.request("door", Word(), PATIENCE_S)).ok


async def test_two_who_ask_the_same_at_once_over_one_bus_are_both_answered(stage: Stage) -> None:
    _, doorman = await served(stage)
    doorman.may_answer.clear()
    bus = await stage.bus()
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(bus.request("door", Word(), 2, id_="same"))
        again = tasks.create_task(bus.request("door", Word(), 2, id_="same"))
        await until(lambda: doorman.acted)
        doorman.may_answer.set()
    assert first.result() == again.result()
    assert len(doorman.acted) == 1


@pytest.mark.parametrize("address", ["", "replies/#", "replies/+/x"])
async def test_a_request_with_no_usable_reply_address_does_not_end_the_server(
    stage: Stage, address: str
) -> None:
    bus = await stage.bus()
    unusable = asked(stage, "inbox").model_copy(update={"reply_to": address})
    async with MqttBus(stage.broker.url, "server", stage.clock) as server:
        await server.serve("door", Doorman())
        await bus.publish("door", unusable)
        assert (await bus.request("door", Word(), PATIENCE_S)).ok
