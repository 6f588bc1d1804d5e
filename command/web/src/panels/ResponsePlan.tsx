import { DownOutlined, RightOutlined } from "@ant-design/icons";
import { Checkbox, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CheckItemView, IncidentView, ResponsePlanView } from "../contract";
import { timeText } from "../format";
import { tick } from "../response";
import { useMay } from "../session";
import { useHabits } from "../state/habits";
import { plansOf, progressOf } from "../state/response";
import { useConsole } from "../state/store";
import { nameOf, refusalText } from "../words";

/** What is to be done at this incident, whom to call, how to look, and what is seen to already. */
export function ResponsePlan({ incident }: { incident: IncidentView }) {
  const { t } = useTranslation();
  const district = useConsole((state) => state.district);
  const folded = useHabits((habits) => habits.planFolded);
  const [refusal, setRefusal] = useState<string | null>(null);
  const plans = plansOf(incident, district);
  if (plans.length === 0) return null;
  const { done, all } = progressOf(incident, plans);
  return (
    <div className="block" data-testid="response-plan">
      <div className="block-head">
        <button type="button" className="fold" aria-expanded={!folded} onClick={() => useHabits.setState({ planFolded: !folded })} data-testid="plan-fold">
          {folded ? <RightOutlined /> : <DownOutlined />} <b>{t("plan.title")}</b>
        </button>
        <span className="num" data-testid="plan-progress">
          {t("plan.progress", { done, all })}
        </span>
        <span className="bar-gap" />
        {!folded && incident.state !== "closed" && <kbd>I</kbd>}
      </div>
      {refusal !== null && <p className="figure-bad block-refusal">{refusal}</p>}
      {!folded && plans.map((plan) => <Plan key={plan.id} plan={plan} incident={incident} say={setRefusal} />)}
    </div>
  );
}

interface PlanProps {
  plan: ResponsePlanView;
  incident: IncidentView;
  say: (refusal: string | null) => void;
}

function Plan({ plan, incident, say }: PlanProps) {
  const { t, i18n } = useTranslation();
  const lines = [
    ["camera", plan.camera],
    ["secondDrone", plan.second_drone],
  ] as const;
  return (
    <section className="plan" aria-label={nameOf(plan.name, i18n.language)}>
      <h4>{nameOf(plan.name, i18n.language)}</h4>
      {plan.brief && <p>{nameOf(plan.brief, i18n.language)}</p>}
      <dl>
        {plan.calls.length > 0 && (
          <div>
            <dt>{t("plan.calls")}</dt>
            <dd>
              <Calls ids={plan.calls} />
            </dd>
          </div>
        )}
        {lines.map(
          ([word, text]) =>
            text && (
              <div key={word}>
                <dt>{t(`plan.${word}`)}</dt>
                <dd>{nameOf(text, i18n.language)}</dd>
              </div>
            ),
        )}
      </dl>
      <ul className="checklist">
        {plan.checklist.map((item) => (
          <Item key={item.id} item={item} incident={incident} say={say} />
        ))}
      </ul>
    </section>
  );
}

function Calls({ ids }: { ids: readonly string[] }) {
  const { i18n } = useTranslation();
  const contacts = useConsole((state) => state.district?.contacts);
  return ids.map((id) => {
    const contact = contacts?.find((each) => each.id === id);
    return (
      contact && (
        <Tag key={id} bordered={false}>
          {nameOf(contact.name, i18n.language)} {contact.phone && <b className="num">{contact.phone}</b>}
        </Tag>
      )
    );
  });
}

/** Ticked by a person; who and when stays with it, for all consoles. */
function Item({ item, incident, say }: { item: CheckItemView; incident: IncidentView; say: PlanProps["say"] }) {
  const { t, i18n } = useTranslation();
  const may = useMay("act");
  const live = useConsole((state) => state.connected && state.controllerOnline) && may;
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const [busy, setBusy] = useState(false);
  const made = incident.ticks.find((each) => each.item === item.id);
  const change = (done: boolean) => {
    if (busy) return; // not disabled meanwhile: the focus would be lost
    setBusy(true);
    say(null);
    tick(incident.id, item.id, done)
      .catch((reason: unknown) => say(refusalText(reason, t)))
      .finally(() => setBusy(false));
  };
  return (
    <li>
      <Checkbox
        checked={made !== undefined}
        disabled={!live || incident.state === "closed"}
        onChange={(event) => change(event.target.checked)}
        className={made === undefined ? "item-open" : "item-done"}
        data-testid={`item-${item.id}`}
      >
        {nameOf(item.text, i18n.language)}
      </Checkbox>
      {made && (
        <span className="faint num">
          {made.by} {timeText(Date.parse(made.at), zone).slice(0, 5)}
        </span>
      )}
    </li>
  );
}
