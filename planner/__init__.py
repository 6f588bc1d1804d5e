"""The planner: pure functions from a picture of the fleet to paths, times and choices."""
