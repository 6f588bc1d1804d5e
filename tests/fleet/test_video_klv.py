"""Samples as MISB ST 0601 packets, read by a decoder that is not ours, and back again."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import klvdata
import pytest
from hypothesis import given
from hypothesis import strategies as st
from klvdata.common import packet_checksum

from fleet.contract import VideoSample
from fleet.video.klv import KEY, checksum, packet, samples
from fleet.video.sampler import Platform, sample_of
from planner.footprint import Lens, Sight

AT_S = 1_780_000_000.123456
TIME, MISSION, DESIGNATION, VERSION = 2, 3, 10, 65

poses = st.builds(
    lambda lon, lat, up, nose, roll, tilt, heading, pitch, turn, lens: sample_of(
        "U07",
        AT_S,
        Platform(nose, roll, tilt),
        Sight(lon, lat, 45 + up, heading, pitch, turn, lens),
        45.0,
    ),
    *(st.floats(113.8, 114.6), st.floats(22.5, 22.9), st.floats(2, 500)),
    *(st.floats(0, 359.9), st.floats(-40, 40), st.floats(-40, 40)),
    *(st.floats(0, 359.9), st.floats(-90, 35), st.floats(-20, 20)),
    st.builds(Lens, st.floats(3, 90), st.floats(3, 60)),
)


def sample(pitch_deg: float = -45.0) -> VideoSample:
    sight = Sight(114.24, 22.72, 145.0, 100.0, pitch_deg, 0.0, Lens(69.6, 42.7))
    return sample_of("U07", AT_S, Platform(123.0, 4.0, -7.0), sight, 45.0)


def decoded(data: bytes) -> dict[int, str]:
    """What klvdata reads, by tag."""
    (read,) = klvdata.StreamParser(data)
    return {tag: told[3] for tag, told in read.MetadataList().items()}


def test_another_decoder_reads_what_was_written() -> None:
    told = decoded(packet(sample(), "SORTIE1"))
    assert datetime.fromisoformat(told[TIME]) == datetime(2026, 5, 28, 20, 26, 40, 123456, UTC)
    assert (told[MISSION], told[DESIGNATION]) == ("SORTIE1", "U07")
    assert float(told[VERSION]) == 17


@given(poses)
def test_another_decoder_reads_the_same_figures(made: VideoSample) -> None:
    told = {tag: value for tag, value in decoded(packet(made)).items() if tag not in (1, TIME)}

    def figure(tag: int) -> float:
        return float(told[tag])

    assert (figure(14), figure(13)) == pytest.approx((made.lon, made.lat), abs=1e-7)
    assert figure(15) == pytest.approx(made.alt_amsl_m, abs=0.16)
    assert (figure(16), figure(17)) == pytest.approx((made.across_deg, made.up_deg), abs=0.0015)
    assert math.cos(math.radians(figure(5) - made.heading_deg)) == pytest.approx(1)
    assert (figure(90), figure(91)) == pytest.approx((made.pitch_deg, made.roll_deg), abs=1e-6)
    assert (23 in told) == (made.centre is not None)
    if made.centre is not None and made.slant_m is not None:
        assert (figure(24), figure(23)) == pytest.approx(made.centre, abs=1e-7)
        assert figure(21) == pytest.approx(made.slant_m, abs=0.01)
    for tag, corner in zip((82, 84, 86, 88), made.corners, strict=True):
        assert (tag in told) == (corner is not None)
        if corner is not None:
            assert (figure(tag + 1), figure(tag)) == pytest.approx(corner, abs=1e-7)


@given(poses)
def test_what_was_written_is_read_back(made: VideoSample) -> None:
    (back,) = samples(packet(made, "S1"))
    assert (back.drone, back.at) == (made.drone, made.at)
    assert (back.lon, back.lat) == pytest.approx((made.lon, made.lat), abs=1e-7)
    assert back.camera_pitch_deg == pytest.approx(made.camera_pitch_deg, abs=0.01)
    level = math.cos(math.radians(made.camera_pitch_deg))
    off_deg = math.remainder(back.camera_heading_deg - made.camera_heading_deg, 360)
    assert abs(off_deg) * level < 0.02
    assert (back.across_deg, back.up_deg) == pytest.approx(
        (made.across_deg, made.up_deg), abs=0.0025
    )


def test_the_checksum_is_the_standards() -> None:
    data = packet(sample())
    assert data[-2:] == checksum(data[:-2]).to_bytes(2, "big")
    assert packet_checksum(data) == data[-2:]


def test_the_time_comes_first_and_the_checksum_last() -> None:
    data = packet(sample())
    assert data.startswith(KEY)
    assert data[len(KEY) + 2] == TIME  # the length takes two bytes
    assert data[-4:-2] == bytes([1, 2])


@given(st.binary(max_size=300), st.integers(0, 200), st.binary(max_size=60))
def test_broken_packets_are_passed_over_and_the_whole_ones_read(
    garbage: bytes, cut: int, more: bytes
) -> None:
    whole = packet(sample())
    read = list(samples(garbage + whole[:cut] + more + whole))
    assert [each.at for each in read][-1:] == [sample().at]
    assert len(read) <= 2


@given(st.integers(len(KEY), 190), st.integers(1, 255))
def test_a_packet_with_a_wrong_bit_is_not_taken_for_a_sample(at: int, flip: int) -> None:
    data = bytearray(packet(sample()))
    data[at % len(data)] ^= flip
    assert list(samples(bytes(data))) == []


def test_times_keep_their_microseconds() -> None:
    for microseconds in (0, 1, 999_999):
        made = sample().model_copy(
            update={"at": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)}
        )
        (back,) = samples(packet(made))
        assert back.at == made.at
