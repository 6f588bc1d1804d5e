"""Links that lose 30 % each way, are half a second late, double and reorder, between vehicles and
the engine: plans arrive intact, and nothing that is ordered happens twice."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.clock import Clock, JumpLoop
from fleet.mavlink.codec import Frame
from fleet.mavlink.mission import MissionItem, PlanType, difference
from fleet.mavlink.mission_items import Fence
from fleet.mavlink.parameters import POLICY
from fleet.mavlink.reactor import Reactor
from fleet.mavlink.signing import EPOCH_S, TICKS_A_S, Signing
from fleet.mavlink.state import MODE_NUMBERS, STREAMS, VehicleState
from fleet.mavlink.vehicle import Vehicle, VehicleSilent
from fleet.process import Refusal
from sitl.arducopter.launch import Arducopter, launched
from sitl.arducopter.program import command_line, find_arducopter
from sitl.builtin.autopilot import Mode
from sitl.builtin.fleet import BuiltinFleet
from sitl.craft import CraftSpec
from tests.mavlink.lossy_proxy import Badness, LossyProxy
from tests.sitl.test_builtin_fleet import MODEL

VEHICLES = 10
SPEEDUP = 3.0  # of real ArduCopters: a wire that is late by so many times less of the wall clock
MOST = 1e9  # times the wall clock: as fast as the machine can
LON, LAT = 114.2, 22.7
BAD, WORSE = Badness(), Badness(double_late_s=2.0)
ORDERED = ["GUIDED", "AUTO", "GUIDED", "AUTO", "LOITER", "GUIDED", "LAND"]
RELATIVE = mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT


def _mission(n: int) -> list[MissionItem]:
    at = (LON + n / 100, LAT)
    legs = [
        MissionItem(mavlink.MAV_CMD_NAV_WAYPOINT, RELATIVE, at[0] + k / 1e4, at[1] + k / 2e4, 60)
        for k in range(12)
    ]
    return [
        MissionItem(mavlink.MAV_CMD_NAV_WAYPOINT, mavlink.MAV_FRAME_GLOBAL, *at, 40.0),
        MissionItem(mavlink.MAV_CMD_NAV_TAKEOFF, RELATIVE, *at, 30.0),
        *legs,
        MissionItem(mavlink.MAV_CMD_NAV_LOITER_UNLIM, RELATIVE, at[0] + 0.0012, at[1], 60),
    ]


def _fence(n: int) -> Fence:
    middle = (LON + n / 100, LAT)
    ring = tuple(
        (middle[0] + 0.05 * math.cos(k / 5), middle[1] + 0.05 * math.sin(k / 5)) for k in range(30)
    )
    return Fence(inclusions=(ring,), exclusions=())


def _rally(n: int) -> list[MissionItem]:
    rally = mavlink.MAV_CMD_NAV_RALLY_POINT
    return [MissionItem(rally, RELATIVE, LON + n / 100, LAT + k / 1e3, 50) for k in range(3)]


class Happenings:
    """What became of the orders in one vehicle, by its own autopilot."""

    def __init__(self, pilot: Any) -> None:
        self.modes: list[str] = []
        self.armed = self.taken_off = 0
        enter, arm, lift = pilot._enter, pilot.arm, pilot.helm.lift

        def entered(mode: Mode) -> None:
            self.modes.append(mode.name)
            enter(mode)

        def armed(now_s: float) -> str | None:
            before = pilot.armed
            why: str | None = arm(now_s)
            self.armed += int(pilot.armed and not before)
            return why

        def lifted() -> None:
            self.taken_off += 1
            lift()

        pilot._enter, pilot.arm, pilot.helm.lift = entered, armed, lifted


@contextlib.asynccontextmanager
async def _flying(badness: Badness, seed: int, key: bytes | None) -> Any:
    sysids = range(1, VEHICLES + 1)
    world = BuiltinFleet(_specs(sysids), [MODEL] * VEHICLES)
    signing = (
        None if key is None else Signing(key, lambda: 1.8e9 + asyncio.get_running_loop().time())
    )
    for craft in world.crafts if key is not None else ():
        craft._signing.secret_key, craft._signing.sign_outgoing = key, True
        craft._signing.timestamp = int((1.8e9 - EPOCH_S) * TICKS_A_S)
    async with Reactor("udp://127.0.0.1:0", {}, sysids, 5.0, signing=signing) as reactor:
        host, port = reactor.address.split(":")
        proxy = LossyProxy((host, int(port)), badness, seed)
        running = asyncio.ensure_future(world.run(await proxy.open()))
        try:
            yield world, reactor, proxy
        finally:
            running.cancel()
            proxy.close()


def _on_bad_links(story: Any, badness: Badness, seed: int, key: bytes | None = None) -> None:
    async def main() -> None:
        async with _flying(badness, seed, key) as (world, reactor, proxy), asyncio.timeout(600):
            vehicles = [reactor.vehicle(n) for n in range(1, VEHICLES + 1)]
            await asyncio.gather(*(vehicle.connected() for vehicle in vehicles))
            await story(world, vehicles, proxy)

    # loopback datagrams arrive at once, and time passes only where everybody waits
    with asyncio.Runner(loop_factory=lambda: JumpLoop(MOST)) as runner:
        runner.run(main())


@pytest.mark.parametrize(("badness", "seed"), [(BAD, 1), (WORSE, 2)], ids=["bad", "worse"])
def test_missions_fences_and_rally_points_arrive_intact_in_ten_vehicles_at_once(
    badness: Badness, seed: int
) -> None:
    async def story(world: Any, vehicles: list[Vehicle], proxy: LossyProxy) -> None:
        async def upload(vehicle: Vehicle) -> None:
            n = vehicle.address.sysid
            await vehicle.set_parameters(POLICY)
            await vehicle.upload_fence(_fence(n))
            await vehicle.upload_mission(_mission(n))
            await vehicle.upload_rally(_rally(n))

        await asyncio.gather(*(upload(vehicle) for vehicle in vehicles))
        for craft in world.crafts:
            n = craft.sysid
            kept = craft.plans.items
            assert _placed(kept[0][1:]) == _sent(_mission(n)[1:])
            assert _placed(kept[1]) == _sent(_fence(n).items())
            assert _placed(kept[2]) == _sent(_rally(n))
            kept = {name: craft.parameters[name] for name in POLICY}
            assert kept == pytest.approx(POLICY)  # told in 32 bits
        lost = sum(wire.lost for wire in proxy.wires)
        sent = sum(wire.carried + wire.lost for wire in proxy.wires)
        assert 0.25 < lost / sent < 0.35
        assert sum(wire.doubled for wire in proxy.wires) > 0.1 * sent

    _on_bad_links(story, badness, seed)


@pytest.mark.parametrize(
    ("badness", "seed", "key"),
    [
        (BAD, 1, None),
        (BAD, 4, None),
        (BAD, 5, None),
        (WORSE, 1, b"k" * 32),
        (WORSE, 2, b"k" * 32),
        (WORSE, 3, b"k" * 32),
    ],
    ids=["bad", "bad, 2nd", "bad, 3rd", "worse, signed", "worse, signed, 2nd", "... 3rd"],
)
def test_nothing_that_ten_vehicles_are_ordered_happens_twice(
    badness: Badness, seed: int, key: bytes | None
) -> None:
    async def story(world: Any, vehicles: list[Vehicle], _proxy: LossyProxy) -> None:
        happened = [Happenings(craft.autopilot) for craft in world.crafts]

        async def fly(vehicle: Vehicle) -> None:
            mission = _mission(vehicle.address.sysid)
            await _until_done(lambda: vehicle.request_streams(5.0))
            await _until_done(lambda: vehicle.upload_mission(mission))
            await _order(vehicle)

        await asyncio.gather(*(fly(vehicle) for vehicle in vehicles))
        await asyncio.sleep(5)
        for one in happened:
            assert one.modes == ORDERED
            assert (one.armed, one.taken_off) == (1, 1)

    _on_bad_links(story, badness, seed, key)


@pytest.mark.parametrize("seed", range(1, 5))
def test_every_stream_that_ten_vehicles_are_asked_for_comes(seed: int) -> None:
    async def story(world: Any, vehicles: list[Vehicle], _proxy: LossyProxy) -> None:
        await asyncio.gather(*(vehicle.request_streams(5.0) for vehicle in vehicles))
        for craft in world.crafts:
            asked = {id_: craft.telling.asked_us.get(id_) for id_ in STREAMS}
            assert asked == {id_: round(2e5 / share) for id_, share in STREAMS.items()}

    _on_bad_links(story, BAD, seed)


@pytest.mark.ardupilot
def test_three_real_arducopters_take_their_plans_and_do_what_they_are_ordered_once(
    tmp_path: Path,
) -> None:
    async def story(vehicles: list[Vehicle], true: list[Vehicle], watched: list[Truth]) -> None:
        async def fly(vehicle: Vehicle, truth: Vehicle) -> None:
            n = vehicle.address.sysid
            await vehicle.request_streams(5.0)
            await vehicle.set_parameters(POLICY | {"FENCE_ENABLE": 0})
            await vehicle.upload_fence(_fence(n))
            await vehicle.upload_mission(_mission(n))
            await vehicle.upload_rally(_rally(n))
            for plan_type, sent in (
                (PlanType.MISSION, _mission(n)),
                (PlanType.FENCE, _fence(n).items()),
                (PlanType.RALLY, _rally(n)),
            ):
                kept = await truth.download(plan_type)
                assert difference(sent, kept, plan_type) is None
            await _until(vehicle, "ready to arm", lambda state: state.prearm_ok)
            await _order(vehicle)

        await asyncio.gather(*map(fly, vehicles, true))
        await asyncio.sleep(5)
        for one in watched:
            assert one.modes[one.modes.index("GUIDED") :] == ORDERED  # it starts in another
            assert one.armed == 1

    Clock(speedup=SPEEDUP).run(_with_arducopters(story, tmp_path))


class Truth:
    """What one vehicle does, as it tells on a line of its own that loses nothing."""

    def __init__(self) -> None:
        self.modes: list[str] = []
        self.armed = 0

    def take(self, frame: Frame) -> None:
        message = frame.message
        names = {number: name for name, number in MODE_NUMBERS.items()}
        if message.get_type() == "HEARTBEAT":
            mode = names[message.custom_mode]
            if self.modes[-1:] != [mode]:
                self.modes.append(mode)
        elif message.get_type() == "STATUSTEXT" and message.text == "Arming motors":
            self.armed += 1


async def _with_arducopters(story: Any, folder: Path, seed: int = 1) -> None:
    try:
        program = find_arducopter(None)
    except Refusal as refusal:
        pytest.skip(f"LOSSY LINKS ARE NOT SHOWN ON REAL ARDUPILOT: {refusal}")
    sysids = (1, 2, 3)
    async with (
        Reactor("udp://127.0.0.1:0", {}, sysids, 5.0) as reactor,
        Reactor("udp://127.0.0.1:0", {}, sysids, 5.0) as truth,
        asyncio.timeout(900),
    ):
        host, port = reactor.address.split(":")
        proxy = LossyProxy((host, int(port)), seed=seed)
        near = ":".join(map(str, await proxy.open()))
        copters = [
            Arducopter(
                spec.drone,
                command_line(program, spec, near, truth.address, SPEEDUP),
                folder / spec.drone,
            )
            for spec in _specs(sysids)
        ]
        async with launched(copters):
            vehicles = [reactor.vehicle(n) for n in sysids]
            true = [truth.vehicle(n) for n in sysids]
            await asyncio.gather(*(vehicle.connected() for vehicle in (*vehicles, *true)))
            watched = [Truth() for _ in sysids]
            for n, one in zip(sysids, watched, strict=True):
                truth.watch(n, one.take)
                await truth.vehicle(n).request_streams(5.0)
            await story(vehicles, true, watched)
        proxy.close()


def _specs(sysids: Iterable[int]) -> list[CraftSpec]:
    return [CraftSpec(f"U{n:02d}", f"D{n:02d}", n, LON + n / 100, LAT, 40.0) for n in sysids]


async def _until_done(act: Callable[[], Awaitable[None]]) -> None:
    """Who signs drops what comes out of order: what may be told again may need it then."""
    while True:
        try:
            return await act()
        except VehicleSilent:
            continue


async def _order(vehicle: Vehicle) -> None:
    """A flight of many orders, each as soon as the one before is done."""
    await vehicle.launch()
    await _until(vehicle, "10 m up", lambda state: (state.alt_rel_m or 0) > 10)
    await vehicle.hold()
    await vehicle.resume_mission()
    await vehicle.set_mode("LOITER")
    await vehicle.hold()
    await vehicle.land()
    await _until(vehicle, "landed", lambda state: state.on_ground is True and not state.armed)


async def _until(vehicle: Vehicle, what: str, true: Callable[[VehicleState], bool]) -> None:
    try:
        async with asyncio.timeout(120):
            await vehicle.until(true)
    except TimeoutError:
        why = f"vehicle {vehicle.address.sysid} is not {what}: {vehicle.state}"
        raise AssertionError(why) from None


def _sent(items: list[MissionItem]) -> list[Any]:
    return [(m.command, round(m.y * 1e7), round(m.x * 1e7), pytest.approx(m.z)) for m in items]


def _placed(items: list[Any]) -> list[Any]:
    return [(m.command, m.x, m.y, m.z) for m in items]
