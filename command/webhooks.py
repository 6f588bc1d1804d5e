"""Tells other systems what happens: each event as a signed POST, tried again until it is taken."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import http.client
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from command.people.audit import AuditLog
from command.settings import WebhookSettings
from fleet.contract import Change
from fleet.process import Refusal

ATTEMPTS: Final = 7
FIRST_WAIT_S: Final = 1.0  # doubled after each attempt: about a minute in all
ANSWER_WITHIN_S: Final = 5.0
MOST_WAITING: Final = 1000  # events for one address; then the oldest is given up
SHORTEST_SECRET: Final = 16
_AGAIN: Final = (408, 409, 425, 429)  # of the 4xx: not now, where the others mean never
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hook:
    """Where to, of which events (all if none is named), and with which secret."""

    url: str
    events: frozenset[str]
    secret: bytes = field(repr=False)

    @property
    def shown(self) -> str:
        """For logs: an address may hold a secret of its own behind the host."""
        return urlsplit(self.url).netloc


def hooks_of(settings: Sequence[WebhookSettings], environment: Mapping[str, str]) -> list[Hook]:
    """
    Raises:
        Refusal: if a secret is missing or easily guessed.
    """
    hooks = []
    for each in settings:
        secret = environment.get(each.secret_from, "").encode()
        if len(secret) < SHORTEST_SECRET:
            raise Refusal(
                f"the webhook to {urlsplit(each.url).netloc} needs a secret of at least "
                f"{SHORTEST_SECRET} bytes in the environment variable {each.secret_from}"
            )
        hooks.append(Hook(each.url, frozenset(each.events), secret))
    return hooks


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """What proves to the receiver that we sent this body, and when."""
    proof = hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={proof.hexdigest()}"


class NotTaken(Exception):
    """A receiver did not take an event. ``for_good``: it will not later either."""

    def __init__(self, why: str, for_good: bool = False) -> None:
        super().__init__(why)
        self.for_good = for_good


class Webhooks:
    """On the loop; each address in order and at its own pace. ``pace`` is of the loop's seconds to
    those of the world; of several consoles that are told of an event the one tells it that
    ``is_first`` to take its name."""

    def __init__(
        self,
        hooks: Sequence[Hook],
        audit: AuditLog,
        now: Callable[[], datetime],
        pace: float = 1.0,
        first_wait_s: float = FIRST_WAIT_S,
        is_first: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._audit, self._now, self._is_first = audit, now, is_first
        self._first_wait_s = first_wait_s * pace
        self._waiting: dict[Hook, deque[Change]] = {hook: deque() for hook in hooks}
        self._lost = dict.fromkeys(hooks, 0)  # since it was last told
        self._stirred = {hook: asyncio.Event() for hook in hooks}

    def tell(self, change: Change) -> None:
        """Queues an event for everybody who wants it."""
        for hook, waiting in self._waiting.items():
            if hook.events and change.event.kind not in hook.events:
                continue
            if len(waiting) >= MOST_WAITING:
                waiting.popleft()
                self._lost[hook] += 1
            waiting.append(change)
            self._stirred[hook].set()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for hook in self._waiting:
                tasks.create_task(self._serve(hook), name=f"webhook {hook.shown}")

    async def _serve(self, hook: Hook) -> None:
        waiting, stirred = self._waiting[hook], self._stirred[hook]
        while True:
            while waiting:
                await self._deliver(hook, waiting.popleft())
                if lost := self._lost[hook]:
                    self._lost[hook] = 0
                    told = f"{lost} events given up: it takes them too slowly"
                    await asyncio.to_thread(self._record, hook, told)
            stirred.clear()
            await stirred.wait()

    async def _deliver(self, hook: Hook, change: Change) -> None:
        name = f"{hook.url} {change.event.seq} {change.event.at.isoformat()}"
        if not await asyncio.to_thread(self._is_first, name):
            return None
        wait_s = self._first_wait_s
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await asyncio.to_thread(self._post, hook, change)
            except NotTaken as error:
                if error.for_good or attempt == ATTEMPTS:
                    event = f"{change.event.kind}, seq {change.event.seq}"
                    told = f"{event}, given up after {attempt} attempts: {error}"
                    return await asyncio.to_thread(self._record, hook, told)
                _LOG.warning("webhook %s, seq %d: %s", hook.shown, change.event.seq, error)
            await asyncio.sleep(wait_s)
            wait_s *= 2

    def _post(self, hook: Hook, change: Change) -> None:
        at, body = urlsplit(hook.url), change.model_dump_json().encode()
        timestamp = str(int(self._now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "dockfleet",
            "X-Dockfleet-Event": change.event.kind,
            "X-Dockfleet-Delivery": f"{change.event.seq}",
            "X-Dockfleet-Timestamp": timestamp,
            "X-Dockfleet-Signature": signature(hook.secret, timestamp, body),
        }
        kind = http.client.HTTPSConnection if at.scheme == "https" else http.client.HTTPConnection
        connection = kind(str(at.hostname), at.port, timeout=ANSWER_WITHIN_S)
        try:
            path = at.path or "/"
            connection.request("POST", f"{path}?{at.query}" if at.query else path, body, headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            raise NotTaken(f"{type(error).__name__}: {error}") from None
        finally:
            connection.close()
        if not 200 <= status < 300:
            refused = 400 <= status < 500 and status not in _AGAIN
            raise NotTaken(f"it answered {status}", for_good=refused)

    def _record(self, hook: Hook, told: str) -> None:
        """That something was given up, where people look."""
        _LOG.error("webhook %s: %s", hook.shown, told)
        try:
            self._audit.record("console", "", "", "webhook", hook.shown, refusal=told)
        except SQLAlchemyError as error:
            _LOG.critical("the audit log failed: %s", error)
