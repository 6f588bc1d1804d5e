"""Contract: where its sensor sees the marker of a pad it lands on that, whatever its GPS says."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator

from fleet.mavlink.parameters import MARKER_LANDING
from tests.vehicle_contract.contract_stage import Stage, on_stage
from tests.vehicle_contract.routes import PAD, metres

WRONG_M = 2.0  # its GPS, to the north
WRONG = {"SIM_GPS1_GLTCH_X": WRONG_M / 111_319.49}


@contextlib.asynccontextmanager
async def _misled(stage: Stage) -> AsyncIterator[None]:
    """In the air over the pad, with its GPS wrong; afterwards right again."""
    async with stage.parameters(**MARKER_LANDING):
        await stage.take_off(12)
        async with stage.parameters(**WRONG):
            await stage.go_to(0, 0, 12)
            await _until_off(stage, WRONG_M)
            yield
        await stage.vehicle.until(lambda _: abs(_off_m(stage) - stage.off_pad_m()) < 0.4)


def _off_m(stage: Stage) -> float:
    """From the middle of the pad, in truth."""
    return math.hypot(*metres(stage.truth.lon, stage.truth.lat)) if stage.truth else math.nan


async def _until_off(stage: Stage, off_m: float) -> None:
    async with asyncio.timeout(90):
        await stage.vehicle.until(
            lambda s: abs(_off_m(stage) - off_m) < 0.4 and (s.ground_ms or 9) < 0.2
        )


@on_stage
async def test_with_a_marker_in_sight_it_lands_on_it_though_its_gps_is_two_metres_wrong(
    stage: Stage,
) -> None:
    async with _misled(stage):
        stage.world.mark([PAD])
        try:
            await stage.vehicle.land()
            await stage.landed()
            await stage.next("GLOBAL_POSITION_INT")
            assert _off_m(stage) < 0.5
        finally:
            stage.world.mark([])


@on_stage
async def test_without_a_marker_it_lands_where_its_gps_has_the_pad(stage: Stage) -> None:
    async with _misled(stage):
        await stage.vehicle.land()
        await stage.landed()
        await stage.next("GLOBAL_POSITION_INT")
        assert abs(_off_m(stage) - WRONG_M) < 0.7
