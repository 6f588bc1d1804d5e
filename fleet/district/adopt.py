"""Writes imported boundaries into a district's directory, with what depends on them.

Community anchors are schematic: those left outside their subdistrict move to its nearest place
inside. Docks stand where they stand: one that is now in another subdistrict is listed under it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

import shapely
import yaml
from shapely import Point

from fleet.district.boundaries import Imported
from fleet.district.load import load
from fleet.district.model import District, Subdistrict
from fleet.district.shapes import tile_of

_INWARDS_DEG = 0.0005  # about 50 m


def adopt(imported: Imported, source: str, into: Path) -> tuple[str, ...]:
    """Replaces subdistricts.geojson, marks the district as not schematic, and answers with what
    was moved. The files before stay beside them with the ending .bak.

    Raises:
        OSError: if a file cannot be written; then those before are put back.
    """
    district = load(into).model_copy(update={"subdistricts": imported.subdistricts})
    anchors = _moved_anchors(district)
    homes = _other_homes(district)
    after = {"subdistricts.geojson": geojson_text(imported.subdistricts, f"from {source}")}
    head = (into / "district.yaml").read_text(encoding="utf-8")
    marked = f"schematic: false  # boundaries from {json.dumps(source)[1:-1]}"
    after["district.yaml"] = re.sub(r"(?m)^schematic:.*$", lambda _: marked, head, count=1)
    after["communities.yaml"] = _edited(
        (into / "communities.yaml").read_text(encoding="utf-8"),
        {("communities", i, "at"): f"[{lon:.5f}, {lat:.5f}]" for i, (lon, lat) in anchors.items()},
    )
    after["docks.yaml"] = _edited(
        (into / "docks.yaml").read_text(encoding="utf-8"),
        {("docks", i, "subdistrict"): f'"{of.code}"' for i, of in homes.items()},
    )
    _replace_all(into, after)
    return (
        *(f"anchor of {district.communities[i].name}" for i in anchors),
        *(f"{district.docks[i].id}, now in {of.name.zh}" for i, of in homes.items()),
    )


def geojson_text(subdistricts: tuple[Subdistrict, ...], note: str) -> str:
    """The text of subdistricts.geojson, a subdistrict a line."""
    lines = []
    for s in subdistricts:
        properties = {
            "code": s.code,
            "name_zh": s.name.zh,
            "name_en": s.name.en,
            "area_km2": s.area_km2,
            "communities": s.communities,
        }
        geometry = {"type": "MultiPolygon", "coordinates": s.polygons}
        feature = {"type": "Feature", "properties": properties, "geometry": geometry}
        lines.append("    " + json.dumps(feature, ensure_ascii=False))
    body = ",\n".join(lines)
    return (
        f'{{\n  "type": "FeatureCollection",\n  "note": {json.dumps(note, ensure_ascii=False)},\n'
        f'  "features": [\n{body}\n  ]\n}}\n'
    )


def _moved_anchors(district: District) -> dict[int, tuple[float, float]]:
    tiles = {s.code: tile_of(s) for s in district.subdistricts}
    moved = {}
    for i, community in enumerate(district.communities):
        tile, anchor = tiles[community.subdistrict], Point(community.at)
        if not tile.covers(anchor):
            inner = tile.buffer(-_INWARDS_DEG)
            inside = shapely.shortest_line(tile if inner.is_empty else inner, anchor)
            lon, lat = inside.coords[0]
            moved[i] = (lon, lat)
    return moved


def _other_homes(district: District) -> dict[int, Subdistrict]:
    """Docks by index whose position is in another subdistrict than they are listed under."""
    homes = {}
    for i, dock in enumerate(district.docks):
        of = district.shapes.holder(*dock.at)
        if of is not None and of.code != dock.subdistrict:
            homes[i] = of
    return homes


def _edited(text: str, values: Mapping[tuple[str | int, ...], str]) -> str:
    """The YAML text with some values replaced where they stand; comments and order stay."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    spans = []
    for path, value in values.items():
        node = root
        for part in path:
            if isinstance(node, yaml.MappingNode):
                node = next(below for key, below in node.value if key.value == part)
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
                node = node.value[part]
        if node is not None:
            spans.append((node.start_mark.index, node.end_mark.index, value))
    for start, end, value in sorted(spans, reverse=True):
        text = text[:start] + value + text[end:]
    return text


def _replace_all(into: Path, after: Mapping[str, str]) -> None:
    before = {name: (into / name).read_bytes() for name in after}
    for name, content in before.items():
        _replace(into / f"{name}.bak", content)
    try:
        for name, text in after.items():
            _replace(into / name, text.encode())
    except OSError:
        for name, content in before.items():
            _replace(into / name, content)
        raise


def _replace(path: Path, content: bytes) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_bytes(content)
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
