/** What the archive is asked for, as the query of REST. */
import type { IncidentState } from "../contract";
import { dayStart } from "../format";

export interface ArchiveFilter {
  kinds: string[];
  levels: number[];
  subdistricts: string[];
  states: IncidentState[];
  /** First and last day, both included, in the district's calendar. */
  days: [string, string] | null;
}

export const everything: ArchiveFilter = { kinds: [], levels: [], subdistricts: [], states: [], days: null };

export function queryOf(filter: ArchiveFilter, zone: string): URLSearchParams {
  const query = new URLSearchParams();
  for (const kind of filter.kinds) query.append("kind", kind);
  for (const level of filter.levels) query.append("level", String(level));
  for (const code of filter.subdistricts) query.append("subdistrict", code);
  for (const state of filter.states) query.append("state", state);
  if (filter.days !== null) {
    query.set("since", dayStart(filter.days[0], zone));
    query.set("until", dayStart(dayAfter(filter.days[1]), zone));
  }
  return query;
}

export function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}
