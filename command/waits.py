"""How long the console waits, in seconds of the person in front of it, at any speed-up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Waits:
    answer_s: float = 5.0  # for the controller to do what a person asked
    reckoning_s: float = 30.0  # for it to explain a decision: the work of some hundred of them
    absent_answer_s: float = 2.0  # the same while the controller is not heard
    snapshot_s: float = 3.0
    retry_s: float = 1.0
    lost_s: float = 5.0  # of silence; the controller says its status every 2 s of its own time
    seats_s: float = 10.0  # between looks whether those at the consoles are still signed in
    frame_s: float = 0.045  # between telemetry frames to the consoles: less than 1 / telemetry_hz


PATIENT = Waits()
