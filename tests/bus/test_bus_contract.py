"""What every broker must carry for us: messages, retained ones, wills, wildcards."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys

import pytest

from fleet.bus import BusUnreachable, Message, MqttBus
from fleet.clock import Clock
from tests.bus.bus_stage import Heard, Stage, Word, free_port, until


async def test_a_subscriber_gets_what_is_published(stage: Stage) -> None:
    heard, bus = Heard(), await stage.bus()
    await bus.subscribe("a/b", heard)
    before_s = asyncio.get_running_loop().time()
    await bus.publish("a/b", b"one")
    await bus.publish("a/b", Word(word="two"))
    await until(lambda: len(heard.messages) == 2)
    assert heard.payloads == [b"one", b'{"word":"two"}']
    first = heard.messages[0]
    assert (first.topic, first.retain) == ("a/b", False)
    assert before_s <= first.received_s <= asyncio.get_running_loop().time()


async def test_qos_0_is_carried_too(stage: Stage) -> None:
    heard, bus = Heard(), await stage.bus()
    await bus.subscribe("a/b", heard)
    await bus.publish("a/b", b"one", qos=0)
    await until(lambda: heard.payloads == [b"one"])


async def test_a_plus_stands_for_one_level_and_a_hash_for_all_below(stage: Stage) -> None:
    one, all_, bus = Heard(), Heard(), await stage.bus()
    await bus.subscribe("dock/+/state", one)
    await bus.subscribe("dock/#", all_)
    other = await stage.bus("other")
    for topic in ("dock/D01/state", "dock/D02/state", "dock/D01/link", "drone/U01/state"):
        await other.publish(topic, topic.encode())
    await other.publish("dock/end", b"end")
    await until(lambda: b"end" in all_.payloads)
    assert sorted(set(one.payloads)) == [b"dock/D01/state", b"dock/D02/state"]
    assert set(all_.payloads) == {b"dock/D01/state", b"dock/D02/state", b"dock/D01/link", b"end"}


async def test_a_later_subscriber_gets_the_newest_retained_message(stage: Stage) -> None:
    bus = await stage.bus()
    await bus.publish("state", b"old", retain=True)
    await bus.publish("state", b"new", retain=True)
    heard, later = Heard(), await stage.bus("later")
    await later.subscribe("state", heard)
    await until(lambda: heard.messages)
    assert [(m.payload, m.retain) for m in heard.messages] == [(b"new", True)]


async def test_a_wildcard_brings_every_retained_message_below_it(stage: Stage) -> None:
    bus = await stage.bus()
    for number in range(25):
        await bus.publish(f"dock/D{number:02}/state", b"%d" % number, retain=True)
    heard, later = Heard(), await stage.bus("later")
    await later.subscribe("dock/+/state", heard)
    await until(lambda: len(heard.messages) == 25)
    assert sorted(map(int, heard.payloads)) == list(range(25))


DIES = """
import asyncio, sys
from fleet.bus import MqttBus
from fleet.clock import Clock

async def main():
    will = ("link", b"offline", True)
    async with MqttBus(sys.argv[1], client="mortal", clock=Clock(), will=will) as bus:
        await bus.publish("link", b"online", retain=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_the_will_of_a_killed_process_is_published_and_retained(stage: Stage) -> None:
    heard, bus = Heard(), await stage.bus()
    await bus.subscribe("link", heard)
    process = subprocess.Popen(  # noqa: ASYNC220 -- starting one takes no time
        [sys.executable, "-c", DIES, stage.broker.url]
    )
    try:
        await until(lambda: heard.payloads == [b"online"])
    finally:
        process.kill()
        process.wait()
    await until(lambda: heard.payloads == [b"online", b"offline"])
    afterwards, later = Heard(), await stage.bus("later")
    await later.subscribe("link", afterwards)
    await until(lambda: afterwards.payloads == [b"offline"])


async def test_a_bus_that_ends_in_order_leaves_no_will(stage: Stage) -> None:
    heard, bus = Heard(), await stage.bus()
    await bus.subscribe("#", heard)
    async with MqttBus(stage.broker.url, "guest", Clock(), will=("link", b"offline", False)):
        pass
    await bus.publish("end", b"end")
    await until(lambda: b"end" in heard.payloads)
    assert b"offline" not in heard.payloads


async def test_messages_reach_a_handler_in_their_order(stage: Stage) -> None:
    heard, bus = Heard(), await stage.bus()
    await bus.subscribe("many", heard)
    sender = await stage.bus("sender")
    for number in range(300):
        await sender.publish("many", b"%d" % number)
    await until(lambda: len(heard.messages) == 300)
    assert list(map(int, heard.payloads)) == list(range(300))


async def test_a_slow_handler_holds_up_neither_the_others_nor_its_own_messages(
    stage: Stage,
) -> None:
    free = asyncio.Event()
    slow, quick, bus = Heard(), Heard(), await stage.bus()

    async def waits(message: Message) -> None:
        await free.wait()
        await slow(message)

    await bus.subscribe("slow", waits)
    await bus.subscribe("quick", quick)
    for number in range(50):
        await bus.publish("slow", b"%d" % number)
    await bus.publish("quick", b"there")
    await until(lambda: quick.payloads == [b"there"])
    assert not slow.messages
    free.set()
    await until(lambda: len(slow.messages) == 50)
    assert list(map(int, slow.payloads)) == list(range(50))


async def test_a_handler_that_fails_is_logged_with_the_topic_and_goes_on(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    heard, bus = Heard(), await stage.bus()

    async def fails_once(message: Message) -> None:
        if message.payload == b"bad":
            raise ValueError("cannot read this")
        await heard(message)

    await bus.subscribe("a/b", fails_once)
    with caplog.at_level(logging.ERROR):
        await bus.publish("a/b", b"bad")
        await bus.publish("a/b", b"good")
        await until(lambda: heard.payloads == [b"good"])
    assert any("a/b" in record.getMessage() for record in caplog.records)


async def test_a_telemetry_handler_that_is_behind_gets_the_newest(stage: Stage) -> None:
    free = asyncio.Event()
    slow, other, bus = Heard(), Heard(), await stage.bus()

    async def waits(message: Message) -> None:
        await slow(message)
        await free.wait()

    await bus.subscribe("telemetry", waits, newest_only=True)
    await bus.subscribe("end", other)
    await bus.publish("telemetry", b"0")
    await until(lambda: slow.payloads == [b"0"])
    for number in range(1, 20):
        await bus.publish("telemetry", b"%d" % number)
    await bus.publish("end", b"end")
    await until(lambda: other.messages)
    free.set()
    await until(lambda: len(slow.messages) == 2)
    assert slow.payloads == [b"0", b"19"]


async def test_telemetry_of_one_drone_does_not_push_out_that_of_another(stage: Stage) -> None:
    free = asyncio.Event()
    slow, other, bus = Heard(), Heard(), await stage.bus()

    async def waits(message: Message) -> None:
        await slow(message)
        await free.wait()

    await bus.subscribe("telemetry/+", waits, newest_only=True)
    await bus.subscribe("end", other)
    await bus.publish("telemetry/U01", b"first")
    await until(lambda: slow.messages)
    for topic, payload in (("U01", b"old"), ("U01", b"new"), ("U02", b"old"), ("U02", b"new")):
        await bus.publish(f"telemetry/{topic}", payload)
    await bus.publish("end", b"end")
    await until(lambda: other.messages)
    free.set()
    await until(lambda: len(slow.messages) == 3, 2)
    assert [(m.topic[-3:], m.payload) for m in slow.messages[1:]] == [
        ("U01", b"new"),
        ("U02", b"new"),
    ]


async def test_of_overlapping_subscriptions_each_handler_hears(stage: Stage) -> None:
    # MQTT 3.1.1 lets a broker send a copy for each subscription that matches, and amqtt does
    exact, wide, end, bus = Heard(), Heard(), Heard(), await stage.bus()
    await bus.subscribe("dock/D01/state", exact)
    await bus.subscribe("dock/+/state", wide)
    await bus.subscribe("end", end)
    other = await stage.bus("other")
    await other.publish("dock/D01/state", b"open")
    await other.publish("end", b"end")
    await until(lambda: end.messages)
    await until(lambda: exact.messages and wide.messages)
    assert (set(exact.payloads), set(wide.payloads)) == ({b"open"}, {b"open"})


async def test_two_handlers_of_one_pattern_both_hear(stage: Stage) -> None:
    one, two, end, bus = Heard(), Heard(), Heard(), await stage.bus()
    for heard in (one, two):
        await bus.subscribe("a/b", heard)
    await bus.subscribe("end", end)
    await bus.publish("a/b", b"x")
    await bus.publish("end", b"end")
    await until(lambda: end.messages and one.messages and two.messages)
    assert (one.payloads, two.payloads) == ([b"x"], [b"x"])


async def test_an_absent_broker_is_named_in_one_sentence_that_says_what_to_do() -> None:
    port = free_port()
    bus = MqttBus(f"mqtt://duty:s3cret@127.0.0.1:{port}", "tester", Clock())
    with pytest.raises(BusUnreachable) as caught:
        await bus.__aenter__()
    sentence = str(caught.value)
    assert f"127.0.0.1:{port}" in sentence
    assert "--broker" in sentence
    assert "s3cret" not in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("url", ["127.0.0.1:1883", "http://127.0.0.1", "mqtt://", ""])
def test_an_address_that_is_none_is_refused_with_the_form_expected(url: str) -> None:
    with pytest.raises(BusUnreachable, match="mqtt://HOST:PORT"):
        MqttBus(url, "tester", Clock())


@pytest.mark.parametrize("port", ["99999", "mqtt", "-1"])
def test_a_port_that_is_none_is_refused_with_the_form_expected(port: str) -> None:
    with pytest.raises(BusUnreachable, match="mqtt://HOST:PORT"):
        MqttBus(f"mqtt://127.0.0.1:{port}", "tester", Clock())


def test_a_wrong_address_is_refused_without_showing_its_password() -> None:
    with pytest.raises(BusUnreachable) as caught:
        MqttBus("tcp://duty:s3cret@127.0.0.1:1883", "tester", Clock())
    assert "s3cret" not in str(caught.value)
