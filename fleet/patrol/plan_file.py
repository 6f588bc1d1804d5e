"""A plan of patrols as it is kept in a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fleet.process import end_with

if TYPE_CHECKING:
    from fleet.patrol.plan import PatrolPlan


def read_plan(file: Path) -> PatrolPlan:
    """The plan in a file; ends the program with what is wrong with it."""
    from fleet.district.document import parse_document
    from fleet.patrol.plan import PatrolPlan

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        end_with(f"{file} cannot be read ({error})")
    value, faults = parse_document(file.name, text, PatrolPlan, is_json=True)
    if not isinstance(value, PatrolPlan):
        end_with("; ".join(map(str, faults[:3])))
    return value
