"""No flight is released that might come too near another: with the shipped district, drones that
tell where they are by their own messages, and sorties as the log holds them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.bus import Topics
from fleet.cli.decision import apart
from fleet.clock import Clock
from fleet.contract import SortieView
from fleet.dispatch.dispatcher import Dispatcher, launch_parts
from fleet.dispatch.forecast import picture_at_rest
from fleet.district.load import load
from fleet.district.model import District
from fleet.log import events
from fleet.log.journal import Journal
from fleet.log.store import EventLog
from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.conversation import Conversation
from fleet.mavlink.gate import Gate
from fleet.mavlink.state import MODE_NUMBERS
from fleet.mavlink.vehicle import Vehicle
from fleet.sorties.release import Release, Released
from fleet.sorties.sortie import SORTIE
from fleet.sorties.sortie import SortieTrigger as T
from fleet.sorties.traffic import Traffic
from fleet.units.dock_roster import DockRoster
from fleet.units.fence import airspace_of
from fleet.units.readiness import Readiness
from planner.airspace import Airspace
from planner.apart import VERTICAL_M, at_heights, conflicts
from planner.dispatch import choose
from planner.homeward import way_home
from planner.levels import CEILING_M
from planner.model import Alternative, LonLat, Picture, Route, Waypoint
from planner.tubes import homeward_from
from sitl.virtual.bus import LocalBus
from tests.fleet.flight_stage import jumping

FIRST = (114.2315, 22.7210)  # served by D20
SECOND = (114.2385, 22.7181)  # the way there from D13 crosses that to the first
FLOWN = (T.PREPARE, T.PREPARED, T.TOOK_OFF)


@pytest.fixture(scope="module")
def district() -> District:
    return load(Path("configs/longgang"))


@pytest.fixture(scope="module")
def airspace(district: District) -> Airspace:
    return airspace_of(district)


class Air:
    """Sorties that are out, and what is asked before another one goes."""

    def __init__(self, district: District, airspace: Airspace, log: EventLog) -> None:
        self._district, self.airspace = district, airspace
        self.journal = Journal(log, Clock())
        gate = Gate(lambda sysid, message: None, lambda news: None)
        self._vehicles = {
            drone.id: Vehicle(Conversation(VehicleAddress(drone.sysid), gate, 5.0))
            for drone in district.drones
        }
        docks = [site.id for site in district.docks]
        roster = DockRoster(LocalBus(), Topics("longgang"), docks, lost_s=30.0)  # type: ignore[arg-type]
        readiness = Readiness(district, self._vehicles, self.journal)
        self._dispatcher = Dispatcher(
            district, airspace, self.journal.state, roster, self._vehicles, readiness, lambda _: 0.0
        )
        self.traffic = Traffic(
            district, self.journal.state, self._vehicles, self._dispatcher, self.journal.clock
        )
        self.release = Release(district, self.journal.state, self.traffic)

    def asks(
        self, sortie: str, at: tuple[float, float], dock: str | None = None
    ) -> tuple[Picture, Alternative, Released | str]:
        picture = picture_at_rest(self._district, LonLat(*at), "fire")
        ranking = choose(self.airspace, picture).ranking
        offer = next(each for each in ranking if dock in (None, each.dock))
        released = self.release.out(sortie, picture, offer)
        if isinstance(released, str):  # as where no other dock could go
            released = self.release.out(sortie, picture, offer, above_ceiling=True)
        return picture, offer, released

    def sends(
        self, sortie: str, at: tuple[float, float], dock: str | None = None
    ) -> tuple[SortieView, Released]:
        """Asks, and sends."""
        _, offer, released = self.asks(sortie, at, dock)
        assert isinstance(released, Released), released
        incident = f"I-{at}"
        if incident not in self.journal.state.incidents:
            self.journal.record(
                events.IncidentReported(
                    incident=incident, kind="fire", level=2, lon=at[0], lat=at[1],
                    subdistrict=None, note="", source="test", window_s=300,
                )
            )  # fmt: skip
        self.journal.record(
            events.SortieRequested(
                sortie=sortie, incident=incident, decision="d", dock=offer.dock, drone=offer.drone,
                eta_s=released.parts.total_s, parts=launch_parts(released.parts),
                route=TypeAdapter(Route).dump_python(released.route, mode="json"),
                turn_back_wh=released.turn_back_wh, kept_apart=released.kept_apart,
            )
        )  # fmt: skip
        return self.journal.state.sorties[sortie], released

    def advances(self, sortie: str, *triggers: T) -> None:
        for trigger in triggers:
            view = self.journal.state.sorties[sortie]
            state = SORTIE.advance(view.state, trigger)
            self.journal.record(
                events.SortieAdvanced(
                    sortie=sortie, incident=view.incident, trigger=trigger, state=state, reason=""
                )
            )

    def sees(
        self, sortie: str, lon: float, lat: float, alt_amsl_m: float, mode: str = "AUTO"
    ) -> None:
        """The drone tells where it is and how it flies."""
        vehicle = self._vehicles[self.journal.state.sorties[sortie].drone]
        now_s = asyncio.get_running_loop().time()
        armed = mavlink.MAV_MODE_FLAG_SAFETY_ARMED
        said = (
            mavlink.MAVLink_heartbeat_message(2, 3, armed, MODE_NUMBERS[mode], 4, 3),
            mavlink.MAVLink_global_position_int_message(
                0, round(lat * 1e7), round(lon * 1e7), round(alt_amsl_m * 1000),
                90_000, 0, 0, 0, 0,
            ),
        )  # fmt: skip
        for message in said:
            message._header.srcSystem = vehicle.address.sysid
            message._header.srcComponent = 1
            vehicle.heard(message, now_s)

    def way_home(self, sortie: str, lon: float, lat: float) -> Any:
        view = self.journal.state.sorties[sortie]
        site = next(site for site in self._district.docks if site.id == view.dock)
        cruise = self.journal.state.plans[sortie].route["cruise_alt_amsl_m"]
        candidate = self._dispatcher.candidate(site)
        way = way_home(self.airspace, candidate, LonLat(lon, lat), float(str(cruise)))
        assert way is not None
        return self.release.home(sortie, way)


Story = Callable[[Air], None]


@pytest.fixture
def play(district: District, airspace: Airspace, tmp_path: Path) -> Callable[[Story], None]:
    def run(story: Story) -> None:
        async def whole() -> None:
            with EventLog(f"sqlite:///{tmp_path}/events.db") as log:
                story(Air(district, airspace, log))

        jumping(whole())

    return run


def flies(air: Air, sortie: str) -> None:
    """It is on its way, half way up above its pad."""
    air.advances(sortie, *FLOWN)
    lon, lat = air.journal.state.sorties[sortie].path[0][:2]
    air.sees(sortie, lon, lat, air.journal.state.sorties[sortie].path[0][2])


def test_a_flight_alone_is_flown_as_planned(play):
    def story(air):
        _, offer, released = air.asks("S1", FIRST)
        assert released.route == offer.route
        assert released.parts == offer.parts
        assert released.kept_apart is None

    play(story)


def test_a_flight_across_the_way_of_another_is_flown_at_another_height(play):
    def story(air):
        first, _ = air.sends("S1", FIRST)
        _, offer, released = air.asks("S2", SECOND, dock="D13")
        assert released.kept_apart.drones == (first.drone,)
        assert released.kept_apart.delay_s == 0
        change_m = released.route.cruise_alt_amsl_m - offer.route.cruise_alt_amsl_m
        assert released.kept_apart.cruise_change_m == change_m != 0
        assert released.parts.total_s == pytest.approx(offer.eta_s, abs=10)

    play(story)


def test_a_second_drone_to_the_same_incident_gets_a_height_of_its_own(play):
    def story(air):
        first, sent = air.sends("S1", FIRST)
        assert sent.kept_apart is None
        air.advances("S1", *FLOWN, T.ARRIVED)
        air.sees("S1", *FIRST, sent.route.out[-1].alt_amsl_m)
        second, released = air.sends("S2", FIRST, dock="D13")
        assert second.kept_apart.drones == (first.drone,)
        lowest = min(place.alt_amsl_m for place in released.route.out)
        assert lowest >= sent.route.cruise_alt_amsl_m + VERTICAL_M

    play(story)


def test_a_drone_on_loan_has_the_air_above_its_pad_before_it_takes_off_too(play, district):
    def story(air):
        site = next(site for site in district.docks if site.id == "D20")
        cruise_m = site.alt_amsl_m + district.flight.cruise_height_m
        above = Waypoint(*site.at, cruise_m, 0.0)
        column = Route(cruise_m, (above,), (above,), 0.0, 0.0, 0.0, 0.0)
        air.journal.record(
            events.LoanRequested(
                sortie="L1", dock=site.id, drone=site.drone, holder="U20-1", label="", by="li",
                for_s=600, launch_s=20, turn_back_wh=30,
                route=TypeAdapter(Route).dump_python(column, mode="json"),
            )
        )  # fmt: skip
        for triggers in ((), (T.PREPARE, T.LEND)):
            air.advances("L1", *triggers)
            air.sees("L1", *site.at, site.alt_amsl_m, mode="GUIDED")
            (tube,) = air.traffic.tubes(without="S1")
            east_m, north_m, up_m = np.concatenate(tube.ends_m).T
            assert np.ptp(east_m) < 1
            assert np.ptp(north_m) < 1
            assert up_m.max() >= cruise_m
            assert (tube.latest_s[:, 1] > air.traffic.now_s + 60).any()

    play(story)


def test_a_drone_that_is_near_at_the_same_height_is_told_of(play):
    def story(air):
        air.sends("S1", FIRST)
        air.sends("S2", SECOND, dock="D13")
        for sortie in ("S1", "S2"):
            air.advances(sortie, *FLOWN)
        lon, lat = FIRST
        other = air.journal.state.sorties["S2"].drone
        air.sees("S1", lon, lat, 120.0)
        air.sees("S2", lon, lat + 0.0008, 130.0)
        assert air.release.meets("S1") == f"{other} is 89 m away at its height"
        air.sees("S2", lon, lat + 0.0008, 136.0)
        assert air.release.meets("S1") is None
        air.sees("S2", lon, lat + 0.001, 120.0)
        assert air.release.meets("S1") is None

    play(story)


def test_where_no_height_and_no_later_start_is_left_the_flight_is_refused_with_the_reason(play):
    def story(air):
        air.sends("S1", FIRST)
        air.sends("S2", FIRST, dock="D13")
        refused = air.asks("S3", FIRST, dock="D16")[2]
        assert "might come within 0 m of" in refused
        assert "no other height or start helps" in refused

    play(story)


def test_one_that_came_home_or_never_left_is_in_nobodys_way(play):
    def story(air):
        air.sends("S1", FIRST)
        air.advances("S1", T.PREPARE, T.ABORT)
        assert air.asks("S2", SECOND, dock="D13")[2].kept_apart is None

    play(story)


@pytest.mark.parametrize(
    ("triggers", "mode"),
    [
        (FLOWN, "AUTO"),
        (FLOWN, "LOITER"),
        ((*FLOWN, T.ARRIVED), "AUTO"),
        ((*FLOWN, T.HOLD), "GUIDED"),
        ((*FLOWN, T.LOSE), "AUTO"),
        ((*FLOWN, T.LAND_NOW), "LAND"),
    ],
)
def test_whatever_a_drone_does_in_the_air_another_is_kept_apart_from_it(play, triggers, mode):
    def story(air):
        _, sent = air.sends("S1", FIRST)
        air.advances("S1", *triggers)
        air.sees("S1", *FIRST, sent.route.cruise_alt_amsl_m, mode)
        second = air.asks("S2", FIRST, dock="D13")[2]
        assert isinstance(second, str) or second.kept_apart is not None

    play(story)


def test_a_drone_ready_to_launch_waits_only_for_those_before_it(play):
    def story(air):
        air.sends("S1", FIRST)
        air.sends("S2", SECOND, dock="D13")
        assert air.release.no_room("S1") is None
        assert air.release.no_room("S2") is None
        air.advances("S1", *FLOWN)
        lon, lat = FIRST
        air.sees("S1", lon, lat, air.journal.state.sorties["S1"].path[0][2] - 15, "LOITER")
        assert air.journal.state.sorties["S1"].drone in (air.release.no_room("S2") or "U20")

    play(story)


def test_one_that_comes_home_holds_only_its_way_home(play):
    def story(air):
        _, sent = air.sends("S1", FIRST)
        air.advances("S1", *FLOWN, T.ARRIVED, T.RECALL)
        for mode in ("AUTO", "RTL"):
            air.sees("S1", *FIRST, sent.route.cruise_alt_amsl_m, mode)
            (tube,) = air.traffic.tubes(without="S2")
            assert tube.latest_s[0].max() < asyncio.get_running_loop().time() + 60

    play(story)


def test_a_way_home_planned_in_the_air_is_apart_from_those_that_are_out(play):
    def story(air):
        air.sends("S1", FIRST)
        flies(air, "S1")
        second, _ = air.sends("S2", SECOND, dock="D13")
        flies(air, "S2")
        air.sees("S2", *SECOND, second.path[-1][2])
        home = air.way_home("S2", *SECOND)
        assert home.conflict == ""
        flight = air.traffic.in_the_air(second, home.route)
        tube = homeward_from(flight, home.route.back, air.traffic.seen(second), home.wait_s)
        assert conflicts(tube, air.traffic.tubes(without="S2")) == ()

    play(story)


def test_a_drone_is_not_sent_elsewhere_into_the_way_of_another(play):
    def story(air):
        air.sends("S1", FIRST)
        flies(air, "S1")
        second, sent = air.sends("S2", SECOND, dock="D13")
        flies(air, "S2")
        there = at_heights(sent.route, 148.0, 108.0)
        assert "might come within" in air.release.against_detour(second, there, 0.0)
        assert air.release.against_detour(second, sent.route, 0.0) is None

    play(story)


def test_above_the_ceiling_it_flies_only_where_nothing_else_helps_and_that_is_told(play):
    def story(air):
        air.sends("S1", FIRST)
        picture, offer, released = air.asks("S2", SECOND, dock="D13")
        assert isinstance(air.release.out("S2", picture, offer), str)
        cruise_m, lowest_m = released.route.cruise_alt_amsl_m, offer.route.lowest_m
        assert released.kept_apart.above_ground_m == cruise_m - lowest_m > CEILING_M
        assert "more than is open" in apart(released.kept_apart)
        planned_m = offer.route.cruise_alt_amsl_m
        for base_m in (planned_m - 130.0, planned_m - 60.0):
            heights = air.release._heights(offer.route, base_m, above_ceiling=False)
            assert max(heights) <= max(planned_m, lowest_m + CEILING_M)

    play(story)
