import { CloseOutlined } from "@ant-design/icons";
import { Alert, Button, Popconfirm } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { PatrolTaskView } from "../contract";
import { timeText } from "../format";
import { newKey } from "../key";
import { ask } from "../link";
import { patrolReason } from "../patrolWords";
import { orderRefusalText } from "../refusals";
import { useMay } from "../session";
import { isAttending } from "../state/derived";
import { taskOfVisit, type Flown } from "../state/patrols";
import { useConsole } from "../state/store";
import { nameOf } from "../words";
import { Finding } from "./Finding";

interface Props {
  flown: Flown;
  tasks: readonly PatrolTaskView[];
  onClose: () => void;
}

/** One flight: what it was to see, what became of it, and what may be done about it now. */
export function PatrolFlight({ flown, tasks, onClose }: Props) {
  const { t, i18n } = useTranslation();
  const { flight, patrol, stand } = flown;
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const time = (ms: number) => timeText(ms, zone).slice(0, 5);
  const names = new Map(tasks.map((each) => [each.task, nameOf(each.name, i18n.language)]));
  const seen = new Set(flight.seen);
  const fate = (visit: string) => {
    if (seen.has(visit)) return { sign: "✓", tone: "figure-good", said: t("patrols.visit.seen") };
    const missed = patrol.missed[visit];
    if (missed !== undefined) return { sign: "✕", tone: "figure-bad", said: patrolReason(missed, t, i18n.language) };
    const to = patrol.handed_on[visit];
    if (to !== undefined) return { sign: "↻", tone: "figure-short", said: t("patrols.visit.handedOn", { plan: to }) };
    return { sign: "·", tone: "faint", said: t(`patrols.visit.${stand === "planned" || stand === "due" || stand === "flying" ? "open" : "left"}`) };
  };
  return (
    <section className="patrols-tasks" aria-label={t("patrols.flight")} data-testid="patrol-flight">
      <div className="flight-head">
        <span className={`flight-bar ${stand}`}>{t(`patrols.stand.${stand}`)}</span>
        <b>
          {flight.drone} · {flight.dock}
        </b>
        <span className="num">
          {time(flown.fromMs)}–{time(flown.untilMs)}
        </span>
        <span className="num">
          {t("patrols.looks")} {flight.seen.length}/{flight.visits.length}
        </span>
        <span className="bar-gap" />
        <Button size="small" type="text" icon={<CloseOutlined />} aria-label={t("patrols.back")} title={t("patrols.back")} onClick={onClose} data-testid="flight-close" />
      </div>
      {flight.reason !== null && stand !== "done" && stand !== "flying" && <p className="flight-why">{patrolReason(flight.reason, t, i18n.language)}</p>}
      {flight.incident !== null && (
        <p className="flight-why">
          <Link href={`/incidents/${flight.incident}`}>{t("patrols.calledTo")}</Link>
        </p>
      )}
      {flight.sortie !== null && stand === "flying" && <FlightActs sortie={flight.sortie} drone={flight.drone} />}
      <ol className="visits">
        {flight.visits.map((visit) => {
          const { sign, tone, said } = fate(visit);
          return (
            <li key={visit}>
              <b className={tone}>{sign}</b>
              <span className="faint num">{visit}</span>
              <span>{names.get(taskOfVisit(visit)) ?? ""}</span>
              <span className={tone} title={said}>
                {said}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

const confirmId = { "data-testid": "confirm-call-home" };

function FlightActs({ sortie: id, drone }: { sortie: string; drone: string }) {
  const { t, i18n } = useTranslation();
  const may = useMay("act");
  const live = useConsole((state) => state.connected && state.controllerOnline) && may;
  const sortie = useConsole((state) => state.sorties[id]);
  const [refusal, setRefusal] = useState<unknown>(null);
  const put = (what: "recall" | "hold" | "resume") => ask(what, { sortie: id }, newKey()).then(() => setRefusal(null), setRefusal);
  if (sortie === undefined || !may) return null;
  const held = sortie.state === "held";
  return (
    <div className="flight-acts">
      <b>{t(sortie.state === "en_route" ? "patrols.onItsWay" : `sortie.state.${sortie.state}`)}</b>
      <span className="bar-gap" />
      <Finding sortie={sortie} live={live} />
      <Button size="small" disabled={!live || !(held || sortie.state === "en_route")} onClick={() => void put(held ? "resume" : "hold")} data-testid="hold-patrol">
        {t(held ? "order.resume" : "order.hold")}
      </Button>
      <Popconfirm title={t("patrols.recallQuestion", { drone })} okText={t("act.confirm")} cancelText={t("act.cancel")} okButtonProps={{ danger: true, ...confirmId }} onConfirm={() => put("recall")} placement="bottomRight">
        <Button size="small" danger disabled={!live || !isAttending(sortie)} data-testid="call-home">
          {t("patrols.callHome")}
        </Button>
      </Popconfirm>
      {refusal !== null && <Alert type="error" showIcon closable onClose={() => setRefusal(null)} message={orderRefusalText(refusal, t, i18n.language)} />}
    </div>
  );
}
