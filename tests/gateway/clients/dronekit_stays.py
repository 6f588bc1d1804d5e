"""A DroneKit script that does not end by itself."""

import sys
import threading

from dronekit import connect

vehicle = connect(sys.argv[1], wait_ready=True, timeout=60)
threading.Event().wait()
