import { ArrowLeftOutlined, PrinterOutlined } from "@ant-design/icons";
import { Alert, Button, Table, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { AlternativeView, IncidentView, SortieState, SortieView } from "../contract";
import { clockText, durationText, fixed, marginText, positionText, timeText } from "../format";
import { Level } from "../panels/IncidentQueue";
import { useDockNames, useKindNames, usePlaceName } from "../panels/names";
import { EtaBar } from "../panels/EtaBar";
import { useWhy } from "../panels/useWhy";
import { Why, WhyButton } from "../panels/Why";
import { pace } from "../palette";
import { lateness, milestonesOf, STAGES } from "../state/review";
import { selectIncident, useConsole } from "../state/store";
import { reasonText, refusalText, saidIn, tell } from "../words";
import { Figure } from "./ArchivePage";
import { useRecord, type IncidentRecord } from "./archive";
import { ReviewedResponse } from "./ReviewedResponse";

const WHY_DOCKS = 8;
const BROKEN = new Set<SortieState>(["aborted", "lost", "grounded", "written_off"]);

/** One incident as it was recorded: for the review, and for the printer. */
export default function ReviewPage({ id }: { id: string }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const { record, refusal } = useRecord(id);
  const show = () => {
    selectIncident(id);
    go("/");
  };
  return (
    <main className="page" data-testid="review-page">
      <section className="page-body review" aria-label={t("review.title")}>
        <div className="page-head no-print">
          <Button type="text" icon={<ArrowLeftOutlined />} onClick={() => go("/incidents")}>
            {t("archive.title")}
          </Button>
          <span className="bar-gap" />
          {record !== null && record.incident.state !== "closed" && <Button onClick={show}>{t("review.onMap")}</Button>}
          <Button icon={<PrinterOutlined />} onClick={() => window.print()} disabled={record === null}>
            {t("review.print")}
          </Button>
        </div>
        {refusal !== null && <Alert type="error" showIcon className="page-note" message={refusalText(refusal, t)} />}
        {record !== null && <Record record={record} />}
      </section>
    </main>
  );
}

function Record({ record }: { record: IncidentRecord }) {
  const { t } = useTranslation();
  const { incident, sorties } = record;
  const inTime = incident.on_scene_s !== null && incident.on_scene_s <= incident.window_s;
  return (
    <>
      <Head incident={incident} />
      <dl className="figures" data-testid="review-figures">
        <Figure label={t("review.window")} value={clockText(incident.window_s)} />
        <Figure label={t("review.predicted")} value={durationText(incident.eta_s)} />
        <Figure label={t("review.onScene")} value={durationText(incident.on_scene_s)} colour={incident.on_scene_s === null ? undefined : inTime ? pace.met : pace.past} />
        <Figure label={t("review.margin")} value={marginText(incident.on_scene_s === null ? null : incident.window_s - incident.on_scene_s)} />
        <Figure label={t("review.drone")} value={incident.dock === null ? "–" : `${incident.dock} · ${incident.drone}`} />
        <Figure label={t("review.sorties")} value={String(sorties.length)} />
      </dl>
      {sorties.length > 0 && <Sorties record={record} />}
      {incident.decision !== null && <Decision incident={incident} />}
      <ReviewedResponse incident={incident} />
      <Course record={record} />
    </>
  );
}

function Head({ incident }: { incident: IncidentView }) {
  const { t } = useTranslation();
  const kind = useKindNames()(incident.kind);
  const place = usePlaceName(incident.subdistrict);
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const time = (at: string) => timeText(Date.parse(at), zone, true);
  return (
    <header className="review-head">
      <Level level={incident.level} />
      <h2>{kind}</h2>
      <b className={`state state-${incident.state}`}>{t(`incident.state.${incident.state}`)}</b>
      <p className="num">
        {place} · {positionText(incident.lon, incident.lat)} (WGS-84) · {t("review.reported", { at: time(incident.reported_at), by: incident.source })}
        {incident.closed_at !== null && ` · ${t("review.closed", { at: time(incident.closed_at) })}`}
      </p>
      <p className="faint num">{incident.id}</p>
      {incident.note && <p className="review-note">{incident.note}</p>}
    </header>
  );
}

function Sorties({ record: { incident, sorties, events } }: { record: IncidentRecord }) {
  const { t, i18n } = useTranslation();
  const dockName = useDockNames();
  const columns: TableColumnsType<SortieView> = [
    {
      title: t("docks.drone"),
      width: 170,
      render: (_, each) => (
        <>
          <b>{each.drone}</b> {each.dock} <span className="faint">{dockName(each.dock)}</span>
        </>
      ),
    },
    ...STAGES.map((stage) => ({
      title: t(`review.stage.${stage}`),
      align: "right" as const,
      width: 84,
      render: (_: unknown, each: SortieView) => {
        const at_s = milestonesOf(incident, each, events)[stage];
        return <span className="num">{at_s === undefined ? "–" : `+${clockText(at_s)}`}</span>;
      },
    })),
    {
      title: t("review.late"),
      align: "right",
      width: 96,
      render: (_, each) => {
        const late_s = lateness(each);
        return <span className="num">{late_s === null ? "–" : `${late_s > 0 ? "+" : late_s < 0 ? "−" : ""}${fixed(Math.abs(late_s))} s`}</span>;
      },
    },
    {
      title: t("review.state"),
      render: (_, each) => (
        <>
          {t(`sortie.state.${each.state}`)} {each.reason && BROKEN.has(each.state) && <span className="faint">{saidIn(each.reason, i18n.language)}</span>}
        </>
      ),
    },
  ];
  return (
    <Section title={t("review.sorties")}>
      <Table<SortieView> size="small" rowKey="id" dataSource={[...sorties].reverse()} columns={columns} pagination={false} scroll={{ x: 900 }} />
    </Section>
  );
}

function Decision({ incident }: { incident: IncidentView }) {
  const { t, i18n } = useTranslation();
  const dockName = useDockNames();
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const decision = incident.decision;
  const why = useWhy(decision?.id);
  if (decision === null) return null;
  const figure = (row: AlternativeView) => ({ colSpan: row.feasible ? 1 : 0 });
  const columns: TableColumnsType<AlternativeView> = [
    {
      title: t("ranking.dock"),
      width: 190,
      render: (_, row) => (
        <>
          <b>{row.dock}</b> <span className="faint">{dockName(row.dock)}</span> {row.drone}
        </>
      ),
    },
    {
      title: t("ranking.eta"),
      width: 84,
      align: "right",
      onCell: (row) => (row.feasible ? {} : { colSpan: 5, align: "left", className: "why-not" }),
      render: (_, row) =>
        row.feasible ? (
          <b className="num" style={{ color: row.in_window ? pace.met : pace.past }}>
            {durationText(row.eta_s)}
          </b>
        ) : (
          <span className="faint">{row.reasons.map((each) => reasonText(each, t, i18n.language)).join("; ")}</span>
        ),
    },
    { title: <span className="visually-hidden">{t("ranking.eta")}</span>, width: 120, onCell: figure, render: (_, row) => row.parts && <EtaBar parts={row.parts} window_s={incident.window_s} /> },
    {
      title: t("ranking.parts"),
      width: 210,
      onCell: figure,
      render: (_, { parts }) =>
        parts && <span className="num">{[parts.launch_s, parts.climb_s, parts.cruise_s, parts.descent_s].map((each) => `${fixed(each)} s`).join(" · ")}</span>,
    },
    { title: t("review.energy"), width: 90, align: "right", onCell: figure, render: (_, row) => <span className="num">{fixed(row.energy_wh)} Wh</span> },
    { title: t("ranking.energy"), width: 90, align: "right", onCell: figure, render: (_, row) => <span className="num">{fixed(row.energy_left_wh)} Wh</span> },
  ];
  return (
    <Section title={t("ranking.title")} about={t("review.decided", { at: timeText(Date.parse(decision.at), zone), ms: fixed(decision.decide_ms, 1) })}>
      <Table<AlternativeView> size="small" rowKey="dock" dataSource={[...decision.ranking]} columns={columns} pagination={false} scroll={{ x: 800 }} />
      <div className="review-why">
        <span className="no-print">
          <WhyButton why={why} />
        </span>
        {why.refusal !== null && <span className="figure-bad"> {why.refusal}</span>}
        {why.shown !== null && <Why explanation={why.shown} most={WHY_DOCKS} />}
      </div>
    </Section>
  );
}

function Course({ record: { incident, events } }: { record: IncidentRecord }) {
  const { t, i18n } = useTranslation();
  const kindName = useKindNames();
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const reportedMs = Date.parse(incident.reported_at);
  return (
    <Section title={t("timeline.title")}>
      <ol className="course">
        {events.map((event) => {
          const { text, detail, tone } = tell(event, kindName, t, i18n.language);
          const atMs = Date.parse(event.at);
          return (
            <li key={event.seq}>
              <span className="num faint">{timeText(atMs, zone)}</span>
              <span className="num">+{clockText((atMs - reportedMs) / 1000)}</span>
              <span className={tone === "bad" ? "figure-bad" : tone === "good" ? "figure-good" : ""}>
                {text} {detail && <span className="faint">{detail}</span>}
              </span>
            </li>
          );
        })}
      </ol>
    </Section>
  );
}

export function Section({ title, about, children }: { title: string; about?: string; children: React.ReactNode }) {
  return (
    <section className="review-section" aria-label={title}>
      <h3>
        {title} {about && <span className="faint num">{about}</span>}
      </h3>
      {children}
    </section>
  );
}
