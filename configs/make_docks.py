"""Puts the docks of configs/longgang where `dockfleet siting` found that they should stand.

``source/sites.json`` is what it told:

    dockfleet siting --all-winds 8 --one-out --en-route 60 --roofs-every 1000 --within 150 --json

Run ``python configs/make_docks.py`` after putting another answer there; equal answers give equal
files. It writes docks.yaml, schematic (示意). Numbers stay with the docks of before that stand
nearest, so that they move as little as may be in all.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from pyproj import Transformer
from scipy.optimize import linear_sum_assignment

HERE = Path(__file__).parent / "longgang"
DOCKS = "docks.yaml"
TO_M = Transformer.from_crs(4326, 4547, always_xy=True).transform

HEAD = """\
# yaml-language-server: $schema=../schema/docks.schema.json
# 示意 schematic: where `dockfleet siting` would have them, written by configs/make_docks.py; names
# and heights are approximate, the operator puts the real docks in their place.
models:
  standard:
    cover_open_s: 12
    cover_close_s: 12
    cover_timeout_s: 30
    charge_w: 350
    wind_limit_ms: 12
    rain_limit_mm_h: 4
    temperature_c: [-25, 45]
docks:
"""


def main(into: Path = HERE) -> None:
    """
    Raises:
        SystemExit: if it found another number of sites than there are docks.
    """
    before = yaml.safe_load((HERE / DOCKS).read_text(encoding="utf-8"))["docks"]
    sites = json.loads((HERE / "source" / "sites.json").read_text(encoding="utf-8"))["sites"]
    if len(sites) != len(before):
        raise SystemExit(f"source/sites.json has {len(sites)} sites for {len(before)} docks")
    near = linear_sum_assignment(_away_m(before, sites))
    numbered = [
        {**sites[column], "id": before[row]["id"], "drone": before[row]["drone"]}
        for row, column in zip(*near, strict=True)
    ]
    docks = HEAD + "".join(_entry(dock) for dock in _named(numbered))
    (into / DOCKS).write_text(docks, encoding="utf-8")


def _away_m(some: list[dict[str, Any]], others: list[dict[str, Any]]) -> np.ndarray:
    """The distance of each of some places from each of others."""
    ours_m, theirs_m = (
        np.column_stack(TO_M(*np.array([each["at"] for each in places]).T))
        for places in (some, others)
    )
    away_m: np.ndarray = np.hypot(*np.moveaxis(ours_m[:, None, :] - theirs_m[None, :, :], -1, 0))
    return away_m


def _named(docks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each dock with the landmark of its subdistrict that suits it, no two with the same."""
    source = (HERE / "source" / "landmarks.yaml").read_text(encoding="utf-8")
    named = {}
    for code, landmarks in yaml.safe_load(source)["landmarks"].items():
        own = [dock for dock in docks if dock["subdistrict"] == code]
        for row, column in zip(*linear_sum_assignment(_away_m(own, landmarks)), strict=True):
            name = {each: landmarks[column][each] for each in ("zh", "en")}
            named[own[row]["id"]] = {**own[row], "name": name}
    return [named[dock["id"]] for dock in docks]


def _entry(dock: dict[str, Any]) -> str:
    name, (lon, lat) = dock["name"], dock["at"]
    return (
        f"  - id: {dock['id']}\n"
        f"    name: {{zh: {name['zh']}, en: {name['en']}}}\n"
        f"    at: [{lon:.5f}, {lat:.5f}]\n"
        f"    alt_amsl_m: {dock['alt_amsl_m']:g}\n"
        f'    subdistrict: "{dock["subdistrict"]}"\n'
        f"    model: standard\n"
        f"    drone: {dock['drone']}\n"
    )


if __name__ == "__main__":
    main()
