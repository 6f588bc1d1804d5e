"""A process of the stack as its supervisor sees it: started, awaited, watched, ended."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import logging
import os
import signal
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fleet.process import Refusal

_log = logging.getLogger(__name__)

END_WITHIN_S = 6.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


@dataclass(slots=True)
class Child:
    """One `dockfleet` process. Its log goes to a file; its ready line is awaited."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    ready: dict[str, Any] = field(default_factory=dict)
    _process: asyncio.subprocess.Process | None = None
    _log_begins: int = 0  # where this start's part of the log begins

    async def start(self, within_s: float) -> dict[str, Any]:
        """Starts the process and returns its ready line.

        Raises:
            Refusal: with the process's own last words when it ends instead, or when it does not
                become ready in time.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._log_begins = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "fleet",
                *self.arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env={**os.environ, **self.environment},
                preexec_fn=end_with_parent,
            )
        try:
            async with asyncio.timeout(within_s):
                self.ready = await self._ready_line()
        except TimeoutError:
            await self.end()
            raise Refusal(
                f"{self.name} was not ready within {within_s:.0f} s; its log is {self.log}"
            ) from None
        return self.ready

    async def _ready_line(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            with contextlib.suppress(ValueError):
                answer = json.loads(line)
                if isinstance(answer, dict) and "ready" in answer:
                    return answer
        await self._process.wait()
        raise Refusal(self._last_words())

    def _last_words(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._log_begins)
            lines = deque((line.decode(errors="replace") for line in log), maxlen=40)
        said = [line for line in lines if line.startswith("dockfleet: ")]
        if said:
            return said[-1].removeprefix("dockfleet: ").strip()
        return f"{self.name} ended at its start; its log is {self.log}"

    async def wait(self) -> int:
        """Until the process ends; its exit code. Drains what it prints meanwhile."""
        assert self._process is not None
        assert self._process.stdout is not None
        async for _ in self._process.stdout:
            pass
        return await self._process.wait()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def end(self) -> None:
        """Asks the process to end, and after a while makes it."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(END_WITHIN_S):
                await process.wait()
        except TimeoutError:
            _log.warning("%s did not end when asked; killed", self.name)
            process.kill()
            await process.wait()


def end_with_parent() -> None:
    """Linux: the kernel ends this process when its supervisor dies, however it dies."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
