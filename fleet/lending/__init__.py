"""Drones lent to other ground stations and to scripts."""
