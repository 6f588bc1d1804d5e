"""`dockfleet decision`: why this dock, and why not that one, from the event log alone, of a system
that runs or one that stopped years ago."""

from __future__ import annotations

import json as json_
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fleet.cli.asking import print_json
from fleet.cli.options import AsJson
from fleet.process import Refusal, end_with

if TYPE_CHECKING:
    from fleet import contract as c
    from fleet.dispatch.decisions import Replay
    from fleet.log.store import EventLog

LogUrl = Annotated[
    str, typer.Option("--log", envvar="DOCKFLEET_LOG_URL", help="Database URL of the event log.")
]
DecisionId = Annotated[str, typer.Argument(metavar="ID")]
LOG = "sqlite:///var/longgang/events.db"  # where `dockfleet up` keeps it
PARTS = ("launch_s", "climb_s", "cruise_s", "descent_s")
ROW = "{:<5} {:>6} {:>9}  {:>6} {:>6} {:>7} {:>8}  {:>12}  {:>9}  {}"
HEADINGS = (
    *("dock", "ETA", "behind", "launch", "climb", "cruise", "descent"),
    *("wind", "left", "ruled out by"),
)

decision = typer.Typer(
    help="Explain and recompute decisions, from the event log alone.", no_args_is_help=True
)


@decision.command("list")
def list_(
    incident: Annotated[str | None, typer.Option(help="Only those of this incident.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 20,
    log: LogUrl = LOG,
    json: AsJson = False,
) -> None:
    """List decisions, newest first."""
    from fleet.dispatch.explain import summaries
    from fleet.log.events import IncidentReported

    with _opened(log) as events:
        found = list(summaries(events, incident, limit))
        if incident and not found and not any(events.read(subject=incident, kind=IncidentReported)):
            end_with(f"the log {log} holds no incident {incident}")
    if json:
        print_json({"decisions": [each.model_dump(mode="json") for each in found]})
        return
    for each in found:
        best = f"{each.chosen} {_clock(each.eta_s)}" if each.chosen else "nobody"
        went = f"  sent {each.sent}" if each.sent else ""
        at = each.at.strftime("%Y-%m-%d %H:%M:%S UTC")
        able = f"{each.feasible} of {each.docks} docks able"
        typer.echo(f"{each.id}  {at}  incident {each.incident}  {best}  {able}{went}")


@decision.command("show")
def show(id_: DecisionId, log: LogUrl = LOG, json: AsJson = False) -> None:
    """Show why this dock, by how much the others lost and why, and what would have turned it."""
    from fleet.dispatch.explain import Explainer

    with _opened(log) as events:
        found = Explainer(events).explain(id_)
    if json:
        print_json(found.model_dump(mode="json"))
    else:
        _tell(found)


@decision.command("replay")
def replay_(id_: DecisionId, log: LogUrl = LOG, json: AsJson = False) -> None:
    """Recompute a decision and compare bit for bit; exit code 1 if a figure differs."""
    from dataclasses import asdict

    from fleet.dispatch.decisions import airspace_of, find, replay

    with _opened(log) as events:
        taken = find(events, id_)
        found = replay(taken, airspace_of(events, taken))
    if json:
        print_json(
            {
                "decision": id_,
                "same": not found.differences,
                "differences": [asdict(each) for each in found.differences],
                "versions": {k: {"then": a, "now": b} for k, (a, b) in found.changed.items()},
            }
        )
    else:
        _tell_replay(found)
    if found.differences:
        raise typer.Exit(1)


@contextmanager
def _opened(url: str) -> Iterator[EventLog]:
    """The log, if it is there: looking must not make an empty one. Refusals end the program, as
    does what this version cannot read any more."""
    from pydantic import ValidationError

    from fleet.log.store import EventLog
    from planner.airspace import AirspaceInvalid
    from planner.checks import QuestionInvalid

    path = url.partition("sqlite:///")[2]
    if path and not Path(path).is_file():
        end_with(f"there is no event log at {path}; name it with --log sqlite:///PATH/events.db")
    try:
        with EventLog(url) as log:
            yield log
    except Refusal as refusal:
        end_with(str(refusal))
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        end_with(f"the log {url} was written by another version: cannot read {where}")
    except (AirspaceInvalid, QuestionInvalid) as error:
        end_with(f"the planner of this version does not take what was decided on: {error}")


def _tell(found: c.ExplanationView) -> None:
    view = found.decision
    at = view.at.strftime("%Y-%m-%d %H:%M:%S UTC")
    typer.echo(
        f"decision {view.id} for incident {found.incident}, {at}, in {view.decide_ms:.1f} ms"
    )
    typer.echo(_verdict(found))
    typer.echo(ROW.format(*HEADINGS).rstrip())
    for offer, known in zip(view.ranking, found.conditions, strict=True):
        typer.echo(_row(offer, known))
    if found.turns is None:
        typer.echo("what would have turned it is not known: it cannot be decided again as it was")
    elif found.turns:
        typer.echo("what would have turned it:")
        for turn in found.turns:
            typer.echo(f"  {sentence(turn, found.chosen)}")
    else:
        typer.echo("no single change that was tried would have turned it")


def _verdict(found: c.ExplanationView) -> str:
    """Who was chosen, and who went if it was another."""
    from fleet.dispatch.vantage import seen_from

    if found.chosen is None:
        return "nobody could be sent"
    best = found.decision.ranking[0]
    assert best.eta_s is not None
    margin_s = found.window_s - best.eta_s
    side = "inside" if margin_s >= 0 else "past"
    told = (
        f"{best.dock} is the fastest that can go: there after {_clock(best.eta_s)}, "
        f"{_clock(abs(margin_s))} {side} the window of {_clock(found.window_s)}"
    )
    if found.sent and found.sent != found.chosen:
        told += f"; sent was {found.sent}{_why_another(found)}"
    if found.together is not None:
        told += f"\n{together(found.together, found.incident)}"
    if (vantage := found.decision.vantage) is not None:
        told += f"\n{seen_from(vantage)}"
    if found.kept_apart is not None:
        told += f"\n{apart(found.kept_apart)}"
    if best.ways_down is not None:
        told += f"\n{landings(best.ways_down)}"
    return told


def _why_another(found: c.ExplanationView) -> str:
    """Why another than the best was sent, as far as that is recorded."""
    if found.no_room:
        return f", {'; '.join(found.no_room)}"
    if found.by_officer:
        return ", as the officer chose"
    return ", as assigned with other incidents" if found.together is not None else ""


def together(found: c.TogetherView, incident: str) -> str:
    """Who went where, in words."""
    told = []
    for claim in sorted(found.claims, key=lambda claim: claim.incident != incident):
        who = "nobody" if claim.gets is None else f"{claim.gets} ({_clock(claim.eta_s)})"
        had = "" if claim.had in (None, claim.gets) else f" instead of {claim.had}"
        named = "it" if claim.incident == incident else f"incident {claim.incident}"
        told.append(f"{named} (level {claim.level}) gets {who}{had}")
    return (
        f"assigned together with other incidents: {', '.join(told)}; "
        f"{found.weighted_s:.0f} weighted seconds, each in its turn {found.first_come_s:.0f}"
    )


def landings(found: c.WaysDownView) -> str:
    """Where the drone can land from the point at which that is hardest, in words."""
    moment = found.moments[found.weakest]
    places = [f"{way.place} ({way.margin_wh:+.0f} Wh)" for way in moment.ways]
    told = "two ways down at every second" if found.holds else "not always two ways down"
    return (
        f"{told}: at the tightest, {moment.at_s:.0f} s into the flight, "
        f"{' and '.join(places) or 'none'}, beside the reserve"
    )


def apart(kept: c.KeptApart) -> str:
    """How the flight was kept apart from others, in words."""
    changes = []
    if kept.delay_s:
        changes.append(f"it starts {kept.delay_s:.0f} s later")
    if kept.cruise_change_m:
        changes.append(f"it flies {_higher(kept.cruise_change_m)}")
    if kept.scene_change_m:
        changes.append(f"it stays {_higher(kept.scene_change_m)} over the scene")
    told = f"to be apart from {', '.join(kept.drones)} {' and '.join(changes)}"
    if kept.above_ground_m is None:
        return told
    return f"{told}, up to {kept.above_ground_m:.0f} m above the ground: more than is open"


def _higher(metres: float) -> str:
    return f"{abs(metres):.0f} m {'higher' if metres > 0 else 'lower'}"


def _row(offer: c.AlternativeView, known: c.ConditionsView) -> str:
    why = "; ".join(reason.text or reason.veto for reason in offer.reasons)
    parts = [f"{getattr(offer.parts, part):.0f} s" if offer.parts else "–" for part in PARTS]
    wind = "–" if known.wind_ms is None else f"{known.wind_ms:.1f}@{known.wind_from_deg:.0f}"
    left = "–" if offer.energy_left_wh is None else f"{offer.energy_left_wh:.0f} Wh"
    behind = "–" if not known.behind_s else f"{known.behind_s:+.1f} s"
    return ROW.format(offer.dock, _clock(offer.eta_s), behind, *parts, wind, left, why).rstrip()


def sentence(turn: c.TurnView, chosen: str | None) -> str:
    """What would have turned the choice, in words."""
    who = f"{turn.to} wins" if turn.to else "nobody can be sent"
    match turn.change:
        case "wind":
            return f"{who} {_range(turn.least, turn.most)} of wind (it was {turn.now:.1f} m/s)"
        case "launch":
            return f"{who} if the launch of {chosen} takes {turn.least:.1f} s longer"
        case "charge":
            return f"{who} with {turn.least:.1f} Wh in its battery (it held {turn.now:.1f} Wh)"
        case "veto" if turn.veto:
            return f"{who} but for one thing against it: {turn.veto.replace('_', ' ')}"
        case "veto":
            return f"{who} if nothing is against it"
    return f"{who} without {chosen}"


def _range(least: float | None, most: float | None) -> str:
    if least is None:
        return f"up to {most:.1f} m/s"
    return f"from {least:.1f} m/s" if most is None else f"from {least:.1f} to {most:.1f} m/s"


def _tell_replay(found: Replay) -> None:
    decision = found.taken.fact.decision
    if not found.differences:
        typer.echo(f"decision {decision} is the same, bit for bit")
    for each in found.differences:
        then, now = (json_.dumps(value) for value in (each.recorded, each.recomputed))
        typer.echo(f"{each.dock or 'decision'}: {each.figure} was {then}, is now {now}")
    for package, (then_version, now_version) in found.changed.items():
        typer.echo(f"{package} was {then_version or 'not recorded'}, is now {now_version}")


def _clock(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
