"""What the engine costs: processor time a message, for the feed of 25 drones."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.clock import Clock
from fleet.contract import LaunchParts
from fleet.log.events import IncidentReported, SortieRequested
from fleet.log.journal import Journal
from fleet.log.store import EventLog
from fleet.mavlink.codec import Decoder, Encoder
from fleet.mavlink.reactor import Reactor
from fleet.record.keeper import FlightRecords

VEHICLES = 25
SECONDS = 4
# Messages a second of one drone: those that the controller asks for, and others that a vehicle
# with its own stream rates sends as well. Together 50.
WANTED = {"position": 10, "attitude": 10, "sys": 4, "ekf": 4, "current": 2, "heartbeat": 1}
UNWANTED = {"imu": 10, "servo": 5, "hud": 3, "parameter": 1}  # DroneKit waits for one


def _message(kind: str, i: int) -> Any:
    match kind:
        case "position":
            return mavlink.MAVLink_global_position_int_message(
                i, 226_500_000 + i, 1_141_000_000 + i, 160_000, 100_000, 300, 400, -20, 9_000
            )
        case "attitude":
            return mavlink.MAVLink_attitude_message(i, 0.1, 0.2, 0.3, 0.01, 0.02, 0.03)
        case "sys":
            return mavlink.MAVLink_sys_status_message(
                1 << 28, 1 << 28, 1 << 28, 300, 22_000, 900, 80, 0, 0, 0, 0, 0, 0
            )
        case "ekf":
            return mavlink.MAVLink_ekf_status_report_message(831, 0.1, 0.1, 0.1, 0.1, 0.1)
        case "current":
            return mavlink.MAVLink_mission_current_message(4)
        case "heartbeat":
            return mavlink.MAVLink_heartbeat_message(2, 3, 209, 3, 4, 3)
        case "imu":
            return mavlink.MAVLink_raw_imu_message(i, *range(1, 10))
        case "servo":
            return mavlink.MAVLink_servo_output_raw_message(i, 0, *range(1100, 1900, 100))
        case "parameter":
            return mavlink.MAVLink_param_value_message(b"WPNAV_SPEED", 1500.0, 9, 1, 0)
        case _:
            return mavlink.MAVLink_vfr_hud_message(10.0, 12.0, 90, 40, 160.0, 0.5)


def _feed() -> list[tuple[tuple[str, int], bytes]]:
    """(remote end, datagram) of all drones, one message each, in the order they come."""
    feed = []
    encoders = {sysid: Encoder(sysid, 1) for sysid in range(1, VEHICLES + 1)}
    for second in range(SECONDS):
        for kind, rate in (WANTED | UNWANTED).items():
            for i in range(rate):
                message = _message(kind, second * 1000 + i)
                feed += [(("drone", s), e.encode(message)) for s, e in encoders.items()]
    return feed


FEED = _feed()


@pytest.mark.benchmark(group="mavlink")
def test_messages_of_25_drones_through_the_whole_engine(benchmark: Any) -> None:
    """Decoded, folded into the vehicles' states, and told to one listener each."""

    async def prepared() -> tuple[Reactor, int]:
        reactor = Reactor("udp://127.0.0.1:0", {}, range(1, VEHICLES + 1), 5.0)
        heard = 0

        def count(_: Any) -> None:
            nonlocal heard
            heard += 1

        for sysid in range(1, VEHICLES + 1):
            reactor.vehicle(sysid).listen(count)
        return reactor, heard

    with asyncio.Runner() as runner:
        reactor, _ = runner.run(prepared())

        async def carry() -> None:
            for remote, data in FEED:
                reactor._receive(None, remote, data)  # type: ignore[arg-type]

        benchmark(lambda: runner.run(carry()))
    _tell_per_message(benchmark)


@pytest.mark.benchmark(group="mavlink")
def test_messages_kept_in_the_records_of_25_flights(benchmark: Any, tmp_path: Path) -> None:
    """What a flight record adds in the loop; the writing is a thread's."""
    with EventLog(f"sqlite:///{tmp_path}/events.db") as log:
        journal = Journal(log, Clock())
        sysids = {f"U{n:02d}": n for n in range(1, VEHICLES + 1)}
        records = FlightRecords(tmp_path, sysids, journal, Clock())
        for drone in sysids:
            incident = f"I{drone}"
            journal.record(_reported(incident), _requested(incident, drone))

        def keep() -> None:
            for (_, sysid), data in FEED:
                records.keep(sysid, data)
            records.taken(durable=False)

        benchmark(keep)
    _tell_per_message(benchmark)


@pytest.mark.benchmark(group="mavlink")
def test_messages_decoded_by_the_engine(benchmark: Any) -> None:
    decoder = Decoder()

    def decode() -> None:
        for _, data in FEED:
            decoder.feed(data)

    benchmark(decode)
    _tell_per_message(benchmark)


@pytest.mark.benchmark(group="mavlink")
def test_messages_decoded_by_pymavlink_alone(benchmark: Any) -> None:
    """To compare with."""
    codec = mavlink.MAVLink(None)
    codec.robust_parsing = True

    def decode() -> None:
        for _, data in FEED:
            codec.parse_buffer(data)

    benchmark(decode)
    _tell_per_message(benchmark)


def _reported(incident: str) -> IncidentReported:
    return IncidentReported(
        incident=incident, kind="fire", level=2, lon=114.1, lat=22.65, subdistrict=None,
        note="", source="bench", window_s=300,
    )  # fmt: skip


def _requested(incident: str, drone: str) -> SortieRequested:
    return SortieRequested(
        sortie=f"S{drone}", incident=incident, decision="d", dock="D01", drone=drone, eta_s=100,
        parts=LaunchParts(launch_s=20, climb_s=30, cruise_s=50, descent_s=0),
        route={"out": []}, turn_back_wh=30,
    )  # fmt: skip


def _tell_per_message(benchmark: Any) -> None:
    mean_us = benchmark.stats.stats.mean / len(FEED) * 1e6
    benchmark.extra_info["us_per_message"] = round(mean_us, 2)
    rate = len(FEED) / SECONDS
    benchmark.extra_info["core_share_pct_live"] = round(rate * mean_us / 1e4, 2)
    print(f"\n{mean_us:.1f} us a message; {rate:.0f} a second take {rate * mean_us / 1e4:.1f} %")
