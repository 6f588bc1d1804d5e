"""Which of several links a vehicle is heard and commanded on. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from fleet.mavlink.links import Link

SILENT_S: Final = 2.5  # two heartbeats are missing: another link that speaks takes over


@dataclass(frozen=True, slots=True)
class FailOver:
    """A vehicle is followed and commanded on another link, for the one before fell silent."""

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
    change of a link for another."""

    def __init__(self, tell: TellFailOver = lambda _: None) -> None:
        self._used: dict[int, Route] = {}
        self._tell = tell

    def heard(self, sysid: int, link: Link, remote: Any, now_s: float) -> bool:
        """Notes that the vehicle spoke here; whether this is the link that counts."""
        used = self._used.get(sysid)
        if used is not None and used.link is link and _host(used.remote) == _host(remote):
            used.remote, used.heard_s = remote, now_s  # one that starts again calls from a new port
            return True
        if used is not None and now_s - used.heard_s < SILENT_S:
            return False
        self._used[sysid] = Route(link, remote, now_s)
        if used is not None:
            before, now = (named(*each) for each in ((used.link, used.remote), (link, remote)))
            self._tell(FailOver(sysid, before, now, now_s - used.heard_s))
        return True

    def __getitem__(self, sysid: int) -> Route | None:
        return self._used.get(sysid)

    def all(self) -> list[tuple[int, Route]]:
        return list(self._used.items())


def named(link: Link, remote: Any) -> str:
    """The link, and who calls on it where several may."""
    return link.url if remote is None else f"{link.url} from {_host(remote)}"


def _host(remote: Any) -> Any:
    return remote[0] if isinstance(remote, tuple) else remote
