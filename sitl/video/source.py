"""A test picture for each simulated drone, made by ffmpeg while somebody looks: MPEG-TS over HTTP,
with the drone's name and the time in the picture and KLV beside it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Final

from fleet.clock import Clock
from fleet.contract import VideoSample
from fleet.process import Refusal, find_ffmpeg
from fleet.video.klv import packet
from sitl.video.transport import KlvInserter

_log = logging.getLogger(__name__)

KLV_EVERY_S: Final = 0.2
_REQUEST_BYTES, _REQUEST_WITHIN_S = 8192, 10.0

See = Callable[[str], VideoSample]  # what the drone's camera sees at this moment


SIZE_PX: Final = (1280, 720)
FPS: Final = 15


class PictureSource:
    """One address for the fleet: ``http://HOST:PORT/U07.ts``. ``see`` is asked in the loop."""

    def __init__(self, drones: Sequence[str], see: See, clock: Clock) -> None:
        self._drones, self._see, self._clock = frozenset(drones), see, clock
        self._ffmpeg = ""
        self._address = ""

    def uri(self, drone: str) -> str:
        """Where the drone's picture is; nowhere without ffmpeg."""
        return f"http://{self._address}/{drone}.ts" if self._address else ""

    @contextlib.asynccontextmanager
    async def serving(self, host: str = "127.0.0.1") -> AsyncIterator[None]:
        """Serves pictures; without ffmpeg nothing is served, and the log says so."""
        try:
            self._ffmpeg = find_ffmpeg()
        except Refusal as refusal:
            _log.warning("simulated drones have no picture: %s", refusal)
            yield
            return
        async with await asyncio.start_server(self._serve, host, 0, limit=_REQUEST_BYTES) as server:
            port = server.sockets[0].getsockname()[1]
            self._address = f"{host}:{port}"
            yield

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        gone = (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)
        # cancelled at the end of the loop: asyncio's own server would complain of it
        with contextlib.suppress(*gone, asyncio.CancelledError):
            try:
                async with asyncio.timeout(_REQUEST_WITHIN_S * self._clock.speedup):
                    request = await reader.readuntil(b"\r\n\r\n")
                drone = self._asked_for(request)
                if drone is None:
                    writer.write(b"HTTP/1.0 404 Not Found\r\n\r\n")
                    await writer.drain()
                else:
                    await self._stream(drone, writer)
            finally:
                writer.close()

    def _asked_for(self, request: bytes) -> str | None:
        words = request.split(b"\r\n", 1)[0].decode("latin-1").split()
        name = words[1].strip("/").removesuffix(".ts") if len(words) == 3 else ""
        return name if name in self._drones else None

    async def _stream(self, drone: str, writer: asyncio.StreamWriter) -> None:
        began_s = self._clock.unix_s()
        process = await asyncio.create_subprocess_exec(
            *self.command(drone, began_s),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert process.stdout is not None
        inserter = KlvInserter(lambda since_s: self._klv(drone, began_s, since_s), KLV_EVERY_S)
        try:
            writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: video/mp2t\r\n\r\n")
            while data := await process.stdout.read(16 * 1024):
                writer.write(inserter.feed(data))
                await writer.drain()
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def _klv(self, drone: str, began_s: float, since_s: float) -> bytes:
        """What the camera sees, stamped with the moment of the frame, as the picture has it."""
        at = self._clock.at(began_s + since_s * self._clock.speedup)
        return packet(self._see(drone).model_copy(update={"at": at}))

    def command(self, drone: str, began_s: float) -> list[str]:
        """ffmpeg's arguments: frames in real time, each with its moment in it."""
        (width, height), fps = SIZE_PX, FPS
        tenths = f"%{{eif\\:mod((t+{began_s % 1:.3f})*10\\,10)\\:d}}"
        text = f"{drone}  %{{pts\\:gmtime\\:{began_s:.3f}}}.{tenths}"
        pace = self._clock.speedup
        picture = ",".join(
            (
                f"testsrc2=size={width}x{height}:rate={fps}",
                f"setpts=PTS*{pace:g}",  # the time in the picture runs at the simulation's pace
                f"drawtext=fontfile={_font()}:text='{text}':fontsize=48:x=40:y=40"
                ":fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=12",
                f"setpts=PTS/{pace:g}",
                "format=yuv420p",
            )
        )
        return [
            *(self._ffmpeg, "-hide_banner", "-loglevel", "error", "-re"),
            *("-f", "lavfi", "-i", picture, "-c:v", "libx264", "-preset", "ultrafast"),
            *("-tune", "zerolatency", "-profile:v", "baseline", "-b:v", "2M"),
            *("-g", str(fps), "-keyint_min", str(fps), "-sc_threshold", "0"),
            *("-muxdelay", "0", "-muxpreload", "0", "-flush_packets", "1"),
            *("-f", "mpegts", "pipe:1"),
        ]


def _font() -> Path:
    """One that comes with a library we have, so that no machine lacks it."""
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSansMono.ttf"
