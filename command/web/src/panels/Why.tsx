import { QuestionCircleOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { ExplanationView } from "../contract";
import { behindText, chanceText, clockText, durationText, fixed, headingText, marginText, shareText } from "../format";
import { pace, parts as partColours } from "../palette";
import { axisEnd_s, whyRows, type WhyRow } from "../state/why";
import { apartText, listText, reasonText, turnText, waysDownText } from "../words";
import { Together } from "./Together";
import type { WhyState } from "./useWhy";

const PARTS = ["launch_s", "climb_s", "cruise_s", "descent_s"] as const;

/** Opens and closes the explanation. */
export function WhyButton({ why, disabled = false }: { why: WhyState; disabled?: boolean }) {
  const { t } = useTranslation();
  return (
    <Button
      size="small"
      type="text"
      icon={<QuestionCircleOutlined />}
      loading={why.asking}
      disabled={disabled}
      onClick={why.toggle}
      title={t("why.hint")}
      aria-expanded={why.shown !== null}
      data-testid="why-button"
    >
      {t("why.button")}
    </Button>
  );
}

/** Why this dock and not the others: times on one axis, what ruled docks out, what would turn it. */
export function Why({ explanation, most }: { explanation: ExplanationView; most: number }) {
  const { t, i18n } = useTranslation();
  const { window_s, turns } = explanation;
  const waysDown = explanation.decision.ranking[0]?.ways_down;
  const rows = whyRows(explanation, most);
  const end_s = axisEnd_s(rows, window_s);
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    panel.current?.scrollIntoView({ block: "nearest" }); // it was asked for; newer browsers return a promise
  }, []);
  return (
    <div className="why" ref={panel} data-testid="why-panel">
      <p className="why-verdict">{useVerdict(explanation)}</p>
      {explanation.together !== null && <Together together={explanation.together} />}
      {waysDown && <p className="faint">{waysDownText(waysDown, t, i18n.language)}</p>}
      {explanation.kept_apart !== null && <p className="faint">{apartText(explanation.kept_apart, t)}</p>}
      <div className="why-row why-head">
        <span />
        <span className="why-axis num">
          <span>0:00</span>
          <span style={{ left: `${(window_s / end_s) * 100}%` }}>{clockText(window_s)}</span>
        </span>
        <span>{t("why.eta")}</span>
        <span>{t("why.margin")}</span>
        <span>{t("why.behind")}</span>
      </div>
      {rows.map((row) => (
        <Row key={row.offer.dock} row={row} chosen={explanation.chosen} window_s={window_s} end_s={end_s} />
      ))}
      <p className="why-key" aria-hidden>
        {PARTS.map((each) => (
          <span key={each}>
            <i style={{ background: partColours[each] }} />
            {t(`ranking.part.${each}`)}
          </span>
        ))}
      </p>
      {turns !== null && turns.length > 0 && (
        <ul className="why-turns" aria-label={t("why.turns")} data-testid="why-turns">
          {turns.map((turn, number) => (
            <li key={number}>{turnText(turn, explanation, t, i18n.language)}</li>
          ))}
        </ul>
      )}
      {turns?.length === 0 && <p className="faint">{t("why.turnsNone")}</p>}
      {turns === null && <p className="faint">{t("why.turnsUnknown")}</p>}
    </div>
  );
}

/** Who was chosen, how it stands against the window, and who went if it was another. */
function useVerdict({ chosen, sent, no_room, window_s, decision, conditions }: ExplanationView): string {
  const { t } = useTranslation();
  const eta_s = decision.ranking[0]?.eta_s ?? null;
  if (chosen === null || eta_s === null) return t("why.nobody");
  const margin_s = window_s - eta_s;
  const figures = { dock: chosen, eta: durationText(eta_s), margin: durationText(Math.abs(margin_s)) };
  const feasible = new Set(decision.ranking.filter((each) => each.feasible).map((each) => each.dock));
  const tied = conditions.some((each) => feasible.has(each.dock) && (each.behind_s ?? 0) < 0);
  const verdict = t(tied ? "why.bestTied" : margin_s >= 0 ? "why.best" : "why.bestLate", figures);
  return sent === null || sent === chosen ? verdict : verdict + t(no_room.length > 0 ? "why.sentForRoom" : "why.sentOther", { dock: sent });
}

function Row({ row, chosen, window_s, end_s }: { row: WhyRow; chosen: string | null; window_s: number; end_s: number }) {
  const { t, i18n } = useTranslation();
  const { offer, known } = row;
  const first = offer.dock === chosen;
  const margin_s = offer.eta_s === null ? null : window_s - offer.eta_s;
  const reasons = offer.reasons.map((each) => reasonText(each, t, i18n.language));
  return (
    <>
      <div
        className={offer.feasible ? "why-row" : "why-row why-out"}
        data-testid={`why-${offer.dock}`}
        title={conditionsText(row, t)}
      >
        <b className={first ? "figure-good" : undefined}>{offer.dock}</b>
        <span className="why-bar">
          {offer.parts !== null &&
            PARTS.map((each) => (
              <i key={each} style={{ width: `${(offer.parts![each] / end_s) * 100}%`, background: partColours[each] }} />
            ))}
          <em style={{ left: `${(window_s / end_s) * 100}%` }} />
        </span>
        <span className="num">{durationText(offer.eta_s)}</span>
        <span className="num" style={{ color: margin_s !== null && margin_s >= 0 ? pace.met : pace.past }}>
          {marginText(margin_s)}
        </span>
        <span className="num">{first ? "" : behindText(known.behind_s)}</span>
      </div>
      {reasons.length > 0 && <p className="why-reason">{listText(reasons, i18n.language)}</p>}
    </>
  );
}

/** What was known of the dock, for whoever points at its row. */
function conditionsText({ offer, known }: WhyRow, t: ReturnType<typeof useTranslation>["t"]): string {
  const wind = known.wind_ms === null ? "–" : `${fixed(known.wind_ms, 1)} m/s ${headingText(known.wind_from_deg)}`;
  const figures = { wind, charge: fixed(known.charge_wh), left: fixed(offer.energy_left_wh), reserve: fixed(known.reserve_wh) };
  const odds = { chance: chanceText(offer.on_time), cost: shareText(offer.absence_cost) };
  return `${t("why.conditions", figures)} · ${t("why.odds", odds)}`;
}
