"""The vehicles the contract is tried on, each started once for the whole suite."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fleet.process import Refusal
from sitl.arducopter.program import find_arducopter
from tests.vehicle_contract.contract_stage import StageThread

KINDS = [pytest.param("builtin"), pytest.param("ardupilot", marks=pytest.mark.ardupilot)]


@pytest.fixture(scope="session", params=KINDS)
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StageThread]:
    """One vehicle, on its pad and ready to arm at the beginning of each test."""
    kind: str = request.param
    if kind == "ardupilot":
        try:
            find_arducopter(None)
        except Refusal as refusal:
            pytest.skip(f"THE CONTRACT IS NOT SHOWN ON REAL ARDUPILOT: {refusal}")
    with StageThread(kind, tmp_path_factory.mktemp(kind)) as stage:
        yield stage
