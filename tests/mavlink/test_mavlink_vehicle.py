"""One vehicle's acts: acknowledged, verified, and refused with the vehicle's own reason."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.conversation import Conversation
from fleet.mavlink.gate import Gate, GateNews, PassageRefused
from fleet.mavlink.mission import MissionItem, PlanType
from fleet.mavlink.mission_items import Fence
from fleet.mavlink.state import MODE_NUMBERS, STREAMS, VehicleState
from fleet.mavlink.vehicle import (
    ARM_TRIES,
    GateRefused,
    Vehicle,
    VehicleFault,
    VehicleRefused,
    VehicleSilent,
    Warrant,
)
from tests.mavlink.mavlink_stage import ADDRESS, SYSID, CopterSide, ack

ARMED = mavlink.MAV_MODE_FLAG_SAFETY_ARMED
PLAN = [MissionItem(16, 3, 114.1, 22.6, 50.0 + i) for i in range(4)]


class Wired:
    """A vehicle and the copter it talks to, on a wire that carries everything at once."""

    def __init__(self, lost_s: float = 5.0) -> None:
        self.copter = CopterSide()
        self.refuses: dict[int, int] = {}
        self.refused: list[int] = []
        self.mode, self.armed = "STABILIZE", False
        self.obeys = True
        self.news = list[GateNews]()
        self.gate = Gate(self._carry, self.news.append)
        self.vehicle = Vehicle(Conversation(ADDRESS, self.gate, lost_s))

    def _carry(self, sysid: int, message: Any) -> None:
        assert sysid == SYSID
        asyncio.get_running_loop().call_soon(self._answer, message)

    def _answer(self, message: Any) -> None:
        if message.get_type() == "COMMAND_LONG" and message.command in self.refuses:
            self.refused.append(message.command)
            self.hear(ack(message.command, self.refuses[message.command]))
            return
        for answer in self.copter.take(message, asyncio.get_running_loop().time()):
            self.hear(answer)
        if message.get_type() == "COMMAND_LONG" and self.obeys:
            self._obey(message)

    def _obey(self, message: Any) -> None:
        modes = {number: name for name, number in MODE_NUMBERS.items()}
        if message.command == mavlink.MAV_CMD_DO_SET_MODE:
            self.mode = modes[int(message.param2)]
        elif message.command == mavlink.MAV_CMD_COMPONENT_ARM_DISARM:
            self.armed = message.param1 == 1
        elif message.command == mavlink.MAV_CMD_MISSION_START:
            self.mode = "AUTO"
        self.beat()

    def beat(self) -> None:
        base = ARMED if self.armed else 0
        self.hear(mavlink.MAVLink_heartbeat_message(2, 3, base, MODE_NUMBERS[self.mode], 4, 3))

    def hear(self, message: Any) -> None:
        self.vehicle.heard(message, asyncio.get_running_loop().time())

    @property
    def commands(self) -> list[int]:
        return [m.command for m in self.copter.executed]


async def test_a_mission_is_uploaded_and_verified() -> None:
    wired = Wired()
    await wired.vehicle.upload_mission(PLAN)
    assert len(wired.copter.plans[PlanType.MISSION]) == len(PLAN)
    assert len(await wired.vehicle.download(PlanType.MISSION)) == len(PLAN)


async def test_a_fence_and_rally_points_are_uploaded_beside_it() -> None:
    wired = Wired()
    triangle = ((114.0, 22.0), (115.0, 22.0), (115.0, 23.0))
    async with asyncio.TaskGroup() as together:
        together.create_task(wired.vehicle.upload_fence(Fence((triangle,), ())))
        together.create_task(wired.vehicle.upload_rally(PLAN[:2]))
        together.create_task(wired.vehicle.upload_mission(PLAN))
    assert {k: len(v) for k, v in wired.copter.plans.items()} == {0: 4, 1: 3, 2: 2}


async def test_a_plan_that_the_vehicle_keeps_otherwise_is_refused_with_the_item() -> None:
    wired = Wired()
    keep = wired.copter.take

    def forget_heights(message: Any, now_s: float) -> list[Any]:
        if message.get_type() == "MISSION_ITEM_INT" and message.seq == 2:
            message.z = 0.0
        return keep(message, now_s)

    wired.copter.take = forget_heights  # type: ignore[method-assign]
    with pytest.raises(VehicleRefused, match="mission read back different: item 2"):
        await wired.vehicle.upload_mission(PLAN)


async def test_parameters_are_read_and_set() -> None:
    wired = Wired()
    wired.copter.parameters = {"WPNAV_SPEED": 1500.0, "FENCE_TYPE": 7.0}
    assert await wired.vehicle.read_parameters([("WP_SPD", "WPNAV_SPEED")]) == {
        "WPNAV_SPEED": 1500.0
    }
    await wired.vehicle.set_parameters({"FENCE_TYPE": 4})
    assert wired.copter.parameters["FENCE_TYPE"] == 4.0


async def test_a_mode_is_set_when_the_vehicle_shows_it() -> None:
    wired = Wired()
    await wired.vehicle.set_mode("AUTO")
    assert wired.vehicle.state.mode == "AUTO"


async def test_a_mode_that_was_acknowledged_and_is_not_shown_is_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fleet.mavlink.command.SHOWN_WITHIN_S", 0.02)
    wired = Wired()
    wired.obeys = False
    with pytest.raises(VehicleSilent, match="acknowledged, but not shown as mode RTL"):
        await wired.vehicle.return_to_launch()


async def test_a_refusal_to_arm_comes_with_the_autopilots_own_reasons() -> None:
    wired = Wired()
    wired.refuses[mavlink.MAV_CMD_COMPONENT_ARM_DISARM] = mavlink.MAV_RESULT_FAILED
    for text in (b"PreArm: Compass not calibrated", b"Arm: GPS 1: Bad fix"):
        wired.hear(mavlink.MAVLink_statustext_message(2, text))
    with pytest.raises(VehicleRefused, match="Compass not calibrated; GPS 1: Bad fix"):
        await wired.vehicle.arm()
    assert not wired.vehicle.state.armed


async def test_a_launch_arms_before_it_starts_the_mission() -> None:
    wired = Wired()
    await wired.vehicle.launch()
    assert wired.commands == [
        mavlink.MAV_CMD_DO_SET_MISSION_CURRENT,
        mavlink.MAV_CMD_DO_SET_MODE,
        mavlink.MAV_CMD_COMPONENT_ARM_DISARM,
        mavlink.MAV_CMD_MISSION_START,
    ]
    assert (wired.mode, wired.armed) == ("AUTO", True)


async def test_a_launch_whose_arming_is_refused_for_once_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The log opens too slowly, the position was late: it arms a moment later."""
    wired = Wired()
    monkeypatch.setattr("fleet.mavlink.vehicle.ARM_AGAIN_S", 0.01)
    wired.refuses[mavlink.MAV_CMD_COMPONENT_ARM_DISARM] = mavlink.MAV_RESULT_FAILED
    launching = asyncio.ensure_future(wired.vehicle.launch())
    async with asyncio.timeout(10):
        await wired.vehicle.until(lambda _: len(wired.refused) == 1)
        wired.refuses.clear()
        await launching
    assert (wired.mode, wired.armed) == ("AUTO", True)


async def test_a_launch_that_is_refused_to_arm_starts_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wired = Wired()
    monkeypatch.setattr("fleet.mavlink.vehicle.ARM_AGAIN_S", 0.01)
    wired.refuses[mavlink.MAV_CMD_COMPONENT_ARM_DISARM] = mavlink.MAV_RESULT_FAILED
    with pytest.raises(VehicleRefused):
        await wired.vehicle.launch()
    assert len(wired.refused) == ARM_TRIES
    assert mavlink.MAV_CMD_MISSION_START not in wired.commands


async def test_every_stream_is_asked_for_at_its_share_of_the_rate() -> None:
    wired = Wired()
    await wired.vehicle.request_streams(5.0)
    assert wired.copter.intervals_us == {
        id_: pytest.approx(1e6 / 5 / share) for id_, share in STREAMS.items()
    }


async def test_a_late_answer_is_not_taken_for_that_of_the_next_command_of_its_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first was sent twice: its second answer comes while the next waits for its turn."""
    monkeypatch.setattr("fleet.mavlink.command.PAUSE_S", 0.02)
    monkeypatch.setattr("fleet.mavlink.vehicle.SETTLE_S", 0.1)
    wired, command = Wired(), mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH
    heard, wired.copter.take = list[Any](), lambda m, now_s: heard.append(m) or []  # type: ignore
    first = asyncio.ensure_future(wired.vehicle.command(command))
    async with asyncio.timeout(10):
        while len(heard) < 2:  # noqa: ASYNC110 -- what was sent has no event
            await asyncio.sleep(0.005)
    wired.hear(ack(command))
    await first
    following = asyncio.ensure_future(wired.vehicle.command(command))
    await asyncio.sleep(0)
    sent = len(heard)
    wired.hear(ack(command))
    assert not following.done()
    async with asyncio.timeout(10):
        while len(heard) == sent:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        wired.hear(ack(command))
        await following


async def test_it_lands_where_it_is() -> None:
    wired = Wired()
    await wired.vehicle.land()
    assert wired.vehicle.state.mode == "LAND"


async def test_a_text_in_chunks_is_one_reason() -> None:
    wired, text = Wired(), b"PreArm: " + b"x" * 60
    wired.hear(mavlink.MAVLink_statustext_message(2, text[:50], 9, 0))
    wired.hear(mavlink.MAVLink_statustext_message(2, text[50:], 9, 1))
    assert wired.vehicle.state.prearm_failures == ("x" * 60,)


async def test_listeners_hear_every_change_until_they_end_it() -> None:
    wired, heard = Wired(), list[VehicleState]()
    end = wired.vehicle.listen(heard.append)
    wired.beat()
    end()
    wired.beat()
    assert [state.mode for state in heard] == ["STABILIZE"]


async def test_it_is_connected_when_heard_and_lost_when_silent() -> None:
    wired = Wired(lost_s=0.05)
    waiting = asyncio.ensure_future(wired.vehicle.connected())
    await asyncio.sleep(0)
    assert not waiting.done()
    wired.beat()
    async with asyncio.timeout(10):
        await waiting
        await wired.vehicle.lost()
    assert not wired.vehicle.is_heard(asyncio.get_running_loop().time())


async def test_an_act_that_is_given_up_leaves_nothing_running() -> None:
    wired = Wired()
    wired.copter.take = lambda message, now_s: []  # type: ignore[method-assign]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await wired.vehicle.set_parameters({"FENCE_TYPE": 4})
    wired.hear(ack(mavlink.MAV_CMD_DO_SET_MODE))
    assert issubclass(VehicleSilent, VehicleFault)
    assert issubclass(VehicleRefused, VehicleFault)


async def test_a_command_of_the_same_key_is_carried_out_once() -> None:
    wired = Wired()
    ordered = wired.vehicle.under(Warrant(key="R1"))
    for _ in range(3):
        await ordered.set_mode("RTL")
    assert wired.commands == [mavlink.MAV_CMD_DO_SET_MODE]
    await wired.vehicle.under(Warrant(key="R2")).set_mode("RTL")
    assert len(wired.commands) == 2


async def test_a_refusal_is_repeated_to_who_asks_again_with_the_same_key() -> None:
    wired = Wired()
    wired.refuses[mavlink.MAV_CMD_COMPONENT_ARM_DISARM] = mavlink.MAV_RESULT_FAILED
    ordered = wired.vehicle.under(Warrant(key="R1"))
    with pytest.raises(VehicleRefused, match="failed"):
        await ordered.arm()
    wired.refuses.clear()
    with pytest.raises(VehicleRefused, match="failed"):
        await ordered.arm()
    assert not wired.vehicle.state.armed


async def test_what_was_not_answered_is_not_sent_again_where_twice_would_be_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fleet.mavlink.command.PAUSE_S", 0.01)
    monkeypatch.setattr("fleet.mavlink.vehicle.SETTLE_S", 0.01)
    wired, heard = Wired(), list[Any]()
    wired.copter.take = lambda message, now_s: heard.append(message) or []  # type: ignore
    ordered = wired.vehicle.under(Warrant(key="R1"))
    reboot = mavlink.MAV_CMD_PREFLIGHT_REBOOT_SHUTDOWN
    with pytest.raises(VehicleSilent):
        await ordered.command(reboot, 1)
    with pytest.raises(GateRefused, match="not safe to send twice"):
        await ordered.command(reboot, 1)
    assert len(heard) == 1
    with pytest.raises(VehicleSilent):
        await ordered.command(mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH)
    sent = len(heard)
    with pytest.raises(VehicleSilent):
        await ordered.command(mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH)
    again = heard[sent:]
    assert again[0].confirmation == heard[sent - 1].confirmation + 1


async def test_a_vehicle_that_shows_what_it_was_told_is_not_told_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every acknowledgement is lost; heartbeats come through."""
    monkeypatch.setattr("fleet.mavlink.command.PAUSE_S", 0.02)
    wired, heard = Wired(), list[Any]()
    wired.copter.take = lambda message, now_s: heard.append(message) or []  # type: ignore
    await wired.vehicle.set_mode("RTL")
    assert wired.vehicle.state.mode == "RTL"
    assert len(heard) == 1


async def test_a_lease_that_is_taken_back_ends_what_its_holder_has_begun() -> None:
    wired, heard = Wired(), list[Any]()
    wired.copter.take = lambda message, now_s: heard.append(message) or []  # type: ignore
    loop = asyncio.get_running_loop()
    wired.gate.grant(ADDRESS, "qgc", "officer", 60.0, loop.time())
    theirs = wired.vehicle.under(Warrant("qgc"))
    upload = asyncio.ensure_future(theirs.upload_mission(PLAN))
    while not heard:  # noqa: ASYNC110 -- what was sent has no event
        await asyncio.sleep(0)
    wired.gate.take_back(ADDRESS, "officer", loop.time())
    wired.hear(mavlink.MAVLink_mission_request_int_message(255, 190, 0, 0))
    with pytest.raises(GateRefused, match="the lease has ended; controller holds it now"):
        await upload
    assert [m.get_type() for m in heard] == ["MISSION_COUNT"]


async def test_who_has_no_lease_is_refused_and_the_vehicle_hears_nothing() -> None:
    wired = Wired()
    with pytest.raises(GateRefused, match="controller holds the drone's lease, not script"):
        await wired.vehicle.under(Warrant("script")).launch()
    assert wired.commands == []
    assert [type(news) for news in wired.news] == [PassageRefused]


async def test_an_act_whose_deadline_has_passed_is_not_begun() -> None:
    wired = Wired()
    late = Warrant(until_s=asyncio.get_running_loop().time() - 1)
    with pytest.raises(GateRefused, match="its deadline passed"):
        await wired.vehicle.under(late).land()
    assert wired.commands == []
