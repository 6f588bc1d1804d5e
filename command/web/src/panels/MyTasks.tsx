import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { tasksTo } from "../state/response";
import { selectIncident, useConsole } from "../state/store";
import { useKindNames, usePlaceNames } from "./names";
import { Task } from "./Tasks";

/** Open tasks to who sits here, of all incidents but the one that is looked at. */
export function MyTasks() {
  const { t } = useTranslation();
  const me = useConsole((state) => state.session?.person.name);
  const incidents = useConsole((state) => state.incidents);
  const shown = useConsole((state) => state.incident);
  const kindName = useKindNames();
  const placeName = usePlaceNames();
  const tasks = useMemo(() => tasksTo(incidents, me), [incidents, me]).filter((each) => each.incident !== shown);
  if (tasks.length === 0) return null;
  return (
    <section className="my-tasks" aria-label={t("task.mine")} data-testid="my-tasks">
      <b>{t("task.mineCount", { n: tasks.length })}</b>
      <ul className="tasks">
        {tasks.map((task) => {
          const incident = incidents[task.incident];
          return (
            <Task key={task.id} task={task}>
              {incident && (
                <button type="button" className="link" onClick={() => selectIncident(task.incident)}>
                  {kindName(incident.kind)} {placeName(incident.subdistrict)}
                </button>
              )}{" "}
            </Task>
          );
        })}
      </ul>
    </section>
  );
}
