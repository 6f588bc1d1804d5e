"""Panoramas and 3D models of a place: flights and missions for them."""
