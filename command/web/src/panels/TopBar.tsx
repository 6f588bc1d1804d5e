import { MutedOutlined } from "@ant-design/icons";
import { Badge, Button, Tag, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { durationText, shareText, timeText } from "../format";
import { setLanguage } from "../i18n";
import { pace, standing } from "../palette";
import { switchSound, useSound } from "../state/habits";
import { clock, useConsole } from "../state/store";
import { useSecond } from "../useTime";
import { nameOf } from "../words";
import { UserMenu } from "./UserMenu";

const GOOD_SHARE = 0.99; // what the district is laid out for
const POOR_SHARE = 0.9;

export function TopBar() {
  const { t, i18n } = useTranslation();
  const district = useConsole((state) => state.district);
  const status = useConsole((state) => state.status);
  const connected = useConsole((state) => state.connected);
  const controller = useConsole((state) => state.controllerOnline);
  const open = useConsole(
    (state) => Object.values(state.incidents).filter((each) => each.state !== "closed").length,
  );
  const muted = useSound((state) => state.muted);
  const speedup = status?.speedup ?? 1;
  return (
    <header className="bar">
      <h1>
        {district && <b>{nameOf(district.name, i18n.language)}</b>}
        <span>{t("app.title")}</span>
      </h1>
      <Figure label={t("bar.incidents")} value={String(open)} testId="status-incidents" tone={open > 0 ? pace.short : undefined} />
      <Share label={t("bar.docks")} part={status?.docks_online} whole={status?.docks} testId="status-docks" />
      <Share label={t("bar.drones")} part={status?.drones_ready} whole={status?.drones} testId="status-drones" />
      <Coverage />
      <span className="bar-gap" />
      {speedup !== 1 && (
        <Tooltip title={t("bar.speedupHint", { n: speedup })}>
          <Tag color="purple">{t("bar.speedup", { n: speedup })}</Tag>
        </Tooltip>
      )}
      {muted && (
        <Button size="small" danger icon={<MutedOutlined />} title={`${t("habits.soundHint")} (M)`} onClick={switchSound} data-testid="muted">
          {t("habits.silent")}
        </Button>
      )}
      <Link label={t("bar.console")} up={connected} testId="link-console" />
      <Link label={t("bar.controller")} up={connected && controller} testId="link-controller" />
      <TimeOfDay zone={district?.timezone ?? "Asia/Shanghai"} />
      <Button
        size="small"
        data-testid="lang-switch"
        title={t("bar.languageHint")}
        onClick={() => setLanguage(i18n.language === "en" ? "zh" : "en")}
      >
        {t("bar.language")}
      </Button>
      <UserMenu />
    </header>
  );
}

/** What part of the district is reached in time now, and what hangs on single docks. */
function Coverage() {
  const { t } = useTranslation();
  const coverage = useConsole((state) => state.coverage);
  const share = coverage?.covered_share;
  const worst = coverage?.n_minus_1_worst;
  const tone = share === undefined ? undefined : share >= GOOD_SHARE ? standing.ready : share >= POOR_SHARE ? pace.short : pace.past;
  const hint = coverage && (
    <>
      <div>{t("bar.coverageTwice", { share: shareText(coverage.twice_share) })}</div>
      {worst && <div>{t("bar.coverageWorst", { dock: worst.docks[0], share: shareText(worst.covered_share) })}</div>}
      {coverage.mean_on_scene_s !== null && (
        <div>{t("bar.coverageMean", { time: durationText(coverage.mean_on_scene_s) })}</div>
      )}
    </>
  );
  return (
    <Tooltip title={hint}>
      <span>
        <Figure
          label={t("bar.coverage", { n: Math.round((coverage?.window_s ?? 300) / 60) })}
          value={shareText(share)}
          testId="status-coverage"
          tone={tone}
        />
      </span>
    </Tooltip>
  );
}

function Figure({ label, value, testId, tone }: { label: string; value: string; testId: string; tone?: string }) {
  return (
    <span className="figure">
      {label}
      <b data-testid={testId} style={{ color: tone }}>
        {value}
      </b>
    </span>
  );
}

function Share(props: { label: string; part: number | undefined; whole: number | undefined; testId: string }) {
  const { label, part, whole, testId } = props;
  const known = part !== undefined && whole !== undefined;
  const tone = !known ? undefined : part === whole ? standing.ready : part === 0 ? pace.past : pace.short;
  return <Figure label={label} value={known ? `${part}/${whole}` : "–/–"} testId={testId} tone={tone} />;
}

function Link({ label, up, testId }: { label: string; up: boolean; testId: string }) {
  const { t } = useTranslation();
  const word = t(up ? "bar.connected" : "bar.disconnected");
  return (
    <span className="figure" data-testid={testId} data-up={up} title={`${label} ${word}`}>
      <Badge status={up ? "success" : "error"} />
      {label}
      <span className={up ? "visually-hidden" : "figure-bad"}>{word}</span>
    </span>
  );
}

function TimeOfDay({ zone }: { zone: string }) {
  useSecond();
  const [date, time] = timeText(clock.nowMs(), zone, true).split(" ");
  return (
    <span className="time-of-day" title={zone} data-testid="time-of-day">
      <span>{date}</span>
      <b>{time}</b>
    </span>
  );
}
