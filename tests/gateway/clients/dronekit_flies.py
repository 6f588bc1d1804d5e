"""A DroneKit script: tries without a lease, waits for one, flies up and north, and lands."""

import json
import os
import sys
import threading

from dronekit import LocationGlobalRelative, VehicleMode, connect

TRIES_S, FLIES_S = 3, 60


def say(said, **told):
    sys.stdout.write(json.dumps({"said": said, **told}) + "\n")


def until(true, seconds):
    changed = threading.Event()
    vehicle.add_attribute_listener("*", lambda *_: changed.set())
    for _ in range(int(seconds * 10)):
        if true():
            return True
        changed.wait(0.1)
        changed.clear()
    return bool(true())


vehicle = connect(os.environ["DOCKFLEET_VEHICLE"], wait_ready=True, timeout=60)
texts = []
vehicle.add_message_listener("STATUSTEXT", lambda _, __, message: texts.append(message.text))
until(lambda: vehicle.is_armable, FLIES_S)
vehicle.armed = True
say(
    "tried",
    armed=until(lambda: vehicle.armed, TRIES_S),
    texts=texts,
    parameters=len(vehicle.parameters),
)
if not until(lambda: any(text.startswith("You hold") for text in texts), FLIES_S):
    raise SystemExit("nobody lent it the drone")
vehicle.mode = VehicleMode("GUIDED")
vehicle.armed = True
until(lambda: vehicle.armed, FLIES_S)
vehicle.simple_takeoff(20)
until(lambda: vehicle.location.global_relative_frame.alt > 19, FLIES_S)
here = vehicle.location.global_relative_frame
there = here.lat + 0.0005
vehicle.simple_goto(LocationGlobalRelative(there, here.lon, 25))
until(lambda: abs(vehicle.location.global_relative_frame.lat - there) < 0.00003, FLIES_S)
at = vehicle.location.global_relative_frame
say("flew", north_m=(at.lat - here.lat) * 111_195, up_m=at.alt)
vehicle.mode = VehicleMode("LAND")
until(lambda: not vehicle.armed, FLIES_S)
say("landed", armed=vehicle.armed)
vehicle.close()
