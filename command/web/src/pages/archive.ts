/** The record as REST tells it. */
import { useEffect, useState } from "react";
import type { Event, IncidentsPage, IncidentView, SortiesPage, SortieView } from "../contract";
import { rest } from "../session";
import { queryOf, type ArchiveFilter } from "../state/archive";
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
