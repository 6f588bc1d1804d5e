"""The fleet controller: incidents, decisions, sorties, and the vehicles and docks that fly them."""
