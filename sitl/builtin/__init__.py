"""The builtin vehicle: a small multicopter that speaks MAVLink as ArduCopter does, for where no
arducopter is."""
