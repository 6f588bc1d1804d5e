"""A MAVSDK program: tries without a lease, waits for one, flies up and north, and lands."""

import asyncio
import json
import socket
import sys
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", FutureWarning)  # the package tells of its next name
    from mavsdk import System
    from mavsdk.action import ActionError

FLIES_S = 60


def say(said, **told):
    sys.stdout.write(json.dumps({"said": said, **told}) + "\n")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def first(stream, true):
    async with asyncio.timeout(FLIES_S):
        async for each in stream:
            if true(each):
                return each


async def main():
    drone = System(port=free_port())
    _, host, port = sys.argv[1].split(":")
    await drone.connect(system_address=f"tcpout://{host}:{port}")
    await first(drone.core.connection_state(), lambda state: state.is_connected)
    await first(drone.telemetry.position(), lambda _: True)
    told = asyncio.ensure_future(
        first(drone.telemetry.status_text(), lambda t: t.text.startswith("You hold"))
    )
    try:
        await drone.action.arm()
        result = "SUCCESS"
    except ActionError as error:
        result = str(error._result.result)
    say("tried", result=result)
    await told
    await drone.action.set_takeoff_altitude(20)
    await drone.action.arm()
    await drone.action.takeoff()
    up = await first(drone.telemetry.position(), lambda at: at.relative_altitude_m > 19)
    north, amsl_m = up.latitude_deg + 0.0005, up.absolute_altitude_m
    await drone.action.goto_location(north, up.longitude_deg, amsl_m + 5, 0)
    at = await first(drone.telemetry.position(), lambda at: abs(at.latitude_deg - north) < 0.00003)
    say("flew", north_m=(at.latitude_deg - up.latitude_deg) * 111_195, up_m=at.relative_altitude_m)
    await drone.action.land()
    await first(drone.telemetry.armed(), lambda armed: not armed)
    say("landed", armed=False)


asyncio.run(main())
