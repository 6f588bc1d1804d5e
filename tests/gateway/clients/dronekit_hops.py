"""A DroneKit script as a person writes it: up, and its end. The drone is left in the air."""

import os

from dronekit import connect

vehicle = connect(os.environ["DOCKFLEET_VEHICLE"], wait_ready=True, timeout=60)
vehicle.wait_for_armable(timeout=60)
vehicle.wait_for_mode("GUIDED", timeout=20)
vehicle.arm(timeout=20)
vehicle.wait_simple_takeoff(20, timeout=60)
print("up", round(vehicle.location.global_relative_frame.alt))
vehicle.close()
