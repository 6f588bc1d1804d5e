/** Where the map looks, for the panels beside it. */
import type { Map as MapLibre } from "maplibre-gl";

let current: MapLibre | null = null;

export function setView(map: MapLibre | null): void {
  current = map;
}

const CLOSE_ZOOM = 13;

/** Moves the map only if the place is not in sight. */
export function showPlace(lon: number, lat: number): void {
  if (current !== null && !current.getBounds().contains([lon, lat])) {
    current.easeTo({ center: [lon, lat], duration: 500 });
  }
}

/** Brings a place into view, nearer if the map is far out. */
export function lookAt(lon: number, lat: number): void {
  current?.easeTo({
    center: [lon, lat],
    zoom: Math.max(current.getZoom(), CLOSE_ZOOM),
    duration: 500,
  });
}

/** Brings all of an extent into view. */
export function lookAtAll(bounds: [[number, number], [number, number]]): void {
  current?.fitBounds(bounds, { padding: 60, duration: 500 });
}
