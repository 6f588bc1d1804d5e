"""Contract: told to go around while it comes down it climbs, waits, and comes down again."""

from __future__ import annotations

import asyncio

from tests.vehicle_contract.contract_stage import Stage, on_stage
from tests.vehicle_contract.routes import home, land, take_off, waypoint

UP_M = 25.0


@on_stage
async def test_told_to_go_around_it_climbs_over_the_pad_and_lands_when_it_is_told_to_go_on(
    stage: Stage,
) -> None:
    vehicle = stage.vehicle
    await stage.fly_mission([home(), take_off(15), waypoint(20, 0, 15), land()])
    await vehicle.until(
        lambda state: (
            state.mission_item == 3 and (state.alt_rel_m or 99) < 10 and stage.off_pad_m() < 2
        )
    )
    await vehicle.rise(UP_M)
    await vehicle.until(lambda state: abs((state.alt_rel_m or 0) - UP_M) < 0.5)
    await asyncio.sleep(3)
    assert vehicle.state.mode == "GUIDED"
    assert abs((vehicle.state.alt_rel_m or 0) - UP_M) < 1
    assert stage.off_pad_m() < 2
    await vehicle.resume_mission()
    await stage.landed()
    assert stage.off_pad_m() < 1.5
