"""The test picture of simulated drones: KLV beside it in the transport stream, each sample with the
time stamp of its frame."""

from __future__ import annotations

import asyncio
import subprocess
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.clock import Clock
from fleet.contract import VideoSample
from fleet.process import Refusal, find_ffmpeg
from fleet.video.klv import samples
from fleet.video.sampler import Platform, sample_of
from planner.footprint import Lens, Sight
from sitl.video.source import FPS, KLV_EVERY_S, PictureSource
from sitl.video.transport import PACKET, KlvInserter, crc32


def seen(drone: str) -> VideoSample:
    sight = Sight(114.24, 22.72, 145.0, 10.0, -60.0, 0.0, Lens(69.6, 42.7))
    return sample_of(drone, 0.0, Platform(10.0, 0.0, 0.0), sight, 45.0)


@pytest.fixture(scope="module")
def ffmpeg() -> str:
    try:
        return find_ffmpeg()
    except Refusal as refusal:
        pytest.skip(f"NO FFMPEG: no picture was made; {refusal}")


@pytest.fixture(scope="module")
def stream(ffmpeg: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds of a drone's picture, as they come."""
    path = tmp_path_factory.mktemp("stream") / "U07.ts"

    async def take() -> None:
        source = PictureSource(["U07"], seen, Clock())
        async with source.serving():
            copying = ["-loglevel", "error", "-t", "5", "-i", source.uri("U07")]
            process = await asyncio.create_subprocess_exec(
                *(ffmpeg, *copying, "-map", "0", "-c", "copy", "-f", "mpegts", str(path))
            )
            assert await process.wait() == 0

    asyncio.run(take())
    return path


def out_of(ffmpeg: str, path: Path, *arguments: str) -> bytes:
    line = [ffmpeg, "-loglevel", "error", "-i", str(path), *arguments, "pipe:1"]
    return subprocess.run(line, check=True, capture_output=True).stdout


def test_ffmpeg_finds_picture_and_klv_in_the_stream(ffmpeg: str, stream: Path) -> None:
    told = subprocess.run([ffmpeg, "-i", str(stream)], capture_output=True, text=True).stderr
    assert "Video: h264" in told
    assert "Data: klv (KLVA" in told


def test_the_klv_is_that_of_the_drone_and_keeps_step_with_the_picture(
    ffmpeg: str, stream: Path
) -> None:
    found = list(samples(out_of(ffmpeg, stream, "-map", "0:d", "-c", "copy", "-f", "data")))
    assert len(found) == pytest.approx(5 / KLV_EVERY_S, abs=2)
    assert {each.drone for each in found} == {"U07"}
    apart = [(b.at - a.at).total_seconds() for a, b in pairwise(found)]
    assert apart == pytest.approx([KLV_EVERY_S] * len(apart), abs=1 / FPS)


def test_each_sample_has_the_time_stamp_of_a_frame(ffmpeg: str, stream: Path) -> None:
    def stamps(which: str) -> list[int]:
        arguments = ("-map", which, "-c", "copy", "-f", "framecrc")
        lines = out_of(ffmpeg, stream, *arguments).decode().splitlines()
        return [int(line.split(",")[2]) for line in lines if line and line[0] != "#"]

    frames = set(stamps("0:v"))
    klv = stamps("0:d")
    assert klv
    assert set(klv) <= frames


def test_the_time_in_the_picture_is_that_of_the_clock() -> None:
    source = PictureSource(["U07"], seen, Clock())
    began_s = datetime(2026, 5, 28, 20, 26, 40, 250_000, UTC).timestamp()
    line = " ".join(source.command("U07", began_s))
    assert f"gmtime\\:{began_s:.3f}" in line
    assert "t+0.250" in line


@given(st.lists(st.integers(1, 400), max_size=30))
def test_a_stream_passes_unchanged_but_for_what_is_put_in(cuts: list[int]) -> None:
    packets = b"".join(
        bytes([0x47, 0x01, i % 32, 0x10 | i % 16]) + bytes([i % 256]) * 184 for i in range(20)
    )
    inserter, out, at = KlvInserter(lambda _: b"", 0.2), b"", 0
    for size in (*cuts, len(packets)):
        out += inserter.feed(packets[at : at + size])
        at += size
    assert out == packets
    assert len(out) % PACKET == 0


def test_the_checksum_of_the_program_map_is_mpegs() -> None:
    assert crc32(b"123456789") == 0x0376E6E7  # the check value of CRC-32/MPEG-2
