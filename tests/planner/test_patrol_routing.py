"""Routes of patrols: hours and endurance hold, what is most urgent is served first, and no routes
beat the bound."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from planner.patrol.fair import DEARER
from planner.patrol.routing import Air, Look, Routes, Shift, Sortie, Visit, routes, with_rest
from planner.patrol.search import Search

HOVER_W = 180.0  # 0.05 Wh a second


def search(iterations: int = 300, seed: int = 1) -> Search:
    return Search(seed, iterations, 60.0, lambda done, best_wh: None)


class Flats:
    """Places on a plain, the first ``pads`` of them docks; 10 m/s and 0.05 Wh/s."""

    def __init__(self, seed: int, pads: int, looks: int, size_m: float = 2000.0) -> None:
        draw = np.random.default_rng(seed)
        at_m = draw.uniform(0, size_m, (pads + looks, 2))
        away_m = np.hypot(*(at_m[:, None] - at_m[None, :]).transpose(2, 0, 1))
        self.seconds = away_m / 10.0
        self.wh = self.seconds * 0.05
        self.pads, self.looks = pads, looks

    def shifts(self, usable_wh: float = 60.0, count: int = 1) -> list[Shift]:
        return [
            Shift(f"U{pad}", pad, pad, 2000.0 * n, 2000.0 * n + 1500.0, 20.0, usable_wh, HOVER_W)
            for pad in range(self.pads)
            for n in range(count)
        ]

    def asked(self, hours: tuple[float, float] = (0.0, 1e5)) -> tuple[list[Visit], list[Look]]:
        visits = [Visit(f"V{number}", 3) for number in range(self.looks)]
        looks = [
            Look(n, self.pads + n, self.pads + n, 30.0, 1.5, *hours) for n in range(self.looks)
        ]
        return visits, looks


def solved(
    flats: Flats, visits: Sequence[Visit], looks: Sequence[Look], shifts: Sequence[Shift]
) -> Routes:
    return routes(visits, shifts, [Air(looks, flats.seconds, flats.wh)], search())


def test_each_visit_is_served_once_and_no_flight_spends_more_than_it_may() -> None:
    flats = Flats(seed=3, pads=3, looks=30)
    found = solved(flats, *flats.asked(), flats.shifts(40.0, count=3))
    served = [each.look for sortie in found.sorties for each in sortie.looks]
    assert sorted(served) == list(range(30))
    assert all(sortie.wh <= 40.0 for sortie in found.sorties)
    assert found.bound_wh <= found.wh


def test_the_bound_is_below_the_best_routes_there_are() -> None:
    flats = Flats(seed=5, pads=1, looks=6)
    found = solved(flats, *flats.asked(), flats.shifts())
    tours = (
        sum(flats.wh[a, b] for a, b in itertools.pairwise((0, *order, 0)))
        for order in itertools.permutations(range(1, 7))
    )
    best_wh = min(tours) + 6 * 1.5
    assert found.bound_wh <= best_wh + 1e-6
    assert found.wh == pytest.approx(best_wh, abs=0.01)


def test_looks_lie_in_their_hours_and_waiting_counts_as_hovering() -> None:
    flats = Flats(seed=7, pads=1, looks=2, size_m=500.0)
    visits, looks = flats.asked()
    looks = [looks[0], Look(1, 2, 2, 30.0, 1.5, 900.0, 1000.0)]
    [sortie] = solved(flats, visits, looks, [Shift("U0", 0, 0, 0, 1500, 20, 60, HOVER_W)]).sorties
    begins = {each.look: each.begins_s for each in sortie.looks}
    assert 900.0 <= begins[1] <= 970.0
    waited_s = sum(each.waits_s for each in sortie.looks)
    airborne_s = sortie.lands_s - sortie.ordered_s - 20.0
    assert sortie.wh == pytest.approx(0.05 * airborne_s, abs=0.01)
    assert waited_s <= airborne_s


def test_the_less_urgent_is_left_out_where_not_all_can_be_served() -> None:
    flats = Flats(seed=9, pads=1, looks=12)
    visits, looks = flats.asked()
    visits = [Visit(each.id, 1 if number < 4 else 5) for number, each in enumerate(visits)]
    usable_wh = 31.0  # the four urgent ones alone take 30.8 Wh
    found = solved(flats, visits, looks, flats.shifts(usable_wh))
    served = {each.look for sortie in found.sorties for each in sortie.looks}
    assert set(range(4)) <= served
    assert len(served) < 12


def test_a_line_is_flown_from_the_end_that_suits() -> None:
    seconds = np.array([[0, 100, 400], [100, 0, 300], [400, 300, 0.0]])
    visits = [Visit("L", 3)]
    looks = [Look(0, 1, 2, 300, 15, 0, 9000), Look(0, 2, 1, 300, 15, 0, 9000)]
    shifts = [Shift("U0", 0, 0, 0, 5000, 20, 100, HOVER_W)]
    wh = seconds * 0.05
    wh[0, 2] += 5.0  # up against something
    [sortie] = routes(visits, shifts, [Air(looks, seconds, wh)], search()).sorties
    assert [each.look for each in sortie.looks] == [0]


def test_a_flight_may_land_at_another_dock() -> None:
    seconds = np.array([[0, 1000, 100], [1000, 0, 100], [900, 100, 0.0]])
    shifts = [Shift("U0", 0, 1, 0, 2000, 20, 100, HOVER_W)]
    air = Air([Look(0, 2, 2, 30, 1.5, 0, 9000)], seconds, seconds * 0.05)
    [sortie] = routes([Visit("V", 3)], shifts, [air], search()).sorties
    assert sortie.lands_s - sortie.ordered_s == pytest.approx(20 + 100 + 30 + 100, abs=1)


def test_looks_that_a_flight_may_not_end_with_are_flown_by_another() -> None:
    flats = Flats(seed=3, pads=3, looks=20)
    visits, looks = flats.asked()
    shifts, airs = flats.shifts(60.0, count=3), [Air(looks, flats.seconds, flats.wh)]

    def able(sortie: Sortie) -> bool:
        return len(sortie.looks) <= 5

    found = routes(visits, shifts, airs, search(), able=able)
    assert sum(len(sortie.looks) for sortie in found.sorties) < 20
    more = with_rest(found, visits, shifts, airs, search(100), able)
    flown = [each.look for sortie in more.sorties for each in sortie.looks]
    assert len(flown) == len(set(flown)) > sum(len(sortie.looks) for sortie in found.sorties)
    assert all(able(sortie) and sortie.wh <= 60.0 for sortie in more.sorties)
    assert len({sortie.shift for sortie in more.sorties}) == len(more.sorties)
    assert more.wh > found.wh


def test_a_flight_is_flown_in_the_air_of_its_shift_and_ordered_while_that_blows() -> None:
    seconds = np.array([[0, 100.0], [100.0, 0]])
    calm = Air([Look(0, 1, 1, 30, 1.5, 0, 9000)], seconds, seconds * 0.05)
    windy = Air([replace(calm.looks[0], seconds=60, wh=3.0)], 3 * seconds, 3 * seconds * 0.05)
    early = Shift("U0", 0, 0, 0, 3000, 20, 100, HOVER_W, air=1, starts_by_s=1000)
    late = replace(early, opens_s=4000, closes_s=7000, air=0, starts_by_s=math.inf)
    [sortie] = routes([Visit("V", 3)], [early, late], [calm, windy], search()).sorties
    assert (sortie.shift, sortie.wh) == (1, pytest.approx(11.5))  # when it is calm
    [sortie] = routes([Visit("V", 3)], [early], [calm, windy], search()).sorties
    assert sortie.wh == pytest.approx(33.0)
    assert sortie.ordered_s <= 1000
    assert sortie.lands_s - sortie.ordered_s == pytest.approx(20 + 300 + 60 + 300, abs=1)


def test_the_same_seed_gives_the_same_routes() -> None:
    flats = Flats(seed=11, pads=3, looks=25)
    asked = flats.asked()
    one, two = (solved(flats, *asked, flats.shifts(40.0, count=2)) for _ in range(2))
    assert one.sorties == two.sorties
    assert one.repeatable


def test_a_search_cut_short_gives_fewer_looks_but_none_that_is_late_or_beyond_the_battery() -> None:
    for seed in range(8):
        flats = Flats(seed, pads=2, looks=40, size_m=6000.0)
        visits, looks = flats.asked()
        looks = [
            Look(n, look.entry, look.exit, 30.0, 1.5, 300.0 * (n % 4), 300.0 * (n % 4) + 100.5)
            for n, look in enumerate(looks)
        ]
        shifts = flats.shifts(50.0)
        found = routes(visits, shifts, [Air(looks, flats.seconds, flats.wh)], search(1, seed))
        for sortie in found.sorties:
            assert sortie.wh <= 50.0
            assert sortie.lands_s <= shifts[sortie.shift].closes_s
            for each in sortie.looks:
                look = looks[each.look]
                assert look.opens_s <= each.begins_s <= look.closes_s - look.seconds + 1.0


def test_progress_is_told_as_the_search_goes_on() -> None:
    flats, told = Flats(seed=3, pads=2, looks=15), []
    asked = Search(1, 300, 60.0, lambda done, best_wh: told.append((done, best_wh)))
    visits, looks = flats.asked()
    found = routes(visits, flats.shifts(), [Air(looks, flats.seconds, flats.wh)], asked)
    dones = [done for done, _ in told]
    assert dones[0] == 100
    assert dones == sorted(dones)
    assert found.wh == pytest.approx(told[-1][1], rel=DEARER + 0.01)


def test_the_busiest_drone_is_relieved_for_little_energy() -> None:
    relieved = 0
    for seed in range(4):
        flats = Flats(seed, pads=5, looks=30)
        shifts = flats.shifts(40.0, count=4)
        found = solved(flats, *flats.asked(), shifts)
        assert found.for_fairness_wh <= DEARER * (found.wh - found.for_fairness_wh) + 0.1
        assert len({look.look for sortie in found.sorties for look in sortie.looks}) == 30
        relieved += found.for_fairness_wh > 0
    assert relieved


def test_who_has_flown_much_in_the_days_before_flies_less() -> None:
    flats = Flats(seed=3, pads=2, looks=8, size_m=300.0)
    (visits, looks), shifts = flats.asked(), flats.shifts(40.0, count=2)
    airs = [Air(looks, flats.seconds, flats.wh)]
    for tired, rested in (("U0", "U1"), ("U1", "U0")):
        found = routes(visits, shifts, airs, search(), {tired: 1000.0})
        flown_wh = dict.fromkeys(("U0", "U1"), 0.0)
        for sortie in found.sorties:
            flown_wh[shifts[sortie.shift].drone] += sortie.wh
        assert flown_wh[tired] == 0
        assert flown_wh[rested] > 0


def test_nothing_to_do_is_done_at_once() -> None:
    flats = Flats(seed=1, pads=1, looks=0)
    assert solved(flats, [], [], flats.shifts()).sorties == ()
