import { AimOutlined } from "@ant-design/icons";
import { Button, Progress, Tooltip } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { loadDecision, loadIncident } from "../acts";
import type { IncidentView } from "../contract";
import { clockText, positionText } from "../format";
import { lookAt } from "../map/view";
import { pace } from "../palette";
import { runOf } from "../state/clock";
import { isAttending, sortiesOf } from "../state/derived";
import { clock, useConsole } from "../state/store";
import { useTimed } from "../useTime";
import { ActBar } from "./ActBar";
import { Level, Running } from "./IncidentQueue";
import { useKindName, usePlaceName } from "./names";
import { Ranking } from "./Ranking";
import { ResponsePlan } from "./ResponsePlan";
import { SortieProgress } from "./SortieProgress";
import { IncidentTimeline } from "./IncidentTimeline";
import { Tasks } from "./Tasks";

export function IncidentDetail() {
  const { t } = useTranslation();
  const incident = useConsole((state) => (state.incident === null ? undefined : state.incidents[state.incident]));
  if (incident === undefined) return <section className="detail detail-none">{t("incident.pickOne")}</section>;
  return <Detail key={incident.id} incident={incident} />;
}

function Detail({ incident }: { incident: IncidentView }) {
  const { t } = useTranslation();
  const kind = useKindName(incident.kind);
  const place = usePlaceName(incident.subdistrict);
  const all = useConsole((state) => state.sorties);
  const sorties = sortiesOf(incident.id, all);
  // Before the dispatch the choice comes first, after it what happens.
  const underWay = sorties.some(isAttending);
  useLoaded(incident.id);
  return (
    <section className="detail" aria-label={kind} data-testid="incident-detail" data-incident={incident.id}>
      <div className="detail-head">
        <Level level={incident.level} />
        <span className="detail-what">
          <b>{kind}</b>
          <span>
            {place} · <span className="num">{positionText(incident.lon, incident.lat)}</span>
            <Tooltip title={t("incident.locate")}>
              <Button type="text" size="small" icon={<AimOutlined />} aria-label={t("incident.locate")} onClick={() => lookAt(incident.lon, incident.lat)} />
            </Tooltip>
          </span>
        </span>
        <span className="detail-clock">
          <Running incident={incident} large />
          <WindowBar incident={incident} />
        </span>
      </div>
      {incident.note && <p className="detail-note">{incident.note}</p>}
      <ActBar incident={incident} sorties={sorties} />
      <div className="detail-body">
        {sorties.map((sortie) => (
          <SortieProgress key={sortie.id} sortie={sortie} />
        ))}
        {!underWay && <Ranking incident={incident} />}
        <ResponsePlan incident={incident} />
        <Tasks incident={incident} />
        <IncidentTimeline incident={incident} />
        {underWay && <Ranking incident={incident} />}
      </div>
    </section>
  );
}

/** How much of the window has passed. */
function WindowBar({ incident }: { incident: IncidentView }) {
  const { t } = useTranslation();
  useTimed((nowMs) => Math.floor(runOf(incident, nowMs).elapsed_s));
  const run = runOf(incident, clock.nowMs());
  const label = t(run.running || incident.on_scene_at === null ? "incident.sinceReport" : "incident.onSceneAfter");
  return (
    <>
      <Progress
        percent={Math.min(100, (run.elapsed_s / incident.window_s) * 100)}
        size={[112, 4]}
        showInfo={false}
        strokeColor={run.pace === "good" ? pace.met : pace[run.pace]}
        aria-hidden
      />
      <span>
        {label} · {t("incident.window", { window: clockText(incident.window_s) })}
      </span>
    </>
  );
}

/** Decision and timeline are asked for when an incident is looked at, and again whenever the link
 * came back; a new decision, whenever the timeline tells of one. */
function useLoaded(id: string): void {
  const connected = useConsole((state) => state.connected && state.controllerOnline);
  const known = useConsole((state) => state.decisions[id] !== undefined && state.timelines[id] !== undefined);
  useEffect(() => {
    if (connected && !known) loadIncident(id).catch(() => undefined);
  }, [id, connected, known]);
  const newest = useConsole((state) => {
    const told = state.timelines[id]?.findLast((event) => event.kind === "DecisionTaken");
    const shown = state.decisions[id]?.id;
    return told !== undefined && shown !== undefined && told.subject !== shown ? told.subject : null;
  });
  useEffect(() => {
    if (newest !== null) loadDecision(id).catch(() => undefined);
  }, [id, newest]);
}
