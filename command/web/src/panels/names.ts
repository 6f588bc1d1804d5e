/** Names of what the district holds, in the language chosen. */
import type { FeatureCollection, MultiPolygon } from "geojson";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { DistrictView } from "../contract";
import { isInside } from "../map/geometry";
import { dockSites } from "../state/derived";
import { useConsole } from "../state/store";
import { nameOf } from "../words";

export function useKindName(id: string): string {
  return useKindNames()(id);
}

export function useKindNames(): (id: string) => string {
  const { i18n } = useTranslation();
  const kinds = useConsole((state) => state.district?.kinds);
  return useMemo(() => {
    const names = new Map(kinds?.map((kind) => [kind.id, nameOf(kind.name, i18n.language)]));
    return (id: string) => names.get(id) ?? id;
  }, [kinds, i18n.language]);
}

export function usePlaceName(code: string | null): string {
  return usePlaceNames()(code);
}

export function usePlaceNames(): (code: string | null) => string {
  const { t, i18n } = useTranslation();
  const district = useConsole((state) => state.district);
  return useMemo(() => {
    const names = new Map(places(district).map(({ code, ...name }) => [code, nameOf(name, i18n.language)]));
    return (code: string | null) => (code === null ? t("incident.outside") : (names.get(code) ?? code));
  }, [t, district, i18n.language]);
}

export interface Place {
  code: string;
  name_zh: string;
  name_en: string;
}

export function places(district: DistrictView | null): Place[] {
  const given = district?.subdistricts as unknown as FeatureCollection | undefined;
  return given?.features.map((feature) => feature.properties as Place) ?? [];
}

/** The subdistrict of a place; null outside the district. */
export function subdistrictAt(district: DistrictView | null, lon: number, lat: number): string | null {
  const given = district?.subdistricts as unknown as FeatureCollection<MultiPolygon> | undefined;
  const found = given?.features.find(({ geometry }) =>
    geometry.coordinates.some((rings) => rings.filter((ring) => isInside(ring, lon, lat)).length % 2 === 1),
  );
  return found ? (found.properties as Place).code : null;
}

export function useDockNames(): (id: string) => string {
  const { i18n } = useTranslation();
  const district = useConsole((state) => state.district);
  return useMemo(() => {
    const names = new Map(dockSites(district).map((site) => [site.id, nameOf(site, i18n.language)]));
    return (id: string) => names.get(id) ?? "";
  }, [district, i18n.language]);
}
