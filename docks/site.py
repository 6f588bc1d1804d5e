"""The docks of a district as `docks.yaml` lists them: as much as running them needs.

The whole district is validated by `dockfleet check`; this reads only the docks' own file, so that
docks run on a machine of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fleet.process import Refusal


class DockModel(BaseModel):
    """What one make of dock can do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cover_open_s: float = Field(gt=0)
    cover_close_s: float = Field(gt=0)
    cover_timeout_s: float = Field(gt=0)
    charge_w: float = Field(gt=0)
    wind_limit_ms: float
    rain_limit_mm_h: float
    temperature_c: tuple[float, float]


class _Site(BaseModel):
    id: str
    at: tuple[float, float]
    model: str
    drone: str


class _File(BaseModel):
    models: dict[str, DockModel]
    docks: list[_Site]


@dataclass(frozen=True, slots=True)
class DockSite:
    """One dock: where it stands and what it can do."""

    id: str
    at: tuple[float, float]  # lon, lat
    model: DockModel


def read_sites(district_dir: Path) -> tuple[str, list[DockSite]]:
    """The district's id and its docks.

    Raises:
        Refusal: naming file, key and fault.
    """
    district = _yaml(district_dir / "district.yaml")
    id_ = district.get("id") if isinstance(district, dict) else None
    if not isinstance(id_, str):
        raise Refusal(f"{district_dir / 'district.yaml'}: the key 'id' is missing")
    path = district_dir / "docks.yaml"
    try:
        listed = _File.model_validate(_yaml(path))
        return id_, [DockSite(s.id, s.at, listed.models[s.model]) for s in listed.docks]
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Refusal(f"{path}: {where}: {first['msg']}; run `dockfleet check`") from None
    except KeyError as error:
        raise Refusal(f"{path}: no dock model is named {error}; run `dockfleet check`") from None


def _yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refusal(f"{path} cannot be read: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise Refusal(f"{path}: {error}".replace("\n", " ")) from None
