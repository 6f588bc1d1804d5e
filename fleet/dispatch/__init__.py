"""From an incident to the drone that goes, and why that one."""
