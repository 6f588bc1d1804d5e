import { CaretRightOutlined, PauseOutlined } from "@ant-design/icons";
import { Alert, Button, Empty, Segmented, Slider } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import type { Event } from "../contract";
import { clockText, timeText } from "../format";
import { ReplayMap } from "../map/ReplayMap";
import { Level } from "../panels/IncidentQueue";
import { useKindNames, usePlaceNames } from "../panels/names";
import { everything } from "../state/archive";
import { lastBefore, spanOfRecord } from "../state/replay";
import { useConsole } from "../state/store";
import { refusalText, tell } from "../words";
import { useArchive, useRecord, useTracks, type IncidentRecord } from "./archive";

const TICK_MS = 100;
const RATES = [1, 4, 16, 60];

/** Past incidents, to be run through again as they were recorded. */
export default function ReplayPage({ id }: { id: string | null }) {
  const { t } = useTranslation();
  return (
    <main className="page replay" data-testid="replay-page">
      <aside className="side page-side" aria-label={t("replay.incidents")}>
        <div className="side-head">
          <b>{t("replay.title")}</b>
        </div>
        <Incidents chosen={id} />
      </aside>
      {id === null ? <p className="replay-none">{t("replay.pickOne")}</p> : <Recorded key={id} id={id} />}
    </main>
  );
}

/** The newest incidents to which a drone was sent. */
function Incidents({ chosen }: { chosen: string | null }) {
  const { t } = useTranslation();
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const kindName = useKindNames();
  const placeName = usePlaceNames();
  const { page, refusal } = useArchive(everything, zone);
  const flown = page?.incidents.filter((each) => each.sortie !== null) ?? [];
  return (
    <nav className="replay-list" aria-label={t("replay.incidents")}>
      {refusal !== null && <Alert type="error" showIcon message={refusalText(refusal, t)} />}
      {page !== null && flown.length === 0 && <Empty image={null} description={t("replay.none")} />}
      {flown.map((each) => (
        <Link key={each.id} href={`/replay/${each.id}`} className={`row${each.id === chosen ? " row-chosen" : ""}`} aria-current={each.id === chosen} data-testid={`replay-row-${each.id}`}>
          <Level level={each.level} />
          <span className="row-what">
            <b>{kindName(each.kind)}</b>
            <span>{placeName(each.subdistrict)}</span>
          </span>
          <span className="row-state">
            <b className={`state state-${each.state}`}>{t(`incident.state.${each.state}`)}</b>
            <span className="num">{timeText(Date.parse(each.reported_at), zone, true).slice(5, 16)}</span>
          </span>
        </Link>
      ))}
    </nav>
  );
}

function Recorded({ id }: { id: string }) {
  const { t } = useTranslation();
  const { record, refusal } = useRecord(id);
  if (refusal !== null) return <Alert type="error" showIcon className="page-note" message={refusalText(refusal, t)} />;
  return record === null ? <div /> : <Run record={record} />;
}

function Run({ record }: { record: IncidentRecord }) {
  const { t } = useTranslation();
  const { incident, sorties, events } = record;
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const { tracks, refusal } = useTracks(sorties);
  const [fromMs, untilMs] = useMemo(() => spanOfRecord(events, tracks) ?? [0, 0], [events, tracks]);
  const [atMs, setAt] = useState(fromMs);
  const [rate, setRate] = useState(16);
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => setAt((old) => Math.min(untilMs, old + TICK_MS * rate)), TICK_MS);
    return () => clearInterval(timer);
  }, [playing, rate, untilMs]);
  const over = atMs >= untilMs;
  const play = () => {
    if (over) setAt(fromMs);
    setPlaying(!playing || over);
  };
  const shownMs = Math.min(Math.max(atMs, fromMs), untilMs);
  const sinceReport_s = (shownMs - Date.parse(incident.reported_at)) / 1000;
  const bare = refusal === null && tracks.length > 0 && tracks.every(({ samples }) => samples.length === 0);
  return (
    <>
      <section className="replay-stage" aria-label={t("replay.title")}>
        <div className="replay-map">
          <ReplayMap incident={incident} sorties={sorties} tracks={tracks} atMs={shownMs} />
          {(bare || refusal !== null) && <Alert className="notice" type="info" showIcon message={bare ? t("replay.noTrack") : refusalText(refusal, t)} />}
        </div>
        <div className="replay-bar">
          <Button
            type="primary"
            icon={playing && !over ? <PauseOutlined /> : <CaretRightOutlined />}
            onClick={play}
            aria-label={t(playing && !over ? "replay.pause" : "replay.play")}
            data-testid="replay-play"
          />
          <Slider
            min={fromMs}
            max={Math.max(untilMs, fromMs + 1)}
            step={1000}
            value={shownMs}
            onChange={setAt}
            tooltip={{ formatter: (ms) => (ms === undefined ? "" : timeText(ms, zone)) }}
            ariaLabelForHandle={t("replay.moment")}
            className="replay-slider"
          />
          <b className="num" data-testid="replay-clock">
            {sinceReport_s < 0 ? "" : "+"}
            {clockText(sinceReport_s)}
          </b>
          <span className="num faint">{timeText(shownMs, zone)}</span>
          <Segmented size="small" value={rate} onChange={setRate} options={RATES.map((each) => ({ value: each, label: `${each}×` }))} aria-label={t("replay.rate")} />
        </div>
      </section>
      <Course record={record} atMs={shownMs} onPick={setAt} />
    </>
  );
}

/** What happened, the moment's own line marked; each leads to its moment. */
function Course({ record, atMs, onPick }: { record: IncidentRecord; atMs: number; onPick: (ms: number) => void }) {
  const { t, i18n } = useTranslation();
  const [, go] = useLocation();
  const kindName = useKindNames();
  const { incident, events } = record;
  const now = lastBefore(events, atMs);
  const reportedMs = Date.parse(incident.reported_at);
  const line = (event: Event, index: number) => {
    const { text, detail, tone } = tell(event, kindName, t, i18n.language);
    const ms = Date.parse(event.at);
    return (
      <li key={event.seq}>
        <button type="button" className={`replay-event${index === now ? " row-chosen" : ""}${index > now ? " faint" : ""}`} aria-current={index === now} onClick={() => onPick(ms)}>
          <span className="num">+{clockText((ms - reportedMs) / 1000)}</span>
          <span className={tone === "bad" ? "figure-bad" : undefined}>
            {text} {detail}
          </span>
        </button>
      </li>
    );
  };
  return (
    <aside className="side page-side" aria-label={t("timeline.title")}>
      <div className="side-head">
        <b>
          {kindName(incident.kind)} · {t("timeline.title")}
        </b>
        <Button size="small" onClick={() => go(`/incidents/${incident.id}`)}>
          {t("review.title")}
        </Button>
      </div>
      <ol className="replay-course">{events.map(line)}</ol>
    </aside>
  );
}
