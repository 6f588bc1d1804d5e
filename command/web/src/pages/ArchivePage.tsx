import { DownloadOutlined } from "@ant-design/icons";
import { Alert, Button, DatePicker, Empty, Select, Table, type TableColumnsType } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { Chart } from "../charts/Chart";
import { reachedOf, responseOption } from "../charts/response";
import type { IncidentState, IncidentView, ResponseFigures } from "../contract";
import { clockText, durationText, levelText, marginText, timeText } from "../format";
import { Level } from "../panels/IncidentQueue";
import { places, useKindNames, usePlaceNames } from "../panels/names";
import { pace, palettes } from "../palette";
import { everything, queryOf, type ArchiveFilter } from "../state/archive";
import { useHabits } from "../state/habits";
import { useConsole } from "../state/store";
import { nameOf, refusalText } from "../words";
import { useHeight } from "../useHeight";
import { useArchive } from "./archive";

const STATES: IncidentState[] = ["reported", "dispatched", "on_scene", "attended", "unserved", "closed"];
const HEAD_PX = 34; // of the table

/** All incidents there ever were, how soon a drone was over each, and the way to its record. */
export default function ArchivePage() {
  const { t, i18n } = useTranslation();
  const [, go] = useLocation();
  const [filter, setFilter] = useState<ArchiveFilter>(everything);
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const { page, refusal, more } = useArchive(filter, zone);
  const columns = useColumns(zone);
  const [room, height_px] = useHeight();
  const table = queryOf(filter, zone);
  table.set("language", i18n.language);
  return (
    <main className="page" data-testid="archive-page">
      <section className="page-body page-fill" aria-label={t("archive.title")}>
        <div className="page-head">
          <h2>{t("archive.title")}</h2>
          <Filters filter={filter} onChange={setFilter} />
          <span className="bar-gap" />
          <Button icon={<DownloadOutlined />} href={`/api/v1/incidents.csv?${table}`} download data-testid="export-csv">
            CSV
          </Button>
        </div>
        <Figures figures={page?.response} total={page?.total} />
        <ResponseTimes incidents={page?.incidents} onPick={(id) => go(`/incidents/${id}`)} />
        {refusal !== null && <Alert type="error" showIcon className="page-note" message={refusalText(refusal, t)} />}
        <div className="page-rows" ref={room}>
          <Table<IncidentView>
            size="small"
            rowKey="id"
            loading={page === null && refusal === null}
            dataSource={page === null ? [] : [...page.incidents]}
            columns={columns}
            pagination={false}
            virtual
            scroll={{ x: 1180, y: Math.max(HEAD_PX, height_px - HEAD_PX) }}
            locale={{ emptyText: <Empty image={null} description={t("archive.none")} /> }}
            onRow={(each) => ({
              onClick: () => go(`/incidents/${each.id}`),
              onKeyDown: (event) => event.key === "Enter" && go(`/incidents/${each.id}`),
              tabIndex: 0,
              "data-testid": `archive-row-${each.id}`,
            })}
          />
        </div>
        <div className="page-foot">
          {page !== null && <span className="faint">{t("archive.shown", { shown: page.incidents.length, total: page.total })}</span>}
          {page?.next != null && (
            <Button size="small" onClick={more}>
              {t("archive.more")}
            </Button>
          )}
        </div>
      </section>
    </main>
  );
}

function Filters({ filter, onChange }: { filter: ArchiveFilter; onChange: (filter: ArchiveFilter) => void }) {
  const { t, i18n } = useTranslation();
  const district = useConsole((state) => state.district);
  const many = { mode: "multiple", allowClear: true, maxTagCount: "responsive", showSearch: true, optionFilterProp: "label", popupMatchSelectWidth: 200 } as const;
  return (
    <>
      <DatePicker.RangePicker
        aria-label={t("archive.days")}
        onChange={(days) => onChange({ ...filter, days: days?.[0] && days[1] ? [days[0].format("YYYY-MM-DD"), days[1].format("YYYY-MM-DD")] : null })}
        className="filter-days"
      />
      <Select
        {...many}
        className="filter"
        placeholder={t("archive.kind")}
        aria-label={t("archive.kind")}
        value={filter.kinds}
        onChange={(kinds) => onChange({ ...filter, kinds })}
        options={district?.kinds.map((each) => ({ value: each.id, label: nameOf(each.name, i18n.language) })) ?? []}
      />
      <Select
        {...many}
        className="filter filter-short"
        placeholder={t("archive.level")}
        aria-label={t("archive.level")}
        value={filter.levels}
        onChange={(levels) => onChange({ ...filter, levels })}
        options={[1, 2, 3, 4].map((each) => ({ value: each, label: levelText(each) }))}
      />
      <Select
        {...many}
        className="filter"
        placeholder={t("archive.place")}
        aria-label={t("archive.place")}
        value={filter.subdistricts}
        onChange={(subdistricts) => onChange({ ...filter, subdistricts })}
        options={places(district).map((each) => ({ value: each.code, label: nameOf(each, i18n.language) }))}
      />
      <Select
        {...many}
        className="filter"
        placeholder={t("archive.state")}
        aria-label={t("archive.state")}
        value={filter.states}
        onChange={(states) => onChange({ ...filter, states })}
        options={STATES.map((each) => ({ value: each, label: t(`incident.state.${each}`) }))}
      />
    </>
  );
}

/** How soon drones were over the incidents that the filter lets through. */
function Figures({ figures, total }: { figures: ResponseFigures | undefined; total: number | undefined }) {
  const { t } = useTranslation();
  const window_s = useConsole((state) => state.district?.window_s ?? 300);
  const share = figures && figures.judged > 0 ? Math.floor((figures.in_window / figures.judged) * 100) : null;
  const whole = share === 100;
  return (
    <dl className="figures" data-testid="figures">
      <Figure label={t("archive.total")} value={total === undefined ? "–" : String(total)} />
      <Figure label={t("archive.sent")} value={figures ? String(figures.sent) : "–"} />
      <Figure label={t("archive.reached")} value={figures ? String(figures.reached) : "–"} />
      <Figure
        label={t("archive.inWindow", { window: clockText(window_s) })}
        value={figures && share !== null ? `${figures.in_window}/${figures.judged} · ${share}%` : "–"}
        colour={share === null ? undefined : whole ? pace.met : pace.short}
      />
      <Figure label={t("archive.median")} value={durationText(figures?.median_s)} />
      <Figure label={t("archive.p90")} value={durationText(figures?.p90_s)} />
      <Figure label={t("archive.slowest")} value={durationText(figures?.slowest_s)} colour={figures?.slowest_s != null && figures.slowest_s > window_s ? pace.past : undefined} />
    </dl>
  );
}

const NONE: readonly IncidentView[] = [];

/** How soon a drone was over each of the incidents shown, against the window. */
function ResponseTimes({ incidents = NONE, onPick }: { incidents: readonly IncidentView[] | undefined; onPick: (id: string) => void }) {
  const { t } = useTranslation();
  const theme = useHabits((habits) => habits.theme);
  const window_s = useConsole((state) => state.district?.window_s ?? 300);
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const kindName = useKindNames();
  const placeName = usePlaceNames();
  const reached = useMemo(() => reachedOf(incidents), [incidents]);
  const option = useMemo(
    () => responseOption(reached, window_s, zone, (each) => `${kindName(each.kind)} · ${placeName(each.subdistrict)}`, palettes[theme]),
    [reached, window_s, zone, kindName, placeName, theme],
  );
  if (reached.length === 0) return null;
  return <Chart option={option} label={t("archive.chart", { n: reached.length })} onPick={(index) => onPick(reached[index]!.id)} className="response-times" />;
}

export function Figure({ label, value, colour }: { label: string; value: string; colour?: string | undefined }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className="num" style={{ color: colour }}>
        {value}
      </dd>
    </div>
  );
}

function useColumns(zone: string): TableColumnsType<IncidentView> {
  const { t } = useTranslation();
  const kindName = useKindNames();
  const placeName = usePlaceNames();
  return useMemo(
    () => [
      { title: t("archive.at"), width: 150, render: (_, each) => <span className="num">{timeText(Date.parse(each.reported_at), zone, true)}</span> },
      { title: t("archive.level"), width: 56, render: (_, each) => <Level level={each.level} /> },
      { title: t("archive.kind"), width: 170, ellipsis: true, render: (_, each) => <b>{kindName(each.kind)}</b> },
      { title: t("archive.place"), width: 110, ellipsis: true, render: (_, each) => placeName(each.subdistrict) },
      { title: t("archive.state"), width: 90, render: (_, each) => <span className={`state state-${each.state}`}>{t(`incident.state.${each.state}`)}</span> },
      { title: t("archive.drone"), width: 100, render: (_, each) => (each.dock === null ? "" : `${each.dock} · ${each.drone}`) },
      { title: t("archive.predicted"), width: 84, align: "right", render: (_, each) => <span className="num">{durationText(each.eta_s)}</span> },
      {
        title: t("archive.onScene"),
        width: 84,
        align: "right",
        render: (_, each) => (
          <b className="num" style={{ color: each.on_scene_s === null ? undefined : each.on_scene_s <= each.window_s ? pace.met : pace.past }}>
            {durationText(each.on_scene_s)}
          </b>
        ),
      },
      {
        title: t("archive.margin"),
        width: 84,
        align: "right",
        render: (_, each) => <span className="num">{marginText(each.on_scene_s === null ? null : each.window_s - each.on_scene_s)}</span>,
      },
      { title: t("archive.source"), width: 90, ellipsis: true, dataIndex: "source" },
      { title: t("archive.note"), ellipsis: true, width: 160, dataIndex: "note" },
    ],
    [t, zone, kindName, placeName],
  );
}
