"""Where flight records lie: a directory of ``SORTIE.tlog``, with ``SORTIE.bin`` and ``SORTIE.klv``
beside it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from fleet.process import Refusal
from fleet.record.tlog import Entry, entries, whole_bytes

SUFFIX = ".tlog"
LOG_SUFFIX = ".bin"  # the drone's own log of the flight, where it was fetched
VIDEO_SUFFIX = ".klv"  # what the drone's camera saw, where its gimbal told
APART = Path("var/records")  # where the event log is in no file that they could lie beside
_NAME = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True, slots=True)
class RecordFile:
    """One record as far as it can be told without decoding it."""

    sortie: str
    path: Path
    size: int  # bytes
    sysid: int | None  # of the drone; None where it has said nothing
    began_us: int | None
    lasted_s: float
    packets: int

    @property
    def log(self) -> Path | None:
        """The drone's own log of the flight, if it was fetched."""
        path = self.path.with_suffix(LOG_SUFFIX)
        return path if path.exists() else None

    @property
    def video(self) -> Path | None:
        """What its camera saw, sample by sample, if its gimbal told."""
        path = self.path.with_suffix(VIDEO_SUFFIX)
        return path if path.exists() else None


def directory_beside(log_url: str) -> Path:
    """The records' directory of a run with this event log."""
    try:
        url = make_url(log_url)
    except ArgumentError:
        return APART
    if url.get_backend_name() != "sqlite" or not url.database:
        return APART
    return Path(url.database).parent / "records"


def path_of(directory: Path, sortie: str) -> Path:
    """Where the record of a sortie is kept.

    Raises:
        Refusal: for what can be no sortie's id.
    """
    if not _NAME.fullmatch(sortie):
        raise Refusal(f"{sortie!r} is no sortie's id")
    return directory / f"{sortie}{SUFFIX}"


def log_path_of(directory: Path, sortie: str) -> Path:
    """Where the drone's own log of a sortie is kept.

    Raises:
        Refusal: for what can be no sortie's id.
    """
    return path_of(directory, sortie).with_suffix(LOG_SUFFIX)


def video_path_of(directory: Path, sortie: str) -> Path:
    """Where it is kept what the camera of a sortie's drone saw.

    Raises:
        Refusal: for what can be no sortie's id.
    """
    return path_of(directory, sortie).with_suffix(VIDEO_SUFFIX)


def read_record(directory: Path, sortie: str) -> bytes:
    """The record of a sortie.

    Raises:
        Refusal: if there is none.
    """
    path = path_of(directory, sortie)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise Refusal(f"there is no record of a flight {sortie} in {directory}") from None
    except OSError as error:
        raise Refusal(f"{path} cannot be read ({error.strerror})") from None


def record_files(directory: Path, us: int) -> list[RecordFile]:
    """All records, newest first; ``us`` is our own system id.

    Raises:
        Refusal: if there is no such directory.
    """
    if not directory.is_dir():
        raise Refusal(f"there are no flight records in {directory}; name them with --records")
    paths = sorted(directory.glob(f"*{SUFFIX}"), reverse=True)
    return [_told(path, list(entries(path.read_bytes())), us) for path in paths]


def _told(path: Path, found: list[Entry], us: int) -> RecordFile:
    began_us = found[0].at_us if found else None
    return RecordFile(
        sortie=path.stem,
        path=path,
        size=path.stat().st_size,
        sysid=next((each.sysid for each in found if each.sysid != us), None),
        began_us=began_us,
        lasted_s=(found[-1].at_us - found[0].at_us) / 1e6 if found else 0.0,
        packets=len(found),
    )


def mend(path: Path) -> None:
    """Cuts off the half packet with which a killed process may have ended, so that what is
    appended can be read."""
    if path.exists():
        os.truncate(path, whole_bytes(path.read_bytes()))


def append(path: Path, data: bytes, durable: bool) -> None:
    """Adds to a record; ``durable``: it is on disk on return."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(data)
        if durable:
            file.flush()
            os.fsync(file.fileno())
