"""A picture for simulated drones: a test picture with drone and time in it, and KLV beside it."""
