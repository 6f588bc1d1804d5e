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


HERE = Path(__file__).parent / "longgang"
SOURCE = HERE / "source"
TO_M = Transformer.from_crs(4326, 4547, always_xy=True).transform
TO_DEG = Transformer.from_crs(4547, 4326, always_xy=True).transform
WGS84 = Geod(ellps="WGS84")

GRID_DEG = 1e-6  # written positions are multiples of this, about 0.1 m
CELL_M = 60.0  # raster on which areas are calibrated
SITING_M = 200.0  # raster on which docks are sited
DOCKS = 25
DOCK_CLEAR_M = 60.0  # least distance of a dock from a volume's buffer and the district's edge
RESTARTS = 60

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
    tiles = _snap(_power_diagram(plan, outline), outline)
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


def _raster(area: Any, step_m: float) -> np.ndarray:
    west, south, east, north = area.bounds
    xs, ys = np.meshgrid(
        np.arange(west + step_m / 2, east, step_m), np.arange(south + step_m / 2, north, step_m)
    )
    inside = shapely.contains_xy(area, xs, ys)
    return np.column_stack((xs[inside], ys[inside]))


def _power_diagram(plan: list[dict[str, Any]], outline: Polygon) -> list[Any]:
    """One region a subdistrict: where its nearest seed, less its weight, wins (squared metres)."""
    seeds = [np.column_stack(TO_M(*np.array(s["seeds"]).T)) for s in plan]
    weights = _calibrated_weights(seeds, [s["area_km2"] for s in plan], outline)
    points = [
        (x, y, w, owner)
        for owner, (group, w) in enumerate(zip(seeds, weights, strict=True))
        for x, y in group
    ]
    frame = list(box(*outline.buffer(1000).bounds).exterior.coords)[:-1]
    regions: list[list[Polygon]] = [[] for _ in plan]
    for point in points:
        cell = _power_cell(point, points, frame)
        if len(cell) >= 3:
            regions[point[3]].append(Polygon(cell))
    return [shapely.union_all(cells).intersection(outline) for cells in regions]


def _calibrated_weights(
    seeds: list[np.ndarray], areas_km2: list[float], outline: Polygon
) -> np.ndarray:
    cells = _raster(outline, CELL_M)
    near2 = np.stack([cKDTree(group).query(cells)[0] ** 2 for group in seeds])
    share = np.array(areas_km2) / sum(areas_km2)
    weights = np.zeros(len(seeds))
    for step in range(4000):
        owner = np.argmin(near2 - weights[:, None], axis=0)
        short = share - np.bincount(owner, minlength=len(seeds)) / len(cells)
        if np.abs(short / share).max() < 5e-4:
            break
        weights += short * outline.area * (0.12 if step < 300 else 0.03)
    return weights


def _power_cell(
    own: tuple[float, ...], points: list[Any], frame: list[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Cuts the frame by the half-plane that each other point leaves to this one."""
    x0, y0, w0, _ = own
    cell = frame
    for x1, y1, w1, _ in points:
        a, b = 2 * (x1 - x0), 2 * (y1 - y0)
        if a == 0 and b == 0:
            continue
        c = x1**2 + y1**2 - w1 - (x0**2 + y0**2 - w0)
        cell = _cut(cell, a, b, c)
        if not cell:
            return []
    return cell


def _cut(
    ring: list[tuple[float, float]], a: float, b: float, c: float
) -> list[tuple[float, float]]:
    """The part of a convex ring where a x + b y <= c."""
    kept: list[tuple[float, float]] = []
    for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True):
        d0, d1 = a * x0 + b * y0 - c, a * x1 + b * y1 - c
        if d0 <= 0:
            kept.append((x0, y0))
        if d0 * d1 < 0:
            t = d0 / (d0 - d1)
            kept.append((x0 + t * (x1 - x0), y0 + t * (y1 - y0)))
    return kept


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
        "# 示意 schematic: the anchors are spread evenly over each subdistrict; they are not surveyed.",
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
    cells = _raster(_metres(tile), 100.0)
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
    sites = _sites(metres, volumes)
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


def _sites(tiles: list[Any], volumes: list[dict[str, Any]]) -> np.ndarray:
    """Minimises the distance of the farthest place (k-centre by Lloyd's method from many starts);
    every subdistrict gets a dock."""
    district = shapely.union_all(tiles)
    places = _raster(district, SITING_M)
    kept_clear = shapely.union_all(
        [v["metres"].buffer(v["buffer_m"] + DOCK_CLEAR_M) for v in volumes]
    )
    allowed = district.buffer(-DOCK_CLEAR_M).difference(kept_clear)
    candidates = places[shapely.contains_xy(allowed, *places.T)]
    owner = np.stack([shapely.contains_xy(t, *candidates.T) for t in tiles]).argmax(axis=0)
    best: tuple[float, np.ndarray] | None = None
    for seed in range(RESTARTS):
        chosen = _k_centre(np.random.default_rng(seed), places, candidates)
        if len(set(owner[chosen])) < len(tiles):
            continue
        farthest = float(cKDTree(candidates[chosen]).query(places)[0].max())
        if best is None or farthest < best[0]:
            best = (farthest, candidates[chosen])
    if best is None:
        raise SystemExit("no start gave every subdistrict a dock: raise RESTARTS")
    print(f"farthest place {best[0]:.0f} m from a dock")  # noqa: T201
    return best[1]


def _k_centre(rng: np.random.Generator, places: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    chosen = rng.choice(len(candidates), DOCKS, replace=False)
    for _ in range(80):
        nearest = cKDTree(candidates[chosen]).query(places)[1]
        moved = np.array(
            [_centre_of(places[nearest == i], candidates, chosen[i]) for i in range(DOCKS)]
        )
        if np.array_equal(moved, chosen):
            break
        chosen = moved
    return chosen


def _centre_of(cluster: np.ndarray, candidates: np.ndarray, now: int) -> int:
    """The candidate whose farthest place of the cluster is nearest."""
    if len(cluster) < 3:
        return now
    hull = shapely.get_coordinates(shapely.convex_hull(shapely.multipoints(cluster)))
    middle = cluster.mean(axis=0)
    near = np.flatnonzero(np.hypot(*(candidates - middle).T) < 2500)
    reach = np.hypot(
        candidates[near, 0, None] - hull[None, :, 0], candidates[near, 1, None] - hull[None, :, 1]
    ).max(axis=1)
    return int(near[np.argmin(reach)]) if len(near) else now


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
