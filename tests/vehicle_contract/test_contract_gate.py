"""Contract: what reaches a vehicle through the gate, and what it does not even hear of."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.conversation import Conversation
from fleet.mavlink.gate import Gate, GateReason, GateRefused, PassageRefused, Warrant
from fleet.mavlink.vehicle import Vehicle
from tests.vehicle_contract.contract_stage import SYSID, Stage, on_stage

ADDRESS = VehicleAddress(SYSID)
ARM = mavlink.MAV_CMD_COMPONENT_ARM_DISARM


def _now_s() -> float:
    return asyncio.get_running_loop().time()


@on_stage
async def test_a_stranger_without_a_lease_does_not_arm_it(stage: Stage) -> None:
    mark = stage.mark()
    with pytest.raises(GateRefused) as refused:
        await stage.vehicle.under(Warrant("qgc")).arm()
    assert refused.value.refusal.reason is GateReason.NO_LEASE
    await stage.answered()
    assert not [m for m in stage.since(mark, "COMMAND_ACK") if m.command == ARM]
    assert not stage.vehicle.state.armed


@on_stage
async def test_whoever_has_the_lease_flies_it_until_it_is_taken_back(stage: Stage) -> None:
    stage.gate.grant(ADDRESS, "qgc", "officer", 600.0, _now_s())
    theirs = stage.vehicle.under(Warrant("qgc"))
    try:
        await stage.arm(theirs)
        with pytest.raises(GateRefused, match="qgc holds the drone's lease"):
            await stage.vehicle.land()
    finally:
        stage.gate.take_back(ADDRESS, "officer", _now_s())
    with pytest.raises(GateRefused, match="controller holds the drone's lease"):
        await theirs.command(mavlink.MAV_CMD_NAV_TAKEOFF, 0, 0, 0, 0, 0, 0, 10)
    await stage.vehicle.disarm()
    assert stage.vehicle.state.on_ground is True


@on_stage
async def test_a_command_that_comes_too_late_is_not_heard_of(stage: Stage) -> None:
    late = Warrant(until_s=_now_s() - 0.1)
    with pytest.raises(GateRefused, match="deadline"):
        await stage.vehicle.under(late).arm()
    await stage.answered()
    assert not stage.vehicle.state.armed
    refusal = stage.news[-1]
    assert isinstance(refusal, PassageRefused)
    assert refusal.reason is GateReason.TOO_LATE


@on_stage
async def test_one_request_asked_three_times_is_told_to_it_once(stage: Stage) -> None:
    sent: list[Any] = []
    send = stage.send
    stage.send = lambda message: (sent.append(message), send(message))  # type: ignore[method-assign]
    ordered = stage.vehicle.under(Warrant(key="request"))
    for _ in range(3):
        await ordered.set_mode("LOITER")
    orders = [m for m in sent if m.get_type() == "COMMAND_LONG" and m.command == 176]
    # sent again because no answer came in time, it says so
    assert [m.confirmation for m in orders].count(0) == 1


@on_stage
async def test_orders_get_through_a_wire_that_loses_doubles_and_delays(stage: Stage) -> None:
    """30 % of what is sent is lost, 30 % comes twice, all of it late by up to half a second."""
    chance, loop = random.Random(1), asyncio.get_running_loop()

    def wire(_: int, message: Any) -> None:
        for _copy in range((chance.random() >= 0.3) + (chance.random() < 0.3)):
            loop.call_later(chance.uniform(0.0, 0.5), stage.send, message)

    vehicle = Vehicle(Conversation(ADDRESS, Gate(wire, stage.news.append), 5.0))
    forget = stage.hear(vehicle.heard)
    try:
        for mode in ("LOITER", "GUIDED"):
            await vehicle.set_mode(mode)
            assert vehicle.state.mode == mode
        await vehicle.set_parameters({"DISARM_DELAY": 9})
        await vehicle.set_parameters({"DISARM_DELAY": 10})
        await stage.arm(vehicle)
        await vehicle.disarm()
    finally:
        forget()
    assert not vehicle.state.armed
