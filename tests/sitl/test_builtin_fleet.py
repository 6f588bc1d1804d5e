"""Many builtin vehicles in one process, and what ties them to the docks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime

import pytest
from pydantic import BaseModel

from docks.contract import Charger, Cover, DockState, DockWeather, VehicleTruth
from fleet.bus import Message, Reply, Topics
from fleet.district.model import DroneModel, Motion
from sitl.builtin.fleet import STEP_S, BuiltinFleet
from sitl.coupling import Coupling
from sitl.craft import CraftSpec

AT = datetime(2026, 1, 1, tzinfo=UTC)
MODEL = DroneModel(
    battery_wh=150,
    reserve_share=0.2,
    hover_w=190,
    cruise_w=210,
    checks_s=1,
    spin_up_s=4,
    upload_s=3,
    launch_spread_s=3,
    max_ground_ms=18,
    payloads=(),
    motion=Motion(
        speed_ms=15,
        accel_ms2=3,
        jerk_ms3=3,
        climb_ms=6,
        descent_ms=4,
        climb_accel_ms2=2,
        corner_radius_m=3,
    ),
)
SPECS = [
    CraftSpec(f"U{n:02d}", f"D{n:02d}", n, 114.2 + n / 100, 22.7, 40.0 + n) for n in range(1, 26)
]


def fleet() -> BuiltinFleet:
    return BuiltinFleet(SPECS, [MODEL] * len(SPECS))


def _step(world: BuiltinFleet, seconds: float, began_s: float = 0.0) -> float:
    steps = round(seconds / STEP_S)
    for n in range(steps):
        world.step(began_s + n * STEP_S)
    return began_s + steps * STEP_S


def test_every_vehicle_tells_its_truth_within_a_second_and_goes_on() -> None:
    world, heard = fleet(), list[VehicleTruth]()
    world.listen(heard.append)
    _step(world, 1)
    assert sorted({truth.drone for truth in heard}) == [spec.drone for spec in SPECS]
    assert all(truth.on_ground and truth.height_m == 0 for truth in heard)
    heard.clear()
    _step(world, 10, 1)
    assert 1 <= len(heard) / len(SPECS) <= 25


def test_a_truth_is_where_its_drone_stands() -> None:
    world, heard = fleet(), dict[str, VehicleTruth]()
    world.listen(lambda truth: heard.update({truth.drone: truth}))
    _step(world, 1)
    for spec in SPECS:
        assert (heard[spec.drone].lon, heard[spec.drone].lat) == pytest.approx((spec.lon, spec.lat))


def test_only_the_drone_on_the_charger_is_charged() -> None:
    world = fleet()
    world.bodies.energy_wh[:] = 75.0
    world.charge("U03", 360.0)
    _step(world, 60)
    gained_wh = world.bodies.energy_wh - 75.0
    assert gained_wh[2] == pytest.approx(6.0, abs=0.2)
    assert (gained_wh[[0, 1, 3]] <= 0).all()
    world.charge("U03", 0.0)
    before_wh = world.bodies.energy_wh[2]
    _step(world, 10)
    assert world.bodies.energy_wh[2] <= before_wh


def test_a_battery_is_never_charged_beyond_full() -> None:
    world = fleet()
    world.charge("U01", 5000.0)
    _step(world, 30)
    assert world.bodies.energy_wh[0] <= MODEL.battery_wh


def test_charging_a_drone_that_is_not_here_is_nothing() -> None:
    fleet().charge("U99", 100.0)


def test_the_wind_comes_from_where_it_is_said_to_come() -> None:
    world = fleet()
    world.set_wind("U01", 10.0, 90.0)  # from the east: the air goes west
    assert world.bodies.wind[0].tolist() == pytest.approx([-10.0, 0.0, 0.0], abs=1e-9)
    assert not world.bodies.wind[1:].any()


class _Bus:
    """The bus within one process: what is published is handled at once."""

    def __init__(self) -> None:
        self.published: list[tuple[str, BaseModel | bytes]] = []
        self.handlers: dict[str, Callable[[Message], Awaitable[None]]] = {}
        self.told = asyncio.Event()

    async def publish(
        self, topic: str, payload: BaseModel | bytes, retain: bool = False, qos: int = 1
    ) -> None:
        self.published.append((topic, payload))
        self.told.set()

    async def subscribe(
        self,
        pattern: str,
        handler: Callable[[Message], Awaitable[None]],
        newest_only: bool = False,
    ) -> None:
        self.handlers[pattern] = handler

    async def request(
        self, topic: str, body: BaseModel, timeout_s: float, id_: str | None = None
    ) -> Reply:
        raise AssertionError("the coupling asks nothing")

    async def serve(self, topic: str, handler: object) -> None:
        raise AssertionError("the coupling serves nothing")

    async def hear(self, pattern: str, topic: str, body: BaseModel) -> None:
        message = Message(topic, body.model_dump_json().encode(), False, 0.0)
        await self.handlers[pattern](message)


class _World:
    def __init__(self) -> None:
        self.charged: list[tuple[str, float]] = []
        self.winds: list[tuple[str, float, float]] = []
        self.marked: list[tuple[float, float]] = []
        self.tell: Callable[[VehicleTruth], None]

    def listen(self, listener: Callable[[VehicleTruth], None]) -> None:
        self.tell = listener

    def charge(self, drone: str, watts: float) -> None:
        self.charged.append((drone, watts))

    def mark(self, pads: Collection[tuple[float, float]]) -> None:
        self.marked = list(pads)

    def set_wind(self, drone: str, speed_ms: float, from_deg: float) -> None:
        self.winds.append((drone, speed_ms, from_deg))


def _dock(dock: str, drone: str | None, charge_w: float) -> DockState:
    return DockState(
        dock=dock,
        at=AT,
        cover=Cover.CLOSED,
        drone_present=drone is not None,
        drone=drone,
        charger=Charger.CHARGING if charge_w else Charger.IDLE,
        battery_pct=50,
        charge_w=charge_w,
    )


TOPICS = Topics("test")
DOCKS, WEATHERS = TOPICS.dock_state("+"), TOPICS.dock_weather("+")


async def _with_coupling(test: Callable[[_Bus, _World], Awaitable[None]]) -> None:
    bus, world = _Bus(), _World()
    coupling = Coupling(world, SPECS, bus, TOPICS)  # type: ignore[arg-type]
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(coupling.run())
        while WEATHERS not in bus.handlers:  # noqa: ASYNC110 -- it tells nobody when it is set up
            await asyncio.sleep(0)
        await test(bus, world)
        running.cancel()


async def test_the_dock_that_holds_a_drone_charges_it_and_stops_when_it_leaves() -> None:
    async def test(bus: _Bus, world: _World) -> None:
        await bus.hear(DOCKS, TOPICS.dock_state("D02"), _dock("D02", "U02", 300))
        assert world.charged[-1] == ("U02", 300)
        await bus.hear(DOCKS, TOPICS.dock_state("D05"), _dock("D05", None, 0))
        assert world.charged[-1] == ("U02", 300)
        await bus.hear(DOCKS, TOPICS.dock_state("D02"), _dock("D02", None, 0))
        assert world.charged[-1] == ("U02", 0)

    await _with_coupling(test)


async def test_a_drone_is_charged_by_the_dock_it_stands_in_not_by_its_own() -> None:
    async def test(bus: _Bus, world: _World) -> None:
        await bus.hear(DOCKS, TOPICS.dock_state("D09"), _dock("D09", "U02", 200))
        assert world.charged[-1] == ("U02", 200)
        await bus.hear(DOCKS, TOPICS.dock_state("D02"), _dock("D02", None, 0))
        assert world.charged[-1] == ("U02", 200)

    await _with_coupling(test)


async def test_a_drone_that_is_not_flown_here_is_left_alone() -> None:
    async def test(bus: _Bus, world: _World) -> None:
        await bus.hear(DOCKS, TOPICS.dock_state("D77"), _dock("D77", "U77", 200))
        assert not world.charged

    await _with_coupling(test)


async def test_the_wind_at_a_dock_blows_on_its_drone() -> None:
    async def test(bus: _Bus, world: _World) -> None:
        weather = DockWeather(
            dock="D03",
            at=AT,
            wind_ms=6,
            wind_from_deg=200,
            gust_ms=9,
            rain_mm_h=0,
            temperature_c=25,
            humidity_pct=60,
        )
        await bus.hear(WEATHERS, TOPICS.dock_weather("D03"), weather)
        assert world.winds == [("U03", 6, 200)]

    await _with_coupling(test)


async def test_the_marker_on_a_pad_is_seen_while_its_dock_is_open() -> None:
    async def test(bus: _Bus, world: _World) -> None:
        for cover, seen in ((Cover.OPEN, 1), (Cover.OPEN, 1), (Cover.CLOSING, 0)):
            state = _dock("D02", None, 0).model_copy(update={"cover": cover})
            await bus.hear(DOCKS, TOPICS.dock_state("D02"), state)
            assert world.marked == [(SPECS[1].lon, SPECS[1].lat)] * seen

    await _with_coupling(test)


async def test_far_from_every_dock_a_flying_drone_is_told_of_once() -> None:
    async def test(bus: _Bus, world: _World) -> None:
        for height_m in (100.0, 101.0, 102.0):
            world.tell(
                VehicleTruth(
                    drone="U01", lon=114, lat=22, height_m=height_m, on_ground=False, battery_pct=50
                )
            )
            while not bus.published:
                bus.told.clear()
                await bus.told.wait()
        for _ in range(5):
            await asyncio.sleep(0)
        assert len(bus.published) == 1

    await _with_coupling(test)


async def test_the_docks_are_told_the_newest_truth_of_each_drone() -> None:
    async def test(bus: _Bus, world: _World) -> None:
        def truth(drone: str, height_m: float, near: bool = False) -> VehicleTruth:
            lon, lat = (SPECS[0].lon, SPECS[0].lat) if near else (114, 22)
            return VehicleTruth(
                drone=drone, lon=lon, lat=lat, height_m=height_m, on_ground=False, battery_pct=50
            )

        world.tell(truth("U01", 1, near=True))
        world.tell(truth("U01", 2, near=True))
        world.tell(truth("U02", 3))
        while len(bus.published) < 2:
            bus.told.clear()
            await bus.told.wait()
        told = dict(bus.published)
        assert told[TOPICS.vehicle_truth("U01")] == truth("U01", 2, near=True)
        assert told[TOPICS.vehicle_truth("U02")] == truth("U02", 3)

    await _with_coupling(test)
