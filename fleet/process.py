"""How a process of the stack starts, tells that it is ready, and ends.

Standard output carries results and the one ready line; the log goes to standard error. SIGTERM and
SIGINT end a process cleanly with exit code 0. What a person must mend is a ``Refusal``: one
sentence on standard error and exit code 1.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NoReturn

from fleet.clock import Clock


class Refusal(Exception):
    """What cannot be done and why: one sentence for the person who asked."""


def announce_ready(name: str, **details: Any) -> None:
    """Prints the ready line that a supervisor waits for."""
    print(json.dumps({"ready": name, **details}, ensure_ascii=False), flush=True)  # noqa: T201


def end_with(sentence: str, code: int = 1) -> NoReturn:
    """Ends the program with one sentence on standard error."""
    print(f"dockfleet: {sentence}", file=sys.stderr, flush=True)  # noqa: T201
    raise SystemExit(code)


def find_ffmpeg(environment: Mapping[str, str] = os.environ) -> str:
    """The ffmpeg program: ``$FFMPEG``, else on PATH, else that of the package imageio-ffmpeg.

    Raises:
        Refusal: if there is none, or what was named cannot be run.
    """
    named = environment.get("FFMPEG")
    if found := shutil.which(named or "ffmpeg", path=environment.get("PATH")):
        return found
    if named:
        raise Refusal(f"{named}, named by $FFMPEG, is not a program that can be run")
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        raise Refusal(
            "no ffmpeg was found on PATH: install it, or name it by $FFMPEG, to see live pictures"
        ) from None


def serve(main: Callable[[Clock], Awaitable[None]]) -> None:
    """Runs a service until it ends or the process is told to stop, on the clock handed down.

    A ``Refusal``, also inside an exception group, becomes its sentence and exit code 1.
    """
    try:
        clock = Clock.from_environment(os.environ)
    except ValueError as error:
        end_with(str(error), 2)
    try:
        clock.run(_until_stopped(main, clock))
    except* Refusal as refusals:
        end_with(str(_first(refusals)))


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner


async def _until_stopped(main: Callable[[Clock], Awaitable[None]], clock: Clock) -> None:
    loop = asyncio.get_running_loop()
    service = asyncio.ensure_future(main(clock))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.cancel)
    try:
        await service
    except asyncio.CancelledError:
        current = asyncio.current_task()
        if current is not None and current.cancelling():
            raise
