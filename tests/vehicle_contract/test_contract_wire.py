"""Contract: who it is, whom it listens to, its parameters and its streams."""

from __future__ import annotations

import asyncio

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.parameters import POLICY, READ
from fleet.mavlink.performance import figures_of
from fleet.mavlink.vehicle import VehicleRefused
from tests.vehicle_contract.contract_stage import SYSID, Stage, on_stage
from tests.vehicle_contract.routes import PAD, PAD_AMSL_M

ACCEPTED, UNSUPPORTED = mavlink.MAV_RESULT_ACCEPTED, mavlink.MAV_RESULT_UNSUPPORTED
ATTITUDE = mavlink.MAVLINK_MSG_ID_ATTITUDE


@on_stage
async def test_it_calls_itself_by_the_system_id_it_was_given(stage: Stage) -> None:
    beat = await stage.next("HEARTBEAT")
    assert (beat.get_srcSystem(), beat.get_srcComponent()) == (SYSID, 1)
    assert await stage.vehicle.read_parameters([("MAV_SYSID",)]) == {"MAV_SYSID": SYSID}


@on_stage
async def test_it_says_that_it_is_a_quadcopter_flown_by_ardupilot(stage: Stage) -> None:
    beat = await stage.next("HEARTBEAT")
    assert beat.type == mavlink.MAV_TYPE_QUADROTOR
    assert beat.autopilot == mavlink.MAV_AUTOPILOT_ARDUPILOTMEGA
    assert beat.base_mode & mavlink.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED


@on_stage
async def test_its_heart_beats_once_a_second(stage: Stage) -> None:
    def boot_ms(m: mavlink.MAVLink_global_position_int_message) -> int:
        return int(m.time_boot_ms)

    began = boot_ms(await stage.next("GLOBAL_POSITION_INT"))
    before = stage.counts["HEARTBEAT"]
    ended = boot_ms(await stage.next("GLOBAL_POSITION_INT", lambda m: boot_ms(m) > began + 10_000))
    beats = stage.counts["HEARTBEAT"] - before
    assert beats == pytest.approx((ended - began) / 1000, abs=1.5)


@on_stage
async def test_it_does_nothing_that_another_system_is_told(stage: Stage) -> None:
    answers = stage.counts["COMMAND_ACK"], stage.counts["PARAM_VALUE"]
    other = SYSID + 1
    stage.command(mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 1, to=other)
    stage.command(mavlink.MAV_CMD_DO_SET_MODE, 1, 6, to=other)
    kind = mavlink.MAV_PARAM_TYPE_REAL32
    stage.send(mavlink.MAVLink_param_set_message(other, 1, b"WPNAV_SPEED", 111, kind))
    stage.send(mavlink.MAVLink_param_request_read_message(other, 1, b"WPNAV_SPEED", -1))
    stage.send(mavlink.MAVLink_mission_count_message(other, 1, 3, 0))
    await stage.answered()
    assert (stage.counts["COMMAND_ACK"], stage.counts["PARAM_VALUE"]) == (
        answers[0] + 1,  # that of `answered` itself
        answers[1],
    )
    assert (stage.vehicle.state.armed, stage.vehicle.state.mode) == (False, "GUIDED")
    assert await stage.vehicle.read_parameters([("WPNAV_SPEED",)]) != {"WPNAV_SPEED": 111}


@on_stage
async def test_garbage_on_the_wire_does_not_stop_it(stage: Stage) -> None:
    stage._transport.sendto(b"\xfd\x09\x00\x00garbage", stage._remote)
    stage._transport.sendto(bytes(range(256)), stage._remote)
    # what looks like the head of a frame may swallow a command or two
    await stage.vehicle.command(mavlink.MAV_CMD_REQUEST_MESSAGE, mavlink.MAVLINK_MSG_ID_HEARTBEAT)


@on_stage
async def test_it_tells_the_parameters_that_the_planner_reckons_with(stage: Stage) -> None:
    figures = figures_of(await stage.vehicle.read_parameters(READ))
    assert figures == pytest.approx(
        {
            "speed_ms": 15.0,
            "accel_ms2": 3.0,
            "jerk_ms3": 3.0,
            "climb_ms": 6.0,
            "descent_ms": 4.0,
            "climb_accel_ms2": 2.0,
            "corner_radius_m": 3.0,
        }
    )


@on_stage
async def test_it_keeps_the_policy_of_the_controller(stage: Stage) -> None:
    async with stage.parameters(**POLICY):
        kept = await stage.vehicle.read_parameters([(name,) for name in POLICY])
        assert kept == pytest.approx(POLICY)


@on_stage
async def test_a_parameter_that_was_set_reads_back_so(stage: Stage) -> None:
    async with stage.parameters(RTL_ALT=4321):
        assert await stage.vehicle.read_parameters([("RTL_ALT",)]) == {"RTL_ALT": 4321}


@on_stage
async def test_an_unknown_parameter_has_no_value(stage: Stage) -> None:
    before = stage.counts["PARAM_VALUE"]
    stage.send(mavlink.MAVLink_param_request_read_message(SYSID, 1, b"NO_SUCH_THING", -1))
    await stage.answered()
    assert stage.counts["PARAM_VALUE"] == before


@on_stage
async def test_a_command_it_does_not_know_is_acknowledged_as_unsupported(stage: Stage) -> None:
    assert await stage.acknowledged(mavlink.MAV_CMD_PANORAMA_CREATE) == UNSUPPORTED
    with pytest.raises(VehicleRefused, match="not supported"):
        await stage.vehicle.command(mavlink.MAV_CMD_PANORAMA_CREATE)


@on_stage
async def test_a_stream_comes_as_often_as_asked_and_ends_when_told(stage: Stage) -> None:
    interval = mavlink.MAV_CMD_SET_MESSAGE_INTERVAL
    try:
        assert await stage.acknowledged(interval, ATTITUDE, 500_000) == ACCEPTED
        first = await stage.next("ATTITUDE")
        before = stage.counts["ATTITUDE"]
        last = await stage.next("ATTITUDE", lambda m: m.time_boot_ms > first.time_boot_ms + 9_900)
        seconds = (last.time_boot_ms - first.time_boot_ms) / 1000
        assert stage.counts["ATTITUDE"] - before == pytest.approx(2 * seconds, abs=2)
        assert await stage.acknowledged(interval, ATTITUDE, -1) == ACCEPTED
        silent = stage.counts["ATTITUDE"]
        for _ in range(3):
            await stage.next("HEARTBEAT")
        assert stage.counts["ATTITUDE"] <= silent + 1
    finally:
        await stage.vehicle.request_streams(5.0)


@on_stage
async def test_it_says_how_often_it_tells_a_message_and_that_it_has_none_of_a_kind(
    stage: Stage,
) -> None:
    async def interval_us(message_id: int) -> int:
        coming = asyncio.ensure_future(
            stage.next("MESSAGE_INTERVAL", lambda m: m.message_id == message_id)
        )
        await asyncio.sleep(0)
        stage.command(mavlink.MAV_CMD_GET_MESSAGE_INTERVAL, message_id)
        async with asyncio.timeout(10):
            return int((await coming).interval_us)

    await stage.vehicle.request_messages({ATTITUDE: 4.0})
    assert await interval_us(ATTITUDE) == 250_000
    assert await interval_us(mavlink.MAVLINK_MSG_ID_BATTERY_STATUS) == -1  # never
    assert await interval_us(65_000) == 0
    with pytest.raises(VehicleRefused, match="it does not tell message 65000"):
        await stage.vehicle.request_messages({65_000: 1.0})
    await stage.vehicle.request_streams(5.0)


@on_stage
async def test_a_message_asked_for_once_comes_at_once(stage: Stage) -> None:
    for kind, message_id in (
        ("AUTOPILOT_VERSION", mavlink.MAVLINK_MSG_ID_AUTOPILOT_VERSION),
        ("HOME_POSITION", mavlink.MAVLINK_MSG_ID_HOME_POSITION),
        ("BATTERY_STATUS", mavlink.MAVLINK_MSG_ID_BATTERY_STATUS),
    ):
        coming = asyncio.ensure_future(stage.next(kind))
        await asyncio.sleep(0)
        answer = await stage.acknowledged(mavlink.MAV_CMD_REQUEST_MESSAGE, message_id)
        async with asyncio.timeout(5):
            await coming
        assert answer == ACCEPTED, kind


@on_stage
async def test_a_message_it_does_not_know_cannot_be_asked_for(stage: Stage) -> None:
    result = await stage.acknowledged(mavlink.MAV_CMD_REQUEST_MESSAGE, 65_000)
    assert result != ACCEPTED


@on_stage
async def test_it_tells_its_firmware_and_what_it_can_do(stage: Stage) -> None:
    coming = asyncio.ensure_future(stage.next("AUTOPILOT_VERSION"))
    await asyncio.sleep(0)
    stage.command(mavlink.MAV_CMD_REQUEST_MESSAGE, mavlink.MAVLINK_MSG_ID_AUTOPILOT_VERSION)
    version = await coming
    assert (version.flight_sw_version >> 24, version.flight_sw_version >> 16 & 255) == (4, 7)
    for needed in (
        mavlink.MAV_PROTOCOL_CAPABILITY_MAVLINK2,
        mavlink.MAV_PROTOCOL_CAPABILITY_MISSION_INT,
        mavlink.MAV_PROTOCOL_CAPABILITY_COMMAND_INT,
        mavlink.MAV_PROTOCOL_CAPABILITY_MISSION_FENCE,
        mavlink.MAV_PROTOCOL_CAPABILITY_MISSION_RALLY,
    ):
        assert version.capabilities & needed


@on_stage
async def test_it_tells_where_it_stands_and_that_it_stands(stage: Stage) -> None:
    state = stage.vehicle.state
    assert (state.lon, state.lat) == pytest.approx(PAD, abs=2e-5)
    assert state.alt_amsl_m == pytest.approx(PAD_AMSL_M, abs=2)
    assert state.on_ground is True
    assert state.position_trusted
    assert (state.gps_fix or 0) >= 3
    assert (state.satellites or 0) >= 6


@on_stage
async def test_its_clock_is_compared_with_ours_and_its_time_stamps_tell_when_they_were_made(
    stage: Stage,
) -> None:
    keeping = asyncio.ensure_future(stage.vehicle.keep_time())
    try:
        async with asyncio.timeout(60):
            await stage.vehicle.until(lambda _: stage.vehicle.clock is not None)
        loop, clock = asyncio.get_running_loop(), stage.vehicle.clock
        assert clock is not None
        made_s = clock.moment_s((await stage.next("GLOBAL_POSITION_INT")).time_boot_ms)
        # simulated, its clock runs slow on a loaded machine, and catches up
        assert abs(loop.time() - made_s) < 30
    finally:
        keeping.cancel()
