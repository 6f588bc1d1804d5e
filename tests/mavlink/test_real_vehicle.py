"""The engine against real ArduCopter SITL, at ten times real time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from fleet.clock import Clock
from fleet.mavlink.gate import Warrant
from fleet.mavlink.logs import Logs, offers_files
from fleet.mavlink.mission import PlanType, difference
from fleet.mavlink.mission_items import Fence, FlightPlan, response_plan
from fleet.mavlink.parameters import POLICY, READ
from fleet.mavlink.performance import figures_of
from fleet.mavlink.reactor import Reactor
from fleet.mavlink.vehicle import Vehicle, VehicleRefused
from fleet.process import Refusal
from planner.model import Route, Waypoint
from sitl.arducopter.launch import Arducopter, launched
from sitl.arducopter.program import command_line, find_arducopter
from sitl.craft import CraftSpec

pytestmark = [pytest.mark.ardupilot, pytest.mark.timeout(180)]

SPEEDUP = 10.0
SYSID = 42
PAD, PAD_AMSL_M = (114.24, 22.72), 45.0
SCENE = (114.243, 22.721)
CRUISE_M, SCENE_M = 40.0, 25.0
FENCE = Fence(
    inclusions=(((114.2, 22.7), (114.28, 22.7), (114.28, 22.74), (114.2, 22.74)),),
    exclusions=(((114.25, 22.73), (114.26, 22.73), (114.26, 22.735)),),
)


def _plan() -> FlightPlan:
    cruise, scene = PAD_AMSL_M + CRUISE_M, PAD_AMSL_M + SCENE_M
    out = (Waypoint(*SCENE, cruise, 12.0), Waypoint(*SCENE, scene, 0.0))
    back = (Waypoint(*SCENE, cruise, 0.0), Waypoint(*PAD, cruise, 10.0))
    return response_plan(Route(cruise, out, back, 330.0, 330.0, 28.0, 33.0), PAD, PAD_AMSL_M)


@contextlib.asynccontextmanager
async def _flying(directory: Path) -> AsyncIterator[Vehicle]:
    """One ArduCopter, connected, knowing where it is."""
    try:
        program = find_arducopter(None)
    except Refusal as refusal:
        pytest.skip(f"NOT FLOWN ON REAL ARDUPILOT: {refusal}")
    loop = asyncio.get_running_loop()
    coupling, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
    )
    port = coupling.get_extra_info("sockname")[1]
    craft = CraftSpec("U42", "D42", SYSID, *PAD, PAD_AMSL_M)
    async with Reactor("udp://127.0.0.1:0", {}, [SYSID], 5.0) as reactor:
        line = command_line(program, craft, reactor.address, f"127.0.0.1:{port}", SPEEDUP)
        async with launched([Arducopter("U42", line, directory)]):
            vehicle = reactor.vehicle(SYSID)
            async with asyncio.timeout(120):
                await vehicle.connected()
                await vehicle.request_streams(5.0)
                await vehicle.until(lambda state: state.prearm_ok)
            yield vehicle
    coupling.close()


def _fly(tmp_path: Path, flight: Callable[[Vehicle], Awaitable[None]]) -> None:
    async def main() -> None:
        async with _flying(tmp_path / "copter") as vehicle:
            await flight(vehicle)

    Clock(speedup=SPEEDUP).run(main())


async def _made_ready(vehicle: Vehicle) -> None:
    await vehicle.set_parameters(POLICY)
    await vehicle.set_parameters({"FENCE_ENABLE": 0})
    await vehicle.upload_fence(FENCE)
    await vehicle.set_parameters({"FENCE_ENABLE": 1})


def test_parameters_fence_mission_and_a_flight_out_and_back(tmp_path: Path) -> None:
    async def flight(vehicle: Vehicle) -> None:
        figures = figures_of(await vehicle.read_parameters(READ))
        assert figures["speed_ms"] == 15.0
        await _made_ready(vehicle)
        kept = await vehicle.download(PlanType.FENCE)
        assert difference(FENCE.items(), kept, PlanType.FENCE) is None
        plan = _plan()
        await vehicle.upload_mission(plan.items)
        await vehicle.until(lambda state: state.prearm_ok)
        await vehicle.launch()
        async with asyncio.timeout(300):
            await vehicle.until(lambda state: state.on_ground is False)
            await vehicle.until(lambda state: state.mission_item == plan.return_seq - 1)
            await vehicle.until(lambda state: abs((state.alt_rel_m or 0) - SCENE_M) < 1)
            assert (vehicle.state.lon, vehicle.state.lat) == pytest.approx(SCENE, abs=1e-4)
            await vehicle.set_current(plan.return_seq)
            await vehicle.until(lambda state: (state.alt_rel_m or 0) > CRUISE_M - 1)
            await vehicle.until(lambda state: state.on_ground is True and not state.armed)
        assert (vehicle.state.lon, vehicle.state.lat) == pytest.approx(PAD, abs=2e-5)

    _fly(tmp_path, flight)


def test_after_a_mission_it_stands_by_and_its_log_is_closed(tmp_path: Path) -> None:
    logs = tmp_path / "copter" / "logs"

    async def flight(vehicle: Vehicle) -> None:
        await _made_ready(vehicle)
        plan = _plan()
        await vehicle.upload_mission(plan.items)
        await vehicle.until(lambda state: state.prearm_ok)
        await vehicle.launch()
        async with asyncio.timeout(300):
            await vehicle.until(lambda state: state.on_ground is False)
            await vehicle.set_current(plan.return_seq)
            await vehicle.until(lambda state: state.on_ground is True and not state.armed)
        await vehicle.stand_by()
        sizes = [0]
        async with asyncio.timeout(300):
            while sizes[-5:] != [sizes[-1]] * 5:  # for 20 s
                await asyncio.sleep(5)
                sizes.append(max(log.stat().st_size for log in logs.glob("*.BIN")))

    _fly(tmp_path, flight)


def test_it_holds_goes_on_and_comes_home_by_itself_when_told(tmp_path: Path) -> None:
    async def flight(vehicle: Vehicle) -> None:
        await _made_ready(vehicle)
        await vehicle.upload_mission(_plan().items)
        await vehicle.until(lambda state: state.prearm_ok)
        await vehicle.launch()
        async with asyncio.timeout(300):
            await vehicle.until(lambda state: (state.ground_ms or 0) > 6)
            await vehicle.hold()
            await vehicle.until(lambda state: (state.ground_ms or 9) < 0.5)
            await vehicle.resume_mission()
            await vehicle.until(lambda state: (state.ground_ms or 0) > 6)
            await vehicle.return_to_launch()
            await vehicle.until(lambda state: state.on_ground is True and not state.armed)

    _fly(tmp_path, flight)


def test_what_it_will_not_do_is_refused_in_words(tmp_path: Path) -> None:
    async def flight(vehicle: Vehicle) -> None:
        with pytest.raises(VehicleRefused, match="DO_SET_MISSION_CURRENT: denied"):
            await vehicle.set_current(999)
        outside = Fence(inclusions=(((113.0, 22.0), (113.1, 22.0), (113.1, 22.1)),), exclusions=())
        await vehicle.set_parameters({**POLICY, "FENCE_ENABLE": 0})
        await vehicle.upload_fence(outside)
        await vehicle.set_parameters({"FENCE_ENABLE": 1})
        await vehicle.set_mode("GUIDED")
        # the fence is read in the background: until its check has spoken, arming may still succeed
        async with asyncio.timeout(90):
            await vehicle.until(lambda state: "ence" in " ".join(state.prearm_failures))
        with pytest.raises(VehicleRefused, match=r"COMPONENT_ARM_DISARM: failed"):
            await vehicle.arm()

    _fly(tmp_path, flight)


@pytest.mark.parametrize("by_files", [True, False], ids=["by FTP", "by LOG_REQUEST"])
def test_its_newest_log_is_fetched_as_it_lies_on_its_card_and_no_other_is_begun(
    tmp_path: Path, by_files: bool
) -> None:
    """The file grows a little while it is fetched: what the vehicle counts every half minute."""
    logs = tmp_path / "copter" / "logs"

    async def flight(vehicle: Vehicle) -> None:
        await vehicle.set_mode("GUIDED")
        await vehicle.until(lambda state: state.prearm_ok)
        await vehicle.arm()
        await vehicle.until(lambda state: not state.armed)  # by itself, for it was not told to fly
        before = sorted(logs.glob("*.BIN"))
        async with asyncio.timeout(1500):
            if by_files:
                log = await vehicle.fetch_newest_log()
                assert offers_files(vehicle.state.capabilities)
            else:
                log = await Logs(vehicle._talk, Warrant()).by_messages()
        kept = before[-1].read_bytes()
        assert len(log) > 0.99 * len(kept)
        assert kept[: len(log)] == log
        assert sorted(logs.glob("*.BIN")) == before

    _fly(tmp_path, flight)
