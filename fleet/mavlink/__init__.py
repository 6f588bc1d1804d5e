"""The MAVLink engine: one reactor for all vehicles; services without I/O; pymavlink as codec."""
