"""`dockfleet sim`: when a drone counts as docked again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fleet import contract as c
from sitl.sim import is_docked

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def sortie(id_: str, state: str, diverted_from: str | None = None) -> c.SortieView:
    return c.SortieView.model_construct(
        id=id_, state=c.SortieState(state), diverted_from=diverted_from, requested_at=NOW
    )


@pytest.mark.parametrize("state", ["docked", "aborted"])
def test_a_drone_whose_sortie_ended_at_home_is_docked(state):
    one = sortie("A", state)
    assert is_docked(one, [one])


@pytest.mark.parametrize("state", ["en_route", "returning", "lost", "grounded", "written_off"])
def test_a_drone_that_is_out_or_down_elsewhere_is_not(state):
    one = sortie("A", state)
    assert not is_docked(one, [one])


def test_a_drone_that_went_on_to_other_incidents_is_docked_after_the_last():
    first, second = sortie("A", "diverted"), sortie("B", "diverted", "A")
    assert not is_docked(first, [first, second])
    assert not is_docked(first, [first, second, sortie("C", "returning", "B")])
    assert is_docked(first, [first, second, sortie("C", "docked", "B")])
