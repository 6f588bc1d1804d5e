"""Ways to fly without a drone: ArduPilot SITL, the builtin vehicle, whole-stack simulation runs."""
