"""Keeping one failing part from taking the others with it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

_log = logging.getLogger(__name__)

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0


async def supervise(
    name: str,
    work: Callable[[], Awaitable[None]],
    failed: Callable[[str, str], None],
) -> None:
    """Runs ``work`` to its end, starting it again after a failure with growing pauses.

    ``failed(name, error)`` is called for each failure, so that it becomes a recorded fact; where
    that fails too, as on a full disk, the log says so and the work goes on. A cancellation passes
    through.
    """
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 -- the one place where a part may fail
            _log.exception("%s failed; starting it again in %.0f s", name, pause_s)
            _record(failed, name, f"{type(error).__name__}: {error}")
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        else:
            return


def _record(failed: Callable[[str, str], None], name: str, error: str) -> None:
    try:
        failed(name, error)
    except Exception:  # noqa: BLE001 -- what cannot be recorded must not end what it is about
        _log.exception("that %s failed could not be recorded", name)
