"""What consoles see through the drones' cameras: who watches which, and what is sent to whom."""
