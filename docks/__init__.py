"""Docks: the MQTT contract, the dock's state machine, simulated docks, drivers for makes."""
