"""Simulated docks on a real broker: what they tell, do, sense and refuse."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import pytest

from docks.contract import (
    Charger,
    ClearFaults,
    CloseCover,
    Cover,
    DockState,
    DockWeather,
    OpenCover,
    StartCharge,
    StopCharge,
    VehicleTruth,
)
from docks.simulated import simulate
from docks.site import DockModel, DockSite
from docks.weather import Conditions, Weather
from fleet.bus import Message, MqttBus, RequestFailed, Topics
from fleet.clock import Clock
from tests.bus.bus_stage import PATIENCE_S, EmbeddedBroker, Stage, Word, until

TOPICS = Topics("tiny")
AT = (114.2, 22.7)
METRE_DEG = 1 / 111_195.0


def model(cover_s: float = 0.02) -> DockModel:
    return DockModel(
        cover_open_s=cover_s,
        cover_close_s=cover_s,
        cover_timeout_s=0.05,
        charge_w=350,
        wind_limit_ms=12,
        rain_limit_mm_h=4,
        temperature_c=(-25, 45),
    )


class Street:
    """One dock on the bus, and somebody who watches it and flies drones past it."""

    def __init__(self, stage: Stage, bus: MqttBus) -> None:
        self.stage, self.bus = stage, bus
        self.states: list[DockState] = []
        self.weather: list[DockWeather] = []
        self.links: list[bytes] = []

    async def watch(self) -> None:
        await self.bus.subscribe(TOPICS.dock_state("D01"), self._on_state)
        await self.bus.subscribe(TOPICS.dock_weather("D01"), self._on_weather)
        await self.bus.subscribe(TOPICS.dock_link("D01"), self._on_link)

    async def _on_state(self, message: Message) -> None:
        self.states.append(DockState.model_validate_json(message.payload))

    async def _on_weather(self, message: Message) -> None:
        self.weather.append(DockWeather.model_validate_json(message.payload))

    async def _on_link(self, message: Message) -> None:
        self.links.append(message.payload)

    @property
    def state(self) -> DockState | None:
        return self.states[-1] if self.states else None

    async def ask(self, command: object) -> None:
        await self.bus.request(TOPICS.dock_command("D01"), command, PATIENCE_S)  # type: ignore[arg-type]

    async def see(
        self, drone: str, north_m: float, height_m: float, pct: float = 50, ground: bool = False
    ) -> None:
        truth = VehicleTruth(
            drone=drone,
            lon=AT[0],
            lat=AT[1] + north_m * METRE_DEG,
            height_m=height_m,
            on_ground=ground,
            battery_pct=pct,
        )
        await self.bus.publish(TOPICS.vehicle_truth(drone), truth)

    async def land(self, drone: str = "U01", pct: float = 50) -> None:
        await self.see(drone, 0.5, 0, pct, ground=True)
        await self.state_is(lambda s: s.drone == drone and s.battery_pct == pct)

    async def state_is(self, holds: object, patience_s: float = PATIENCE_S) -> None:
        await until(lambda: self.state is not None and holds(self.state), patience_s)  # type: ignore[operator]

    async def break_(self, fault: str) -> None:
        payload = json.dumps({"fault": fault}).encode()
        await self.bus.publish(TOPICS.of("sim", "D01", "fault"), payload)


@contextlib.asynccontextmanager
async def street_with(site_model: DockModel) -> AsyncIterator[Street]:
    async with Stage(EmbeddedBroker()) as stage:
        street = Street(stage, await stage.bus("watcher"))
        await street.watch()
        ready = asyncio.Event()
        running = asyncio.ensure_future(
            simulate(
                [DockSite("D01", AT, site_model)],
                stage.broker.url,
                TOPICS,
                Weather(Conditions(wind_ms=5, wind_from_deg=60), 1),
                Clock(),
                ready,
            )
        )
        try:
            await asyncio.wait_for(ready.wait(), PATIENCE_S)
            await until(lambda: street.states and b"online" in street.links)
            yield street
            await stage.quiet()
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    async with street_with(model()) as street:
        yield street


async def test_a_dock_is_born_online_with_its_state_and_weather(street: Street) -> None:
    assert street.links == [b"online"]
    assert street.state is not None
    assert (street.state.dock, street.state.cover) == ("D01", Cover.CLOSED)
    await until(lambda: street.weather)
    assert street.weather[0].wind_ms > 0


async def test_state_weather_and_link_are_retained(street: Street) -> None:
    later = Street(street.stage, await street.stage.bus("later"))
    await until(lambda: street.weather)
    await later.watch()
    await until(lambda: later.states and later.weather and later.links)


async def test_opening_and_closing_are_answered_when_done(street: Street) -> None:
    await street.ask(OpenCover())
    await street.state_is(lambda s: s.cover is Cover.OPEN)
    await street.ask(CloseCover())
    await street.state_is(lambda s: s.cover is Cover.CLOSED)
    covers = [state.cover for state in street.states]
    order = [c for n, c in enumerate(covers) if n == 0 or covers[n - 1] is not c]
    assert order == [Cover.CLOSED, Cover.OPENING, Cover.OPEN, Cover.CLOSING, Cover.CLOSED]


async def test_a_drone_on_the_pad_is_present_with_its_battery(street: Street) -> None:
    await street.land("U01", 63)
    assert street.state is not None
    assert (street.state.drone_present, street.state.drone) == (True, "U01")
    await street.see("U01", 0, 30)
    await street.state_is(lambda s: not s.drone_present and s.battery_pct is None)


async def test_a_drone_beside_the_pad_is_not_present(street: Street) -> None:
    await street.see("U01", 2.0, 0, ground=True)
    await street.land("U02", 41)
    assert all(state.drone != "U01" for state in street.states)


async def test_charging_gives_power_that_falls_with_the_charge_and_ends(street: Street) -> None:
    await street.land("U01", 50)
    await street.ask(StartCharge(to_pct=95))
    await street.state_is(lambda s: s.charger is Charger.CHARGING and s.charge_w == 350)
    await street.see("U01", 0.5, 0, 90, ground=True)
    await street.state_is(lambda s: 35 < s.charge_w < 350)
    await street.see("U01", 0.5, 0, 95, ground=True)
    await street.state_is(lambda s: s.charger is Charger.FULL and s.charge_w == 0)
    await street.ask(StopCharge())
    await street.state_is(lambda s: s.charger is Charger.IDLE)


async def test_charging_without_a_drone_is_refused_naming_the_dock(street: Street) -> None:
    with pytest.raises(RequestFailed, match="D01: no drone") as caught:
        await street.ask(StartCharge())
    assert caught.value.code == "conflict"


async def test_what_is_no_command_is_refused(street: Street) -> None:
    with pytest.raises(RequestFailed, match="not a dock command") as caught:
        await street.ask(Word())
    assert caught.value.code == "invalid"


async def test_a_jammed_cover_fails_the_command_and_can_be_cleared(street: Street) -> None:
    await street.break_("cover_stuck")
    with pytest.raises(RequestFailed, match="stuck"):
        await street.ask(OpenCover())
    await street.state_is(lambda s: s.cover is Cover.STUCK and s.faults != ())
    await street.break_("none")
    await street.ask(ClearFaults())
    await street.state_is(lambda s: s.cover is Cover.OPEN and s.faults == ())


async def test_under_emergency_stop_opening_is_refused(street: Street) -> None:
    await street.break_("emergency_stop")
    await street.state_is(lambda s: s.emergency_stop)
    with pytest.raises(RequestFailed, match="emergency stop"):
        await street.ask(OpenCover())


async def test_clearing_faults_from_afar_does_not_release_the_emergency_stop(
    street: Street,
) -> None:
    await street.break_("emergency_stop")
    await street.state_is(lambda s: s.emergency_stop)
    with contextlib.suppress(RequestFailed):
        await street.ask(ClearFaults())
    with pytest.raises(RequestFailed, match="emergency stop"):
        await street.ask(OpenCover())


async def test_closing_under_a_hovering_drone_is_refused(street: Street) -> None:
    await street.ask(OpenCover())
    await street.see("U01", 1, 5)
    with pytest.raises(RequestFailed, match="5 m above the pad"):
        await street.ask(CloseCover())


async def test_news_of_a_drone_elsewhere_does_not_hide_the_one_above_the_pad(
    street: Street,
) -> None:
    await street.ask(OpenCover())
    await street.see("U01", 1, 5)
    await street.see("U02", 4000, 0, ground=True)
    with pytest.raises(RequestFailed, match="above the pad"):
        await street.ask(CloseCover())


async def test_a_drone_that_passes_over_does_not_stop_the_charging_below(street: Street) -> None:
    await street.land("U01", 50)
    await street.ask(StartCharge())
    await street.state_is(lambda s: s.charger is Charger.CHARGING)
    seen = len(street.states)
    await street.see("U02", 1, 100)
    await street.land("U01", 51)
    assert all(state.charger is Charger.CHARGING for state in street.states[seen:])
    assert all(state.battery_pct is not None for state in street.states[seen:])


async def test_a_drone_above_an_occupied_pad_is_still_seen_after_news_of_the_one_on_it(
    street: Street,
) -> None:
    await street.ask(OpenCover())
    await street.land("U01", 50)
    await street.see("U02", 1, 5)
    await street.land("U01", 51)
    with pytest.raises(RequestFailed, match="above the pad"):
        await street.ask(CloseCover())


async def test_an_offline_dock_says_so_and_answers_again_when_it_is_back(street: Street) -> None:
    await street.break_("offline")
    await until(lambda: street.links[-1] == b"offline")
    command, id_ = TOPICS.dock_command("D01"), "same"
    with pytest.raises(RequestFailed, match="nobody answered"):
        await street.bus.request(command, OpenCover(), 0.1, id_=id_)
    await street.break_("none")
    await until(lambda: street.links[-1] == b"online")
    assert (await street.bus.request(command, OpenCover(), 2, id_=id_)).ok


async def test_a_dock_that_is_ended_in_order_says_that_it_is_offline() -> None:
    async with street_with(model()) as street:
        links = street.links
        bus = street.bus
        task = next(t for t in asyncio.all_tasks() if "simulate" in repr(t.get_coro()))
        task.cancel()
        await asyncio.wait([task])
        await until(lambda: links[-1] == b"offline", 2)
        assert bus.dropped == 0


async def test_a_street_of_docks_is_ready_once_all_are_online() -> None:
    async with Stage(EmbeddedBroker()) as stage:
        links: dict[str, bytes] = {}

        async def on_link(message: Message) -> None:
            links[message.topic] = message.payload

        watcher = await stage.bus("watcher")
        await watcher.subscribe(TOPICS.dock_link("+"), on_link)
        sites = [DockSite(f"D{n:02}", AT, model()) for n in range(1, 6)]
        ready = asyncio.Event()
        weather = Weather(Conditions(), 1)
        running = asyncio.ensure_future(
            simulate(sites, stage.broker.url, TOPICS, weather, Clock(), ready)
        )
        try:
            await asyncio.wait_for(ready.wait(), PATIENCE_S)
            await until(lambda: list(links.values()) == [b"online"] * 5)
            await stage.quiet()
        finally:
            running.cancel()
            await asyncio.wait([running])
