import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { dayStart, timeText } from "../format";
import { patrolReason } from "../patrolWords";
import { FLIGHT_STANDS, hoursOf, shareOfSpan, spanOf, type DayRow, type Flown, type FlightStand } from "../state/patrols";
import { useConsole } from "../state/store";

const MOST_HOURS = 13;

/** What stands in a bar beside its colour. */
const SIGNS: Record<FlightStand, string> = {
  ...{ planned: "", due: "…", flying: "▶", done: "✓", pre_empted: "⇢", replanned: "↻", unfinished: "½", missed: "✕" },
};

interface Props {
  rows: readonly DayRow[];
  flights: readonly Flown[];
  picked: string | null;
  onPick: (id: string | null) => void;
  nowMs: number;
}

/** The day's flights, a row for each drone, an hour as wide as the next. */
export function PatrolDay({ rows, flights, picked, onPick, nowMs }: Props) {
  const { t } = useTranslation();
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const midnightMs = Date.parse(dayStart(timeText(nowMs, zone, true).slice(0, 10), zone));
  const span = useMemo(() => spanOf(flights, nowMs, midnightMs), [flights, nowMs, midnightMs]);
  const left = (ms: number) => `${100 * shareOfSpan(ms, span)}%`;
  const hours = hoursOf(span, MOST_HOURS);
  return (
    <div className="day" data-testid="patrol-day">
      <div className="day-hours num" aria-hidden>
        <span />
        <div>
          {hours.map((ms) => (
            <i key={ms} style={{ left: left(ms) }}>
              {timeText(ms, zone).slice(0, 5)}
            </i>
          ))}
        </div>
      </div>
      <div className="day-rows">
        {rows.map((row) => (
          <div key={row.dock} className="day-row" data-testid={`day-row-${row.drone}`}>
            <span className="day-drone">
              <b>{row.drone}</b> <span className="faint">{row.dock}</span>
            </span>
            <div className="day-bars">
              {row.flights.map((each) => (
                <Bar key={each.id} flown={each} left={left(each.fromMs)} right={left(each.untilMs)} picked={each.id === picked} onPick={onPick} zone={zone} />
              ))}
            </div>
          </div>
        ))}
        <div className="day-lines" aria-hidden>
          {hours.map((ms) => (
            <i key={ms} style={{ left: left(ms) }} />
          ))}
          <i className="day-now" style={{ left: left(nowMs) }} />
        </div>
      </div>
      <div className="day-legend">
        {FLIGHT_STANDS.map((each) => (
          <span key={each}>
            <i className={`flight-bar ${each}`}>{SIGNS[each]}</i>
            {t(`patrols.stand.${each}`)}
          </span>
        ))}
      </div>
    </div>
  );
}

interface BarProps {
  flown: Flown;
  left: string;
  right: string;
  picked: boolean;
  onPick: (id: string | null) => void;
  zone: string;
}

function Bar({ flown, left, right, picked, onPick, zone }: BarProps) {
  const { t, i18n } = useTranslation();
  const { flight, stand } = flown;
  const times = `${timeText(flown.fromMs, zone).slice(0, 5)}–${timeText(flown.untilMs, zone).slice(0, 5)}`;
  const count = stand === "planned" ? flight.visits.length : `${flight.seen.length}/${flight.visits.length}`;
  const why = stand === "done" || stand === "flying" ? "" : patrolReason(flight.reason, t, i18n.language);
  const said = `${flight.drone} ${times} · ${t(`patrols.stand.${stand}`)} · ${flight.seen.length}/${flight.visits.length}${why && ` · ${why}`}`;
  return (
    <button
      type="button"
      className={`flight-bar ${stand}${picked ? " picked" : ""}`}
      style={{ left, width: `calc(${right} - ${left})` }}
      title={said}
      aria-label={said}
      aria-pressed={picked}
      onClick={() => onPick(picked ? null : flown.id)}
      data-testid={`flight-${flown.id}`}
      data-stand={stand}
    >
      {SIGNS[stand]}
      <span className={SIGNS[stand] && "flight-bar-count"}>{count}</span>
    </button>
  );
}
