"""One sortie with a builtin drone and a simulated dock, on a loop whose time jumps: no sockets, no
waiting. The controller beside them can be started anew."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from docks.contract import VehicleTruth
from docks.machine import Dock
from docks.simulated import SimulatedDock
from docks.site import DockModel as DocksModel
from docks.site import DockSite as DocksSite
from docks.weather import Conditions, Weather
from fleet.bus import Topics
from fleet.clock import Clock, JumpLoop
from fleet.contract import LaunchParts, SortieState
from fleet.district.model import DockModel, DockSite, Flight, RallyPoint
from fleet.log.events import (
    IncidentReported,
    LoanRequested,
    SortieAdvanced,
    SortieRequested,
    SortieStepDone,
)
from fleet.log.gate_log import record_news
from fleet.log.journal import Journal
from fleet.log.store import EventLog
from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.codec import Decoder, Encoder
from fleet.mavlink.conversation import Conversation
from fleet.mavlink.gate import Gate
from fleet.mavlink.mission_items import FlightPlan, diverted_plan, response_plan
from fleet.mavlink.vehicle import Vehicle
from fleet.sorties.flight import SortieFlight
from fleet.sorties.landing import equipped
from fleet.sorties.orders import Orders, WayHome
from fleet.sorties.sortie import Plan, SortieTrigger, distance_m
from fleet.units.dock_roster import DockRoster
from planner.model import Route, Waypoint
from sitl.builtin.body import Bodies
from sitl.builtin.craft import Craft
from sitl.virtual.bus import LocalBus
from tests.sitl.builtin_yard import BATTERY_WH, PAD, STEP_S, SYSID, bodies

T = TypeVar("T")
BOOTED_S = 1e6  # the loop's time on a machine that has run for days
SCENE = (PAD[0], PAD[1] + 0.005)  # 550 m to the north
CRUISE_AMSL_M, SCENE_AMSL_M = PAD[2] + 90.0, PAD[2] + 60.0
SORTIE, INCIDENT = "S" * 26, "I" * 26
DIVERTED = "T" * 26  # the sortie that its drone goes on to
MODEL = {
    "cover_open_s": 6.0,
    "cover_close_s": 6.0,
    "cover_timeout_s": 15.0,
    "charge_w": 250.0,
    "wind_limit_ms": 12.0,
    "rain_limit_mm_h": 10.0,
    "temperature_c": (-30.0, 50.0),
}


def jumping(main: Coroutine[Any, Any, T]) -> T:
    """Runs ``main`` in no time: where everybody waits, time jumps."""
    with asyncio.Runner(loop_factory=lambda: JumpLoop(math.inf, BOOTED_S)) as runner:
        return runner.run(main)


class Stage:
    """Drone and dock, and the controller's side of one sortie."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ending = AsyncExitStack()
        self._topics = Topics("here")
        self.bus = LocalBus()
        self.bodies: Bodies = bodies()
        self.craft = Craft(0, SYSID, PAD, self.bodies, self._from_craft)
        site = DocksSite("D01", PAD[:2], DocksModel(**MODEL))
        weather = Weather(Conditions(), 1)
        self.dock = SimulatedDock(site, "", self._topics, weather, Clock())
        self.hears = True  # whether the controller hears the drone
        self.reaches = True  # whether the drone hears the controller
        self.record: Callable[[int, bytes], None] = lambda _sysid, _packet: None
        self.opened = self.closed = 0
        self.no_room: str | None = None  # why it may not launch
        self.starts_after_s = 0.0
        self.waits_s = 0.0  # before its way home
        self.lend: Callable[[], str | None] | None = None  # its sortie is for a loan
        self.turn_back_wh = 30.0  # from wherever a lent drone is
        self.meets: str | None = None  # which drone is near
        self.gate: Gate
        self.rally: tuple[RallyPoint, ...] = ()
        self.fenced: Callable[[FlightPlan], FlightPlan] = lambda plan: plan
        self.flight: SortieFlight
        self.journal: Journal
        self._vehicle: Vehicle | None = None
        self._flying: asyncio.Task[None] | None = None
        self._more: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Stage:
        tasks = await self._ending.enter_async_context(asyncio.TaskGroup())
        await self.bus.serve(self._topics.dock_command("D01"), self.dock._on_command)
        running = [
            tasks.create_task(self._world()),
            tasks.create_task(self.dock._tell_state(self.bus)),  # type: ignore[arg-type]
        ]
        self._ending.callback(lambda: [task.cancel() for task in running])
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop_controller()
        await self._ending.aclose()

    # The world.

    async def _world(self) -> None:
        while True:
            await asyncio.sleep(STEP_S)
            self.bodies.step(STEP_S)
            self.craft.tick(asyncio.get_running_loop().time())
            lon, lat, up_m = self.craft.autopilot.position
            share, _, _ = self.bodies.battery(0)
            down = self.craft.autopilot.on_ground
            self.dock.senses(
                VehicleTruth(
                    drone="U01", lon=lon, lat=lat, height_m=max(0.0, up_m), on_ground=down,
                    battery_pct=100 * float(share),
                )
            )  # fmt: skip

    def _from_craft(self, data: bytes) -> None:
        vehicle = self._vehicle
        if vehicle is None or not self.hears:
            return
        for message in self._decoder.feed(data):
            self.record(SYSID, message.get_msgbuf())
            vehicle.heard(message, asyncio.get_running_loop().time())

    @property
    def machine(self) -> Dock:
        return self.dock._dock

    @property
    def up_m(self) -> float:
        return float(self.craft.autopilot.position[2])

    @property
    def to_pad_m(self) -> float:
        lon, lat, _ = self.craft.autopilot.position
        return distance_m((lon, lat), PAD[:2])

    # The controller.

    async def start_controller(self) -> None:
        """From the log, as after a restart; orders the sortie where there is none."""
        self._log = EventLog(f"sqlite:///{self._folder}/events.db")
        self.journal = Journal(self._log, Clock())
        self._decoder, encoder = Decoder(), Encoder()

        def send(_: int, message: Any) -> None:
            loop = asyncio.get_running_loop()
            data = encoder.encode(message)
            self.record(SYSID, data)
            if self.hears and self.reaches:
                loop.call_soon(lambda: self.craft.receive(data, loop.time()))

        gate = self.gate = Gate(send, partial(record_news, self.journal, {SYSID: "U01"}))
        self._vehicle = Vehicle(Conversation(VehicleAddress(SYSID), gate, 5.0))
        docks = self._docks = self._roster()
        await docks.start()
        await self.bus.publish(self._topics.dock_link("D01"), b"online")
        await self.bus.publish(self._topics.dock_state("D01"), self.dock._state())
        if SORTIE not in self.journal.state.sorties:
            self.journal.record(
                *((_loan_requested(),) if self.lend else (_reported(), _requested()))
            )
        self._fly()

    def _roster(self) -> DockRoster:
        return DockRoster(self.bus, self._topics, ["D01"], lost_s=30.0)

    def _fly(self) -> None:
        orders = self._orders()
        if self.sortie != SORTIE:
            route, pad = _route(), orders.pad
            orders = replace(orders, mission=diverted_plan(route, pad.at, pad.alt_amsl_m))
        self.flight = SortieFlight(self.sortie, orders, self.journal, self.vehicle, self._docks)
        self._flying = asyncio.get_running_loop().create_task(self.flight.run())

    async def stop_controller(self) -> None:
        for task in self._more:
            task.cancel()
        if self._flying is None:
            return
        self._flying.cancel()
        await asyncio.wait([self._flying])
        if not self._flying.cancelled() and (error := self._flying.exception()):
            raise error
        self._flying = self._vehicle = None
        self._log.close()

    def _orders(self) -> Orders:
        orders = _orders()
        pad_m = orders.pad.alt_amsl_m
        return replace(
            orders,
            mission=self.fenced(equipped(orders.mission, _route(), self.rally, pad_m, 30.0)),
            rally=self.rally,
            fenced=self.fenced,
            starts_after_s=self.starts_after_s,
            no_room=lambda: self.no_room,
            lend=self.lend,
            turn_back_wh=lambda at, alt_amsl_m: self.turn_back_wh,
            meets=lambda: self.meets,
            way_home=lambda _: WayHome(_route(), self.waits_s),
        )

    def divert(self) -> None:
        """The drone is in the air, and goes to the scene on another sortie."""
        self.flight.let_go()
        self.journal.record(
            _advanced(SORTIE, SortieTrigger.DIVERT, SortieState.DIVERTED),
            _requested(DIVERTED).model_copy(update={"diverted_from": SORTIE}),
            _advanced(DIVERTED, SortieTrigger.TAKE_OVER, SortieState.EN_ROUTE),
        )
        assert self._flying is not None
        self._more.append(self._flying)
        self._fly()

    @property
    def sortie(self) -> str:
        """The one that it was sent out on, or was diverted to."""
        return DIVERTED if DIVERTED in self.journal.state.sorties else SORTIE

    def order_again(self) -> str:
        """Another sortie of the same drone, at once; its id."""
        again = "A" * 26
        self.journal.record(_requested(again))
        flight = SortieFlight(again, self._orders(), self.journal, self.vehicle, self._docks)
        self._more.append(asyncio.get_running_loop().create_task(flight.run()))
        return again

    async def restart_controller(self, away_s: float = 2.0) -> None:
        await self.stop_controller()
        await asyncio.sleep(away_s)
        await self.start_controller()

    @property
    def vehicle(self) -> Vehicle:
        assert self._vehicle is not None
        return self._vehicle

    @property
    def state(self) -> SortieState:
        return self.journal.state.sorties[self.sortie].state

    @property
    def homeward_seq(self) -> int:
        """The item of its mission with which the way back begins."""
        return _orders().mission.return_seq

    @property
    def steps(self) -> list[str]:
        recorded = self.journal.log.read(subject=self.sortie)
        return [r.fact.step for r in recorded if isinstance(r.fact, SortieStepDone)]

    async def until(self, true: Callable[[], bool], within_s: float = 300.0) -> None:
        async with asyncio.timeout(within_s):
            while not true():  # noqa: ASYNC110 -- what is waited for has no event
                await asyncio.sleep(0.05)

    async def until_state(self, *states: str, within_s: float = 300.0) -> None:
        await self.until(lambda: self.state in states, within_s)


def _route() -> Route:
    over, pad = (*SCENE, CRUISE_AMSL_M), (*PAD[:2], CRUISE_AMSL_M)
    out = (Waypoint(*over, 10.0), Waypoint(*SCENE, SCENE_AMSL_M, 10.0))
    back = (Waypoint(*over, 10.0), Waypoint(*pad, 10.0))
    return Route(CRUISE_AMSL_M, out, back, 556.0, 556.0, 60.0, 60.0)


def _orders() -> Orders:
    route, site = _route(), _site()
    return Orders(
        mission=response_plan(route, site.at, site.alt_amsl_m),
        plan=Plan(SCENE_AMSL_M, 15.0, 30.0, 30.0),
        scene=SCENE,
        pad=site,
        dock_model=DockModel.model_validate(MODEL),
        flight=Flight(
            cruise_height_m=90, scene_height_m=60, min_launch_pct=50, fence_margin_m=0,
            arrive_radius_m=15,
            wind_spread_ms=0,
        ),
        battery_wh=BATTERY_WH,
        starts_after_s=0.0,
        no_room=lambda: None,
        way_home=lambda _: WayHome(route),
        lend=None,
        turn_back_wh=lambda at, alt_amsl_m: 30.0,
        meets=lambda: None,
    )  # fmt: skip


def _site() -> DockSite:
    return DockSite.model_validate(
        {
            "id": "D01",
            "name": {"zh": "一", "en": "One"},
            "at": PAD[:2],
            "alt_amsl_m": PAD[2],
            "subdistrict": "440307001",
            "model": "m",
            "drone": "U01",
        }
    )


def _reported() -> IncidentReported:
    return IncidentReported(
        incident=INCIDENT, kind="fire", level=2, lon=SCENE[0], lat=SCENE[1], subdistrict=None,
        note="", source="test", window_s=300,
    )  # fmt: skip


def _loan_requested() -> LoanRequested:
    above = Waypoint(*PAD[:2], CRUISE_AMSL_M, 0.0)
    return LoanRequested(
        sortie=SORTIE, dock="D01", drone="U01", holder="U01-1", label="QGC", by="li", for_s=600,
        launch_s=20, route={"out": [list(above)]}, turn_back_wh=30,
    )  # fmt: skip


def _requested(sortie: str = SORTIE) -> SortieRequested:
    route = _route()
    return SortieRequested(
        sortie=sortie, incident=INCIDENT, decision="d", dock="D01", drone="U01", eta_s=100,
        parts=LaunchParts(launch_s=20, climb_s=30, cruise_s=50, descent_s=0),
        route={"out": [list(point) for point in route.out]}, turn_back_wh=30,
    )  # fmt: skip


def _advanced(sortie: str, trigger: SortieTrigger, state: SortieState) -> SortieAdvanced:
    return SortieAdvanced(
        sortie=sortie, incident=INCIDENT, trigger=trigger, state=state, reason="diverted"
    )
