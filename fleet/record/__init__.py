"""The flight record: all that a vehicle and we said to each other, a file a flight; its summary."""
