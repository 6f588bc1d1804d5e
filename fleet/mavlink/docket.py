"""What became of the commands that carried a key: one that comes again with the same key is
answered as the first was, and is not carried out twice."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, TypeAlias

from fleet.mavlink.exchange import VehicleFault

KEPT: Final = 4096

# Who asked, the vehicle, the key of the request, and the command with its parameters: one request
# may lead to several commands.
Entry: TypeAlias = tuple[str, int, str, str]


@dataclass(slots=True)
class Record:
    """A command that was admitted. ``answered`` without ``fault`` means that it was done."""

    sent: int = 0  # how often it has left
    answered: bool = False
    fault: VehicleFault | None = None


class Docket:
    """The newest ``KEPT`` commands."""

    def __init__(self) -> None:
        self._records: OrderedDict[Entry, Record] = OrderedDict()

    def __getitem__(self, entry: Entry) -> Record:
        record = self._records.setdefault(entry, Record())
        self._records.move_to_end(entry)
        while len(self._records) > KEPT:
            self._records.popitem(last=False)
        return record
