import { Button, Steps } from "antd";
import { useTranslation } from "react-i18next";
import type { SortieState, SortieView } from "../contract";
import { clockText, durationText } from "../format";
import { isAttending } from "../state/derived";
import { clock, selectDrone } from "../state/store";
import { useTimed } from "../useTime";
import { saidIn } from "../words";
import { useDockNames } from "./names";
import { WriteOff } from "./WriteOff";

const STEPS: SortieState[] = ["preparing", "launching", "en_route", "on_scene", "returning", "landing", "docked"];

const BROKEN: ReadonlySet<SortieState> = new Set(["aborted", "lost", "grounded", "written_off"]);

/** The step that what a person makes the drone do stands in for. */
function stepOf({ state, held_from }: SortieView): SortieState {
  if (state === "requested") return "preparing";
  if (state === "held" && held_from !== null && STEPS.includes(held_from)) return held_from;
  if (state === "held" || state === "directed" || state === "lent") return "on_scene";
  return state === "landing_out" ? "landing" : state;
}

/** One sortie: where it stands on its way, and when it will be there. */
export function SortieProgress({ sortie }: { sortie: SortieView }) {
  const { t, i18n } = useTranslation();
  const dockName = useDockNames();
  const broken = BROKEN.has(sortie.state);
  const step = STEPS.indexOf(stepOf(sortie));
  return (
    <div className="block sortie" data-testid={`sortie-${sortie.id}`}>
      <div className="block-head">
        <b>
          <Button type="link" size="small" onClick={() => selectDrone(sortie.drone)}>
            {sortie.drone}
          </Button>
        </b>
        <span>
          {sortie.dock} {dockName(sortie.dock)}
        </span>
        <span className="bar-gap" />
        <Arrival sortie={sortie} />
        <b className={broken ? "figure-bad" : "sortie-state"} data-testid="sortie-state" data-state={sortie.state}>
          {t(`sortie.state.${sortie.state}`)}
        </b>
      </div>
      {sortie.state === "diverted" ? (
        <p>{sortie.reason && saidIn(sortie.reason, i18n.language)}</p>
      ) : broken ? (
        <>
          <p className="figure-bad">{sortie.reason && saidIn(sortie.reason, i18n.language)}</p>
          <WriteOff sortie={sortie} />
        </>
      ) : (
        <Steps
          size="small"
          progressDot
          responsive={false}
          current={step}
          status={sortie.state === "docked" ? "finish" : "process"}
          items={STEPS.map((each) => ({ title: t(`sortie.steps.${each}`) }))}
        />
      )}
    </div>
  );
}

function Arrival({ sortie }: { sortie: SortieView }) {
  const { t } = useTranslation();
  const dueMs = sortie.eta_s === null ? null : Date.parse(sortie.requested_at) + sortie.eta_s * 1000;
  useTimed((nowMs) => (dueMs === null ? 0 : Math.ceil((dueMs - nowMs) / 1000)));
  if (sortie.on_scene_s !== null) return <span className="num">{t("sortie.reached", { time: clockText(sortie.on_scene_s) })}</span>;
  if (dueMs === null || !isAttending(sortie)) return null;
  const left_s = (dueMs - clock.nowMs()) / 1000;
  const text = left_s >= 0 ? t("sortie.arrivesIn", { time: durationText(left_s) }) : t("sortie.late", { time: durationText(-left_s) });
  return <span className={left_s >= 0 ? "num" : "num figure-short"}>{text}</span>;
}
