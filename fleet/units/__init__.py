"""Docks and their drones as the fleet keeps them: heard, fenced, made ready."""
