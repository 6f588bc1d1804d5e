"""Draws configs/longgang from the figures in configs/longgang/source.

Run ``python configs/make_longgang.py`` after changing a figure there; equal figures give equal
files. It writes subdistricts.geojson, communities.yaml and volumes.geojson, all schematic (示意).
Docks are written by make_docks.py. Lengths are metres in EPSG:4547 until they are written.
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
from scipy.spatial import cKDTree
from shapely.affinity import rotate, scale
from shapely.geometry import Polygon, box, mapping, shape
from tiling import power_diagram, raster

HERE = Path(__file__).parent / "longgang"
SOURCE = HERE / "source"
TO_M = Transformer.from_crs(4326, 4547, always_xy=True).transform
TO_DEG = Transformer.from_crs(4547, 4326, always_xy=True).transform
WGS84 = Geod(ellps="WGS84")

GRID_DEG = 1e-6  # written positions are multiples of this, about 0.1 m


def main() -> None:
    plan = _yaml("subdistricts.yaml")["subdistricts"]
    outline = _outline(sum(s["area_km2"] for s in plan))
    seeds = [np.column_stack(TO_M(*np.array(s["seeds"]).T)) for s in plan]
    areas = [s["area_km2"] for s in plan]
    tiles = _snap(power_diagram(seeds, areas, outline), outline)
    named_communities = _yaml("communities.yaml")["communities"]
    _write_subdistricts(plan, tiles, named_communities)
    _write_communities(plan, tiles, named_communities)
    _write_volumes(_volumes())


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
