"""`dockfleet user` and `dockfleet audit`: the console's people, at the machine it runs on.

Whoever can read the database may do this; no sign-in is asked. What is done here is recorded too.
"""

from __future__ import annotations

import getpass
import json as json_
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer

from command.acts import Refused
from command.cli import PEOPLE, PeopleUrl
from command.people.house import People, open_people
from command.people.rights import Role
from fleet.clock import Clock
from fleet.process import Refusal, end_with

AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
Name = Annotated[str, typer.Argument(metavar="NAME")]

user = typer.Typer(help="Add people to the console, reset passwords.", no_args_is_help=True)
audit = typer.Typer(help="Show who did what; check the record.", no_args_is_help=True)


@user.command()
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="What this person may do.")],
    shown: Annotated[str, typer.Option(help="The name that others read.")] = "",
    subdistrict: Annotated[
        list[str] | None, typer.Option(help="Code; may act only there. May be repeated.")
    ] = None,
    people: PeopleUrl = PEOPLE,
    json: AsJson = False,
) -> None:
    """Add somebody and print the one-time password."""
    house = _open(people)
    password = _do(
        house, "add_person", name, lambda: house.roster.add(name, role, shown, subdistrict or ())
    )
    _tell_secret(name, "password", password, json)


@user.command("list")
def list_(people: PeopleUrl = PEOPLE, json: AsJson = False) -> None:
    """List everybody who may sign in."""
    found = _open(people).roster.people()
    if json:
        typer.echo(json_.dumps([asdict(each) for each in found], ensure_ascii=False, indent=2))
        return
    for each in found:
        state = "disabled" if each.disabled else "new" if each.must_change else ""
        typer.echo(f"{each.name:20} {each.role:14} {each.shown}  {state}")


@user.command()
def password(name: Name, people: PeopleUrl = PEOPLE, json: AsJson = False) -> None:
    """Give somebody a new one-time password; all their sessions end."""
    house = _open(people)
    secret = _do(house, "reset_password", name, lambda: house.roster.reset_password(name))
    _tell_secret(name, "password", secret, json)


@user.command()
def disable(name: Name, people: PeopleUrl = PEOPLE) -> None:
    """Let somebody sign in no more; sessions and tokens end."""
    house = _open(people)
    _do(house, "change_person", name, lambda: house.roster.change(name, disabled=True))


@user.command()
def enable(name: Name, people: PeopleUrl = PEOPLE) -> None:
    """Let somebody sign in again."""
    house = _open(people)
    _do(house, "change_person", name, lambda: house.roster.change(name, disabled=False))


@user.command()
def token(
    name: Name,
    label: Annotated[str, typer.Option(help="What the token is for.")],
    days: Annotated[int | None, typer.Option(min=1, help="How long it is good; none: always.")] = (
        None
    ),
    people: PeopleUrl = PEOPLE,
    json: AsJson = False,
) -> None:
    """Make a token for a program that acts as this person through REST."""
    house = _open(people)
    lasts = timedelta(days=days) if days else None
    secret = _do(house, "new_token", name, lambda: house.roster.new_token(name, label, lasts))
    _tell_secret(name, "token", secret, json)


@user.command()
def tokens(name: Name, people: PeopleUrl = PEOPLE, json: AsJson = False) -> None:
    """List the tokens that act as this person; the keys themselves are not kept."""
    house = _open(people)
    try:
        found = house.roster.tokens(name)
    except Refused as refusal:
        end_with(refusal.reason)
    if json:
        typer.echo(json_.dumps([asdict(token) for token in found], default=str))
        return
    for token in found:
        until = "for ever" if token.expires_at is None else f"until {token.expires_at:%Y-%m-%d}"
        typer.echo(f"{token.label}: made {token.made_at:%Y-%m-%d}, good {until}")


@user.command("end-token")
def end_token(
    name: Name,
    label: Annotated[str, typer.Option(help="What the token is for.")],
    people: PeopleUrl = PEOPLE,
) -> None:
    """End the tokens of this label: whoever holds one acts as this person no more."""
    house = _open(people)
    _do(house, "end_token", name, lambda: house.roster.end_tokens(name, label))


@audit.command("show")
def show(
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    people: PeopleUrl = PEOPLE,
    json: AsJson = False,
) -> None:
    """Show the newest entries, newest first."""
    for entry in _open(people).audit.entries(limit=limit):
        if json:
            typer.echo(json_.dumps(asdict(entry), ensure_ascii=False))
        else:
            typer.echo(
                f"{entry.seq:6} {entry.at[:19]} {entry.who:16} {entry.act:16} {entry.outcome:8} "
                f"{entry.subject} {entry.detail}"
            )


@audit.command("verify")
def verify(people: PeopleUrl = PEOPLE, json: AsJson = False) -> None:
    """Check that no entry was changed or taken out; exit code 1 if one was."""
    log = _open(people).audit
    fault, newest = log.fault(), log.entries(limit=1)
    entries, newest_hash = (newest[0].seq, newest[0].hash) if newest else (0, None)
    if json:
        told = {"whole": not fault, "fault": fault, "entries": entries, "hash": newest_hash}
        typer.echo(json_.dumps(told, ensure_ascii=False))
    if fault:
        end_with(f"the audit log is not whole: {fault}")
    if not json:
        typer.echo(f"{entries} entries, whole; the newest has the hash {newest_hash or 'of none'}")


def _open(url: str) -> People:
    try:
        return open_people(url, Clock().wall_now)
    except Refusal as refusal:
        end_with(str(refusal))


def _do(house: People, act: str, subject: str, do: Any) -> Any:
    try:
        result = do()
    except Refused as refusal:
        end_with(refusal.reason)
    house.audit.record(getpass.getuser(), "machine", "local", act, subject)
    return result


def _tell_secret(name: str, what: str, secret: str, as_json: bool) -> None:
    if as_json:
        typer.echo(json_.dumps({"name": name, what: secret}))
    else:
        typer.echo(f"{what} of {name}, shown once: {secret}")
