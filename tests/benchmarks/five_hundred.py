"""Five hundred builtin vehicles in one process, calling two controllers with 250 system ids each.

Tells on its standard output once a second how far simulated time has come, what it has missed, and
the processor time that it has used.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from fleet.district.model import DroneModel, Motion
from sitl.builtin.fleet import BuiltinFleet
from sitl.craft import CraftSpec

EACH = 250  # the system ids there are for vehicles
MODEL = DroneModel(
    battery_wh=150, reserve_share=0.2, hover_w=190, cruise_w=210, checks_s=1, spin_up_s=4,
    upload_s=3, launch_spread_s=3, max_ground_ms=18, payloads=(),
    motion=Motion(
        speed_ms=15, accel_ms2=3, jerk_ms3=3, climb_ms=6, descent_ms=4, climb_accel_ms2=2,
        corner_radius_m=3,
    ),
)  # fmt: skip


async def main(ports: list[int]) -> None:
    fleets = [BuiltinFleet(_specs(row), [MODEL] * EACH) for row in range(len(ports))]
    async with asyncio.TaskGroup() as tasks:
        for fleet, port in zip(fleets, ports, strict=True):
            tasks.create_task(fleet.run(("127.0.0.1", port)))
        while True:
            await asyncio.sleep(1.0)
            told = {
                "stepped_s": min(fleet.stepped_s for fleet in fleets),
                "missed_s": max(fleet.missed_s for fleet in fleets),
                "flying": sum(int(fleet.bodies.flying.sum()) for fleet in fleets),
                "cpu_s": time.process_time(),
                "at_s": time.monotonic(),
            }
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()


def _specs(row: int) -> list[CraftSpec]:
    return [
        CraftSpec(f"U{n}", f"D{n}", n, 114.0 + n / 500, 22.6 + row / 10, 40.0)
        for n in range(1, EACH + 1)
    ]


if __name__ == "__main__":
    asyncio.run(main([int(port) for port in sys.argv[1:]]))
