"""The one thread that sends samples to the consoles that watch: of each drone the newest only."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import socketio  # type: ignore[import-untyped]
from engineio.exceptions import SocketIsClosedError  # type: ignore[import-untyped]

from command.emitter import BEHIND_AT
from command.video.viewers import Viewers
from fleet.clock import stopwatch_s
from fleet.contract import VideoSample

NAMESPACE = "/video"


class VideoTeller:
    """Sends each sample to its drone's room, but for the consoles that wanted it less often, and
    those that have not read what they were sent: they get the newest once they have."""

    def __init__(self, server: socketio.Server, viewers: Viewers) -> None:
        self._server, self._viewers = server, viewers
        self._changed = threading.Condition()
        self._newest: dict[str, VideoSample] = {}
        self._open = True
        self._thread = threading.Thread(target=self._run, name="video", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._open = False
            self._changed.notify()
        self._thread.join(timeout=1)

    def put(self, sample: VideoSample) -> None:
        with self._changed:
            self._newest[sample.drone] = sample
            self._changed.notify()

    def _run(self) -> None:
        while samples := self._take():
            for sample in samples:
                self._tell(sample)

    def _take(self) -> list[VideoSample]:
        """All that waits; nothing when it is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._newest or not self._open)
            samples = list(self._newest.values()) if self._open else []
            self._newest = {}
            return samples

    def _tell(self, sample: VideoSample) -> None:
        behind = list(self._behind(sample.drone))
        early = self._viewers.not_due(sample.drone, stopwatch_s())
        body = sample.model_dump(mode="json")
        try:
            self._server.emit(
                "sample", body, namespace=NAMESPACE, to=sample.drone, skip_sid=[*behind, *early]
            )
        except SocketIsClosedError:
            return  # one closed at this very moment; those after it get the next sample

    def _behind(self, drone: str) -> Iterator[str]:
        for console, connection in list(self._server.manager.get_participants(NAMESPACE, drone)):
            socket = self._server.eio.sockets.get(connection)
            if socket is not None and socket.queue.qsize() >= BEHIND_AT:
                yield console
