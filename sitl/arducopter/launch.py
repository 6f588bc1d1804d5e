"""Starting `arducopter` processes, keeping their logs, and ending them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from fleet.process import Refusal
from fleet.stack.children import end_with_parent
from sitl.arducopter.program import FRAME

_log = logging.getLogger(__name__)

END_WITHIN_S = 3.0
RESTART_PAUSE_S = 2.0


@dataclass(slots=True)
class Arducopter:
    """One process in a directory of its own, where it keeps parameters, logs and terrain."""

    drone: str
    arguments: list[str]
    directory: Path
    _process: asyncio.subprocess.Process | None = field(default=None)

    async def start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        shutil.copy(FRAME, self.directory)
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.arguments,
                cwd=self.directory,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                env={**os.environ, "SITL_PANIC_EXIT": "1"},  # or it spins for ever after a panic
                preexec_fn=end_with_parent,
            )

    @property
    def log(self) -> Path:
        return self.directory / "arducopter.log"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def ended(self) -> int:
        assert self._process is not None
        return await self._process.wait()

    def last_words(self) -> str:
        with self.log.open(errors="replace") as log:
            lines = [line.strip() for line in log if line.strip()]
        return lines[-1] if lines else "it said nothing"

    async def keep(self) -> None:
        """Starts the process again whenever it ends, for ever."""
        while True:
            code = await self.ended()
            _log.error(
                "arducopter of %s ended with code %d (%s); starting it again",
                *(self.drone, code, self.last_words()),
            )
            await asyncio.sleep(RESTART_PAUSE_S)
            await self.start()

    async def end(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
            try:
                async with asyncio.timeout(END_WITHIN_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()


@contextlib.asynccontextmanager
async def launched(fleet: list[Arducopter]) -> AsyncIterator[list[Arducopter]]:
    """Starts all processes; ends all of them, whatever happens.

    Raises:
        Refusal: if one cannot be started at all.
    """
    try:
        for copter in fleet:
            try:
                await copter.start()
            except OSError as error:
                raise Refusal(
                    f"arducopter of {copter.drone} cannot be started: {error.strerror}"
                ) from None
        yield fleet
    finally:
        await asyncio.gather(*(copter.end() for copter in fleet))
