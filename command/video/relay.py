"""Live pictures on their way from drones to browsers: one ffmpeg a drone, which copies and encodes
nothing, as long as somebody looks."""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from command.video.fragments import NotMp4, Splitter
from command.video.hls import PART_S, LivePicture
from fleet.clock import stopwatch_s
from fleet.process import Refusal, find_ffmpeg

IDLE_S: Final = 10.0  # without a request, after which nobody looks any more
MOST_AT_ONCE: Final = 8  # pictures; each is a process
# never a file of this machine, whatever a vehicle may tell
SCHEMES: Final = frozenset({"http", "https", "rtsp", "rtsps", "rtp", "udp", "srt", "tcp"})
_PROTOCOLS = "http,https,tcp,tls,udp,rtp,rtsp,srt,crypto"
_LOG = logging.getLogger(__name__)


class Relays:
    """Those that run, by drone; for any number of threads. ``now`` is the time of day."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now, self._lock = now, threading.Lock()
        self._relays: dict[str, Relay] = {}

    def of(self, drone: str, url: Callable[[], str | None]) -> Relay:
        """The relay of a drone, begun if there is none; only then ``url`` is asked.

        Raises:
            Refusal: if there is no picture to relay, or it cannot be.
        """
        running = self.running(drone)
        if running is not None:
            return running
        command = _command(find_ffmpeg(), drone, url())
        with self._lock:
            self._relays = {one: each for one, each in self._relays.items() if each.runs}
            if drone not in self._relays:
                if len(self._relays) >= MOST_AT_ONCE:
                    raise Refusal(
                        f"{MOST_AT_ONCE} pictures are looked at already; close one and try again"
                    )
                self._relays[drone] = Relay(drone, command, self._now)
            return self._relays[drone]

    def running(self, drone: str) -> Relay | None:
        with self._lock:
            relay = self._relays.get(drone)
        return relay if relay is not None and relay.runs else None

    def stop(self) -> None:
        """Ends all."""
        with self._lock:
            for relay in self._relays.values():
                relay.stop()


class Relay:
    """One drone's picture, kept for some seconds."""

    def __init__(self, drone: str, command: list[str], now: Callable[[], datetime]) -> None:
        self._drone, self._now = drone, now
        self._splitter = Splitter()
        self._picture = LivePicture(int(now().timestamp()))
        self._grown = threading.Condition()
        self._looked_s = stopwatch_s()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self.runs = True
        threading.Thread(target=self._run, name=f"picture of {drone}", daemon=True).start()
        threading.Thread(target=self._wait, name=f"idle {drone}", daemon=True).start()

    def stop(self) -> None:
        self._process.kill()

    @property
    def beginning(self) -> bytes | None:
        self._looked_s = stopwatch_s()
        return self._splitter.beginning

    def playlist(self, number: int | None, part: int | None, within_s: float) -> str | None:
        """The playlist once it tells this segment or part; None if that takes too long."""
        self._looked_s = stopwatch_s()
        with self._grown:
            if not self._grown.wait_for(lambda: self._is_told(number, part), within_s):
                return None
            return self._picture.playlist() if self._picture.can_play else None

    def segment(self, number: int) -> bytes | None:
        self._looked_s = stopwatch_s()
        with self._grown:
            return self._picture.segment(number)

    def part(self, number: int, part: int, within_s: float) -> bytes | None:
        """A part, once it has come: players ask for the next before it is there."""
        self._looked_s = stopwatch_s()
        with self._grown:
            self._grown.wait_for(lambda: self._picture.has(number, part) or not self.runs, within_s)
            return self._picture.part(number, part)

    def _is_told(self, number: int | None, part: int | None) -> bool:
        if not self.runs:
            return True
        if number is None:
            return self._picture.can_play
        return self._picture.has(number, part)

    def _run(self) -> None:
        assert self._process.stdout is not None
        try:
            while data := self._process.stdout.read(64 * 1024):
                fragments = list(self._splitter.feed(data))
                arrived = self._now()
                with self._grown:
                    for fragment in fragments:
                        self._picture.add(fragment, arrived)
                    self._grown.notify_all()
        except NotMp4 as error:
            _LOG.error("the picture of %s cannot be relayed: %s", self._drone, error)
        finally:
            self._process.kill()
            self._process.wait()
            with self._grown:
                self.runs = False
                self._grown.notify_all()

    def _wait(self) -> None:
        """Ends it once nobody has looked for a while, also when nothing comes."""
        with self._grown:
            while self.runs:
                self._grown.wait_for(lambda: not self.runs, IDLE_S / 4)
                if stopwatch_s() - self._looked_s > IDLE_S:
                    self._process.kill()
                    return


def _command(ffmpeg: str, drone: str, url: str | None) -> list[str]:
    if not url:
        raise Refusal(f"{drone} tells no address of a picture")
    if urlsplit(url).scheme not in SCHEMES:
        raise Refusal(f"{drone} tells {url[:80]!r}, which is no address of a picture")
    return [
        *(ffmpeg, "-hide_banner", "-loglevel", "error", "-nostdin"),
        *("-protocol_whitelist", _PROTOCOLS, "-fflags", "nobuffer", "-flags", "low_delay"),
        *("-probesize", "500000", "-analyzeduration", "1000000", "-i", url),
        *("-map", "0:v:0", "-c", "copy", "-f", "mp4", "-flush_packets", "1"),
        *("-movflags", "frag_keyframe+empty_moov+default_base_moof"),
        *("-frag_duration", str(round(PART_S * 1e6)), "pipe:1"),
    ]
