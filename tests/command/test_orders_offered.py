"""The console offers an order in the states in which the controller takes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fleet.contract import SortieState
from fleet.sorties.sortie import GOING_HOME, SORTIE, SortieTrigger

STATE = Path(__file__).parents[2] / "command" / "web" / "src" / "state"
TRIGGERS = {
    "hold": SortieTrigger.HOLD,
    "resume": SortieTrigger.RESUME,
    "goto": SortieTrigger.DIRECT,
    "orbit": SortieTrigger.DIRECT,
    "recall": SortieTrigger.RECALL,
    "land_now": SortieTrigger.LAND_NOW,
}


@pytest.mark.parametrize("order", TRIGGERS)
def test_an_order_is_offered_in_the_states_in_which_it_is_taken(order):
    offered = json.loads((STATE / "taken_in.json").read_text())
    taken = {state for state in SortieState if TRIGGERS[order] in SORTIE.triggers(state)}
    assert set(offered[order]) == taken
    assert set(offered) == set(TRIGGERS)


def test_the_console_knows_every_mode_in_which_an_autopilot_goes_home():
    rules = (STATE / "orders.ts").read_text()
    assert all(f'"{mode}"' in rules for mode in GOING_HOME)
