import { DownloadOutlined } from "@ant-design/icons";
import { Alert, Button, DatePicker, Empty, Table, type TableColumnsType } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { IncidentView, SortiesPage, SortieView } from "../contract";
import { durationText, timeText } from "../format";
import { Level } from "../panels/IncidentQueue";
import { useKindNames, usePlaceNames } from "../panels/names";
import { pace } from "../palette";
import { rest } from "../session";
import { everything, type ArchiveFilter } from "../state/archive";
import { followPatrols, usePatrols } from "../state/patrolStore";
import { useConsole } from "../state/store";
import { useHeight } from "../useHeight";
import { refusalText } from "../words";
import { useArchive } from "./archive";

const HEAD_PX = 40; // of a table
const FLIGHTS = 200;
const CLOSED: ArchiveFilter = { ...everything, states: ["closed"] };

/** All that can be taken away: the patrols of a day, the incidents as a table, each incident's review,
 * each flight's record. */
export default function ReportsPage() {
  const { t } = useTranslation();
  return (
    <main className="page" data-testid="reports-page">
      <section className="page-body page-fill" aria-label={t("reports.title")}>
        <div className="page-head">
          <h2>{t("reports.title")}</h2>
          <span className="bar-gap" />
          <OfPatrols />
          <OfIncidents />
        </div>
        <div className="reports">
          <Reviews />
          <Flights />
        </div>
      </section>
    </main>
  );
}

/** Whether patrols were planned on a day (none: today), so that there is something to report. */
function usePlanned(day: string | null): boolean {
  const today = usePatrols((state) => (state.view?.patrols.length ?? 0) > 0);
  const [other, setOther] = useState(false);
  useEffect(followPatrols, []);
  useEffect(() => {
    let current = true;
    setOther(false);
    if (day !== null) {
      rest<unknown>("GET", `/patrols/report?day=${day}`)
        .then(() => current && setOther(true))
        .catch(() => undefined); // there is none, which the buttons show
    }
    return () => {
      current = false;
    };
  }, [day]);
  return day === null ? today : other;
}

/** The patrols of a day; today unless another is chosen. */
function OfPatrols() {
  const { t, i18n } = useTranslation();
  const [day, setDay] = useState<string | null>(null);
  const planned = usePlanned(day);
  const hint = planned ? undefined : t("reports.noPatrols");
  const query = new URLSearchParams({ language: i18n.language, ...(day !== null && { day }) });
  return (
    <>
      <span>{t("reports.patrols")}</span>
      <DatePicker aria-label={t("reports.day")} placeholder={t("reports.today")} onChange={(chosen) => setDay(chosen?.format("YYYY-MM-DD") ?? null)} className="reports-day" />
      <Button disabled={!planned} title={hint} href={`/api/v1/patrols/report.html?${query}`} target="_blank" rel="noreferrer" data-testid="report-html">
        HTML
      </Button>
      <Button disabled={!planned} title={hint} icon={<DownloadOutlined />} href={`/api/v1/patrols/report.pdf?${query}`} download data-testid="report-pdf">
        PDF
      </Button>
    </>
  );
}

function OfIncidents() {
  const { t, i18n } = useTranslation();
  return (
    <>
      <span className="reports-next">{t("reports.incidents")}</span>
      <Button icon={<DownloadOutlined />} href={`/api/v1/incidents.csv?language=${i18n.language}`} download data-testid="report-csv">
        CSV
      </Button>
    </>
  );
}

function Reviews() {
  const { t } = useTranslation();
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const kindName = useKindNames();
  const placeName = usePlaceNames();
  const { page, refusal, more } = useArchive(CLOSED, zone);
  const columns = useMemo<TableColumnsType<IncidentView>>(
    () => [
      { title: t("archive.at"), width: 146, render: (_, each) => <span className="num">{timeText(Date.parse(each.reported_at), zone, true)}</span> },
      { title: t("archive.level"), width: 52, render: (_, each) => <Level level={each.level} /> },
      { title: t("archive.kind"), width: 130, ellipsis: true, render: (_, each) => <b>{kindName(each.kind)}</b> },
      { title: t("archive.place"), width: 90, ellipsis: true, render: (_, each) => placeName(each.subdistrict) },
      {
        title: t("archive.onScene"),
        width: 76,
        align: "right",
        render: (_, each) => (
          <b className="num" style={{ color: each.on_scene_s === null ? undefined : each.on_scene_s <= each.window_s ? pace.met : pace.past }}>
            {durationText(each.on_scene_s)}
          </b>
        ),
      },
      {
        title: "",
        width: 110,
        render: (_, each) => (
          <span className="reports-ways">
            <Link href={`/incidents/${each.id}`}>{t("reports.review")}</Link>
            <Link href={`/replay/${each.id}`}>{t("reports.replay")}</Link>
          </span>
        ),
      },
    ],
    [t, zone, kindName, placeName],
  );
  return (
    <Part title={t("reports.reviews")} refusal={refusal} foot={page?.next != null && <Button size="small" onClick={more}>{t("archive.more")}</Button>}>
      {(height_px) => (
        <Table<IncidentView>
          size="small"
          rowKey="id"
          loading={page === null && refusal === null}
          dataSource={page === null ? [] : [...page.incidents]}
          columns={columns}
          pagination={false}
          virtual
          scroll={{ x: 604, y: Math.max(HEAD_PX, height_px - HEAD_PX) }}
          locale={{ emptyText: <Empty image={null} description={t("reports.noReviews")} /> }}
        />
      )}
    </Part>
  );
}

function Flights() {
  const { t } = useTranslation();
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const [sorties, setSorties] = useState<readonly SortieView[] | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  const changed = useConsole((state) => state.sorties);
  useEffect(() => {
    let current = true;
    rest<SortiesPage>("GET", `/sorties?limit=${FLIGHTS}`)
      .then((page) => current && setSorties(page.sorties.filter((each) => each.took_off_at !== null)))
      .catch((reason: unknown) => current && setRefusal(reason));
    return () => {
      current = false;
    };
  }, [changed]);
  const columns = useMemo<TableColumnsType<SortieView>>(
    () => [
      { title: t("reports.tookOff"), width: 146, render: (_, each) => <span className="num">{timeText(Date.parse(each.took_off_at ?? each.requested_at), zone, true)}</span> },
      { title: t("archive.drone"), width: 96, render: (_, each) => `${each.dock} · ${each.drone}` },
      { title: t("archive.state"), width: 84, render: (_, each) => t(`sortie.state.${each.state}`) },
      {
        title: t("reports.cameraTrack"),
        width: 96,
        render: (_, each) => (
          <a href={`/api/v1/sorties/${each.id}/video?limit=5000`} download={`${each.id}.json`}>
            JSON
          </a>
        ),
      },
    ],
    [t, zone],
  );
  return (
    <Part title={t("reports.flights")} refusal={refusal}>
      {(height_px) => (
        <Table<SortieView>
          size="small"
          rowKey="id"
          loading={sorties === null && refusal === null}
          dataSource={sorties === null ? [] : [...sorties]}
          columns={columns}
          pagination={false}
          virtual
          scroll={{ x: 422, y: Math.max(HEAD_PX, height_px - HEAD_PX) }}
          locale={{ emptyText: <Empty image={null} description={t("docks.noFlights")} /> }}
        />
      )}
    </Part>
  );
}

interface PartProps {
  title: string;
  refusal: unknown;
  foot?: React.ReactNode;
  children: (height_px: number) => React.ReactNode;
}

function Part({ title, refusal, foot, children }: PartProps) {
  const { t } = useTranslation();
  const [room, height_px] = useHeight();
  return (
    <section className="reports-part" aria-label={title}>
      <h3>{title}</h3>
      {refusal !== null && <Alert type="error" showIcon className="page-note" message={refusalText(refusal, t)} />}
      <div className="page-rows" ref={room}>
        {children(height_px)}
      </div>
      <div className="page-foot">{foot}</div>
    </section>
  );
}
