import { Timeline } from "antd";
import { useTranslation } from "react-i18next";
import type { IncidentView } from "../contract";
import { clockText, timeText } from "../format";
import { pace, accent } from "../palette";
import { useConsole } from "../state/store";
import { tell } from "../words";
import { useKindNames } from "./names";

const TONES = { plain: accent, good: pace.met, bad: pace.past };

/** What happened, newest first, by the time since the report. */
export function IncidentTimeline({ incident }: { incident: IncidentView }) {
  const { t, i18n } = useTranslation();
  const events = useConsole((state) => state.timelines[incident.id]);
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const kindName = useKindNames();
  const reportedMs = Date.parse(incident.reported_at);
  return (
    <div className="block" data-testid="timeline">
      <div className="block-head">
        <b>{t("timeline.title")}</b>
      </div>
      {events === undefined ? (
        <p className="faint">{t("timeline.loading")}</p>
      ) : (
        <Timeline
          items={[...events].reverse().map((event) => {
            const { text, detail, tone } = tell(event, kindName, t, i18n.language);
            const atMs = Date.parse(event.at);
            return {
              key: event.seq,
              color: TONES[tone],
              children: (
                <span className="told">
                  <span className="num" title={timeText(atMs, zone)}>
                    +{clockText((atMs - reportedMs) / 1000)}
                  </span>
                  <span className={tone === "bad" ? "figure-bad" : undefined}>
                    {text}
                    {detail && <span className="faint"> {detail}</span>}
                  </span>
                </span>
              ),
            };
          })}
        />
      )}
    </div>
  );
}
