import { Empty, Input, Segmented, Table, type TableColumnsType } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { fixed, percentText, timeText } from "../format";
import { useKindNames, usePlaceNames } from "../panels/names";
import { standing as colours } from "../palette";
import { dockRows, looksLike, weatherAgainst, type Against, type DockRow, type Look } from "../state/docks";
import { useConsole } from "../state/store";
import { useSampled } from "../useSampled";
import { nameOf, saidIn } from "../words";
import { DockDetail } from "./DockDetail";

const LOOKS: Look[] = ["all", "ready", "away", "trouble"];

/** All docks as they are now; one of them with all that is known of it. */
export default function DocksPage() {
  const { t, i18n } = useTranslation();
  const sample = useSampled();
  const [look, setLook] = useState<Look>("all");
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const rows = useMemo(() => dockRows(sample), [sample]);
  const columns = useColumns(sample.district?.timezone ?? "Asia/Shanghai");
  const wanted = typed.trim().toLowerCase();
  const shown = rows.filter(
    (row) =>
      looksLike(row, look) &&
      `${row.site.id} ${row.site.drone} ${row.site.name_zh} ${row.site.name_en}`.toLowerCase().includes(wanted),
  );
  const row = rows.find((each) => each.site.id === chosen);
  return (
    <main className="page page-with-side" data-testid="docks-page">
      <section className="page-body" aria-label={t("docks.title")}>
        <div className="page-head">
          <h2>{t("docks.title")}</h2>
          <Segmented
            value={look}
            onChange={setLook}
            options={LOOKS.map((each) => ({
              value: each,
              label: `${t(`docks.look.${each}`)} ${rows.filter((one) => looksLike(one, each)).length}`,
            }))}
          />
          <Input.Search allowClear placeholder={t("docks.search")} aria-label={t("docks.search")} value={typed} onChange={(event) => setTyped(event.target.value)} className="page-search" />
        </div>
        <Table<DockRow>
          size="small"
          rowKey={(each) => each.site.id}
          dataSource={shown}
          columns={columns}
          pagination={false}
          sticky
          showSorterTooltip={false}
          tableLayout="fixed"
          scroll={{ x: 860 }}
          locale={{ emptyText: <Empty image={null} description={t("docks.none")} /> }}
          rowClassName={(each) => (each.site.id === chosen ? "picked" : "")}
          onRow={(each) => ({
            onClick: () => setChosen(each.site.id),
            onKeyDown: (event) => event.key === "Enter" && setChosen(each.site.id),
            tabIndex: 0,
            "data-testid": `docks-row-${each.site.id}`,
          })}
        />
      </section>
      <aside className="side page-side">
        {row === undefined ? <p className="detail-none">{t("docks.pickOne")}</p> : <DockDetail row={row} language={i18n.language} />}
      </aside>
    </main>
  );
}

function useColumns(zone: string): TableColumnsType<DockRow> {
  const { t, i18n } = useTranslation();
  const placeName = usePlaceNames();
  const kindName = useKindNames();
  return useMemo(() => {
    const kindOf = (incident: string) => useConsole.getState().incidents[incident]?.kind ?? "";
    const by = (of: (row: DockRow) => number | string | null | undefined) => (a: DockRow, b: DockRow) => compared(of(a), of(b));
    const measured = (row: DockRow) => (row.dock?.weather ? weatherAgainst(row.dock.weather, row.site) : undefined);
    return [
      {
        title: t("docks.dock"),
        width: 134,
        fixed: "left",
        ellipsis: true,
        sorter: by((row) => row.site.id),
        render: (_, { site }) => (
          <>
            <b>{site.id}</b> <span className="faint">{nameOf(site, i18n.language)}</span>
          </>
        ),
      },
      { title: t("docks.place"), responsive: ["xxl"], width: 90, ellipsis: true, sorter: by((row) => row.site.subdistrict), render: (_, row) => placeName(row.site.subdistrict) },
      {
        title: t("docks.state"),
        width: 76,
        sorter: by((row) => row.standing),
        render: (_, row) => <b style={{ color: colours[row.standing] }}>{t(`standing.${row.word}`)}</b>,
      },
      { title: t("docks.cover"), width: 68, ellipsis: true, render: (_, { dock }) => dock?.state && t(`cover.${dock.state.cover}`) },
      { title: t("docks.drone"), width: 54, render: (_, row) => row.site.drone },
      { title: t("docks.battery"), width: 76, align: "right", sorter: by((row) => row.charge_pct), render: (_, row) => <span className="num">{percentText(row.charge_pct)}</span> },
      {
        title: t("docks.charge"),
        width: 88,
        ellipsis: true,
        sorter: by((row) => row.dock?.state?.charge_w),
        render: (_, { dock }) =>
          dock?.state && (
            <>
              {t(`charger.${dock.state.charger}`)} {dock.state.charge_w > 0 && <span className="num faint">{fixed(dock.state.charge_w)} W</span>}
            </>
          ),
      },
      { title: t("docks.gust"), width: 66, align: "right", sorter: by((row) => row.dock?.weather?.gust_ms), render: (_, row) => <Figure against={measured(row)?.gust} digits={1} /> },
      { title: t("docks.rain"), width: 62, align: "right", sorter: by((row) => row.dock?.weather?.rain_mm_h), render: (_, row) => <Figure against={measured(row)?.rain} digits={1} /> },
      { title: t("docks.temperature"), width: 68, align: "right", sorter: by((row) => row.dock?.weather?.temperature_c), render: (_, row) => <Figure against={measured(row)?.temperature} digits={0} /> },
      {
        title: t("docks.since"),
        width: 106,
        sorter: by((row) => row.dock?.online_since),
        render: (_, { dock }) => <span className="num">{dock?.online_since ? timeText(Date.parse(dock.online_since), zone) : t("docks.offline")}</span>,
      },
      {
        title: t("docks.faults"),
        ellipsis: true,
        sorter: by((row) => row.faults.length),
        render: (_, row) => <span className="figure-bad">{row.faults.map((each) => saidIn(each, i18n.language)).join("; ")}</span>,
      },
      {
        title: t("docks.sortie"),
        width: 110,
        responsive: ["xxl"],
        ellipsis: true,
        render: (_, { sortie }) => {
          if (sortie?.patrol) return t("docks.onPatrol");
          return sortie?.incident && <Link href={`/incidents/${sortie.incident}`}>{kindName(kindOf(sortie.incident))}</Link>;
        },
      },
    ];
  }, [t, i18n.language, zone, placeName, kindName]);
}

/** A figure of the weather; its limit is in the hint, and its colour says how near that is. */
function Figure({ against, digits }: { against: Against | undefined; digits: number }) {
  const { t } = useTranslation();
  if (against === undefined) return <span>–</span>;
  const tone = against.over ? "figure-bad" : against.near ? "figure-short" : "";
  return (
    <span className={`num ${tone}`} title={t("docks.limit", { limit: fixed(against.limit, digits) })}>
      {fixed(against.value, digits)}
      {against.over && " !"}
    </span>
  );
}

function compared(a: number | string | null | undefined, b: number | string | null | undefined): number {
  if (a == null || b == null) return (a == null ? 1 : 0) - (b == null ? 1 : 0);
  return a < b ? -1 : a > b ? 1 : 0;
}
