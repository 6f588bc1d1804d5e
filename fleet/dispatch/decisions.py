"""Decisions as the log keeps them: found, listed, and recomputed from the log alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from fleet.dispatch.together import assigned_again, bids_told
from fleet.dispatch.versions import versions
from fleet.log.events import AirspaceAdopted, DecisionTaken, IncidentReported, SortieRequested
from fleet.log.journal import Journal
from fleet.log.store import EventLog
from fleet.process import Refusal
from planner.airspace import Airspace, build
from planner.assign import bids_of
from planner.dispatch import choose
from planner.model import Alternative, Decision, Landing, LonLat, Picture, Volume
from planner.relief import Relief

_VOLUMES = TypeAdapter(tuple[Volume, ...])
_LANDINGS = TypeAdapter(tuple[Landing, ...])
_RELIEF = TypeAdapter(Relief | None)
_PICTURE = TypeAdapter(Picture)
_RANKING = TypeAdapter(tuple[Alternative, ...])


class AirspaceUnknown(Refusal):
    """The log does not hold the airspace of a decision."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A decision of the log."""

    at: datetime
    fact: DecisionTaken

    @property
    def picture(self) -> Picture:
        """What it was made from."""
        return _PICTURE.validate_python(self.fact.picture, strict=False)

    @property
    def ranking(self) -> tuple[Alternative, ...]:
        """As it was decided then."""
        return _RANKING.validate_python(self.fact.ranking, strict=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that is not the same any more. ``dock`` is None for the decision as a whole."""

    dock: str | None
    figure: str
    recorded: Any
    recomputed: Any


@dataclass(frozen=True, slots=True)
class Replay:
    """A decision recomputed. ``changed`` are the versions that are others now: package to then,
    now."""

    taken: Taken
    differences: tuple[Difference, ...]
    changed: dict[str, tuple[str | None, str]]


def adopt(airspace: Airspace, journal: Journal) -> None:
    """Writes down what the airspace is built from, unless the log holds it already."""
    if any(journal.log.read(subject=airspace.id, kind=AirspaceAdopted, limit=1)):
        return
    docks = zip(airspace.docks, airspace.nodes, strict=False)
    journal.record(
        AirspaceAdopted(
            airspace=airspace.id,
            volumes=_VOLUMES.dump_python(airspace.volumes, mode="json"),
            docks={dock: (at.lon, at.lat) for dock, at in docks},
            landings=_LANDINGS.dump_python(airspace.landings, mode="json"),
            relief=_RELIEF.dump_python(airspace.relief, mode="json"),
        )
    )


def find(log: EventLog, decision: str) -> Taken:
    """
    Raises:
        Refusal: if the log holds no such decision.
    """
    for recorded in log.read(subject=decision, kind=DecisionTaken, limit=1):
        return Taken(recorded.at, recorded.fact)
    if any(log.read(subject=decision, kind=IncidentReported, limit=1)):
        raise Refusal(f"{decision} is an incident; name one of the decisions taken for it")
    raise Refusal(f"there is no decision {decision}")


def newest(
    log: EventLog, incident: str | None, limit: int, before: str | None = None
) -> Iterator[Taken]:
    """Decisions of the incident or of all, newest first; or those that were taken ``before`` one.

    Raises:
        Refusal: if the log holds no such decision.
    """
    seq = None
    if before is not None:
        seq = next((r.seq for r in log.read(subject=before, kind=DecisionTaken, limit=1)), None)
        if seq is None:
            raise Refusal(f"there is no decision {before}")
    found = log.read(
        incident=incident, kind=DecisionTaken, limit=limit, newest_first=True, before=seq
    )
    for recorded in found:
        yield Taken(recorded.at, recorded.fact)


def sent(log: EventLog, taken: Taken) -> str | None:
    """The dock whose drone was sent by the decision; an officer may send another than the best."""
    sortie = flown(log, taken)
    return None if sortie is None else sortie.dock


def flown(log: EventLog, taken: Taken) -> SortieRequested | None:
    """The sortie that the decision led to."""
    for recorded in log.read(incident=taken.fact.incident, kind=SortieRequested):
        sortie: SortieRequested = recorded.fact
        if sortie.decision == taken.fact.decision:
            return sortie
    return None


def airspace_of(log: EventLog, taken: Taken) -> Airspace:
    """The airspace the decision was made in, built again.

    Raises:
        AirspaceUnknown: if the log does not hold it.
    """
    id_ = taken.fact.airspace_id
    for recorded in log.read(subject=id_, kind=AirspaceAdopted, limit=1):
        fact: AirspaceAdopted = recorded.fact
        docks = {dock: LonLat(*at) for dock, at in fact.docks.items()}
        volumes = _VOLUMES.validate_python(fact.volumes, strict=False)
        landings = _LANDINGS.validate_python(fact.landings, strict=False)
        return build(volumes, docks, landings, _RELIEF.validate_python(fact.relief, strict=False))
    raise AirspaceUnknown(
        f"the log does not hold the airspace {id_} of decision {taken.fact.decision}: "
        "it was taken before airspaces were kept, and cannot be recomputed"
    )


def replay(taken: Taken, airspace: Airspace) -> Replay:
    """Decides again, from what the log holds, with the planner of today. A figure that the log
    does not hold, for the planner did not tell it then, is no difference."""
    decision = choose(airspace, taken.picture)
    now = json.loads(json.dumps(_RANKING.dump_python(decision.ranking, mode="json")))
    found = list(_differing(taken.fact.ranking, now))
    found += _differing_together(taken.fact, decision)
    if decision.airspace_id != taken.fact.airspace_id:
        found.append(Difference(None, "airspace_id", taken.fact.airspace_id, decision.airspace_id))
    changed = {
        package: (taken.fact.versions.get(package), version)
        for package, version in versions().items()
        if taken.fact.versions.get(package) != version
    }
    return Replay(taken, tuple(found), changed)


def _differing_together(fact: DecisionTaken, decision: Decision) -> Iterator[Difference]:
    """Of what was assigned with other incidents: what this one was offered, and who goes where."""
    if fact.together is None:
        return
    then, now = bids_told(fact.together, fact.incident), bids_of(decision)
    if then != now:
        yield Difference(None, "together.bids", [*map(asdict, then)], [*map(asdict, now)])
    yield from (
        Difference(None, f"together.given.{incident}", was, is_now)
        for incident, was, is_now in _leaves(fact.together["given"], assigned_again(fact.together))
    )


def _differing(then: list[dict[str, Any]], now: list[dict[str, Any]]) -> Iterator[Difference]:
    """Dock by dock, in the order they were ranked in."""
    places = {offer["dock"]: place for place, offer in enumerate(now, 1)}
    for place, offer in enumerate(then, 1):
        dock = offer["dock"]
        if dock not in places:
            yield Difference(dock, "place", place, None)
            continue
        if places[dock] != place:
            yield Difference(dock, "place", place, places[dock])
        for figure, recorded, recomputed in _leaves(offer, now[places[dock] - 1]):
            yield Difference(dock, figure, recorded, recomputed)
    known = {offer["dock"] for offer in then}
    for dock, place in places.items():
        if dock not in known:
            yield Difference(dock, "place", None, place)


def _leaves(then: Any, now: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The figures that differ, bit for bit: as they are written, so that NaN equals NaN."""
    if isinstance(then, dict) and isinstance(now, dict):
        for key, value in then.items():
            yield from _leaves(value, now.get(key), f"{path}.{key}" if path else key)
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for number, (old, new) in enumerate(zip(then, now, strict=True)):
            yield from _leaves(old, new, f"{path}[{number}]")
    elif json.dumps(then, sort_keys=True) != json.dumps(now, sort_keys=True):
        yield path, then, now
