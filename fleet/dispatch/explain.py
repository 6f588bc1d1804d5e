"""Why this dock, and why not the others: a decision of the log with what it was made from, and what
would have turned it."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import asdict

from fleet import contract as c
from fleet.dispatch.decisions import (
    AirspaceUnknown,
    Taken,
    airspace_of,
    find,
    flown,
    newest,
    replay,
    sent,
)
from fleet.dispatch.dispatcher import decision_view
from fleet.dispatch.together import together_view
from fleet.log.store import EventLog
from planner.airspace import Airspace
from planner.checks import wind_is_sound
from planner.counterfactual import Turn, mean_wind_ms, turns
from planner.model import Alternative, Candidate

EXPLANATIONS_KEPT = 100
AIRSPACES_KEPT = 4  # a district has one at a time

_Turns = tuple[c.TurnView, ...] | None


class Explainer:
    """Explains decisions of a log; what turns each is worked out once. Has airspaces of its own, so
    that it may work in a thread beside the dispatcher."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._airspaces: OrderedDict[str, Airspace] = OrderedDict()
        self._turns: OrderedDict[str, _Turns] = OrderedDict()

    def explain(self, decision: str) -> c.ExplanationView:
        """
        Raises:
            Refusal: if the log holds no such decision.
        """
        taken = find(self._log, decision)
        picture, ranking = taken.picture, taken.ranking
        chosen = ranking[0] if ranking and ranking[0].feasible else None
        candidates = {each.dock: each for each in picture.candidates}
        sortie = flown(self._log, taken)
        return c.ExplanationView(
            incident=taken.fact.incident,
            decision=decision_of(taken),
            chosen=chosen.dock if chosen else None,
            sent=sortie.dock if sortie else None,
            kept_apart=sortie.kept_apart if sortie else None,
            no_room=sortie.no_room if sortie else (),
            window_s=picture.task.window_s,
            wind_ms=mean_wind_ms(picture),
            airspace=taken.fact.airspace_id,
            versions=taken.fact.versions,
            conditions=tuple(
                _conditions(candidates[offer.dock], offer, chosen) for offer in ranking
            ),
            turns=self._turns_of(taken),
            by_officer=sortie.by_officer if sortie else None,
            together=together_view(taken.fact.together),
        )

    def _turns_of(self, taken: Taken) -> _Turns:
        """None where it cannot be decided again as it was, for then nothing follows from trying."""
        key = taken.fact.decision
        if key not in self._turns:
            try:
                airspace = self._airspace(taken)
            except AirspaceUnknown:
                return None
            same = not replay(taken, airspace).differences
            self._turns[key] = (
                tuple(_turn(each) for each in turns(airspace, taken.picture)) if same else None
            )
            if len(self._turns) > EXPLANATIONS_KEPT:
                self._turns.popitem(last=False)
        return self._turns[key]

    def _airspace(self, taken: Taken) -> Airspace:
        id_ = taken.fact.airspace_id
        if id_ not in self._airspaces:
            self._airspaces[id_] = airspace_of(self._log, taken)
            if len(self._airspaces) > AIRSPACES_KEPT:
                self._airspaces.popitem(last=False)
        return self._airspaces[id_]


def summaries(
    log: EventLog, incident: str | None, limit: int, before: str | None = None
) -> Iterator[c.DecisionSummary]:
    """The decisions of the incident or of all, newest first; or those taken ``before`` one.

    Raises:
        Refusal: if there is no such decision.
    """
    for taken in newest(log, incident, limit, before):
        ranking = taken.fact.ranking  # as it is kept: of routes and energies nothing is told here
        feasible = [offer for offer in ranking if offer["feasible"]]
        best = feasible[0] if feasible else None
        yield c.DecisionSummary(
            id=taken.fact.decision,
            incident=taken.fact.incident,
            at=taken.at,
            chosen=best and best["dock"],
            eta_s=best and best["eta_s"],
            in_window=best is not None and best["in_window"],
            feasible=len(feasible),
            docks=len(ranking),
            sent=sent(log, taken),
        )


def decision_of(taken: Taken) -> c.DecisionView:
    """As it was decided then."""
    fact, window_s = taken.fact, taken.picture.task.window_s
    return decision_view(
        fact.decision, taken.at, fact.decide_ms, taken.ranking, fact.vantage, window_s
    )


def _turn(turn: Turn) -> c.TurnView:
    return c.TurnView.model_validate(asdict(turn))


def _conditions(
    candidate: Candidate, offer: Alternative, chosen: Alternative | None
) -> c.ConditionsView:
    performance, wind = candidate.performance, candidate.wind
    behind_s = None
    if chosen and chosen.eta_s is not None and offer.eta_s is not None:
        behind_s = offer.eta_s - chosen.eta_s
    sound = wind_is_sound(wind)
    return c.ConditionsView(
        dock=offer.dock,
        behind_s=behind_s,
        wind_ms=wind.speed_ms if sound else None,
        wind_from_deg=wind.from_deg if sound else None,
        charge_wh=candidate.energy_wh if math.isfinite(candidate.energy_wh) else None,
        reserve_wh=performance.reserve_share * performance.battery_wh,
    )
