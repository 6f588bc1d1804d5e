"""`dockfleet lease` and `dockfleet gateway`: drones for other ground stations."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated, Any

import typer

from fleet import contract as c
from fleet.bus import BusUnreachable, MqttBus, RequestFailed, Topics
from fleet.cli.asking import ANSWER_WITHIN_S, ask, print_json
from fleet.cli.options import BROKER, AsJson, BrokerUrl, DistrictId
from fleet.clock import Clock
from fleet.process import Refusal, end_with

LOOK_EACH_S = 0.5
ROW = "{:<6}  {:<5}  {:<22}  {:<20}  {}"
HEADINGS = ("drone", "dock", "address", "connected", "commanded by")
_NOT_YET = (c.SortieState.REQUESTED, c.SortieState.PREPARING)

lease = typer.Typer(
    help="Lend drones to other ground stations, and take them back.", no_args_is_help=True
)

Drone = Annotated[str, typer.Argument(metavar="DRONE", help="A drone, or its dock: D07.")]


@lease.command("grant")
def grant(
    drone: Drone,
    label: Annotated[str, typer.Option("--for", help="What people call it: 'QGC desk 2'.")] = "",
    to: Annotated[
        str | None, typer.Option(help="Its name at the gateway, where several are connected.")
    ] = None,
    minutes: Annotated[float, typer.Option(min=1, max=240)] = 10,
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Lend a drone to a ground station that is connected to it; waits until it is lent."""
    body = c.GrantLease(drone=drone, to=to, label=label, minutes=minutes, by="cli")
    clock = Clock.from_environment(os.environ)

    async def whole() -> c.SortieView:
        async with MqttBus(broker, client="cli", clock=clock) as bus:
            return await granted(bus, Topics(district), body)

    try:
        view = clock.run(whole())
    except (BusUnreachable, RequestFailed, Refusal) as refusal:
        end_with(str(refusal))
    if json:
        print_json(view.model_dump(mode="json"))
    else:
        assert view.lease is not None
        until = view.lease.until.astimezone().strftime("%H:%M:%S")
        typer.echo(f"{view.drone} is lent to {_named(view.lease)} until {until}")


@lease.command("take-back")
def take_back(
    drone: Drone,
    reason: Annotated[str, typer.Option()] = "taken back from the command line",
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Take a drone back at once; in the air it comes home."""
    view = ask(broker, district, c.TakeBackLease(drone=drone, reason=reason, by="cli"))
    if json:
        print_json(view)
    else:
        typer.echo(f"{view['drone']} is the controller's again")


@lease.command("list")
def list_(
    broker: BrokerUrl = BROKER, district: DistrictId = "longgang", json: AsJson = False
) -> None:
    """List the drones that are lent, to whom, by whom and until when."""
    offered = _offered(broker, district)
    lent = [each for each in offered.drones if each.lease is not None]
    if json:
        print_json({"leases": [_lease_of(each) for each in lent]})
        return
    for each in lent:
        assert each.lease is not None
        until = each.lease.until.astimezone().strftime("%H:%M:%S")
        typer.echo(f"{each.drone}  {_named(each.lease)}  until {until}  by {each.lease.by}")
    if not lent:
        typer.echo("no drone is lent")


def gateway(
    broker: BrokerUrl = BROKER, district: DistrictId = "longgang", json: AsJson = False
) -> None:
    """Say where each drone is offered to ground stations, who is connected and who commands."""
    offered = _offered(broker, district)
    if json:
        print_json(offered.model_dump(mode="json"))
        return
    if not offered.drones:
        end_with("drones are not offered to ground stations; start with --gateway-port")
    typer.echo(ROW.format(*HEADINGS))
    for each in offered.drones:
        guests = ", ".join(guest.name for guest in each.guests) or "–"
        holder = "controller" if each.lease is None else _named(each.lease)
        typer.echo(ROW.format(each.drone, each.dock, each.address, guests, holder))


async def granted(bus: MqttBus, topics: Topics, body: c.GrantLease) -> c.SortieView:
    """The sortie once its drone is lent; one in its dock takes some seconds.

    Raises:
        RequestFailed: if the controller refuses.
        Refusal: if the drone cannot leave its dock after all.
    """
    request = topics.controller_request()
    answer = await bus.request(request, body, ANSWER_WITHIN_S)
    view = c.SortieView.model_validate(answer.body)
    while view.lease is None and view.state in _NOT_YET:
        await asyncio.sleep(LOOK_EACH_S)
        answer = await bus.request(request, c.ListSorties(), ANSWER_WITHIN_S)
        page = c.SortiesPage.model_validate(answer.body)
        view = next((each for each in page.sorties if each.id == view.id), view)
    if view.lease is None:
        raise Refusal(f"{view.drone} is not lent: {view.reason}")
    return view


def _offered(broker: str, district: str) -> c.GatewayView:
    return c.GatewayView.model_validate(ask(broker, district, c.GetGateway()))


def _named(lease: c.LeaseView) -> str:
    return f"{lease.label} ({lease.holder})" if lease.label else lease.holder


def _lease_of(offered: c.OfferedDrone) -> dict[str, Any]:
    assert offered.lease is not None
    told: dict[str, Any] = offered.lease.model_dump(mode="json")
    return {"drone": offered.drone, "dock": offered.dock, "sortie": offered.sortie, **told}
