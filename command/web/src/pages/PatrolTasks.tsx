import { Empty, Input, Segmented, Table, type TableColumnsType } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { clockText, timeText } from "../format";
import { age } from "../palette";
import { byUrgency, type AgedTask, type Ageing } from "../state/patrols";
import { useConsole } from "../state/store";
import { useTimed } from "../useTime";
import { useHeight } from "../useHeight";
import { nameOf } from "../words";

const HEAD_PX = 30; // of the table
const LOOKS = ["all", "overdue", "never"] as const;
type Look = (typeof LOOKS)[number];

interface Props {
  tasks: readonly AgedTask[];
  known: boolean;
  chosen: string | null;
  onPick: (task: string) => void;
}

/** All tasks, those first that have waited too long. */
export function PatrolTasks({ tasks, known, chosen, onPick }: Props) {
  const { t, i18n } = useTranslation();
  const [look, setLook] = useState<Look>("all");
  const [typed, setTyped] = useState("");
  const [room, height_px] = useHeight();
  const columns = useColumns();
  const wanted = typed.trim().toLowerCase();
  const like = (each: AgedTask, as: Look) => as === "all" || each.ageing === (as as Ageing);
  const shown = tasks
    .filter((each) => like(each, look) && `${each.task.task} ${each.task.name.zh} ${each.task.name.en}`.toLowerCase().includes(wanted))
    .sort(byUrgency);
  return (
    <section className="patrols-tasks" aria-label={t("patrols.tasks")} data-testid="patrol-tasks">
      <div className="side-head">
        <Segmented<Look>
          size="small"
          value={look}
          onChange={setLook}
          options={LOOKS.map((each) => ({ value: each, label: `${t(each === "all" ? "patrols.all" : `patrols.ageing.${each}`)} ${tasks.filter((one) => like(one, each)).length}` }))}
        />
        <Input.Search size="small" allowClear placeholder={t("docks.search")} aria-label={t("docks.search")} value={typed} onChange={(event) => setTyped(event.target.value)} className="patrols-search" />
      </div>
      <div className="page-rows" ref={room}>
        <Table<AgedTask>
          size="small"
          rowKey={(each) => each.task.task}
          dataSource={shown}
          columns={columns}
          pagination={false}
          virtual
          scroll={{ x: 380, y: Math.max(HEAD_PX, height_px - HEAD_PX) }}
          locale={{ emptyText: <Empty image={null} description={known && t(tasks.length === 0 ? "patrols.nothing" : "patrols.noTask")} /> }}
          rowClassName={(each) => (each.task.task === chosen ? "picked" : "")}
          onRow={(each) => ({
            onClick: () => onPick(each.task.task),
            onKeyDown: (event) => event.key === "Enter" && onPick(each.task.task),
            tabIndex: 0,
            title: `${each.task.task} ${nameOf(each.task.name, i18n.language)}`,
            "data-testid": `task-row-${each.task.task}`,
          })}
        />
      </div>
    </section>
  );
}

function useColumns(): TableColumnsType<AgedTask> {
  const { t, i18n } = useTranslation();
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  return useMemo(
    () => [
      {
        title: t("patrols.task"),
        ellipsis: true,
        width: 130,
        render: (_, { task }) => (
          <>
            <span className="faint">{task.task}</span> {nameOf(task.name, i18n.language)}
          </>
        ),
      },
      { title: t("patrols.kind"), width: 66, ellipsis: true, render: (_, { task }) => t(`patrols.kinds.${task.kind}`, task.kind.replaceAll("_", " ")) },
      {
        title: t("patrols.age"),
        width: 62,
        align: "right",
        render: (_, each) => (
          <b className="num" style={{ color: age[each.ageing] }}>
            {each.age_s === null ? t("patrols.ageing.never") : hoursText(each.age_s)}
          </b>
        ),
      },
      { title: t("patrols.over"), width: 56, align: "right", render: (_, { over_s }) => <span className="num figure-bad">{over_s === null ? "" : `+${hoursText(over_s)}`}</span> },
      { title: t("patrols.next"), width: 52, align: "right", render: (_, each) => <Next at={each.task.next_at} zone={zone} /> },
    ],
    [t, i18n.language, zone],
  );
}

/** When it is to be looked at; a time that has passed waits for its flight. */
function Next({ at, zone }: { at: string | null; zone: string }) {
  const waits = useTimed((nowMs) => at !== null && Date.parse(at) < nowMs);
  return <span className={`num${waits ? " figure-short" : ""}`}>{at === null ? "–" : timeText(Date.parse(at), zone).slice(0, 5)}</span>;
}

/** Hours and minutes: nobody looks at a slope by the second. */
function hoursText(seconds: number): string {
  return clockText(Math.floor(seconds / 60));
}
