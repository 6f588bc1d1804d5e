import { PlusOutlined } from "@ant-design/icons";
import { Alert, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { IncidentView, TaskView } from "../contract";
import { clockText, timeText } from "../format";
import { moveTask } from "../response";
import { useMay } from "../session";
import { isOpen, isOverdue, movesFor, type Move } from "../state/response";
import { clock, useConsole } from "../state/store";
import { useSecond } from "../useTime";
import { refusalText } from "../words";
import { TaskForm } from "./TaskForm";

/** Tasks to people at this incident, and giving one. */
export function Tasks({ incident }: { incident: IncidentView }) {
  const { t } = useTranslation();
  const may = useMay("act");
  const giving = useConsole((state) => state.giving);
  const open = incident.tasks.filter(isOpen).length;
  const closed = incident.state === "closed";
  if (closed && incident.tasks.length === 0) return null;
  return (
    <div className="block" data-testid="tasks">
      <div className="block-head">
        <b>{t("task.title")}</b>
        <span className="num">{incident.tasks.length > 0 && t("task.progress", { open, all: incident.tasks.length })}</span>
        <span className="bar-gap" />
        {!closed && (
          <Button size="small" type="text" icon={<PlusOutlined />} disabled={!may} onClick={() => useConsole.setState({ giving: !giving })} data-testid="task-new">
            {t("task.give")} <kbd>W</kbd>
          </Button>
        )}
      </div>
      {giving && !closed && <TaskForm incident={incident} />}
      {incident.tasks.length > 0 && (
        <ul className="tasks">
          {[...incident.tasks].sort((a, b) => Number(isOpen(b)) - Number(isOpen(a))).map((task) => (
            <Task key={task.id} task={task} />
          ))}
        </ul>
      )}
    </div>
  );
}

/** One task: what, to whom, until when, and what this person may make of it. */
export function Task({ task, children }: { task: TaskView; children?: React.ReactNode }) {
  const { t } = useTranslation();
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const person = useConsole((state) => state.session?.person);
  const may = useMay("act");
  const live = useConsole((state) => state.connected && state.controllerOnline) && may;
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const move = (what: Move) => {
    setBusy(true);
    setRefusal(null);
    moveTask(task.incident, task.id, what)
      .catch((reason: unknown) => setRefusal(t("act.refused", { reason: refusalText(reason, t) })))
      .finally(() => setBusy(false));
  };
  return (
    <li data-testid={`task-${task.id}`} data-state={task.state} className={isOpen(task) ? "" : "task-over"}>
      <span className="task-text">{task.text}</span>
      <span className="task-acts">
        {person &&
          movesFor(task, person).map((what) => (
            <Button key={what} size="small" type={what === "withdraw" ? "text" : "default"} disabled={!live || busy} onClick={() => move(what)} data-testid={`task-${what}`}>
              {t(`task.move.${what}`)}
            </Button>
          ))}
      </span>
      <span className="task-of">
        {children}
        {t(task.outside ? "task.toOutside" : "task.to", { to: task.to })} · {t(`task.state.${task.state}`)}{" "}
        <span className="num">{timeText(Date.parse(task.changed_at), zone).slice(0, 5)}</span>
        {isOpen(task) && <Due task={task} />}
      </span>
      {refusal !== null && <Alert type="error" showIcon message={refusal} data-testid="task-refusal" />}
    </li>
  );
}

function Due({ task }: { task: TaskView }) {
  const { t } = useTranslation();
  useSecond();
  if (task.due_at === null) return null;
  const left_s = (Date.parse(task.due_at) - clock.nowMs()) / 1000;
  const late = isOverdue(task, clock.nowMs());
  return <span className={late ? "figure-bad num" : "num"}> · {t(late ? "task.late" : "task.left", { time: clockText(Math.abs(left_s)) })}</span>;
}
