"""Draws configs/longgang from the figures in configs/longgang/source.

Run ``python configs/make_longgang.py`` after changing a figure there; equal figures give equal
files. It writes subdistricts.geojson, communities.yaml, volumes.geojson and docks.yaml, all
schematic (示意). Lengths are metres in EPSG:4547 until they are written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import yaml
from pyproj import Geod, Transformer
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree
from shapely.affinity import rotate, scale
from shapely.geometry import Point, Polygon, box, mapping, shape
from siting import dock_sites
from tiling import power_diagram, raster

HERE = Path(__file__).parent / "longgang"
SOURCE = HERE / "source"
TO_M = Transformer.from_crs(4326, 4547, always_xy=True).transform
TO_DEG = Transformer.from_crs(4547, 4326, always_xy=True).transform
WGS84 = Geod(ellps="WGS84")

GRID_DEG = 1e-6  # written positions are multiples of this, about 0.1 m
SITING_M = 200.0  # raster on which docks are sited
DOCKS = 25
DOCK_CLEAR_M = 60.0  # least distance of a dock from a volume's buffer and the district's edge

DOCK_MODELS: dict[str, Any] = {
    "standard": {
        "cover_open_s": 12,
        "cover_close_s": 12,
        "cover_timeout_s": 30,
        "charge_w": 350,
        "wind_limit_ms": 12,
        "rain_limit_mm_h": 4,
        "temperature_c": [-25, 45],
    }
}
# Ground of the built-up parts plus the roof the dock stands on; schematic, in lack of a survey.
PAD_AMSL_M = {
    "440307003": 62,
    "440307006": 44,
    "440307012": 58,
    "440307013": 76,
    "440307014": 48,
    "440307015": 54,
    "440307016": 50,
    "440307017": 66,
    "440307018": 72,
    "440307019": 52,
    "440307020": 82,
}


def main() -> None:
    plan = _yaml("subdistricts.yaml")["subdistricts"]
    outline = _outline(sum(s["area_km2"] for s in plan))
    seeds = [np.column_stack(TO_M(*np.array(s["seeds"]).T)) for s in plan]
    areas = [s["area_km2"] for s in plan]
    tiles = _snap(power_diagram(seeds, areas, outline), outline)
    named_communities = _yaml("communities.yaml")["communities"]
    volumes = _volumes()
    _write_subdistricts(plan, tiles, named_communities)
    _write_communities(plan, tiles, named_communities)
    _write_volumes(volumes)
    _write_docks(plan, tiles, volumes)


def _yaml(name: str) -> Any:
    return yaml.safe_load((SOURCE / name).read_text(encoding="utf-8"))


def _metres(geometry: Any) -> Any:
    return shapely.transform(geometry, TO_M, interleaved=False)


def _degrees(geometry: Any) -> Any:
    return shapely.transform(geometry, TO_DEG, interleaved=False)


def _area_km2(degrees: Any) -> float:
    return float(abs(WGS84.geometry_area_perimeter(degrees)[0]) / 1e6)


def _outline(area_km2: float) -> Polygon:
    """The hand-drawn outline, scaled about its centroid to the published area."""
    drawn = json.loads((SOURCE / "outline.geojson").read_text(encoding="utf-8"))
    polygon = shape(drawn["features"][0]["geometry"])
    factor = (area_km2 / _area_km2(polygon)) ** 0.5
    return scale(_metres(polygon), factor, factor, origin="centroid")


def _snap(regions: list[Any], outline: Polygon) -> list[Polygon]:
    """The regions in degrees on the written grid, noded, so that neighbours share every vertex."""
    degrees = [_degrees(r) for r in regions]
    lines = shapely.union_all(
        [d.boundary for d in degrees] + [_degrees(outline).boundary], grid_size=GRID_DEG
    )
    faces: list[list[Polygon]] = [[] for _ in regions]
    for face in shapely.get_parts(shapely.polygonize([lines])):
        inner = face.representative_point()
        distances = [d.distance(inner) for d in degrees]
        if min(distances) < 2 * GRID_DEG:
            faces[int(np.argmin(distances))].append(face)
    tiles = [shapely.orient_polygons(shapely.coverage_union_all(f)) for f in faces]
    return [
        t.geoms[0] if len(shapely.get_parts(t)) == 1 and t.geom_type != "Polygon" else t
        for t in tiles
    ]


def _write_subdistricts(plan: list[Any], tiles: list[Any], communities: dict[str, Any]) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {
                "code": s["code"],
                "name_zh": s["name"]["zh"],
                "name_en": s["name"]["en"],
                "area_km2": s["area_km2"],
                "communities": len(communities[s["code"]]),
            },
            "geometry": _geometry(tile),
        }
        for s, tile in zip(plan, tiles, strict=True)
    ]
    _write_geojson(
        "subdistricts.geojson",
        "示意 schematic: drawn for dockfleet; never for jurisdiction",
        features,
    )


def _write_communities(plan: list[Any], tiles: list[Any], communities: dict[str, Any]) -> None:
    lines = [
        "# yaml-language-server: $schema=../schema/communities.schema.json",
        "# 示意 schematic: anchors spread evenly over each subdistrict, not surveyed.",
        "communities:",
    ]
    for s, tile in zip(plan, tiles, strict=True):
        names = communities[s["code"]]
        for name, (lon, lat) in zip(names, _spread(tile, len(names)), strict=True):
            lines.append(
                f'  - {{name: {name}, subdistrict: "{s["code"]}", at: [{lon:.5f}, {lat:.5f}]}}'
            )
    _write("communities.yaml", lines)


def _spread(tile: Any, count: int) -> list[tuple[float, float]]:
    """Points spread evenly: centroids of their own Voronoi cells, from north to south."""
    cells = raster(_metres(tile), 100.0)
    rng = np.random.default_rng(count)
    centres = cells[rng.choice(len(cells), count, replace=False)]
    for _ in range(60):
        nearest = cKDTree(centres).query(cells)[1]
        centres = np.array([cells[nearest == i].mean(axis=0) for i in range(count)])
    inside = cells[cKDTree(cells).query(centres)[1]]
    inside = inside[np.argsort(-inside[:, 1])]
    return [TO_DEG(x, y) for x, y in inside]


def _volumes() -> list[dict[str, Any]]:
    drawn = _yaml("volumes.yaml")["volumes"]
    for volume in drawn:
        x, y = TO_M(*volume["at"])
        w, h = volume["size_m"]
        flat = box(x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        volume["metres"] = rotate(flat, -volume["turn_deg"])
    return list(drawn)


def _write_volumes(volumes: list[dict[str, Any]]) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {
                "id": v["id"],
                "name_zh": v["name"]["zh"],
                "name_en": v["name"]["en"],
                "kind": v["kind"],
                "reason": v["reason"],
                "buffer_m": v["buffer_m"],
            },
            "geometry": _geometry(
                shapely.orient_polygons(shapely.set_precision(_degrees(v["metres"]), GRID_DEG))
            ),
        }
        for v in volumes
    ]
    _write_geojson(
        "volumes.geojson", "示意 schematic: approximate sites drawn for dockfleet", features
    )


def _write_docks(plan: list[Any], tiles: list[Any], volumes: list[dict[str, Any]]) -> None:
    metres = [_metres(t) for t in tiles]
    district = shapely.union_all(metres)
    cells = raster(district, SITING_M)
    edge = shapely.get_coordinates(shapely.segmentize(district.exterior, SITING_M))
    candidates = _dock_candidates(district, cells, volumes)
    sites = dock_sites(np.vstack((cells, edge)), candidates, metres, DOCKS)
    docks = _named(plan, metres, sites)
    lines = [
        "# yaml-language-server: $schema=../schema/docks.schema.json",
        "# 示意 schematic: sited so that the farthest place of the district is as near as may be;",
        "# names and heights are approximate, the operator puts the real docks in their place.",
        *yaml.safe_dump({"models": DOCK_MODELS}, sort_keys=False, default_flow_style=None)
        .rstrip()
        .splitlines(),
        "docks:",
    ]
    for number, (code, name, x, y) in enumerate(docks, 1):
        lon, lat = TO_DEG(x, y)
        amsl = PAD_AMSL_M[code] + (number * 7) % 17 - 8
        lines += [
            f"  - id: D{number:02d}",
            f"    name: {{zh: {name['zh']}, en: {name['en']}}}",
            f"    at: [{lon:.5f}, {lat:.5f}]",
            f"    alt_amsl_m: {amsl}",
            f'    subdistrict: "{code}"',
            "    model: standard",
            f"    drone: U{number:02d}",
        ]
    _write("docks.yaml", lines)


def _dock_candidates(
    district: Any, places: np.ndarray, volumes: list[dict[str, Any]]
) -> np.ndarray:
    kept_clear = shapely.union_all(
        [v["metres"].buffer(v["buffer_m"] + DOCK_CLEAR_M) for v in volumes]
    )
    allowed = district.buffer(-DOCK_CLEAR_M).difference(kept_clear)
    return places[shapely.contains_xy(allowed, *places.T)]


def _named(plan: list[Any], tiles: list[Any], sites: np.ndarray) -> list[tuple[Any, ...]]:
    """Docks in order of subdistrict and from west to east, each with the landmark that suits it."""
    landmarks = _yaml("landmarks.yaml")["landmarks"]
    docks: list[tuple[Any, ...]] = []
    for s, tile in zip(plan, tiles, strict=True):
        own = sorted((x, y) for x, y in sites if tile.covers(Point(x, y)))
        places = landmarks[s["code"]]
        at = np.array([TO_M(*p["at"]) for p in places])
        cost = np.array([[np.hypot(*(np.array(site) - a)) for a in at] for site in own])
        for row, column in zip(*linear_sum_assignment(cost), strict=True):
            name = {"zh": places[column]["zh"], "en": places[column]["en"]}
            docks.append((s["code"], name, *own[row]))
    return docks


def _geometry(polygon: Any) -> dict[str, Any]:
    def rounded(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [rounded(v) for v in value]
        return round(value, 6)

    drawn = mapping(polygon)
    return {"type": drawn["type"], "coordinates": rounded(drawn["coordinates"])}


def _write_geojson(name: str, note: str, features: Iterable[dict[str, Any]]) -> None:
    body = ",\n".join("    " + json.dumps(f, ensure_ascii=False) for f in features)
    head = f'{{\n  "type": "FeatureCollection",\n  "note": {json.dumps(note, ensure_ascii=False)},'
    (HERE / name).write_text(f'{head}\n  "features": [\n{body}\n  ]\n}}\n', encoding="utf-8")


def _write(name: str, lines: list[str]) -> None:
    (HERE / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
