"""What consoles see through the drones' cameras: by Socket.IO while they watch, by REST."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
import socketio
from hypothesis import given
from hypothesis import strategies as st

from command.video.viewers import MOST_WATCHED, TooMany, Viewers
from fleet import contract as c
from tests.command.console_stage import PATIENCE_S, Stage, bearer, eventually
from tests.command.controller_on_the_bus import seen, sortie


class Viewer:
    """A client of `/video` that keeps what it is sent."""

    def __init__(self, stage: Stage) -> None:
        self.samples: queue.Queue[Any] = queue.Queue()
        self.client = socketio.Client(reconnection=False)
        self.client.on("sample", self.samples.put, namespace="/video")
        self.client.connect(
            stage.url, headers=bearer(stage.key), namespaces=["/video"], transports=["websocket"]
        )

    def ask(self, event: str, body: Any) -> Any:
        return self.client.call(event, body, namespace="/video", timeout=PATIENCE_S)

    def next(self) -> Any:
        return self.samples.get(timeout=PATIENCE_S)

    def waiting(self) -> list[Any]:
        """All that have come meanwhile."""
        return [self.samples.get() for _ in range(self.samples.qsize())]


@pytest.fixture
def view() -> Iterator[Callable[[Stage], Viewer]]:
    viewers: list[Viewer] = []

    def make(stage: Stage) -> Viewer:
        viewers.append(Viewer(stage))
        return viewers[-1]

    yield make
    for viewer in viewers:
        viewer.client.disconnect()


def wished(stage: Stage) -> list[dict[str, float]]:
    return [ask.rates_hz for ask in stage.controller.asked if isinstance(ask, c.WatchVideo)]


def tell(stage: Stage, drone: str, number: int = 0) -> None:
    topic = stage.topics.video(drone)
    stage.do(stage.controller.bus.publish(topic, seen(drone, number), qos=0))


def get(stage: Stage, path: str) -> requests.Response:
    return requests.get(f"{stage.url}/api/v1{path}", timeout=10, headers=bearer(stage.key))


def ready(stage: Stage) -> None:
    eventually(lambda: get(stage, "/drones").ok)


def test_who_watches_a_drone_is_sent_its_samples_and_those_of_no_other(
    stage: Stage, view: Callable[[Stage], Viewer]
) -> None:
    ready(stage)
    one, other = view(stage), view(stage)
    assert one.ask("watch", {"drone": "U01"})["ok"]
    assert other.ask("watch", {"drone": "U02", "rate_hz": 10})["ok"]
    eventually(lambda: {"U01": 5.0, "U02": 10.0} in wished(stage))
    tell(stage, "U01")
    tell(stage, "U02")
    assert one.next()["drone"] == "U01"
    assert other.next()["drone"] == "U02"
    assert one.samples.empty()


def test_nobody_watches_any_more_once_all_have_left(
    stage: Stage, view: Callable[[Stage], Viewer]
) -> None:
    ready(stage)
    one, other = view(stage), view(stage)
    one.ask("watch", {"drone": "U01", "rate_hz": 10})
    other.ask("watch", {"drone": "U01", "rate_hz": 2})
    eventually(lambda: wished(stage)[-1:] == [{"U01": 10.0}])
    assert one.ask("unwatch", {"drone": "U01"})["ok"]
    eventually(lambda: wished(stage)[-1] == {"U01": 2.0})
    other.client.disconnect()
    eventually(lambda: wished(stage)[-1] == {})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"drone": "U99"}, "not_found"),
        ({}, "invalid"),
        ({"drone": 1}, "invalid"),
        ({"drone": "U01", "rate_hz": 0}, "invalid"),
        ({"drone": "U01", "rate_hz": 1000}, "invalid"),
        ({"drone": "U01", "rate_hz": "fast"}, "invalid"),
        ({"drone": "U01", "rate_hz": True}, "invalid"),
        ({"drone": "U01", "more": 1}, "invalid"),
        ("U01", "invalid"),
        (None, "invalid"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_with_a_sentence(
    shared_stage: Stage, view: Callable[[Stage], Viewer], body: Any, code: str
) -> None:
    ready(shared_stage)
    answer = view(shared_stage).ask("watch", body)
    assert (answer["ok"], answer["code"]) == (False, code)
    assert answer["reason"]


def test_nobody_watches_without_being_signed_in(shared_stage: Stage) -> None:
    client = socketio.Client(reconnection=False)
    client.connect(shared_stage.url, namespaces=["/video"], transports=["websocket"], wait=False)
    eventually(lambda: "/video" not in client.namespaces)
    client.disconnect()


def test_the_facts_of_a_picture_are_told_by_rest(shared_stage: Stage) -> None:
    ready(shared_stage)
    streams = get(shared_stage, "/video").json()["streams"]
    assert [each["drone"] for each in streams] == ["U01", "U02"]
    assert get(shared_stage, "/drones/U02/video").json()["width_px"] == 1280
    assert get(shared_stage, "/drones/U99/video").status_code == 404


def test_what_was_seen_in_a_flight_is_told_by_rest(stage: Stage) -> None:
    stage.do(stage.controller.record("SortieRequested", sortie=sortie(1)))
    ready(stage)
    track = get(stage, "/sorties/SOR1/video?step_s=0&limit=10").json()
    assert track["samples"][0]["centre"] == [114.1, 22.65]
    assert get(stage, "/sorties/SOR9/video").status_code == 404
    assert get(stage, "/sorties/SOR1/video?after=yesterday").status_code == 422


def test_a_camera_is_turned_by_rest_and_the_place_converted(stage: Stage) -> None:
    stage.do(stage.controller.record("SortieRequested", sortie=sortie(1)))
    ready(stage)
    body = {"lon": 114.1, "lat": 22.65, "datum": "gcj02", "zoom": 2}
    url = f"{stage.url}/api/v1/sorties/SOR1/camera"
    answer = requests.post(url, json=body, timeout=10, headers=bearer(stage.key))
    assert answer.status_code == 200
    asked = [ask for ask in stage.controller.asked if isinstance(ask, c.PointCamera)][-1]
    assert asked.zoom == 2
    assert asked.lon is not None
    assert 0.003 < 114.1 - asked.lon < 0.007
    bad = requests.post(url, json={"pitch_deg": 120}, timeout=10, headers=bearer(stage.key))
    assert bad.status_code == 422


@given(
    st.lists(st.sampled_from((0.5, 1.0, 2.0, 5.0, 10.0)), min_size=1, max_size=4),
    st.sampled_from((5.0, 10.0)),
)
def test_each_console_is_sent_samples_at_its_own_rate(rates: list[float], comes_hz: float) -> None:
    viewers = Viewers()
    for i, rate_hz in enumerate(rates):
        viewers.watch(f"c{i}", "U01", rate_hz)
    assert viewers.rates_hz() == {"U01": max(rates)}
    seconds, sent = 20, [0] * len(rates)
    for tick in range(int(seconds * comes_hz)):
        early = viewers.not_due("U01", tick / comes_hz)
        for i in range(len(rates)):
            sent[i] += f"c{i}" not in early
    for rate_hz, count in zip(rates, sent, strict=True):
        assert count == pytest.approx(seconds * min(rate_hz, comes_hz), abs=2)


def test_a_console_watches_only_so_many() -> None:
    viewers = Viewers()
    for number in range(MOST_WATCHED):
        viewers.watch("c", f"U{number}", 5.0)
    viewers.watch("c", "U1", 10.0)  # another rate is no other drone
    with pytest.raises(TooMany):
        viewers.watch("c", "V1", 5.0)
    viewers.leave("c")
    assert viewers.rates_hz() == {}


def test_a_viewer_that_does_not_read_gets_the_newest_and_costs_the_others_nothing(
    stage: Stage, view: Callable[[Stage], Viewer]
) -> None:
    ready(stage)
    stalled, officer = stalled_viewer(stage.url, stage.key), view(stage)
    with stalled:
        assert officer.ask("watch", {"drone": "U01", "rate_hz": 10})["ok"]
        eventually(lambda: {"U01": 10.0} in wished(stage))
        wide = seen("U01").model_copy(update={"outline": ((114.1, 22.65),) * 2000})

        def publish(second: int) -> None:
            sample = wide.model_copy(update={"at": wide.at + timedelta(seconds=second)})
            stage.do(stage.controller.bus.publish(stage.topics.video("U01"), sample, qos=0))
            stalled.sendall(framed(b"3"))  # it lives: it answers pings that it has not read

        for number in range(60):
            publish(number)
            threading.Event().wait(0.11)  # as they come, ten a second
        last = (wide.at + timedelta(seconds=60)).isoformat()[:19]

        def officer_is_sent_the_last() -> bool:
            publish(60)
            return any(told["at"].startswith(last) for told in officer.waiting())

        eventually(officer_is_sent_the_last)
        stalled.settimeout(0.3)
        heard = bytearray()

        def stalled_reads_the_last() -> bool:
            publish(60)
            with contextlib.suppress(TimeoutError):
                while piece := stalled.recv(1 << 20):  # all there is; nothing: it was closed
                    heard.extend(piece)
            return last.encode() in heard[-200_000:]

        eventually(stalled_reads_the_last)
        assert heard.count(b'["sample"') < 40  # most of what passed meanwhile was never sent


def stalled_viewer(url: str, key: str) -> socket.socket:
    """A client that watches a drone and then reads nothing more."""
    host, port = url.removeprefix("http://").split(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((host, int(port)))
    connection.sendall(
        f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}:{port}\r\n"
        f"Authorization: Bearer {key}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    # what comes with the request would be taken for its body
    assert connection.recv(4096).startswith(b"HTTP/1.1 101")
    for text in (b"40/video,", b'42/video,["watch",{"drone":"U01","rate_hz":10}]'):
        connection.sendall(framed(text))
    return connection


def framed(text: bytes) -> bytes:
    """As a client of a WebSocket sends it, masked with zeros."""
    return bytes([0x81, 0x80 | len(text)]) + bytes(4) + text
