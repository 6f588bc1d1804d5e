"""`dockfleet flight`: the records of flown sorties, and what each flight was."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fleet.cli.asking import print_json
from fleet.cli.options import AsJson
from fleet.process import Refusal, end_with

if TYPE_CHECKING:
    from fleet.record.files import RecordFile

RECORDS = Path("var/longgang/records")  # where `dockfleet up` keeps them
DAY_S = 86_400.0
MOST_SAMPLES = 1_000_000  # of one flight: days of them
ROW = "{:<26}  {:<19}  {:>6}  {:>7}  {:>8}  {:>9}"
HEADINGS = ("sortie", "began (UTC)", "system", "lasted", "messages", "bytes")

Records = Annotated[
    Path, typer.Option("--records", envvar="DOCKFLEET_RECORDS", help="Their directory.")
]

flight = typer.Typer(help="Records of flown sorties.", no_args_is_help=True)


@flight.command("list")
def list_(records: Records = RECORDS, json: AsJson = False) -> None:
    """List the flight records, newest first."""
    found = _files(records)
    if json:
        print_json({"flights": [_told(each) for each in found]})
        return
    typer.echo(ROW.format(*HEADINGS))
    for each in found:
        began = _began(each)
        at = began.strftime("%Y-%m-%d %H:%M:%S") if began else "–"
        lasted, sysid = _clock(each.lasted_s), each.sysid or "–"
        typer.echo(ROW.format(each.sortie, at, sysid, lasted, each.packets, each.size))


@flight.command("show")
def show(
    sortie: Annotated[str, typer.Argument(metavar="SORTIE")],
    records: Records = RECORDS,
    json: AsJson = False,
) -> None:
    """Say what a flight was: phases, way, height, speed, energy and events."""
    from fleet.record.files import log_path_of, path_of, read_record
    from fleet.record.summary import summary
    from fleet.record.tlog import entries, whole_bytes

    try:
        log = read_record(records, sortie)
    except Refusal as refusal:
        end_with(str(refusal))
    flown = summary(entries(log))
    if flown is None:
        end_with(f"the record {path_of(records, sortie)} holds no message")
    left_bytes = len(log) - whole_bytes(log)
    own = log_path_of(records, sortie)
    told: dict[str, Any] = {"sortie": sortie, "file": str(path_of(records, sortie))}
    told["log"] = str(own) if own.exists() else None
    told |= asdict(flown) | {"unread_bytes": left_bytes}
    told["began_at"] = flown.began_at.isoformat()
    told["phases"] = [each._asdict() for each in flown.phases]
    told["events"] = [each._asdict() for each in flown.events]
    if json:
        print_json(told)
    else:
        _print(told)


@flight.command("video")
def video(
    sortie: Annotated[str, typer.Argument(metavar="SORTIE")],
    step: Annotated[float, typer.Option(min=0, help="Least seconds between two samples.")] = 1.0,
    records: Records = RECORDS,
    json: AsJson = False,
) -> None:
    """Say where the camera looked: its record, moment by moment (MISB ST 0601 in SORTIE.klv)."""
    from fleet.video.recording import read_video, track_of

    try:
        track = track_of(sortie, read_video(records, sortie), None, step, MOST_SAMPLES)
    except Refusal as refusal:
        end_with(str(refusal))
    if json:
        print_json(track.model_dump(mode="json"))
        return
    for each in track.samples:
        at = each.at.strftime("%H:%M:%S.%f")[:-3]
        looks = f"{each.camera_heading_deg:5.1f}  {each.camera_pitch_deg:5.1f}"
        centre = "{:.6f},{:.6f}".format(*each.centre) if each.centre else "above the horizon"
        typer.echo(f"{at}  looks {looks}  view {each.across_deg:4.1f}  at {centre}")


@flight.command("prune")
def prune(
    older_than: Annotated[float, typer.Option(min=0, help="Days; younger records stay.")],
    records: Records = RECORDS,
    yes: Annotated[bool, typer.Option("--yes", help="Delete them, not only say so.")] = False,
    json: AsJson = False,
) -> None:
    """Delete old flight records, naming each. Nothing else ever deletes one."""
    from fleet.clock import Clock

    before_s = Clock().unix_s() - older_than * DAY_S
    old = [each for each in _files(records) if each.path.stat().st_mtime < before_s]
    told = [_told(each) for each in old]
    for path in (path for each in old for path in (each.log, each.video, each.path) if path):
        if yes:
            try:
                path.unlink()
            except OSError as error:
                end_with(f"{path} cannot be deleted ({error.strerror})")
        if not json:
            typer.echo(f"{'deleted' if yes else 'would delete'} {path}")
    if json:
        print_json({"deleted": yes, "flights": told})
    elif not old:
        typer.echo(f"no record in {records} is older than {older_than:g} days")


def _files(records: Path) -> list[RecordFile]:
    from fleet.mavlink.codec import OUR_SYSID
    from fleet.record.files import record_files

    try:
        return record_files(records, OUR_SYSID)
    except Refusal as refusal:
        end_with(str(refusal))


def _began(each: RecordFile) -> datetime | None:
    return None if each.began_us is None else datetime.fromtimestamp(each.began_us / 1e6, UTC)


def _told(each: RecordFile) -> dict[str, Any]:
    began = _began(each)
    return {
        "sortie": each.sortie,
        "file": str(each.path),
        "sysid": each.sysid,
        "began_at": began.isoformat() if began else None,
        "lasted_s": each.lasted_s,
        "messages": each.packets,
        "bytes": each.size,
        "log": str(each.log) if each.log else None,
        "video": str(each.video) if each.video else None,
    }


def _print(told: dict[str, Any]) -> None:
    typer.echo(f"{told['file']}: system {told['sysid']}, began {told['began_at']}")
    for each in told["phases"]:
        began, lasted = _clock(each["began_s"]), _clock(each["lasted_s"])
        typer.echo(f"  {began:>6}  {each['phase']:<10}  {lasted:>6}")
    battery = (_figure(told[f"battery_{end}_pct"], "%") for end in ("from", "to"))
    figures = (
        ("in the air", _clock(told["airborne_s"])),
        ("way", f"{told['distance_m']:.0f} m"),
        ("highest", _figure(told["highest_m"], "m above the pad")),
        ("fastest", _figure(told["fastest_ms"], "m/s")),
        ("energy", _figure(told["energy_wh"], "Wh")),
        ("battery", " to ".join(battery)),
        ("messages", f"{told['received']} received, {told['sent']} sent"),
        ("longest silence", f"{told['longest_silence_s']:.1f} s"),
    )
    for name, figure in figures:
        typer.echo(f"{name}: {figure}")
    for each in told["events"]:
        typer.echo(f"  {_clock(each['at_s']):>6}  {each['what']}")
    typer.echo(f"the drone's own log: {told['log'] or 'not fetched'}")
    if told["unread_bytes"]:
        typer.echo(f"the last {told['unread_bytes']} bytes of the record cannot be read")


def _figure(value: float | None, unit: str) -> str:
    return "not told" if value is None else f"{value:.1f} {unit}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
