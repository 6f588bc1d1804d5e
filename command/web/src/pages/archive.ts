/** The record as REST tells it. */
import { useEffect, useState } from "react";
import type { Event, IncidentsPage, IncidentView, SortiesPage, SortieView, VideoSample, VideoTrack } from "../contract";
import { rest } from "../session";
import { queryOf, type ArchiveFilter } from "../state/archive";
import type { Track } from "../state/replay";
import { useConsole } from "../state/store";

const PAGE = 200;
const MOST = 1000;
const AFTER_CHANGE_MS = 800;

export interface Archive {
  page: IncidentsPage | null;
  refusal: unknown;
  more: () => void;
}

/** The incidents that a filter lets through, asked for again whenever an incident has changed. */
export function useArchive(filter: ArchiveFilter, zone: string): Archive {
  const [page, setPage] = useState<IncidentsPage | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  const [limit, setLimit] = useState(PAGE);
  const changed = useChanges();
  useEffect(() => {
    let current = true;
    const query = queryOf(filter, zone);
    query.set("limit", String(limit));
    rest<IncidentsPage>("GET", `/incidents?${query}`)
      .then((answer) => {
        if (!current) return;
        setPage(answer);
        setRefusal(null);
      })
      .catch((reason: unknown) => current && setRefusal(reason));
    return () => {
      current = false;
    };
  }, [filter, zone, limit, changed]);
  const more = () => {
    const before = page?.next;
    if (page === null || before == null) return;
    if (limit + PAGE <= MOST) {
      setLimit(limit + PAGE);
      return;
    }
    const query = queryOf(filter, zone);
    query.set("limit", String(PAGE));
    query.set("before", before);
    rest<IncidentsPage>("GET", `/incidents?${query}`)
      .then((older) => setPage({ ...older, incidents: [...page.incidents, ...older.incidents] }))
      .catch(setRefusal);
  };
  return { page, refusal, more };
}

/** Counts how often incidents have changed, at most about once a second. */
function useChanges(of?: string): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = useConsole.subscribe((now, before) => {
      const same = of === undefined ? now.incidents === before.incidents && now.sorties === before.sorties : now.incidents[of] === before.incidents[of];
      if (same || timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        setCount((old) => old + 1);
      }, AFTER_CHANGE_MS);
    });
    return () => {
      end();
      clearTimeout(timer);
    };
  }, [of]);
  return count;
}

export interface IncidentRecord {
  incident: IncidentView;
  events: Event[];
  sorties: SortieView[];
}

/** All that is recorded of one incident. */
export function useRecord(id: string): { record: IncidentRecord | null; refusal: unknown } {
  const [record, setRecord] = useState<IncidentRecord | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  const changed = useChanges(id);
  useEffect(() => {
    let current = true;
    const name = encodeURIComponent(id);
    Promise.all([
      rest<IncidentView>("GET", `/incidents/${name}`),
      rest<{ events: Event[] }>("GET", `/events?incident=${name}&limit=5000`),
      rest<SortiesPage>("GET", `/sorties?incident=${name}&limit=1000`),
    ])
      .then(([incident, { events }, { sorties }]) => {
        if (!current) return;
        setRecord({ incident, events, sorties });
        setRefusal(null);
      })
      .catch((reason: unknown) => current && setRefusal(reason));
    return () => {
      current = false;
    };
  }, [id, changed]);
  return { record, refusal };
}

const TRACK_PAGE = 5000;
const NO_TRACKS: readonly Track[] = [];

/** The recorded ways of drones, one sample a second. */
export function useTracks(sorties: readonly SortieView[]): { tracks: readonly Track[]; refusal: unknown } {
  const [tracks, setTracks] = useState(NO_TRACKS);
  const [refusal, setRefusal] = useState<unknown>(null);
  const flown = sorties.filter((each) => each.took_off_at !== null);
  const wanted = flown.map((each) => `${each.id} ${each.drone}`).join(",");
  useEffect(() => {
    let current = true;
    Promise.all(wanted === "" ? [] : wanted.split(",").map((each) => loadTrack(...(each.split(" ") as [string, string]))))
      .then((found) => current && setTracks(found))
      .catch((reason: unknown) => current && setRefusal(reason));
    return () => {
      current = false;
    };
  }, [wanted]);
  return { tracks, refusal };
}

async function loadTrack(sortie: string, drone: string): Promise<Track> {
  const samples: VideoSample[] = [];
  let after: string | null = null;
  do {
    const query = new URLSearchParams({ limit: String(TRACK_PAGE), ...(after !== null && { after }) });
    const page: VideoTrack = await rest<VideoTrack>("GET", `/sorties/${sortie}/video?${query}`);
    samples.push(...page.samples);
    after = page.next;
  } while (after !== null);
  return { sortie, drone, samples };
}
