"""JSON Schemas of a district's files and of patrol files, for editors and other programs; made
from the models.

``python -m fleet.district.schema configs/schema`` writes them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pydantic import BaseModel

from fleet.district.files import FILES
from fleet.patrol.file import PatrolFile
from fleet.patrol.schedule_file import ScheduleFile

_MODELS: dict[str, type[BaseModel]] = {
    **FILES,
    "patrol.yaml": PatrolFile,
    "schedule.yaml": ScheduleFile,
}


def schemas() -> dict[str, str]:
    """Text by file name, as it stands in configs/schema."""
    return {
        f"{Path(file).stem}.schema.json": json.dumps(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                **model.model_json_schema(),
            },
            ensure_ascii=False,
            indent=2,
        )
        + "\n"
        for file, model in _MODELS.items()
    }


def write_schemas(into: Path) -> None:
    into.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (into / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
