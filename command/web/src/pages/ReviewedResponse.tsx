import { useTranslation } from "react-i18next";
import type { IncidentView } from "../contract";
import { clockText, timeText } from "../format";
import { plansOf } from "../state/response";
import { useConsole } from "../state/store";
import { nameOf } from "../words";
import { Section } from "./ReviewPage";

interface Line {
  id: string;
  at: string | null;
  text: string;
  who: string;
  good: boolean;
}

/** What was seen to of the plans, what was not, and what became of the tasks. */
export function ReviewedResponse({ incident }: { incident: IncidentView }) {
  const { t, i18n } = useTranslation();
  const district = useConsole((state) => state.district);
  const ticked = new Set(incident.ticks.map((each) => each.item));
  const done: Line[] = incident.ticks.map((each) => ({ id: each.item, at: each.at, text: nameOf(each.text, i18n.language), who: each.by, good: true }));
  const left: Line[] = plansOf(incident, district)
    .flatMap((plan) => plan.checklist)
    .filter((each) => !ticked.has(each.id))
    .map((each) => ({ id: each.id, at: null, text: nameOf(each.text, i18n.language), who: t("review.notSeenTo"), good: false }));
  const tasks: Line[] = incident.tasks.map((each) => ({
    id: each.id,
    at: each.changed_at,
    text: each.text,
    who: [t(each.outside ? "task.toOutside" : "task.to", { to: each.to }), t(`task.state.${each.state}`), each.note].filter(Boolean).join(" · "),
    good: each.state === "done",
  }));
  return (
    <>
      {done.length + left.length > 0 && (
        <Section title={t("review.plan")} about={t("plan.progress", { done: done.length, all: done.length + left.length })}>
          <Lines lines={[...done, ...left]} since={incident.reported_at} testId="review-checklist" />
        </Section>
      )}
      {tasks.length > 0 && (
        <Section title={t("task.title")}>
          <Lines lines={tasks} since={incident.reported_at} testId="review-tasks" />
        </Section>
      )}
    </>
  );
}

function Lines({ lines, since, testId }: { lines: Line[]; since: string; testId: string }) {
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  return (
    <ol className="course" data-testid={testId}>
      {lines.map(({ id, at, text, who, good }) => (
        <li key={id}>
          <span className="num faint">{at === null ? "–" : timeText(Date.parse(at), zone)}</span>
          <span className="num">{at === null ? "" : `+${clockText((Date.parse(at) - Date.parse(since)) / 1000)}`}</span>
          <span className={good ? "" : "faint"}>
            {text} <span className="faint">{who}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}
