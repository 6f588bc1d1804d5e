"""Which of several links a vehicle is heard and commanded on. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from fleet.mavlink.links import Link

SILENT_S: Final = 2.5  # two heartbeats are missing: another link that speaks takes over


@dataclass(frozen=True, slots=True)
class FailOver:
    """A vehicle is followed and commanded on another link, for the one before fell silent, or what
    was sent on it was not answered."""

    sysid: int
    before: str  # the links' addresses
    now: str
    silent_s: float


TellFailOver: TypeAlias = Callable[[FailOver], None]


@dataclass(slots=True)
class Route:
    """A link, and the remote end of it where the vehicle is."""

    link: Link
    remote: Any
    heard_s: float


class Routes:
    """One link counts for each vehicle, the same one until it falls silent while another speaks. So
    what comes twice is taken once, and answers come where questions went. ``tell`` is told of each
    change of a link for another, but not of ports on one machine."""

    def __init__(self, tell: TellFailOver = lambda _: None) -> None:
        self._used: dict[int, Route] = {}
        self._spare: dict[int, Route] = {}  # where it was heard last beside that
        self._tell = tell

    def heard(self, sysid: int, link: Link, remote: Any, now_s: float) -> bool:
        """Notes that the vehicle spoke here; whether this is the link that counts. One that starts
        again calls from another port: as another link, until the one before has been silent."""
        used = self._used.get(sysid)
        if used is None:
            self._used[sysid] = Route(link, remote, now_s)
        elif used.link is link and used.remote == remote:
            used.heard_s = now_s
        elif now_s - used.heard_s < SILENT_S:
            self._spare[sysid] = Route(link, remote, now_s)
            return False
        else:
            self._change(sysid, used, Route(link, remote, now_s), now_s)
        return True

    def unanswered(self, sysid: int, now_s: float) -> None:
        """Notes that what was sent to the vehicle again and again was not answered: it may be heard
        where it does not hear. Another link that speaks is tried."""
        used, spare = self._used.get(sysid), self._spare.get(sysid)
        if used is not None and spare is not None and now_s - spare.heard_s < SILENT_S:
            self._spare[sysid] = used
            self._change(sysid, used, spare, now_s)

    def _change(self, sysid: int, used: Route, route: Route, now_s: float) -> None:
        self._used[sysid] = route
        before, now = named(used.link, used.remote), named(route.link, route.remote)
        if before != now:
            self._tell(FailOver(sysid, before, now, now_s - used.heard_s))

    def __getitem__(self, sysid: int) -> Route | None:
        return self._used.get(sysid)

    def all(self) -> list[tuple[int, Route]]:
        return list(self._used.items())


def named(link: Link, remote: Any) -> str:
    """The link, and who calls on it where several may."""
    return link.url if remote is None else f"{link.url} from {_host(remote)}"


def _host(remote: Any) -> Any:
    return remote[0] if isinstance(remote, tuple) else remote
