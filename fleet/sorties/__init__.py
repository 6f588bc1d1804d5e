"""The flight of a drone from the order to its pad: its life, and all that acts on it."""
