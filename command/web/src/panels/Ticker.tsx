import { UpOutlined } from "@ant-design/icons";
import { Button, Popover } from "antd";
import i18next, { type TFunction } from "i18next";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Event, IncidentView, SortieView } from "../contract";
import { timeText } from "../format";
import { selectIncident, useConsole } from "../state/store";
import { tell } from "../words";
import { useKindNames, usePlaceNames } from "./names";

const IN_LINE = 8;

interface Happened {
  seq: number;
  time: string;
  text: string;
  bad: boolean;
  incident: string | null;
}

/** What happened last anywhere, in words, the newest first. Nothing moves but when something happens. */
export function Ticker() {
  const { t } = useTranslation();
  const happened = useHappened();
  const list = (
    <div className="ticker-list" role="log" data-testid="ticker-list" tabIndex={0} aria-label={t("ticker.title")}>
      {happened.map((each) => (
        <Line key={each.seq} happened={each} />
      ))}
    </div>
  );
  return (
    <section className="ticker" aria-label={t("ticker.title")} data-testid="ticker">
      <b>{t("ticker.title")}</b>
      <div className="ticker-line">
        {happened.length === 0 ? (
          <span className="faint">{t("ticker.none")}</span>
        ) : (
          happened.slice(0, IN_LINE).map((each) => <Line key={each.seq} happened={each} />)
        )}
      </div>
      <Popover content={list} trigger="click" placement="topRight">
        <Button size="small" type="text" icon={<UpOutlined />} disabled={happened.length === 0} aria-label={t("ticker.open", { n: happened.length })} data-testid="ticker-open" />
      </Popover>
    </section>
  );
}

function Line({ happened: { time, text, bad, incident } }: { happened: Happened }) {
  const said = (
    <>
      <span className="num">{time}</span>
      <span className={bad ? "figure-bad" : undefined}>{text}</span>
    </>
  );
  if (incident === null) return <span className="happened">{said}</span>;
  return (
    <button type="button" className="happened" title={text} onClick={() => selectIncident(incident)}>
      {said}
    </button>
  );
}

function useHappened(): Happened[] {
  const { t, i18n } = useTranslation();
  const latest = useConsole((state) => state.latest);
  const incidents = useConsole((state) => state.incidents);
  const sorties = useConsole((state) => state.sorties);
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const kindName = useKindNames();
  const placeName = usePlaceNames();
  return useMemo(
    () =>
      latest
        .filter((event, index) => isTold(event, latest.slice(0, index)))
        .reverse()
        .map((event) => {
          const incident = event.incident === null ? undefined : incidents[event.incident];
          const { text, detail, tone } = tell(event, kindName, t, i18n.language);
          const of = subjectOf(event, sorties[event.subject], incident, kindName, placeName, t);
          return {
            ...{ seq: event.seq, time: timeText(Date.parse(event.at), zone), bad: tone === "bad" },
            ...{ text: [of, text, detail].filter(Boolean).join(" "), incident: incident?.id ?? null },
          };
        }),
    [latest, incidents, sorties, zone, kindName, placeName, t, i18n.language],
  );
}

/** Whether there are words for it: what only machines need has none. That a link came up is told of one
 * that was down. */
function isTold({ kind, subject, data }: Event, before: Event[]): boolean {
  if (kind === "LinkChanged") return !data.online || before.some((each) => each.kind === kind && each.subject === subject && !each.data.online);
  return i18next.exists(`event.${kind}`) || kind === "SortieAdvanced" || kind === "SortieStepDone";
}

/** Whom or what it is about, as far as the words themselves do not say it. */
function subjectOf(
  event: Event,
  sortie: SortieView | undefined,
  incident: IncidentView | undefined,
  kindName: (id: string) => string,
  placeName: (code: string | null) => string,
  t: TFunction,
): string {
  const named = "drone" in event.data || event.kind === "LinkChanged";
  const place = incident && (event.kind === "IncidentReported" ? placeName(incident.subdistrict) : `${placeName(incident.subdistrict)}${t("ticker.between")}${kindName(incident.kind)}`);
  return [place, !named && sortie?.drone].filter(Boolean).join(" · ");
}
