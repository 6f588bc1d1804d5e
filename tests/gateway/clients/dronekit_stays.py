"""A DroneKit script that starts the rotors and does not end by itself."""

import sys
import threading

from dronekit import VehicleMode, connect

vehicle = connect(sys.argv[1], wait_ready=True, timeout=60)
vehicle.mode = VehicleMode("GUIDED")
vehicle.arm()
threading.Event().wait()
