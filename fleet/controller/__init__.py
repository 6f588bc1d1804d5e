"""The controller's process: its parts, its wiring, what it is asked and tells."""
