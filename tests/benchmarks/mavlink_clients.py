"""One MAVLink client in a process of its own, for the feed of 25 drones: this engine, or DroneKit.

Tells on its standard output that it is ready, and when a line comes in, how many messages it has
taken.
"""

from __future__ import annotations

import asyncio
import collections
import collections.abc
import sys
from typing import Any

VEHICLES = 25


def engine(port: int) -> None:
    """All vehicles on one port, each with one listener."""
    from fleet.mavlink.reactor import Reactor

    async def main() -> None:
        heard = 0

        def count(_: Any) -> None:
            nonlocal heard
            heard += 1

        sysids = range(1, VEHICLES + 1)
        async with Reactor(f"udp://127.0.0.1:{port}", {}, sysids, 5.0) as reactor:
            for sysid in sysids:
                reactor.vehicle(sysid).listen(count)
            for sysid in sysids:
                await reactor.vehicle(sysid).connected()
            _say("ready")
            heard = 0
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
            _say(str(heard))

    asyncio.run(main())


def dronekit(port: int) -> None:
    """A connection a vehicle, as DroneKit has it, each with one listener."""
    for name in ("MutableMapping", "Mapping", "Sequence", "Callable"):  # gone since Python 3.10
        setattr(collections, name, getattr(collections.abc, name))
    from dronekit import connect

    heard = 0

    def count(*_: Any) -> None:
        nonlocal heard
        heard += 1

    vehicles = [connect(f"udpin:127.0.0.1:{port + i}", wait_ready=False) for i in range(VEHICLES)]
    for vehicle in vehicles:
        vehicle.add_message_listener("*", count)
    _say("ready")
    heard = 0
    sys.stdin.readline()
    _say(str(heard))


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    {"engine": engine, "dronekit": dronekit}[sys.argv[1]](int(sys.argv[2]))
