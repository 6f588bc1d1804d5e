"""Real ArduPilot: `arducopter` SITL processes, one a drone, and their coupling to the docks."""
