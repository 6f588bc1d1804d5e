"""Several links to one vehicle: one counts, and another takes over when it falls silent."""

from __future__ import annotations

import asyncio
import os
import pty
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.clock import JumpLoop
from fleet.mavlink.codec import Decoder, Encoder
from fleet.mavlink.exchange import VehicleSilent
from fleet.mavlink.links import Link, caller
from fleet.mavlink.reactor import Reactor
from fleet.mavlink.routes import SILENT_S, FailOver, Routes
from fleet.process import Refusal

SYSID = 7
RADIO = cast(Link, SimpleNamespace(url="serial:///dev/radio"))
UDP = cast(Link, SimpleNamespace(url="udp://0.0.0.0:14550"))
MODEM = cast(Link, SimpleNamespace(url="tcp://modem:5760"))
BEAT = mavlink.MAVLink_heartbeat_message(2, 3, 0, 4, 4, 3)


def heard(routes: Routes, link: Any, now_s: float) -> bool:
    return routes.heard(SYSID, link, None, now_s)


def test_what_comes_on_the_second_link_is_not_taken_twice() -> None:
    routes = Routes()
    for second in range(10):
        assert heard(routes, RADIO, float(second))
        assert not heard(routes, MODEM, second + 0.3)


def test_the_second_link_takes_over_when_the_first_falls_silent_and_keeps_it() -> None:
    told: list[FailOver] = []
    routes = Routes(told.append)
    heard(routes, RADIO, 0.0)
    assert [heard(routes, MODEM, t) for t in (1.0, 2.0, SILENT_S)] == [False, False, True]
    assert not heard(routes, RADIO, 3.0)
    route = routes[SYSID]
    assert route is not None
    assert route.link is MODEM
    assert told == [FailOver(SYSID, "serial:///dev/radio", "tcp://modem:5760", SILENT_S)]


def test_two_paths_from_one_machine_are_two_links_of_which_one_counts() -> None:
    routes, told = Routes(), list[FailOver]()
    routes._tell = told.append
    near, far = ("10.0.0.2", 5001), ("10.0.0.2", 5002)
    for tenth in range(50):
        assert routes.heard(SYSID, UDP, near, tenth / 10)
        assert not routes.heard(SYSID, UDP, far, tenth / 10 + 0.05)
        route = routes[SYSID]
        assert route is not None
        assert route.remote == near
    assert routes.heard(SYSID, UDP, far, 4.9 + SILENT_S)
    assert told == []  # the same machine, by its address


def test_where_it_is_heard_but_does_not_answer_another_link_that_speaks_is_tried() -> None:
    told: list[FailOver] = []
    routes = Routes(told.append)
    heard(routes, RADIO, 0.0)
    routes.unanswered(SYSID, 0.5)
    assert not told  # there is no other
    heard(routes, MODEM, 1.0)
    heard(routes, RADIO, 2.0)
    routes.unanswered(SYSID, 2.1)
    assert [(one.before, one.now) for one in told] == [(RADIO.url, MODEM.url)]
    assert not heard(routes, RADIO, 2.2)
    assert heard(routes, MODEM, 2.3)
    routes.unanswered(SYSID, 2.4)  # nor there: the first again
    assert [one.now for one in told] == [MODEM.url, RADIO.url]


def test_a_link_that_has_fallen_silent_is_not_tried() -> None:
    told: list[FailOver] = []
    routes = Routes(told.append)
    heard(routes, RADIO, 0.0)
    heard(routes, MODEM, 1.0)
    heard(routes, RADIO, 1.0 + SILENT_S)
    routes.unanswered(SYSID, 1.0 + SILENT_S)
    assert not told


def test_after_an_order_that_nobody_answered_the_next_goes_by_the_other_link() -> None:
    """A radio that is heard and does not hear, and a modem that does both."""

    async def story() -> None:
        got: dict[str, list[str]] = {"radio": [], "modem": []}
        radio, modem = _Link("radio", got), _Link("modem", got)
        reactor = Reactor("udp://127.0.0.1:0", {}, [SYSID], 5.0)
        vehicle, encoder = reactor.vehicle(SYSID), Encoder(SYSID, 1)

        async def speaks() -> None:
            while True:
                for link in (radio, modem):
                    reactor._receive(link, None, encoder.encode(BEAT))
                await asyncio.sleep(1.0)

        speaking = asyncio.ensure_future(speaks())
        with pytest.raises(VehicleSilent):
            await vehicle.command(mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH)
        assert len(got["radio"]) > 3
        assert not got["modem"]
        await _asks(vehicle)
        assert got["modem"] == ["PARAM_REQUEST_READ"]
        speaking.cancel()

    with asyncio.Runner(loop_factory=lambda: JumpLoop(1e9)) as runner:
        runner.run(story())


@given(st.lists(st.tuples(st.sampled_from([0, 1, 2]), st.floats(0.0, 3.0)), max_size=60))
def test_one_link_counts_at_a_time_and_never_none_for_long(told: list[tuple[int, float]]) -> None:
    routes, now_s, taken_s = Routes(), 0.0, 0.0
    links = [RADIO, MODEM, cast(Link, SimpleNamespace(url="udp://127.0.0.1:14550"))]
    for link, pause_s in told:
        now_s += pause_s
        if routes.heard(SYSID, links[link], None, now_s):
            taken_s = now_s
        assert now_s - taken_s < SILENT_S


async def test_a_drone_on_two_links_is_followed_and_commanded_on_the_one_that_is_left() -> None:
    changes: list[FailOver] = []
    async with (
        Reactor("udp://127.0.0.1:0", {}, [SYSID], 5.0, tell_fail_over=changes.append) as reactor,
        asyncio.timeout(30),
    ):
        got: dict[str, list[str]] = {"radio": [], "modem": []}
        radio, modem = _Link("radio", got), _Link("modem", got)
        vehicle, encoder = reactor.vehicle(SYSID), Encoder(SYSID, 1)
        for link in (radio, modem):
            reactor._receive(link, None, encoder.encode(BEAT))
        assert reactor.messages == 2
        await _asks(vehicle)
        assert got == {"radio": ["PARAM_REQUEST_READ"], "modem": []}
        routed = reactor._routes[SYSID]
        assert routed is not None
        routed.heard_s -= SILENT_S  # the radio falls silent
        reactor._receive(modem, None, encoder.encode(BEAT))
        await _asks(vehicle)
        assert got["modem"] == ["PARAM_REQUEST_READ"]
        assert [(change.before, change.now) for change in changes] == [("radio", "modem")]


async def test_a_drone_on_a_serial_line_is_heard_and_told() -> None:
    near, far = pty.openpty()
    links = {SYSID: [f"serial://{os.ttyname(far)}?baud=115200"]}
    loop, decoder, told = asyncio.get_running_loop(), Decoder(), asyncio.Queue[Any]()
    loop.add_reader(near, lambda: [told.put_nowait(m) for m in decoder.feed(os.read(near, 4096))])
    encoder = Encoder(SYSID, 1)
    try:
        async with Reactor("udp://127.0.0.1:0", links, [SYSID], 5.0) as reactor:
            async with asyncio.timeout(20):
                while reactor.vehicle(SYSID).state.mode is None:
                    os.write(near, encoder.encode(BEAT))
                    await asyncio.sleep(0.05)
                assert (await told.get()).get_type() == "HEARTBEAT"
    finally:
        loop.remove_reader(near)
        os.close(near)
        os.close(far)


@pytest.mark.parametrize(
    "url", ["serial://ttyUSB0", "serial:///dev/ttyUSB0?baud=fast", "serial://host/dev/x", "tcp://x"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Refusal, match="must be"):
        caller(url, lambda *_: None)


class _Link:
    def __init__(self, name: str, got: dict[str, list[str]]) -> None:
        self.url = name
        self._told, self._decoder = got[name], Decoder()

    def send(self, remote: Any, data: bytes) -> None:
        kinds = [m.get_type() for m in self._decoder.feed(data)]
        self._told += [kind for kind in kinds if kind != "HEARTBEAT"]


async def _asks(vehicle: Any) -> None:
    """Has the vehicle asked for something, once."""
    asking = asyncio.ensure_future(vehicle.read_parameters([("A",)]))
    await asyncio.sleep(0.05)
    asking.cancel()
