"""A whole flight through its camera: where it looks by itself and as told, what is told to who
watches, what is recorded."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from fleet import contract as c
from fleet.bus import Topics
from fleet.clock import Clock
from fleet.district.load import load
from fleet.district.model import District
from fleet.log.events import CameraPointed
from fleet.mavlink.codec import Decoder, Frame
from fleet.program import app
from fleet.sorties.refused import Refused
from fleet.sorties.sortie import distance_m
from fleet.video.aiming import Aiming
from fleet.video.cameras import Cameras
from fleet.video.klv import samples
from fleet.video.recording import read_video, track_of
from fleet.video.videos import Videos
from sitl.virtual.bus import LocalBus
from tests.fleet.flight_stage import SCENE, SORTIE, Stage, jumping
from tests.sitl.builtin_yard import PAD

TOPICS = Topics("here")
EPOCH_S = 1_780_000_000.0


class LoopClock(Clock):
    """The time of day in a loop whose time jumps."""

    def unix_s(self) -> float:
        return EPOCH_S + asyncio.get_running_loop().time()


@pytest.fixture(scope="module")
def district() -> District:
    found = load(Path("configs/longgang"))
    here = found.docks[0].model_copy(update={"at": PAD[:2], "alt_amsl_m": PAD[2]})
    return found.model_copy(update={"docks": (here,)})


class Watched:
    """A flight with all that follows its camera."""

    def __init__(self, stage: Stage, district: District, folder: Path) -> None:
        self.stage, self.folder = stage, folder
        self.bus = LocalBus()
        vehicles = {"U01": stage.vehicle}
        self.videos = Videos(
            district, vehicles, stage.journal, folder, self.bus, TOPICS, LoopClock()
        )
        self._decoder = Decoder()
        self._hear: Callable[[Frame], None] = lambda _: None
        self.told: list[c.VideoSample] = []
        self.klv: list[c.VideoSample] = []
        self.videos.attend(self._attend)
        stage.record = self._on_packet
        self.cameras = Cameras(vehicles, self.videos.watched_hz)
        self.aiming: Aiming

    def _attend(self, sysid: int, hear: Callable[[Frame], None]) -> None:
        self._hear = hear

    def _on_packet(self, sysid: int, packet: bytes) -> None:
        for frame in self._decoder.frames(packet):
            if frame.sysid == sysid:
                self._hear(frame)

    async def note(self, message: Any) -> None:
        self.told.append(c.VideoSample.model_validate_json(message.payload))

    async def note_klv(self, message: Any) -> None:
        self.klv += samples(message.payload)

    @property
    def pitch_deg(self) -> float:
        pose = self.stage.vehicle.camera.gimbal
        return pose.pitch_deg if pose else 0.0

    def point(self, **fields: Any) -> Any:
        return self.aiming.point(c.PointCamera(sortie=SORTIE, **fields), "cause")


@contextlib.asynccontextmanager
async def watched(folder: Path, district: District) -> AsyncIterator[Watched]:
    async with Stage(folder) as stage:
        await stage.start_controller()
        async with asyncio.TaskGroup() as tasks:
            flight = Watched(stage, district, folder)
            await flight.bus.subscribe(TOPICS.video("+"), flight.note)
            await flight.bus.subscribe(TOPICS.klv("+"), flight.note_klv)
            flight.aiming = Aiming({"U01": stage.vehicle}, stage.journal, flight.videos, tasks)
            running = [
                tasks.create_task(work)
                for work in (
                    flight.videos.run(),
                    flight.videos.records.run(),
                    flight.cameras.keep("U01"),
                )
            ]
            try:
                yield flight
            finally:
                for task in running:
                    task.cancel()


def test_over_the_scene_the_camera_looks_down_at_it_by_itself(
    district: District, tmp_path: Path
) -> None:
    async def main() -> None:
        async with watched(tmp_path, district) as flight:
            await flight.stage.until_state("en_route")
            await flight.stage.until(lambda: flight.pitch_deg == pytest.approx(-30, abs=1))
            await flight.stage.until_state("on_scene")
            await flight.stage.until(lambda: flight.pitch_deg == pytest.approx(-90, abs=1))
            flight.videos.watch("me", c.WatchVideo(rates_hz={"U01": 5}))
            await asyncio.sleep(3)
            centre = flight.told[-1].centre
            assert centre is not None
            assert distance_m(centre, SCENE) < 15
            assert all(corner is not None for corner in flight.told[-1].corners)

    jumping(main())


def test_who_watches_is_told_at_the_rate_asked_with_the_moment_of_each_and_then_no_more(
    district: District, tmp_path: Path
) -> None:
    async def main() -> None:
        async with watched(tmp_path, district) as flight:
            await flight.stage.until_state("en_route")
            assert flight.told == []
            for rate_hz in (5, 10, 2):
                flight.videos.watch("me", c.WatchVideo(rates_hz={"U01": rate_hz}))
                await asyncio.sleep(2)
                flight.told.clear()
                await asyncio.sleep(10)
                assert len(flight.told) == pytest.approx(10 * rate_hz, abs=rate_hz)
                apart = [
                    (b.at - a.at).total_seconds()
                    for a, b in zip(flight.told, flight.told[1:], strict=False)
                ]
                assert min(apart) > 0.4 / rate_hz
            assert [each.at for each in flight.klv][-5:] == [each.at for each in flight.told][-5:]
            latencies = [each.latency_s for each in flight.told]
            assert all(one is not None and 0 <= one < 0.1 for one in latencies)
            await asyncio.sleep(20)
            flight.told.clear()
            await asyncio.sleep(5)
            assert flight.told == []

    jumping(main())


def test_a_person_points_the_camera_at_a_place_by_angles_and_zooms(
    district: District, tmp_path: Path
) -> None:
    async def main() -> None:
        async with watched(tmp_path, district) as flight:
            await flight.stage.until_state("on_scene")
            await asyncio.sleep(5)
            flight.videos.watch("me", c.WatchVideo(rates_hz={"U01": 5}))
            aside = (SCENE[0] + 0.001, SCENE[1] + 0.0005)
            await flight.point(lon=aside[0], lat=aside[1], zoom=3)
            await asyncio.sleep(3)
            newest = flight.told[-1]
            assert newest.centre is not None
            assert distance_m(newest.centre, aside) < 10
            assert newest.zoom == pytest.approx(3, abs=0.05)
            await flight.point(pitch_deg=-20, heading_deg=200)
            await asyncio.sleep(2)
            newest = flight.told[-1]
            assert newest.camera_heading_deg == pytest.approx(200, abs=2)
            assert newest.camera_pitch_deg == pytest.approx(-20, abs=2)
            recorded = flight.stage.journal.log.read(subject=SORTIE)
            pointed = [each.fact for each in recorded if isinstance(each.fact, CameraPointed)]
            assert [each.zoom for each in pointed] == [3, None]

    jumping(main())


def test_what_cannot_be_looked_at_is_refused_with_its_reason(
    district: District, tmp_path: Path
) -> None:
    async def main() -> None:
        async with watched(tmp_path, district) as flight:
            await flight.stage.until_state("en_route")
            await flight.stage.until(lambda: flight.stage.vehicle.camera.limits is not None)
            for fields, reason in (
                ({"pitch_deg": 80}, "tilts from -90 to 35"),
                ({"zoom": 8}, "zooms up to 7"),
                ({}, "say where to look"),
                ({"lon": 114.2}, "both lon and lat"),
                ({"lon": 114.2, "lat": 22.7, "pitch_deg": -10}, "not by both"),
            ):
                with pytest.raises(Refused, match=reason):
                    await flight.point(**fields)
            with pytest.raises(Refused, match="no sortie"):
                await flight.aiming.point(c.PointCamera(sortie="X", pitch_deg=0), "cause")

    jumping(main())


def test_what_the_camera_saw_in_a_flight_is_read_back_from_its_record(
    district: District, tmp_path: Path
) -> None:
    async def main() -> None:
        async with watched(tmp_path, district) as flight:
            await flight.stage.until_state("on_scene")
            await asyncio.sleep(20)
            track = await flight.videos.track(c.GetVideoTrack(sortie=SORTIE, step_s=1, limit=10))
            assert len(track.samples) == 10
            assert track.next == track.samples[-1].at
            more = await flight.videos.track(
                c.GetVideoTrack(sortie=SORTIE, step_s=0, limit=5000, after=track.next)
            )
            assert more.next is None
            times = [each.at for each in (*track.samples, *more.samples)]
            assert times == sorted(times)
            flown_s = (times[-1] - times[10]).total_seconds()
            assert len(more.samples) / flown_s == pytest.approx(5, abs=0.6)
            centre = more.samples[-1].centre
            assert centre is not None
            assert distance_m(centre, SCENE) < 15
            with pytest.raises(Refused, match="no video metadata"):
                await flight.videos.track(c.GetVideoTrack(sortie="OTHER"))

    jumping(main())
    whole = track_of(SORTIE, read_video(tmp_path, SORTIE), None, 0, 5000)
    assert len(whole.samples) > 300
    told = CliRunner().invoke(app, ["flight", "video", SORTIE, "--records", str(tmp_path)])
    assert told.exit_code == 0
    assert "looks" in told.stdout.splitlines()[-1]
    missing = CliRunner().invoke(app, ["flight", "video", "OTHER", "--records", str(tmp_path)])
    assert missing.exit_code == 1
