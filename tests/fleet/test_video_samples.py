"""When a moment was, who watches how fast, and what a stream's facts are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.district.model import CameraModel
from fleet.mavlink.camera import CameraState, GimbalLimits, GimbalPose
from fleet.mavlink.state import VehicleState
from fleet.video.boot_clock import WINDOW_S, BootClock
from fleet.video.sampler import Sampler, lens_of, zoom_of
from fleet.video.streams import stream_of
from fleet.video.watches import KEPT_S, Pace, Watches

MODEL = CameraModel(sensor_mm=(9.6, 5.4), focal_mm=6.9, zoom=7, picture_px=(1280, 720), fps=25)
BOOTED_S = 1_780_000_000.0


@given(st.lists(st.floats(0, 2), min_size=5, max_size=60))
def test_a_moment_is_late_by_no_more_than_the_quickest_message(delays: list[float]) -> None:
    clock, quickest = BootClock(), 2.0
    for i, delay_s in enumerate(delays):
        quickest = min(quickest, delay_s)
        heard_s = BOOTED_S + i * 0.2 + delay_s
        moment_s = clock.moment_s(i * 200, heard_s)
        assert moment_s <= heard_s + 1e-6
        assert moment_s == pytest.approx(BOOTED_S + i * 0.2 + quickest, abs=1e-5)


def test_a_vehicle_that_was_switched_on_again_is_followed_at_once() -> None:
    clock = BootClock()
    clock.moment_s(500_000, BOOTED_S + 500)
    again_s = BOOTED_S + 600
    assert clock.moment_s(1000, again_s + 1) == pytest.approx(again_s + 1, abs=1e-5)


def test_a_clock_that_drifts_is_followed() -> None:
    clock, moment_s = BootClock(), 0.0
    for second in range(int(4 * WINDOW_S)):
        true_s = BOOTED_S + second
        boot_ms = round(second * 1000 * 0.999)  # its clock is slow by a thousandth
        moment_s = clock.moment_s(boot_ms, true_s + 0.05)
    assert moment_s == pytest.approx(BOOTED_S + 4 * WINDOW_S - 1, abs=0.2)


def test_the_fastest_who_watches_sets_the_rate_and_each_wish_ends_by_itself() -> None:
    watches = Watches()
    watches.ask("one", {"U01": 5.0, "U02": 1.0}, 100.0)
    watches.ask("other", {"U01": 10.0}, 105.0)
    assert [watches.rate_hz(drone, 106.0) for drone in ("U01", "U02", "U03")] == [10.0, 1.0, 0.0]
    watches.ask("other", {}, 107.0)
    assert watches.rate_hz("U01", 108.0) == 5.0
    assert watches.rate_hz("U01", 100.0 + KEPT_S) == 0.0


@given(st.sampled_from((1.0, 2.0, 5.0, 10.0)), st.sampled_from((5.0, 10.0, 20.0)))
def test_no_more_pass_than_were_asked_for_and_no_fewer_than_come(
    rate_hz: float, comes_hz: float
) -> None:
    pace, seconds = Pace(), 20
    passed = sum(pace.passes(rate_hz, i / comes_hz) for i in range(int(seconds * comes_hz)))
    assert passed == pytest.approx(seconds * min(rate_hz, comes_hz), abs=2)


def test_the_picture_is_as_wide_as_the_camera_itself_says_where_it_does() -> None:
    assert lens_of(CameraState(), MODEL).across_deg == pytest.approx(69.6, abs=0.1)
    told = CameraState(sensor_mm=(36.0, 24.0), focal_mm=24.0)
    assert lens_of(told, MODEL).across_deg == pytest.approx(73.74, abs=0.01)
    tele = CameraState(zoom_pct=100.0)
    assert zoom_of(tele, MODEL) == 7
    assert lens_of(tele, MODEL).across_deg == pytest.approx(11.35, abs=0.05)


def test_a_streams_figures_are_the_vehicles_where_it_tells_them() -> None:
    told = CameraState(
        running=True,
        size_px=(1920, 1080),
        stream_uri="rtsp://10.0.0.7/live",
        encoding="h265",
        gimbal=GimbalPose(0, 0, -30, 0, False),
        limits=GimbalLimits((-90, 30), (-180, 180), True),
    )
    view = stream_of("U07", told, MODEL, 0.05)
    assert (view.state, view.told_by, view.width_px, view.fps) == ("running", "vehicle", 1920, 25)
    assert (view.gimbal, view.pans, view.zoom_max) == (True, True, 7)


def test_what_nobody_knows_of_a_picture_is_not_made_up() -> None:
    view = stream_of("U07", CameraState(), None, None)
    assert (view.state, view.told_by, view.url, view.width_px) == ("absent", "nobody", None, None)
    view = stream_of("U07", CameraState(), MODEL, None)
    assert (view.state, view.told_by, view.width_px) == ("unknown", "configuration", 1280)


@pytest.mark.parametrize(("latency_s", "age_s"), [(0.3, 0.3), (None, 0.0), (3600.0, 0.0)])
def test_a_sample_is_as_old_as_the_vehicles_own_clock_says_where_that_makes_sense(
    latency_s: float | None, age_s: float
) -> None:
    sampler = Sampler("U01", MODEL, lambda _: 40.0)
    position = mavlink.MAVLink_global_position_int_message(
        5000, 227000000, 1142000000, 100_000, 60_000, 0, 0, 0, 9000
    )
    camera = CameraState(gimbal=GimbalPose(5000, 0.0, -45.0, 0.0, False))
    sample = sampler.take(position, VehicleState(), camera, BOOTED_S, latency_s)
    assert sample is not None
    assert BOOTED_S - sample.at.timestamp() == pytest.approx(age_s, abs=1e-3)
