import { PlusOutlined } from "@ant-design/icons";
import { Button, Empty, Segmented } from "antd";
import { memo, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { IncidentView } from "../contract";
import { clockText, levelText } from "../format";
import { levels, pace } from "../palette";
import { runOf } from "../state/clock";
import { useMay } from "../session";
import { isWaiting, queueOf } from "../state/derived";
import { clock, selectIncident, startReport, useConsole } from "../state/store";
import { lookAt, showPlace } from "../map/view";
import { useTimed } from "../useTime";
import { usePlaceName, useKindName } from "./names";

const CLOSED_SHOWN = 50;

export function IncidentQueue() {
  const { t } = useTranslation();
  const mayAct = useMay("act");
  const [which, setWhich] = useState<"open" | "closed">("open");
  const incidents = useConsole((state) => state.incidents);
  const chosen = useConsole((state) => state.incident);
  const all = useMemo(() => queueOf(incidents), [incidents]);
  const open = all.filter((each) => each.state !== "closed");
  const closed = all.filter((each) => each.state === "closed");
  const waiting = open.filter(isWaiting).length;
  const shown = which === "open" ? open : closed.slice(0, CLOSED_SHOWN);

  // Nothing chosen and one incident waiting: there is nothing to choose between.
  useEffect(() => {
    const [first] = open;
    if (chosen === null && first !== undefined) selectIncident(first.id);
  }, [chosen, open.length]);

  return (
    <section className="queue" aria-label={t("queue.title")}>
      <div className="side-head">
        <Segmented
          size="small"
          value={which}
          onChange={setWhich}
          options={[
            { value: "open", label: `${t("queue.open")} ${open.length}` },
            { value: "closed", label: `${t("queue.closed")} ${closed.length}` },
          ]}
        />
        <span className="queue-waiting" data-testid="waiting">
          {waiting > 0 && t("queue.waiting", { n: waiting })}
        </span>
        <Button type="primary" icon={<PlusOutlined />} disabled={!mayAct} onClick={() => startReport()} data-testid="report-button">
          {t("queue.report")} <kbd>N</kbd>
        </Button>
      </div>
      <div className="queue-rows" role={shown.length > 0 ? "listbox" : "status"} aria-label={t("queue.title")} data-testid="incident-queue">
        {shown.length === 0 && (
          <Empty image={null} description={t(which === "open" ? "queue.none" : "queue.noneClosed")} />
        )}
        {shown.map((each) => (
          <Row key={each.id} incident={each} chosen={each.id === chosen} />
        ))}
      </div>
    </section>
  );
}

const Row = memo(function Row({ incident, chosen }: { incident: IncidentView; chosen: boolean }) {
  const { t } = useTranslation();
  const kind = useKindName(incident.kind);
  const place = usePlaceName(incident.subdistrict);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (chosen) button.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <button
      type="button"
      role="option"
      aria-selected={chosen}
      className={`row${chosen ? " row-chosen" : ""}`}
      data-testid={`incident-row-${incident.id}`}
      data-state={incident.state}
      ref={button}
      onClick={() => {
        selectIncident(incident.id);
        showPlace(incident.lon, incident.lat);
      }}
      onDoubleClick={() => lookAt(incident.lon, incident.lat)}
    >
      <Level level={incident.level} />
      <span className="row-what">
        <b>{kind}</b>
        <span>{place}</span>
      </span>
      <span className="row-state">
        <b className={`state state-${incident.state}`}>{t(`incident.state.${incident.state}`)}</b>
        <span>{incident.dock === null ? "" : `${incident.dock} · ${incident.drone}`}</span>
      </span>
      <Running incident={incident} />
    </button>
  );
});

export function Level({ level }: { level: number }) {
  const { t } = useTranslation();
  return (
    <span className="level" style={{ background: levels[level] }} title={t("incident.level", { level: levelText(level) })}>
      {levelText(level)}
    </span>
  );
}

/** The clock against the window. */
export function Running({ incident, large }: { incident: IncidentView; large?: boolean }) {
  const { t } = useTranslation();
  useTimed((nowMs) => Math.floor(runOf(incident, nowMs).elapsed_s));
  const run = runOf(incident, clock.nowMs());
  const text = clockText(run.elapsed_s);
  return (
    <span
      className={large ? "running running-large" : "running"}
      style={{ color: pace[run.pace] }}
      data-testid={large ? "clock" : `clock-${incident.id}`}
      data-pace={run.pace}
      data-running={run.running}
      aria-label={t("queue.clock", { time: text, window: clockText(incident.window_s) })}
      role="timer"
    >
      {text}
    </span>
  );
}
