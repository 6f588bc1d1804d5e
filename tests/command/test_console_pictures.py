"""Live pictures on their way to browsers: fragments, playlists, the relay that ends by itself."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from flask_limiter import Limiter
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.openapi import OpenAPI
from hypothesis import given
from hypothesis import strategies as st

from command.video import pictures
from command.video import relay as relaying
from command.video.fragments import Fragment, NotMp4, Splitter
from command.video.hls import SEGMENTS_KEPT, LivePicture
from command.video.relay import Relay, Relays
from fleet import contract as c
from fleet.process import Refusal, find_ffmpeg
from tests.command.console_stage import Stage, bearer, eventually
from tests.command.controller_on_the_bus import stream

T0 = datetime(2026, 1, 1, tzinfo=UTC)
PART_S = 0.2


def box(kind: bytes, *contents: bytes) -> bytes:
    inner = b"".join(contents)
    return (8 + len(inner)).to_bytes(4, "big") + kind + inner


def beginning(scale: int = 1000) -> bytes:
    mdhd = box(b"mdhd", bytes(12), scale.to_bytes(4, "big"), bytes(8))
    return box(b"ftyp", b"iso5") + box(b"moov", box(b"trak", box(b"mdia", mdhd)))


def fragment(ticks: int, key: bool, picture: bytes = b"picture") -> bytes:
    head = box(b"tfhd", b"\0\2\0\0", bytes(4))
    time = box(b"tfdt", b"\1\0\0\0", ticks.to_bytes(8, "big"))
    flags = (0x02000000 if key else 0x01010000).to_bytes(4, "big")
    run = box(b"trun", b"\0\0\0\4", (1).to_bytes(4, "big"), flags)
    return box(b"moof", box(b"traf", head, time, run)) + box(b"mdat", picture)


@given(st.lists(st.integers(1, 90), max_size=40))
def test_fragments_are_found_however_the_bytes_come(cuts: list[int]) -> None:
    data = beginning() + b"".join(fragment(200 * i, i % 5 == 0) for i in range(7))
    splitter, found, at = Splitter(), [], 0
    for size in (*cuts, len(data)):
        found += splitter.feed(data[at : at + size])
        at += size
    assert splitter.beginning == beginning()
    assert [each.at_s for each in found] == pytest.approx([0.2 * i for i in range(7)])
    assert [each.independent for each in found] == [True, *[False] * 4, True, False]
    assert b"".join(each.data for each in found) == data[len(beginning()) :]


@pytest.mark.parametrize(
    "nonsense",
    [b"\0\0\0\1moov", b"\xff\xff\xff\xffmdat", box(b"moov", b"\0\0\0\xfftrak"), box(b"moov")],
)
def test_what_is_no_fragmented_mp4_is_told_so(nonsense: bytes) -> None:
    with pytest.raises(NotMp4):
        list(Splitter().feed(nonsense))


def picture(keys: str) -> LivePicture:
    """A part for each letter; a K begins with a key frame."""
    made = LivePicture(shortest_s=0)
    for i, letter in enumerate(keys + "p"):  # the last one tells how long the one before it lasts
        arrived = T0 + timedelta(seconds=PART_S * i)
        made.add(Fragment(f"{i},".encode(), PART_S * i, letter == "K"), arrived)
    return made


def test_nothing_is_shown_before_the_first_key_frame() -> None:
    assert not picture("ppp").can_play
    assert picture("ppK").can_play


def test_a_segment_begins_at_each_key_frame_and_is_told_when_the_next_begins() -> None:
    made = picture("KppKpKp")
    assert made.segment(0) == b"0,1,2,"
    assert made.segment(1) == b"3,4,"
    assert made.segment(2) is None  # it grows
    assert (made.part(2, 1), made.part(2, 2)) == (b"6,", None)
    assert (made.has(1, 9), made.has(2, 1), made.has(2, 2), made.has(2, None)) == (
        *(True, True, False, False),
    )


def test_no_segment_is_shorter_than_a_second_however_many_key_frames_come() -> None:
    made = LivePicture()
    for i in range(22):
        made.add(Fragment(b"", PART_S * i, i % 2 == 0), T0)
    lasting = [float(each) for each in re.findall(r"EXTINF:([\d.]+)", made.playlist())]
    assert lasting
    assert min(lasting) >= 1.0


def test_the_playlist_names_only_what_can_be_had_and_in_its_order() -> None:
    made = picture("KppppKppppKpp")
    text = made.playlist()
    for number, part in re.findall(r'URI="part-(\d+)-(\d+)\.m4s"', text):
        assert made.part(int(number), int(part)) is not None
    assert re.findall(r"^segment-(\d+)", text, re.M) == ["0", "1"]
    assert "#EXT-X-MEDIA-SEQUENCE:0" in text
    assert "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:02.000Z" in text
    assert text.count("INDEPENDENT=YES") == 3


@given(st.text(alphabet="Kpp", min_size=1, max_size=120))
def test_what_is_kept_has_a_most_and_numbers_only_grow(keys: str) -> None:
    made = picture(keys)
    segments = re.findall(r"^segment-(\d+)", made.playlist(), re.M)
    assert len(segments) <= SEGMENTS_KEPT
    assert segments == sorted(segments, key=int)
    target = int(re.findall(r"TARGETDURATION:(\d+)", made.playlist())[0])
    lasting = [float(each) for each in re.findall(r"EXTINF:([\d.]+)", made.playlist())]
    assert all(round(each) <= target for each in lasting)


def test_a_picture_that_is_looked_at_again_later_counts_on(film: str) -> None:
    def first_of(at: datetime) -> int:
        relays = Relays(lambda: at)
        try:
            text = relays.of("U01", lambda: film).playlist(None, None, 20)
            return int(re.findall(r"MEDIA-SEQUENCE:(\d+)", text or "")[0])
        finally:
            relays.stop()

    assert first_of(T0 + timedelta(seconds=20)) >= first_of(T0) + 20


def test_a_stream_that_begins_anew_goes_on() -> None:
    made = picture("Kpp")
    for i, key in enumerate((True, False, False)):
        made.add(Fragment(b"new", PART_S * i, key), T0)
    assert made.part(1, 0) == b"new"


# The relay, with real ffmpeg.


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A transport stream of 20 s, with a key frame each second."""
    try:
        ffmpeg = find_ffmpeg()
    except Refusal as refusal:
        pytest.skip(f"NO FFMPEG: no picture was relayed; {refusal}")
    path = tmp_path_factory.mktemp("film") / "film.ts"
    made = ["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=10", "-t", "20", "-c:v", "libx264"]
    subprocess.run(
        [ffmpeg, "-loglevel", "error", *made, "-g", "10", "-bf", "0", str(path)], check=True
    )
    return path.read_bytes()


@pytest.fixture
def film(filmed: bytes) -> Iterator[str]:
    """The address of the film, which is sent all at once."""
    with Served([filmed]) as served:
        yield served.url


class Served:
    """A stream over HTTP in pieces: each after the first is sent when ``more`` is called. It stays
    open after the last one."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._released = released = threading.Semaphore(0)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                for piece in pieces:
                    self.wfile.write(piece)
                    released.acquire()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/film.ts"

    def more(self) -> None:
        self._released.release()

    def __enter__(self) -> Served:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_a_picture_is_relayed_as_playlist_and_parts(film: str) -> None:
    relays = Relays(lambda: T0)
    try:
        relay = relays.of("U01", lambda: film)
        text = relay.playlist(None, None, 20)
        assert text is not None
        assert relay.beginning is not None
        assert b"avc1" in relay.beginning
        number, part = re.findall(r'URI="part-(\d+)-(\d+)\.m4s"', text)[0]
        data = relay.part(int(number), int(part), 1)
        assert data is not None
        assert data[4:8] == b"moof"
    finally:
        relays.stop()


def test_a_picture_that_nobody_looks_at_any_more_ends_by_itself(
    film: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaying, "IDLE_S", 0.4)
    relay = Relays(lambda: T0).of("U01", lambda: film)
    assert isinstance(relay, Relay)
    eventually(lambda: not relay.runs)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (None, "tells no address"),
        ("", "tells no address"),
        ("file:///etc/passwd", "no address of a picture"),
        ("/etc/passwd", "no address of a picture"),
        ("concat:/etc/passwd|/etc/group", "no address of a picture"),
    ],
)
def test_no_file_of_this_machine_is_ever_taken_for_a_picture(url: str | None, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        Relays(lambda: T0).of("U01", lambda: url)


def test_without_a_picture_the_console_says_so(shared_stage: Stage) -> None:
    def get(path: str) -> requests.Response:
        url = f"{shared_stage.url}/api/v1/drones/{path}"
        return requests.get(url, timeout=30, headers=bearer(shared_stage.key))

    eventually(lambda: get("U02/video").ok)
    assert get("U99/video/live.m3u8").status_code == 404
    for beside in ("init.mp4", "segment-1.m4s", "part-1-1.m4s"):
        answer = get(f"U02/video/{beside}")
        assert (answer.status_code, "nobody looks" in answer.json()["detail"]) == (404, True)
    url = f"{shared_stage.url}/api/v1/drones/U02/video/live.m3u8"
    assert requests.get(url, timeout=10).status_code == 401


def test_who_asks_for_a_segment_to_come_waits_for_it(filmed: bytes) -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)  # the numbers of segments follow it
    relays, app = Relays(lambda: now), OpenAPI("test")
    api = APIBlueprint("api", "test", url_prefix="/api/v1")
    second = len(filmed) // 20
    with Served([filmed[: 4 * second], filmed[4 * second : 8 * second]]) as served:
        limiter = Limiter(lambda: "", app=app, storage_uri="memory://")
        pictures.add_pictures(api, OneDrone(served.url), relays, limiter)
        app.register_api(api)
        client, video = app.test_client(), "/api/v1/drones/U01/video"
        try:
            first = client.get(f"{video}/live.m3u8").text
            number = int(re.findall(r"MEDIA-SEQUENCE:(\d+)", first)[0]) + 3
            assert client.get(f"{video}/segment-{number}.m4s").status_code == 404
            served.more()
            wanted = client.get(f"{video}/live.m3u8?_HLS_msn={number}")
            assert f"segment-{number}.m4s" in wanted.text
            assert client.get(f"{video}/segment-{number}.m4s").data[4:8] == b"moof"
        finally:
            relays.stop()


class OneDrone:
    """Answers where U01's picture is."""

    def __init__(self, url: str) -> None:
        self._url = url

    def ask(self, ask: Any, key: str | None = None) -> dict[str, Any]:
        told = stream("U01").model_copy(update={"url": self._url})
        return c.VideoStreams(streams=(told,)).model_dump(mode="json")


def test_ffmpeg_is_named_found_or_missed_in_one_sentence(tmp_path: Path) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert find_ffmpeg({"FFMPEG": str(program), "PATH": ""}) == str(program)
    assert find_ffmpeg({"PATH": str(tmp_path)}) == str(program)
    with pytest.raises(Refusal, match=r"named by \$FFMPEG"):
        find_ffmpeg({"FFMPEG": "/nowhere", "PATH": ""})
