"""What was refused, for the audit log; written so that nobody can fill the log with it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import flask
from sqlalchemy.exc import SQLAlchemyError

from command.people.audit import AuditLog

SIGN_IN: Final = "sign_in"
WRITTEN_A_MINUTE: Final = 30  # of one person; of all who are not signed in together
_MINUTE: Final = timedelta(minutes=1)
_LOG = logging.getLogger(__name__)


@dataclass
class _Minute:
    """What was written since it began; the same is written once, and of the rest the number."""

    began: datetime
    written: set[tuple[str, ...]] = field(default_factory=set)
    left_out: int = 0


class Refusals:
    """For any number of threads. Whoever is not signed in has no role; strangers share one count,
    for their addresses cost them nothing, and sign-ins have another, so that they stay in sight."""

    def __init__(self, audit: AuditLog, now: Callable[[], datetime]) -> None:
        self._audit, self._now = audit, now
        self._lock = threading.Lock()
        self._minutes: dict[tuple[str, bool], _Minute] = {}

    def note(self, who: str, role: str, address: str, act: str, subject: str, reason: str) -> None:
        """Writes it, unless it was written within this minute or too much was."""
        group = (who if role else "", act == SIGN_IN)
        entry = (who, role, address, act, subject, reason)
        self.settle()
        with self._lock:
            minute = self._minutes.setdefault(group, _Minute(self._now()))
            if entry in minute.written or len(minute.written) >= WRITTEN_A_MINUTE:
                minute.left_out += 1
                return
            minute.written.add(entry)
        self._write(*entry)

    def settle(self) -> None:
        """Writes how many were left out in the minutes that are over."""
        over = self._now() - _MINUTE
        with self._lock:
            ended = [group for group, minute in self._minutes.items() if minute.began <= over]
            counts = [(group, self._minutes.pop(group).left_out) for group in ended]
        for (who, is_sign_in), left_out in counts:
            if left_out:
                act = SIGN_IN if is_sign_in else "requests"
                self._write(who, "", "", act, "", f"{left_out} more were refused within a minute")

    def _write(self, *entry: str) -> None:
        mark_recorded()
        try:
            self._audit.record(*entry)
        except SQLAlchemyError as error:
            _LOG.critical("the audit log failed: %s; it lacks %s", error, entry)


def mark_recorded() -> None:
    """What becomes of the present request is in the audit log already."""
    if flask.has_request_context():
        flask.g.recorded = True


def is_recorded() -> bool:
    return bool(flask.g.get("recorded", False))
