"""A dock that cannot take its drone: it goes around, tries again, lands elsewhere."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from docks.contract import DockWeather, VehicleTruth
from docks.simulated import SimulatedDock
from docks.site import DockModel as DocksModel
from docks.site import DockSite as DocksSite
from docks.weather import Conditions, Weather
from fleet.clock import Clock
from fleet.district.model import DockModel
from fleet.log.events import AlternateChosen
from fleet.sorties.alternates import Alternate, Place
from fleet.sorties.approach import GO_AROUND_M, TRIES
from fleet.sorties.orders import WayHome
from fleet.sorties.sortie import distance_m
from fleet.units.dock_roster import DockRoster
from planner.model import Route, Waypoint
from tests.fleet import flight_stage
from tests.fleet.flight_stage import CRUISE_AMSL_M, MODEL, SCENE, Stage, jumping
from tests.sitl.builtin_yard import PAD

OTHER = Place("D02", (PAD[0] + 0.002, PAD[1]), PAD[2], is_dock=True)  # 205 m to the east
FIELD = Place("R01", (PAD[0], PAD[1] + 0.002), PAD[2], is_dock=False)
NEEDS_WH = 5.0
RTL, LAND = 6, 9


class TwoDocks(Stage):
    """A stage with another dock, and a field, where its drone may land."""

    def __init__(self, folder):
        super().__init__(folder)
        self.places = [OTHER, FIELD]
        site = DocksSite("D02", OTHER.at, DocksModel(**MODEL))
        self.other = SimulatedDock(site, "", self._topics, Weather(Conditions(), 1), Clock())

    async def __aenter__(self):
        await super().__aenter__()
        await self.bus.serve(self._topics.dock_command("D02"), self.other._on_command)
        telling = asyncio.ensure_future(self.other._tell_state(self.bus))
        sensing = asyncio.ensure_future(self._sense())
        self._ending.callback(telling.cancel)
        self._ending.callback(sensing.cancel)
        return self

    async def _sense(self):
        while True:
            lon, lat, up_m = self.craft.autopilot.position
            down = self.craft.autopilot.on_ground
            self.other.senses(_truth("U01", (lon, lat), up_m, down))
            await asyncio.sleep(0.2)

    def _roster(self):
        return DockRoster(self.bus, self._topics, ["D01", "D02"], lost_s=30.0)

    def _orders(self):
        orders, pad = super()._orders(), flight_stage._site()
        return replace(
            orders,
            plan=replace(orders.plan, reserve_wh=30.0),
            elsewhere=self._elsewhere,
            way_home=lambda at: WayHome(self._way(at)),
            docks={"D01": pad, "D02": pad.model_copy(update={"id": "D02", "at": OTHER.at})},
            dock_models={"m": DockModel.model_validate(MODEL)},
        )

    def _elsewhere(self, tried):
        left = [place for place in self.places if place.id not in tried]
        return Alternate(left[0], self._way(SCENE), NEEDS_WH) if left else None

    def _way(self, at):
        chosen = self.journal.state.plans[self.sortie].elsewhere
        end = PAD[:2] if chosen is None else (chosen.lon, chosen.lat)
        back = (Waypoint(*at, CRUISE_AMSL_M, 10.0), Waypoint(*end, CRUISE_AMSL_M, 10.0))
        return Route(CRUISE_AMSL_M, (), back, 0.0, 556.0, 0.0, 60.0)

    async def gusts(self, gust_ms):
        told = DockWeather(
            dock="D01", at=Clock().now(), wind_ms=5.0, wind_from_deg=90.0, gust_ms=gust_ms,
            rain_mm_h=0.0, temperature_c=20.0, humidity_pct=50.0,
        )  # fmt: skip
        await self.bus.publish(self._topics.dock_weather("D01"), told)

    def off_m(self, place):
        lon, lat, _ = self.craft.autopilot.position
        return distance_m((lon, lat), place.at)

    @property
    def chosen(self):
        recorded = self.journal.log.read(subject=self.sortie)
        return [r.fact for r in recorded if isinstance(r.fact, AlternateChosen)]

    @property
    def view(self):
        return self.journal.state.sorties[self.sortie]


@pytest.fixture
def coming_down(tmp_path):
    """Plays a story that begins with the drone coming down on its pad, some 15 m up."""

    def play(story):
        async def whole():
            async with TwoDocks(tmp_path) as stage:
                await stage.start_controller()
                await stage.until_state("on_scene")
                stage.flight.recall("enough")
                await stage.until(lambda: stage.state == "landing" and stage.up_m < 15)
                await story(stage)

        jumping(whole())

    return play


def test_a_drone_whose_dock_shuts_below_it_climbs_waits_and_lands_when_it_is_open(coming_down):
    async def story(stage):
        stage.dock.breaks("emergency_stop")
        stage.dock._become(replace(stage.machine, cover="stuck"))
        await stage.until(lambda: "went_around" in stage.steps)
        await stage.until(lambda: stage.up_m > GO_AROUND_M - 1, within_s=60)
        assert stage.off_m(Place("D01", PAD[:2], 0, True)) < 3
        await asyncio.sleep(10)
        assert stage.up_m > GO_AROUND_M - 1
        stage.dock.breaks("none")
        stage.dock._become(replace(stage.machine, cover="open", faults=stage.machine.causes))
        await stage.until_state("docked")
        assert "landing_resumed" in stage.steps
        assert stage.chosen == []

    coming_down(story)


def test_in_gusts_above_its_limit_it_tries_again_and_lands_at_the_last_try(coming_down):
    async def story(stage):
        await stage.gusts(15.0)
        await stage.until_state("docked", within_s=600)
        assert stage.steps.count("went_around") == TRIES - 1
        assert stage.chosen == []

    coming_down(story)


def test_gusts_that_pass_let_it_land_at_the_second_try(coming_down):
    async def story(stage):
        await stage.gusts(15.0)
        await stage.until(lambda: stage.up_m > GO_AROUND_M - 1)
        await stage.gusts(8.0)
        await stage.until_state("docked")
        assert stage.steps.count("went_around") == 1

    coming_down(story)


def test_where_another_drone_stands_on_its_pad_it_lands_in_a_free_dock(coming_down):
    async def story(stage):
        stage.dock.senses(_truth("U09", PAD[:2], 0.0, True))
        await stage.until_state("grounded")
        assert stage.off_m(OTHER) < 1
        assert [fact.place for fact in stage.chosen] == ["D02"]
        assert stage.chosen[0].why == "another drone stands on the pad (U09)"
        assert stage.view.elsewhere == "D02"
        assert stage.view.reason == "it has landed at D02, for its dock could not take it"
        await stage.until(lambda: "sheltered" in stage.steps)
        assert stage.other._dock.cover == "closed"
        assert stage.other._dock.charge_w > 0
        assert stage.machine.cover == "closed"

    coming_down(story)


def test_where_the_other_dock_does_not_open_it_lands_in_the_field(coming_down):
    async def story(stage):
        stage.other.breaks("cover_stuck")
        stage.dock.senses(_truth("U09", PAD[:2], 0.0, True))
        await stage.until_state("grounded", within_s=600)
        assert [fact.place for fact in stage.chosen] == ["D02", "R01"]
        assert stage.off_m(FIELD) < 1
        assert stage.view.reason == "it has landed at R01, for its dock could not take it"

    coming_down(story)


def test_with_nowhere_else_to_go_it_waits_for_its_dock(coming_down):
    async def story(stage):
        stage.places = []
        stage.dock.senses(_truth("U09", PAD[:2], 0.0, True))
        await asyncio.sleep(120)
        assert stage.up_m > GO_AROUND_M - 1
        stage.dock.senses(_truth("U09", SCENE, 0.0, True))
        await stage.until_state("docked")

    coming_down(story)


def test_a_controller_that_is_started_again_brings_it_on_to_where_it_was_bound_for(coming_down):
    async def story(stage):
        stage.dock.senses(_truth("U09", PAD[:2], 0.0, True))
        await stage.until(lambda: stage.chosen != [])
        await stage.restart_controller()
        await stage.until_state("grounded")
        assert stage.off_m(OTHER) < 1
        await stage.until(lambda: "sheltered" in stage.steps)

    coming_down(story)


def test_told_by_a_person_to_stop_and_come_home_it_is_bound_for_its_own_dock_again(coming_down):
    async def story(stage):
        stage.dock.senses(_truth("U09", PAD[:2], 0.0, True))
        await stage.until(lambda: stage.chosen != [] and stage.off_m(OTHER) < 180)
        stage.flight.hold(None, "wait", None)
        stage.dock.senses(_truth("U09", SCENE, 0.0, True))
        await asyncio.sleep(5)
        assert stage.view.elsewhere is None
        stage.flight.recall("home")
        await stage.until_state("docked")

    coming_down(story)


def test_brought_home_by_its_autopilot_instead_it_does_not_land_on_the_drone_on_its_pad(
    coming_down,
):
    async def story(stage):
        stage.dock.senses(_truth("U09", PAD[:2], 0.0, True))
        await stage.until(lambda: stage.chosen != [] and stage.off_m(OTHER) < 100)
        stage.craft.parameters["RTL_ALT"] = 4000
        stage.craft.autopilot.set_mode(RTL)
        await stage.until(lambda: stage.steps.count("landing_held") == 1)
        assert stage.up_m > GO_AROUND_M
        await stage.until_state("grounded")
        assert [fact.place for fact in stage.chosen] == ["D02", "D02"]
        assert stage.off_m(OTHER) < 1

    coming_down(story)


def test_a_drone_that_is_lost_on_its_way_elsewhere_is_expected_at_its_own_dock(coming_down):
    async def story(stage):
        stage.dock.senses(_truth("U09", PAD[:2], 0.0, True))
        await stage.until(lambda: stage.chosen != [] and stage.off_m(OTHER) < 180)
        stage.hears = False
        stage.craft.autopilot.set_mode(LAND)
        await stage.until_state("lost")
        assert stage.view.elsewhere is None
        await stage.until(lambda: stage.machine.cover == "open")

    coming_down(story)


def _truth(drone, at, up_m, down):
    return VehicleTruth(
        drone=drone, lon=at[0], lat=at[1], height_m=max(0.0, up_m), on_ground=down, battery_pct=60
    )
