"""A coverage drawn as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline

from fleet.district.model import District

REACHED, VOLUME, BORDER, DOCK, OUT = "#2a9d8f", "#c1443c", "#8a93a0", "#1d3557", "#9aa3ad"
MIDDLE = 22.7  # degrees north, for the proportion of the axes

Ring = Any  # positions, lon and lat


def draw(file: Path, district: District, found: dict[str, Any]) -> None:
    """The region reached, the subdistricts, no-fly volumes and docks.

    Raises:
        OSError: if the file cannot be written.
        ValueError: if its ending names no picture that can be drawn.
    """
    figure = Figure(figsize=(11, 8), layout="constrained")
    axes = figure.subplots()
    for rings in found["region"]["coordinates"]:
        _polygon(axes, rings, facecolor=REACHED, alpha=0.35, linewidth=0)
    for subdistrict in district.subdistricts:
        for rings in subdistrict.polygons:
            _polygon(axes, rings, fill=False, edgecolor=BORDER, linewidth=0.8)
    for volume in district.volumes:
        _polygon(axes, volume.polygon, facecolor=VOLUME, alpha=0.5, hatch="///", linewidth=0.6)
    for site in district.docks:
        free = site.id in found["available"]
        axes.plot(*site.at, marker="s", color=DOCK if free else OUT, markersize=5)
        axes.annotate(site.id, site.at, (4, 3), textcoords="offset points", fontsize=8)
    share, window_s = 100 * found["covered_share"], found["window_s"]
    axes.set_title(
        f"{district.name.en}: {share:.1f} % within {window_s:.0f} s of the order"
        + (" (borders schematic)" if district.schematic else "")
    )
    axes.set_aspect(1 / np.cos(np.radians(MIDDLE)))
    axes.autoscale_view()
    axes.set(xlabel="longitude", ylabel="latitude")
    figure.savefig(file, dpi=120)


def _polygon(axes: Axes, rings: Any, **look: Any) -> None:
    outline = Outline.make_compound_path(*(Outline(np.array(ring)) for ring in rings))
    axes.add_patch(PathPatch(outline, **look))
