/** The map from elsewhere that the district may set: XYZ pictures, or a PMTiles file of pictures or of
 * vector tiles, under the console's own layers. */
import maplibregl, { type LayerSpecification, type Map as MapLibre, type SourceSpecification } from "maplibre-gl";
import { create } from "zustand";
import type { Palette, Theme } from "../palette";
import { rest } from "../session";

export interface Tiles {
  url: string;
  attribution: string;
  max_zoom: number;
}

/** `failing`: the last of them could not be had. */
export const useTiles = create<{ tiles: Tiles | null; failing: boolean }>()(() => ({ tiles: null, failing: false }));

export const TILES = "tiles"; // the source, and how the names of its layers begin
const UNDER = "gaps"; // the first of our layers that lies on them
const VECTOR = 1; // PMTiles' number for MVT

/** Asks once what is set. */
export async function loadTiles(): Promise<void> {
  if (useTiles.getState().tiles !== null) return;
  const { tiles } = await rest<{ tiles: Tiles | null }>("GET", "/tiles");
  useTiles.setState({ tiles });
}

/** Lays the tiles under the map's layers, unless the map is `gone` by the time that they are known. */
export async function addTiles(map: MapLibre, tiles: Tiles, theme: Theme, palette: Palette, gone: () => boolean): Promise<void> {
  const [source, layers] = tiles.url.includes("{z}") ? pictures(tiles, theme) : await packed(tiles, theme, palette);
  if (gone() || map.getSource(TILES) !== undefined || map.getLayer(UNDER) === undefined) return;
  map.addSource(TILES, source);
  for (const layer of layers) map.addLayer(layer, UNDER);
  map.on("error", (event) => {
    if ("sourceId" in event && event.sourceId === TILES) useTiles.setState({ failing: true });
    else console.error(event.error);
  });
  map.on("sourcedata", (event) => {
    if (event.sourceId === TILES && event.tile !== undefined) useTiles.setState({ failing: false });
  });
}

type Added = [SourceSpecification, LayerSpecification[]];

function pictures({ url, max_zoom }: Tiles, theme: Theme): Added {
  return [{ type: "raster", tiles: [url], tileSize: 256, maxzoom: max_zoom }, [pictureLayer(theme)]];
}

/** Most maps are drawn for a light room: in the dark theme they are dimmed, so that ours stands out. */
function pictureLayer(theme: Theme): LayerSpecification {
  const dimmed = { "raster-brightness-max": 0.5, "raster-saturation": -0.5 };
  return { id: TILES, type: "raster", source: TILES, paint: { "raster-fade-duration": 0, ...(theme === "dark" ? dimmed : {}) } };
}

/** Of a PMTiles file: what it holds is told by its own header. */
async function packed({ url }: Tiles, theme: Theme, palette: Palette): Promise<Added> {
  const { PMTiles, Protocol } = await import("pmtiles");
  const protocol = new Protocol();
  const file = new PMTiles(url);
  protocol.add(file);
  maplibregl.addProtocol("pmtiles", protocol.tile);
  const { tileType } = await file.getHeader();
  if (tileType !== VECTOR) return [{ type: "raster", url: `pmtiles://${url}`, tileSize: 256 }, [pictureLayer(theme)]];
  const { vector_layers } = (await file.getMetadata()) as { vector_layers?: { id: string }[] };
  const layers = (vector_layers ?? []).flatMap(({ id }) => drawn(id, palette));
  return [{ type: "vector", url: `pmtiles://${url}` }, layers];
}

/** Whatever the file's layers are called: water and buildings as areas, all else as lines. */
function drawn(id: string, { map: colours }: Palette): LayerSpecification[] {
  const of = { source: TILES, "source-layer": id };
  const line: LayerSpecification = {
    ...{ id: `${TILES} ${id}`, type: "line", ...of, filter: ["!=", ["geometry-type"], "Point"] },
    paint: { "line-color": colours.border, "line-width": 0.8, "line-opacity": 0.7 },
  };
  if (!/water|building/.test(id)) return [line];
  const fill: LayerSpecification = {
    ...{ id: `${TILES} ${id} area`, type: "fill", ...of, filter: ["==", ["geometry-type"], "Polygon"] },
    paint: { "fill-color": /water/.test(id) ? colours.outside : colours.border, "fill-opacity": 0.5 },
  };
  return [fill, line];
}
