"""The README's table of the contract is what the suite holds."""

from __future__ import annotations

from tests.vehicle_contract.table import KINDS, README, behaviours, between_marks, section


def test_the_readme_names_every_behaviour_and_shows_each_on_both_kinds_of_vehicle() -> None:
    everything = {(behaviour.test, kind) for behaviour in behaviours() for kind in KINDS}
    assert between_marks(README.read_text()) == section(everything), "run `make contract`"


def test_the_contract_has_sixty_behaviours_and_more_each_named_once() -> None:
    names = [behaviour.test for behaviour in behaviours()]
    assert len(set(names)) == len(names) >= 60
