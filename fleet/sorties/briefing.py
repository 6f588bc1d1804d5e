"""What the flight of a sortie is given to fly by, from the record: its mission, the figures to
judge it by, and the ways home."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pydantic import TypeAdapter

from fleet import contract as c
from fleet.dispatch.dispatcher import Dispatcher
from fleet.dispatch.forecast import launch_times
from fleet.district.model import District, DockSite, DroneModel
from fleet.log.events import LoanRequested, WayHomePlanned
from fleet.log.journal import Journal
from fleet.mavlink.mission_items import diverted_plan, response_plan
from fleet.patrol.looks import LookLog
from fleet.patrol.tube import mission_of
from fleet.sorties.alternates import (
    Alternate,
    best,
    bound_for,
    of_docks,
    of_rally_points,
    place_of,
)
from fleet.sorties.landing import equipped, named
from fleet.sorties.orders import Orders, WayHome, route_of
from fleet.sorties.release import Release
from fleet.sorties.sortie import Plan
from fleet.units.fence import Fences
from planner.airspace import Airspace
from planner.homeward import way_home, way_home_wh
from planner.model import LonLat, Route
from planner.ways_down import second_way_wh

GiveLease = Callable[[LoanRequested], str | None]

_ROUTE = TypeAdapter(Route)
LOST_AFTER_S = 30.0  # of silence in flight; the drone's own link-loss return has begun by then


class Briefing:
    """``give_lease`` gives a drone on loan to who asked for it, or says why it cannot."""

    def __init__(
        self,
        district: District,
        airspace: Airspace,
        journal: Journal,
        dispatcher: Dispatcher,
        release: Release,
        give_lease: GiveLease,
    ) -> None:
        self._district, self._airspace, self._journal = district, airspace, journal
        self._dispatcher, self._release, self._give_lease = dispatcher, release, give_lease
        self._sites = {site.id: site for site in district.docks}
        self._fences = Fences(district)

    def orders(self, view: c.SortieView) -> Orders:
        """For a flight that begins, or goes on after a restart."""
        stored, site = self._journal.state.plans[view.id], self._sites[view.dock]
        route, loan, model = route_of(stored.route), stored.loan, self._model_of(site)
        plan_of = diverted_plan if view.diverted_from else response_plan
        mission = plan_of(route, site.at, site.alt_amsl_m)
        rally, flight = named(self._district.rally_points, stored.rally), self._district.flight
        plan = equipped(mission, route, rally, site.alt_amsl_m, flight.cruise_height_m)
        orders = Orders(
            mission=self._fences.of(plan),
            plan=Plan(
                scene_alt_amsl_m=route.out[-1].alt_amsl_m,
                arrive_radius_m=self._district.flight.arrive_radius_m,
                turn_back_wh=stored.turn_back_wh,
                lost_after_s=LOST_AFTER_S,
                reserve_wh=model.battery_wh * model.reserve_share,
            ),
            scene=route.out[-1][:2],
            pad=site,
            dock_model=self._district.dock_models[site.model],
            flight=self._district.flight,
            battery_wh=model.battery_wh,
            starts_after_s=self._starts_after_s(view, model),
            no_room=lambda: self._release.no_room(view.id),
            lend=None if loan is None else lambda: self._give_lease(loan),
            turn_back_wh=lambda at, alt_amsl_m: self._lent_turns_back_wh(view, at, alt_amsl_m),
            way_home=lambda at: self._way_home(view, site, at, route.cruise_alt_amsl_m),
            elsewhere=lambda tried: self._elsewhere(view, site, tried),
            docks=self._sites,
            dock_models=self._district.dock_models,
            meets=lambda: self._release.meets(view.id),
            rally=self._district.rally_points,
            fenced=self._fences.of,
        )
        return orders if view.patrol is None else self._on_patrol(orders, view)

    def _on_patrol(self, orders: Orders, view: c.SortieView) -> Orders:
        state = self._journal.state
        mission = mission_of(state.plans[view.id], orders.pad)
        patrol, _ = state.patrols.sorties[view.id]
        plan = replace(orders.mission, items=mission.items, return_seq=mission.home_seq, stay_seq=0)
        return replace(
            orders,
            no_room=lambda: state.patrols.relay_lacks(view.id) or self._release.no_room(view.id),
            scene=None,
            mission=self._fences.of(plan),
            plan=replace(orders.plan, scene_alt_amsl_m=None, home_seq=mission.home_seq),
            looks=LookLog(view.id, patrol, mission, self._journal),
        )

    def turn_back_wh(
        self, view: c.SortieView, at: tuple[float, float], alt_amsl_m: float
    ) -> float | None:
        """What the way home takes from a place, with the reserve; None if there is no way."""
        candidate = self._dispatcher.candidate(self._sites[view.dock])
        cruise_alt = route_of(self._journal.state.plans[view.id].route).cruise_alt_amsl_m
        home = way_home(self._airspace, candidate, LonLat(*at), cruise_alt)
        if home is None:
            return None
        performance = candidate.performance
        reserve_wh = performance.battery_wh * performance.reserve_share
        return way_home_wh(candidate, home, alt_amsl_m) + reserve_wh

    def _lent_turns_back_wh(
        self, view: c.SortieView, at: tuple[float, float], alt_amsl_m: float
    ) -> float | None:
        """The same for a drone that its holder takes anywhere: two landing places stay in reach."""
        home_wh = self.turn_back_wh(view, at, alt_amsl_m)
        if home_wh is None or not self._airspace.landings:
            return home_wh
        candidate = self._dispatcher.candidate(self._sites[view.dock])
        performance, free = candidate.performance, self._dispatcher.free_landings()
        cruise_m = route_of(self._journal.state.plans[view.id].route).cruise_alt_amsl_m
        second_wh = second_way_wh(
            self._airspace, candidate, LonLat(*at), alt_amsl_m, cruise_m, free
        )
        if second_wh is None:
            return home_wh
        return max(home_wh, second_wh + performance.battery_wh * performance.reserve_share)

    def _starts_after_s(self, view: c.SortieView, model: DroneModel) -> float:
        """From the order: what it is delayed, and what makes it ready meanwhile."""
        if view.kept_apart is None or view.kept_apart.delay_s == 0:
            return 0.0
        dock = self._district.dock_models[self._sites[view.dock].model]
        launch = launch_times(dock, model)
        return view.kept_apart.delay_s + max(launch.cover_s, launch.upload_s)

    def _model_of(self, site: DockSite) -> DroneModel:
        drone = next(d for d in self._district.drones if d.id == site.drone)
        return self._district.drone_models[drone.model]

    def _elsewhere(
        self, view: c.SortieView, site: DockSite, tried: frozenset[str]
    ) -> Alternate | None:
        """Where the drone can land that its dock cannot take, but in none of those tried."""
        seen = self._release.seen(view.id)
        if seen is None:
            return None
        docks = of_docks(self._dispatcher.free_docks())
        places = (*docks, *of_rally_points(self._district.rally_points))
        candidate = self._dispatcher.candidate(site)
        left = (place for place in places if place.id not in tried and place.id != site.id)
        return best(self._airspace, candidate, (seen.lon, seen.lat), seen.alt_amsl_m, left)

    def _way_home(
        self,
        view: c.SortieView,
        site: DockSite,
        at: tuple[float, float],
        cruise_alt_amsl_m: float,
    ) -> WayHome | None:
        """To its dock, or where it is to land instead, from where the drone is, apart from the
        others; on record before it is told."""
        candidate = self._dispatcher.candidate(site)
        elsewhere = self._journal.state.plans[view.id].elsewhere
        if elsewhere is not None:
            candidate = bound_for(candidate, place_of(elsewhere))
        way = way_home(self._airspace, candidate, LonLat(*at), cruise_alt_amsl_m)
        if way is None:
            return None
        home = self._release.home(view.id, way)
        self._journal.record(
            WayHomePlanned(
                sortie=view.id,
                incident=view.incident,
                route=_ROUTE.dump_python(home.route, mode="json"),
                wait_s=home.wait_s,
                drones=home.drones,
                conflict=home.conflict,
                above_ground_m=home.above_ground_m,
            )
        )
        return home
