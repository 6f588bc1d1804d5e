"""Every test of the contract runs against each broker."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.bus.bus_stage import MOSQUITTO, Broker, EmbeddedBroker, Mosquitto, Stage

NO_MOSQUITTO = pytest.mark.skipif(
    MOSQUITTO is None,
    reason="NOT TESTED against mosquitto: it is not installed (apt-get install mosquitto)",
)


@pytest.fixture(params=["embedded", pytest.param("mosquitto", marks=NO_MOSQUITTO)])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    broker: Broker = EmbeddedBroker() if request.param == "embedded" else Mosquitto()
    async with Stage(broker) as stage:
        yield stage
