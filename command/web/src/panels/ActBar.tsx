import { Alert, Button, Input, type InputRef } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { confirm, dismiss, noteClose, propose } from "../acts";
import type { IncidentView, SortieView } from "../contract";
import { durationText } from "../format";
import { useMay } from "../session";
import { dockToSend, isActive, isAttending } from "../state/derived";
import { useConsole } from "../state/store";
import { refusalText } from "../words";
import { useDockNames } from "./names";

interface Props {
  incident: IncidentView;
  sorties: SortieView[];
}

/** Dispatch, recall and close, each confirmed in its own place; what the server refuses is said
 * right here. */
export function ActBar({ incident, sorties }: Props) {
  const { t } = useTranslation();
  const confirming = useConsole((state) => state.confirming);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const ids = [incident.id, ...sorties.map((each) => each.id)];
  const asked = confirming !== null && ids.includes(confirming.id);
  useEffect(() => {
    if (asked) setRefusal(null);
  }, [asked]);
  const doIt = () => {
    setBusy(true);
    setRefusal(null);
    confirm()
      .catch((reason: unknown) => setRefusal(t("act.refused", { reason: refusalText(reason, t) })))
      .finally(() => setBusy(false));
  };
  if (incident.state === "closed") {
    return (
      <div className="acts">
        <Link href={`/incidents/${incident.id}`}>{t("review.open")}</Link>
      </div>
    );
  }
  return (
    <div className="acts">
      {asked ? (
        <Question sorties={sorties} busy={busy} onConfirm={doIt} />
      ) : (
        <Buttons incident={incident} sorties={sorties} />
      )}
      {refusal !== null && (
        <Alert type="error" showIcon closable message={refusal} onClose={() => setRefusal(null)} data-testid="refusal" />
      )}
    </div>
  );
}

function Buttons({ incident, sorties }: Props) {
  const { t } = useTranslation();
  const may = useMay("act");
  const live = useConsole((state) => state.connected && state.controllerOnline) && may;
  const dock = useConsole((state) => dockToSend(state.decisions[incident.id], state.chosenDock, state.sorties));
  const attending = sorties.filter(isAttending);
  const sent = sorties.some(isActive);
  const word = dock === null ? "act.dispatchNone" : attending.length > 0 ? "act.dispatchAnother" : "act.dispatch";
  return (
    <div className="acts-row">
      <Button
        type={sent ? "default" : "primary"}
        disabled={dock === null || !live}
        onClick={() => propose("dispatch", incident.id)}
        data-testid="dispatch-button"
        data-dock={dock}
      >
        {t(word, { dock })} <kbd>D</kbd>
      </Button>
      {attending.map((sortie) => (
        <Button key={sortie.id} danger disabled={!live} onClick={() => propose("recall", sortie.id)} data-testid="recall-button" data-sortie={sortie.id}>
          {t("act.recall")}
          {attending.length > 1 && ` ${sortie.drone}`} {sortie === attending[0] && <kbd>R</kbd>}
        </Button>
      ))}
      <span className="bar-gap" />
      <Button disabled={attending.length > 0 || !live} onClick={() => propose("close", incident.id)} data-testid="close-button">
        {t("incident.close")} <kbd>C</kbd>
      </Button>
    </div>
  );
}

function Question({ sorties, busy, onConfirm }: { sorties: SortieView[]; busy: boolean; onConfirm: () => void }) {
  const { t } = useTranslation();
  const confirming = useConsole((state) => state.confirming);
  const dockName = useDockNames();
  const yes = useRef<HTMLButtonElement>(null);
  const note = useRef<InputRef>(null);
  useEffect(() => (note.current ?? yes.current)?.focus(), []);
  if (confirming === null) return null;
  let question = t("act.closeQuestion");
  let detail = "";
  if (confirming.act === "dispatch") {
    const { dock, drone, eta_s, divert } = confirming;
    question = t(divert ? "act.divertQuestion" : "act.dispatchQuestion", { drone, dock, name: dockName(dock) });
    detail = t("act.dispatchEta", { eta: durationText(eta_s) });
  } else if (confirming.act === "recall") {
    question = t("act.recallQuestion", { drone: sorties.find((each) => each.id === confirming.id)?.drone });
  }
  return (
    <div className="acts-row acts-question" role="alertdialog" aria-label={question}>
      {confirming.act === "close" ? (
        <Input
          ref={note}
          maxLength={2000}
          value={confirming.note}
          disabled={busy}
          placeholder={`${question} ${t("act.closeNote")}`}
          aria-label={t("act.closeNote")}
          onChange={(event) => noteClose(event.target.value)}
          onPressEnter={onConfirm}
          data-testid="close-note"
        />
      ) : (
        <span>
          {question}
          {detail && <span className="acts-detail">{detail}</span>}
        </span>
      )}
      <Button ref={yes} type="primary" danger={confirming.act !== "dispatch"} loading={busy} onClick={onConfirm} data-testid="confirm-button">
        {t("act.confirmKey")}
      </Button>
      <Button onClick={dismiss} data-testid="cancel-button">
        {t("act.cancelKey")}
      </Button>
    </div>
  );
}
