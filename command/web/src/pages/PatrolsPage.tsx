import { Alert, Button, Input, Modal, Switch } from "antd";
import { PauseOutlined, CaretRightOutlined } from "@ant-design/icons";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { PatrolsView } from "../contract";
import { newKey } from "../key";
import { ask } from "../link";
import { PatrolMap } from "../map/PatrolMap";
import { patrolReason } from "../patrolWords";
import { orderRefusalText } from "../refusals";
import { shareText } from "../format";
import { pace } from "../palette";
import { useMay } from "../session";
import { dockSites } from "../state/derived";
import { aged, dayFigures, dayRows, flightsOf, taskOfVisit } from "../state/patrols";
import { followPatrols, showPatrols, usePatrols } from "../state/patrolStore";
import { useConsole } from "../state/store";
import { useTimed } from "../useTime";
import { Figure } from "./ArchivePage";
import { PatrolDay } from "./PatrolDay";
import { PatrolFlight } from "./PatrolFlight";
import { PatrolReport } from "./PatrolReport";
import { PatrolTasks } from "./PatrolTasks";

const MINUTE_MS = 60_000;
const NONE: ReadonlySet<string> = new Set();
const NOTHING: PatrolsView = { at: "", least_coverage: null, covered_share: null, waits: null, paused: null, patrols: [], tasks: [] };

/** The day of the patrols: who flies what when, and what nobody has looked at for how long. */
export default function PatrolsPage() {
  const { t } = useTranslation();
  const view = usePatrols((state) => state.view);
  const district = useConsole((state) => state.district);
  const [picked, setPicked] = useState<string | null>(null);
  const [task, setTask] = useState<string | null>(null);
  const nowMs = useTimed((ms) => Math.floor(ms / MINUTE_MS) * MINUTE_MS);
  useEffect(followPatrols, []);

  const told = view ?? NOTHING;
  const flights = useMemo(() => flightsOf(told), [told]);
  const rows = useMemo(() => dayRows(dockSites(district), flights), [district, flights]);
  const tasks = useMemo(() => told.tasks.map((each) => aged(each, nowMs)), [told, nowMs]);
  const flight = flights.find((each) => each.id === picked);
  const chosen = useMemo(
    () => (flight ? new Set(flight.flight.visits.map(taskOfVisit)) : task === null ? NONE : new Set([task])),
    [flight, task],
  );
  const pick = (id: string | null) => {
    setPicked(id);
    setTask(null);
  };
  const pickDrone = (drone: string) => pick(flights.find((each) => each.flight.drone === drone && each.stand === "flying")?.id ?? null);
  const pickTask = (id: string) => {
    setPicked(null);
    setTask(id);
  };
  return (
    <main className="page patrols" data-testid="patrols-page">
      <section className="page-body page-fill" aria-label={t("patrols.title")}>
        <div className="page-head">
          <h2>{t("patrols.title")}</h2>
          <Standing />
          <span className="bar-gap" />
          <PauseButton />
          <PatrolReport />
        </div>
        <Figures />
        <PatrolDay rows={rows} flights={flights} picked={picked} onPick={pick} nowMs={nowMs} />
      </section>
      <aside className="side page-side patrols-side">
        <div className="patrols-map">
          <PatrolMap tasks={tasks} chosen={chosen} onTask={pickTask} onDrone={pickDrone} />
        </div>
        {flight ? (
          <PatrolFlight key={flight.id} flown={flight} tasks={told.tasks} onClose={() => pick(null)} />
        ) : (
          <PatrolTasks tasks={tasks} known={view !== null} chosen={task} onPick={pickTask} />
        )}
      </aside>
    </main>
  );
}

/** That they cannot be read, or why no patrol starts now; in a place that is there anyway. */
function Standing() {
  const { t, i18n } = useTranslation();
  const waits = usePatrols(({ view }) => view?.waits ?? null);
  const refused = usePatrols(({ refusal }) => refusal !== null);
  if (waits === null && !refused) return null;
  const said = refused ? t("patrols.unread") : t("patrols.waits", { why: patrolReason(waits, t, i18n.language) });
  return (
    <span className="patrols-waits" role="status" title={said} data-testid="patrols-wait">
      {said}
    </span>
  );
}

function Figures() {
  const { t } = useTranslation();
  const view = usePatrols((state) => state.view);
  const now = view && dayFigures(view, flightsOf(view));
  const figure = (value: number | undefined) => (value === undefined ? "–" : String(value));
  const tight = view?.covered_share != null && view.least_coverage !== null && view.covered_share < view.least_coverage;
  return (
    <dl className="figures" data-testid="patrol-figures">
      <Figure label={t("patrols.seen")} value={now ? `${now.seen}/${now.visits}` : "–"} />
      <Figure label={t("patrols.stand.flying")} value={figure(now?.flying)} />
      <Figure label={t("patrols.stand.due")} value={figure(now?.due)} colour={now && now.due > 0 ? pace.short : undefined} />
      <Figure label={t("patrols.missed")} value={figure(now?.missed)} colour={now && now.missed > 0 ? pace.past : undefined} />
      <Figure
        label={t("patrols.coverage", { least: view?.least_coverage == null ? "–" : shareText(view.least_coverage) })}
        value={shareText(view?.covered_share)}
        colour={tight ? pace.past : undefined}
      />
    </dl>
  );
}

/** Stops the patrols, or lets them go on. */
function PauseButton() {
  const { t, i18n } = useTranslation();
  const may = useMay("act");
  const live = useConsole((state) => state.connected && state.controllerOnline);
  const paused = usePatrols(({ view }) => view?.paused ?? null);
  const [asking, setAsking] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  if (!may) return null;
  const resume = () => void ask("resume_patrols", {}, newKey()).then(showPatrols).catch(setRefusal);
  return (
    <>
      <Button
        icon={paused ? <CaretRightOutlined /> : <PauseOutlined />}
        type={paused ? "primary" : "default"}
        disabled={!live}
        onClick={() => (paused ? resume() : setAsking(true))}
        title={refusal === null ? undefined : orderRefusalText(refusal, t, i18n.language)}
        data-testid={paused ? "resume-patrols" : "pause-patrols"}
      >
        {t(paused ? "patrols.resume" : "patrols.pause")}
      </Button>
      {asking && <Pausing onClose={() => setAsking(false)} />}
    </>
  );
}

const confirmId = { "data-testid": "confirm-pause" };

function Pausing({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const out = usePatrols(({ view }) => (view ? dayFigures(view, flightsOf(view)).flying : 0));
  const [reason, setReason] = useState("");
  const [recall, setRecall] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const pause = () => {
    setBusy(true);
    ask("pause_patrols", { recall, ...(reason.trim() && { reason: reason.trim() }) }, newKey())
      .then((view) => {
        showPatrols(view);
        onClose();
      })
      .catch(setRefusal)
      .finally(() => setBusy(false));
  };
  return (
    <Modal open title={t("patrols.pause")} width={440} onCancel={onClose} onOk={pause} okText={t("act.confirm")} cancelText={t("act.cancel")} okButtonProps={{ loading: busy, danger: recall, ...confirmId }}>
      <p>{t("patrols.pauseMeans")}</p>
      <Input value={reason} onChange={(event) => setReason(event.target.value)} placeholder={t("patrols.reason")} aria-label={t("patrols.reason")} maxLength={500} />
      <label className="patrols-recall">
        <Switch size="small" checked={recall} onChange={setRecall} disabled={out === 0} aria-label={t("patrols.recallToo", { n: out })} />
        <span>{t("patrols.recallToo", { n: out })}</span>
      </label>
      {refusal !== null && <Alert type="error" showIcon message={orderRefusalText(refusal, t, i18n.language)} />}
    </Modal>
  );
}
