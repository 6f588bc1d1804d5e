/** Names of what the district holds, in the language chosen. */
import type { FeatureCollection } from "geojson";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
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
  const { t, i18n } = useTranslation();
  const district = useConsole((state) => state.district);
  if (code === null) return t("incident.outside");
  const given = district?.subdistricts as unknown as FeatureCollection | undefined;
  const found = given?.features.find((feature) => feature.properties?.code === code);
  return found ? nameOf(found.properties as { name_zh: string; name_en: string }, i18n.language) : code;
}

export function useDockNames(): (id: string) => string {
  const { i18n } = useTranslation();
  const district = useConsole((state) => state.district);
  return useMemo(() => {
    const names = new Map(dockSites(district).map((site) => [site.id, nameOf(site, i18n.language)]));
    return (id: string) => names.get(id) ?? "";
  }, [district, i18n.language]);
}
