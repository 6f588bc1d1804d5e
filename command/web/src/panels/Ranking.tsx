import { ReloadOutlined } from "@ant-design/icons";
import { Button, Radio, Table, Tag, Tooltip, type TableColumnsType } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { rankAgain } from "../acts";
import type { AlternativeView, IncidentView, SortieView } from "../contract";
import { durationText, fixed, marginText, timeText } from "../format";
import { pace } from "../palette";
import { runOf } from "../state/clock";
import { dockToSend, mayBeDiverted, sortieByDrone } from "../state/derived";
import { useConsole } from "../state/store";
import { useTimed } from "../useTime";
import { listText, reasonText, refusalText } from "../words";
import { EtaBar } from "./EtaBar";
import { useDockNames } from "./names";
import { useWhy } from "./useWhy";
import { Vantage } from "./Vantage";
import { Why, WhyButton } from "./Why";

const SHOWN_FIRST = 5;

/** All docks as the planner ranked them; any feasible one can be chosen to be sent. Once the incident is
 * closed, only why it was chosen so. */
export function Ranking({ incident }: { incident: IncidentView }) {
  const { t, i18n } = useTranslation();
  const decision = useConsole((state) => state.decisions[incident.id]);
  const chosenDock = useConsole((state) => state.chosenDock);
  const live = useConsole((state) => state.connected && state.controllerOnline);
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const dockName = useDockNames();
  const [all, setAll] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const sorties = useConsole((state) => state.sorties);
  const dock = dockToSend(decision, chosenDock, sorties);
  const ranking = useMemo(() => withAway(decision?.ranking ?? [], sorties), [decision, sorties]);
  const left_s = useTimeLeft(incident);
  const columns = useColumns(incident.window_s, left_s, dock, dockName, ranking[0]?.feasible ? ranking[0].dock : null);
  const why = useWhy(decision?.id);
  const closed = incident.state === "closed"; // nothing to choose any more, but still to be explained
  const again = () => {
    setBusy(true);
    setRefusal(null);
    rankAgain(incident.id)
      .catch((reason: unknown) => setRefusal(refusalText(reason, t)))
      .finally(() => setBusy(false));
  };
  return (
    <div className="block" data-testid="ranking">
      <div className="block-head">
        <b>{t("ranking.title")}</b>
        {decision && <span className="num">{t("ranking.at", { time: timeText(Date.parse(decision.at), zone) })}</span>}
        <span className="bar-gap" />
        <WhyButton why={why} disabled={decision === undefined || !live} />
        {!closed && (
          <Button size="small" type="text" icon={<ReloadOutlined />} loading={busy} disabled={!live} onClick={again} data-testid="rank-again">
            {t("ranking.again")}
          </Button>
        )}
      </div>
      {(refusal ?? why.refusal) !== null && <p className="figure-bad block-refusal">{refusal ?? why.refusal}</p>}
      {decision?.vantage && <Vantage vantage={decision.vantage} />}
      {!closed && (
        <Table<AlternativeView>
          size="small"
          className="ranking"
          tableLayout="fixed"
          rowKey="dock"
          columns={columns}
          dataSource={all ? ranking : ranking.slice(0, SHOWN_FIRST)}
          pagination={false}
          locale={{ emptyText: t("ranking.loading") }}
          rowClassName={(row) => (row.dock === dock ? "ant-table-row-selected" : row.feasible ? "can-send" : mayBeDiverted(row) ? "can-send ruled-out" : "ruled-out")}
          onRow={(row) => ({
            onClick: () => (row.feasible || mayBeDiverted(row)) && useConsole.setState({ chosenDock: row.dock, confirming: null }),
            "data-testid": `dock-row-${row.dock}`,
            title: row.feasible ? undefined : row.reasons.map((each) => reasonText(each, t, i18n.language)).join("\n"),
          } as React.HTMLAttributes<HTMLElement>)}
        />
      )}
      {why.shown !== null && <Why explanation={why.shown} most={all ? ranking.length : SHOWN_FIRST} />}
      {ranking.length > SHOWN_FIRST && (!closed || why.shown !== null) && (
        <Button type="link" size="small" onClick={() => setAll(!all)} data-testid="ranking-more">
          {all ? t("ranking.fewer", { n: SHOWN_FIRST }) : t("ranking.more", { n: ranking.length })}
        </Button>
      )}
    </div>
  );
}

/** The ranking with drones that have left or come home since ruled out, as the server would. */
function withAway(ranking: AlternativeView[], sorties: Record<string, SortieView>): AlternativeView[] {
  const away = sortieByDrone(sorties);
  return ranking.map((each) => {
    const sortie = away[each.drone];
    if ((sortie !== undefined) === each.airborne || !each.feasible) return each;
    if (sortie === undefined) return { ...each, feasible: false, reasons: [{ veto: "drone_away", value: null, limit: null, text: `${each.drone} is not in the air any more; rank again` }] };
    const text = `${each.drone} is on sortie ${sortie.id} (${sortie.state})`;
    return { ...each, feasible: false, reasons: [{ veto: "drone_away", value: null, limit: null, text }] };
  });
}

/** What is left of the window for a drone that is sent now; all of it once the clock has stopped. */
function useTimeLeft(incident: IncidentView): number {
  const passed_s = useTimed((nowMs) => {
    const { running, elapsed_s } = runOf(incident, nowMs);
    return running ? Math.floor(elapsed_s) : 0;
  });
  return incident.window_s - passed_s;
}

function useColumns(
  window_s: number,
  left_s: number,
  dock: string | null,
  dockName: (id: string) => string,
  best: string | null,
): TableColumnsType<AlternativeView> {
  const { t, i18n } = useTranslation();
  return useMemo(() => {
    // A ruled-out dock has no figures: its reasons take their place.
    const figure = (row: AlternativeView) => ({ colSpan: row.feasible ? 1 : 0 });
    return [
      {
        title: t("ranking.dock"),
        render: (_, row) => (
          <span className="ranking-dock">
            <Radio checked={row.dock === dock} disabled={!row.feasible && !mayBeDiverted(row)} aria-label={row.dock} />
            <b>{row.dock}</b>
            {row.airborne && <Tag title={t("ranking.airborneHint")}>{t("ranking.airborne")}</Tag>}
            <span title={dockName(row.dock)}>{dockName(row.dock)}</span>
          </span>
        ),
      },
      {
        title: t("ranking.eta"),
        width: 64,
        align: "right",
        onCell: (row) => (row.feasible ? {} : { colSpan: 4, className: "why-not" }),
        render: (_, row) =>
          row.feasible ? (
            <span className="num" title={row.dock === best ? t("ranking.best") : undefined}>
              {durationText(row.eta_s)}
            </span>
          ) : (
            listText(row.reasons.map((each) => reasonText(each, t, i18n.language)), i18n.language)
          ),
      },
      {
        title: <Tooltip title={t("ranking.parts")}>{"\u00a0"}</Tooltip>,
        width: 78,
        onCell: figure,
        render: (_, row) => row.parts && <EtaBar parts={row.parts} window_s={window_s} />,
      },
      {
        title: t("ranking.margin"),
        width: 62,
        align: "right",
        onCell: figure,
        render: (_, { eta_s }) => {
          const inTime = eta_s !== null && eta_s <= left_s;
          return (
            <span className="num" style={{ color: inTime ? pace.met : pace.past }} title={t(inTime ? "ranking.inWindow" : "ranking.late")}>
              {marginText(eta_s === null ? null : left_s - eta_s)}
            </span>
          );
        },
      },
      {
        title: t("ranking.energy"),
        width: 62,
        align: "right",
        onCell: figure,
        render: (_, row) => <span className="num">{fixed(row.energy_left_wh)} Wh</span>,
      },
    ];
  }, [t, i18n.language, dock, dockName, best, window_s, left_s]);
}
