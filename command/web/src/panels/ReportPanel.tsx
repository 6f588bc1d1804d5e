import { Alert, Button, Input, InputNumber, Segmented, Select, type RefSelectProps } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { isUndecided } from "../acts";
import type { DecisionView } from "../contract";
import { durationText, levelText } from "../format";
import { newKey } from "../key";
import { ask, type Datum } from "../link";
import { Refused } from "../refused";
import { applyDecision } from "../state/fold";
import { endReport, fold, selectIncident, useConsole } from "../state/store";
import { nameOf, refusalText } from "../words";
import { useDockNames } from "./names";

const DATUMS: Datum[] = ["wgs84", "gcj02", "bd09"];
const PLAN_AFTER_MS = 250;
// Without limits: a wrong number, such as latitude and longitude swapped, is for the server to name.
const COORDINATE = { step: 0.001, precision: 6, controls: false } as const;

/** A new incident: where, what, how grave. Shows at once which dock would be sent. */
export function ReportPanel() {
  const { t } = useTranslation();
  const draft = useConsole((state) => state.draft);
  const kinds = useConsole((state) => state.district?.kinds ?? []);
  const live = useConsole((state) => state.connected && state.controllerOnline);
  const [datum, setDatum] = useState<Datum>("wgs84");
  const [kind, setKind] = useState<string>(kinds.find((each) => each.id === "fire")?.id ?? kinds[0]?.id ?? "");
  const [level, setLevel] = useState<number | null>(null);
  const [note, setNote] = useState("");
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const key = useRef(newKey());
  const kindSelect = useRef<RefSelectProps>(null);
  const chosen = kinds.find((each) => each.id === kind);
  const placed = draft.lon !== null && draft.lat !== null;
  const plan = usePlan(draft.lon, draft.lat, datum, kind);

  useEffect(() => kindSelect.current?.focus(), []);
  // A click on the map is WGS-84, whatever was chosen for typing.
  useEffect(
    () =>
      useConsole.subscribe((now, before) => {
        if (now.draft !== before.draft && !typed.current) setDatum("wgs84");
        typed.current = false;
      }),
    [],
  );
  const typed = useRef(false);
  const type = (change: { lon?: number | null; lat?: number | null }) => {
    typed.current = true;
    useConsole.setState(({ draft: old }) => ({ draft: { ...old, ...change } }));
  };

  const submit = () => {
    if (!placed || busy || !live) return;
    setBusy(true);
    setRefusal(null);
    ask("report_incident", { lon: draft.lon!, lat: draft.lat!, datum, kind, level, note }, key.current)
      .then((incident) => {
        const { decision } = incident;
        if (decision) fold((old) => applyDecision(old, incident.id, decision));
        endReport();
        selectIncident(incident.id);
      })
      .catch((reason: unknown) => {
        setRefusal(refusalText(reason, t));
        if (!(reason instanceof Refused) || !isUndecided(reason)) key.current = newKey();
        setBusy(false);
      });
  };

  return (
    <form
      className="report"
      data-testid="report-panel"
      aria-label={t("report.title")}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="report-head">
        <b>{t("report.title")}</b>
        <span>{t("report.hint")}</span>
      </div>
      <label htmlFor="report-kind">{t("report.kind")}</label>
      <KindSelect reference={kindSelect} value={kind} onChange={setKind} />
      <label>{t("report.level")}</label>
      <Segmented
        block
        value={level ?? chosen?.level ?? 3}
        onChange={setLevel}
        options={[1, 2, 3, 4].map((each) => ({ value: each, label: levelText(each) }))}
        data-testid="level"
      />
      <label>{t("report.datum")}</label>
      <Segmented
        block
        value={datum}
        onChange={setDatum}
        data-testid="datum"
        options={DATUMS.map((each) => ({ value: each, label: <span title={t(`datumHint.${each}`)}>{t(`datum.${each}`)}</span> }))}
      />
      <label htmlFor="report-lon">{t("report.lon")}</label>
      <InputNumber id="report-lon" data-testid="lon" {...COORDINATE} placeholder="114.25" value={draft.lon} onChange={(lon) => type({ lon })} onPressEnter={submit} />
      <label htmlFor="report-lat">{t("report.lat")}</label>
      <InputNumber id="report-lat" data-testid="lat" {...COORDINATE} placeholder="22.71" value={draft.lat} onChange={(lat) => type({ lat })} onPressEnter={submit} />
      <label htmlFor="report-note">{t("report.note")}</label>
      <Input id="report-note" data-testid="note" maxLength={2000} value={note} onChange={(event) => setNote(event.target.value)} onPressEnter={submit} />
      <label>{t("report.dispatch")}</label>
      <Outlook rule={chosen?.dispatch} plan={plan} />
      {refusal !== null && <Alert className="report-refusal" type="error" showIcon message={refusal} data-testid="report-refusal" />}
      <div className="report-acts">
        <Button onClick={endReport}>{t("report.cancel")}</Button>
        <Button type="primary" htmlType="submit" disabled={!placed || !live} loading={busy} data-testid="submit-report">
          {t("report.submitKey")}
        </Button>
      </div>
    </form>
  );
}

function KindSelect(props: { reference: React.Ref<RefSelectProps>; value: string; onChange: (kind: string) => void }) {
  const { t, i18n } = useTranslation();
  const kinds = useConsole((state) => state.district?.kinds ?? []);
  const options = useMemo(() => {
    const categories = [...new Set(kinds.map((each) => each.category))];
    return categories.map((category) => ({
      label: t(`category.${category}`, category),
      options: kinds
        .filter((each) => each.category === category)
        .map((each) => ({
          value: each.id,
          label: nameOf(each.name, i18n.language),
          search: `${each.name.zh} ${each.name.en} ${each.id}`.toLowerCase(),
        })),
    }));
  }, [kinds, t, i18n.language]);
  return (
    <Select
      id="report-kind"
      ref={props.reference}
      data-testid="kind-select"
      showSearch
      value={props.value}
      onChange={props.onChange}
      options={options}
      listHeight={320}
      filterOption={(typed, option) => (option as { search?: string } | undefined)?.search?.includes(typed.toLowerCase()) ?? false}
      optionRender={({ label, value }) => <span data-testid={`kind-${value}`}>{label}</span>}
    />
  );
}

type Outlooked = { decision: DecisionView } | { refusal: Refused } | null;

/** What would be sent there now, asked for once the officer has stopped changing the place. */
function usePlan(lon: number | null, lat: number | null, datum: Datum, kind: string): Outlooked {
  const [plan, setPlan] = useState<Outlooked>(null);
  useEffect(() => {
    setPlan(null);
    if (lon === null || lat === null) return;
    let current = true;
    const timer = setTimeout(() => {
      ask("plan", { lon, lat, datum, kind })
        .then((decision) => current && setPlan({ decision }))
        .catch((refusal: unknown) => current && refusal instanceof Refused && setPlan({ refusal }));
    }, PLAN_AFTER_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [lon, lat, datum, kind]);
  return plan;
}

function Outlook({ rule, plan }: { rule: string | undefined; plan: Outlooked }) {
  const { t } = useTranslation();
  const dockName = useDockNames();
  const ruleText = rule === undefined ? "" : t(`report.rule.${rule}`, rule);
  let text = "";
  let tone = "";
  if (plan !== null && "refusal" in plan) {
    text = refusalText(plan.refusal, t);
    tone = "figure-bad";
  } else if (plan !== null) {
    const best = plan.decision.ranking.find((each) => each.feasible);
    const figures = { dock: best?.dock, name: best && dockName(best.dock), eta: durationText(best?.eta_s) };
    if (best === undefined) [text, tone] = [t("report.plannedNone"), "figure-bad"];
    else if (best.in_window) [text, tone] = [t("report.planned", figures), "figure-good"];
    else [text, tone] = [t("report.plannedLate", figures), "figure-short"];
  }
  return (
    <span className="outlook" data-testid="outlook">
      <span>{ruleText}</span>
      <span className={`num ${tone}`}>{text}</span>
    </span>
  );
}
