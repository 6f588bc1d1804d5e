"""Several incidents at once: the least weighted sum of times, against trying all out."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.assign import NOBODY_S, WEIGHTS, Claim, assign, cost_s
from planner.model import Alternative, Decision

DRONES = ("U01", "U02", "U03", "U04")


def offer(drone: str, eta_s: float, feasible: bool = True) -> Alternative:
    return Alternative(
        dock=drone.replace("U", "D"),
        drone=drone,
        feasible=feasible,
        reasons=(),
        eta_s=eta_s,
        in_window=eta_s <= 300,
    )


def claim(incident: str, level: int, **eta_s: float) -> Claim:
    ranking = tuple(offer(drone, seconds) for drone, seconds in eta_s.items())
    return Claim(incident, level, Decision(ranking, "A"))


def random_claims(seed: int) -> list[Claim]:
    rng = random.Random(seed)
    return [
        Claim(
            f"I{n}",
            rng.randint(1, 4),
            Decision(
                tuple(
                    offer(drone, rng.uniform(60, 500), feasible=rng.random() < 0.7)
                    for drone in DRONES
                ),
                "A",
            ),
        )
        for n in range(rng.randint(0, 5))
    ]


def total(claims: list[Claim], given_: dict[str, Alternative]) -> float:
    return sum(WEIGHTS[each.level] * cost_s(given_.get(each.incident)) for each in claims)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=80)
def test_no_other_way_of_sending_costs_less(seed: int) -> None:
    claims = random_claims(seed)
    found = assign(claims)
    drones = [each.drone for each in found.values()]
    assert len(drones) == len(set(drones))
    assert all(each.feasible for each in found.values())
    choices = [
        [None, *(each for each in claim_.decision.ranking if each.feasible)] for claim_ in claims
    ]
    best = min(
        total(claims, {c.incident: o for c, o in zip(claims, way, strict=True) if o})
        for way in itertools.product(*choices)
        if len({o.drone for o in way if o}) == sum(o is not None for o in way)
    )
    assert total(claims, found) == pytest.approx(best)


def test_the_graver_incident_gets_the_only_drone_whoever_came_first() -> None:
    slight, grave = claim("I1", 4, U01=100), claim("I2", 1, U01=120)
    assert {i: o.drone for i, o in assign([slight, grave]).items()} == {"I2": "U01"}


def test_a_detour_of_some_is_accepted_so_that_all_are_in_time() -> None:
    first, second = claim("I1", 2, U01=100, U02=150), claim("I2", 2, U01=110, U02=900)
    sent = {incident: each.drone for incident, each in assign([first, second]).items()}
    assert sent == {"I1": "U02", "I2": "U01"}


def test_with_nobody_to_send_nobody_is_sent() -> None:
    assert assign([claim("I1", 1)]) == {}
    assert assign([]) == {}
    assert cost_s(None) == NOBODY_S
