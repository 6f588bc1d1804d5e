import { Alert } from "antd";
import type { GeoJSONSource } from "maplibre-gl";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { IncidentView, SortieView } from "../contract";
import { fixed } from "../format";
import { boundsOf } from "../state/places";
import { sampleAt, wayUntil, type Track } from "../state/replay";
import { useConsole } from "../state/store";
import { collection, footprintFeatures, incidentFeatures, line, plannedFeatures, point } from "./features";
import { MapButtons } from "./MapButtons";
import type { SourceName } from "./style";
import { useMap } from "./useMap";

interface Props {
  incident: IncidentView;
  sorties: readonly SortieView[];
  tracks: readonly Track[];
  atMs: number;
}

/** The recorded drones of one incident at a moment: where they were, what their cameras saw, the way they had
 * flown, and that which was planned. */
export function ReplayMap({ incident, sorties, tracks, atMs }: Props) {
  const { t } = useTranslation();
  const holder = useRef<HTMLDivElement>(null);
  const shown = useMap(holder, "recorded");
  const { map, drawn, broken } = shown;
  const district = useConsole((state) => state.district);

  useEffect(() => {
    if (map === null) return;
    const set = (name: SourceName, data: GeoJSON.GeoJSON) => map.getSource<GeoJSONSource>(name)?.setData(data);
    set("incidents", incidentFeatures({ [incident.id]: incident }, incident.id));
    set("paths", plannedFeatures(district, sorties));
    const now = tracks.flatMap((track) => sampleAt(track, atMs) ?? []);
    const drones = now.map((sample) =>
      point([sample.lon, sample.lat], {
        ...{ id: sample.drone, heading: Math.round(sample.heading_deg), icon: "drone-flying" },
        label: `${sample.drone} ${fixed(sample.alt_amsl_m)} m`,
      }),
    );
    set("drones", collection(drones));
    set("footprints", footprintFeatures(now, null));
    const ways = tracks.map((track) => line(wayUntil(track, atMs), { drone: track.drone }));
    set("trails", collection(ways.filter((each) => each.geometry.coordinates.length > 1)));
  }, [map, district, incident, sorties, tracks, atMs]);

  useEffect(() => {
    const flown = tracks.flatMap(({ samples }) => samples.map(({ lon, lat }) => [lon, lat]));
    map?.fitBounds(boundsOf([[incident.lon, incident.lat], ...flown]), { padding: 80, maxZoom: 14, duration: 0 });
  }, [map, incident.id, tracks]);

  return (
    <div className="map" data-testid="replay-map" data-loaded={drawn && district !== null}>
      <div ref={holder} className="map-canvas" />
      {broken && <Alert className="map-broken" type="error" showIcon message={t("map.noWebgl")} />}
      <MapButtons {...shown} />
    </div>
  );
}
