import { Alert, Button, Descriptions, Progress, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { clockText, durationText, fixed, headingText, percentText, positionText, shareText, timeText, withUnit } from "../format";
import { lookAt } from "../map/view";
import { usePlaceName } from "../panels/names";
import { pace, standing as colours } from "../palette";
import { weatherAgainst, type Against, type DockRow } from "../state/docks";
import { clock, selectDrone, useConsole } from "../state/store";
import { nameOf, saidIn } from "../words";

const SORTIES_SHOWN = 12;

/** All that is known of one dock. */
export function DockDetail({ row, language }: { row: DockRow; language: string }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const { site } = row;
  const place = usePlaceName(site.subdistrict);
  const show = () => {
    selectDrone(site.drone);
    go("/");
    requestAnimationFrame(() => lookAt(site.at[0], site.at[1]));
  };
  return (
    <section className="detail" aria-label={site.id} data-testid="dock-detail">
      <div className="dock-head">
        <b>
          {site.id} {nameOf(site, language)}
        </b>
        <Tag style={{ color: colours[row.standing], borderColor: colours[row.standing], background: "transparent" }}>{t(`standing.${row.word}`)}</Tag>
        <Button size="small" onClick={show}>
          {t("docks.onMap")}
        </Button>
        <span className="num">
          {place} · {positionText(site.at[0], site.at[1])} · {fixed(site.alt_amsl_m)} m
        </span>
      </div>
      <div className="detail-body">
        {row.faults.length > 0 && <Alert type="error" showIcon className="dock-fault" message={row.faults.map((each) => saidIn(each, language)).join("; ")} />}
        <State row={row} language={language} />
        <Weather row={row} />
        <Flights drone={site.drone} />
      </div>
    </section>
  );
}

function State({ row: { site, dock, drone, charge_pct }, language }: { row: DockRow; language: string }) {
  const { t } = useTranslation();
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const coverage = useConsole((found) => found.coverage);
  const without = coverage?.n_minus_1[site.id];
  const state = dock?.state;
  const item = (label: string, children: React.ReactNode) => ({ key: label, label, children: <span className="num">{children}</span> });
  const since = dock?.online_since ? Date.parse(dock.online_since) : null;
  return (
    <div className="block">
      <Descriptions
        size="small"
        column={2}
        className="instruments"
        layout="vertical"
        colon={false}
        items={[
          item(t("drone.cover"), state ? t(`cover.${state.cover}`) : "–"),
          item(t("drone.onPad"), state ? `${t(state.drone_present ? "drone.occupied" : "drone.empty")} ${state.drone ?? ""}` : "–"),
          item(t("drone.charger"), state ? `${t(`charger.${state.charger}`)} ${withUnit(state.charge_w, "W")}` : "–"),
          item(t("drone.battery"), `${percentText(charge_pct)} ${drone ? withUnit(drone.battery_v, "V", 1) : ""}`),
          item(t("docks.since"), since === null ? t("docks.offline") : `${timeText(since, zone)} · ${clockText((clock.nowMs() - since) / 1000)}`),
          item(t("docks.drone"), `${site.drone} ${drone?.connected ? (drone.mode ?? "") : t("standing.drone_offline")}`),
          item(
            t("docks.without"),
            coverage == null || without === undefined
              ? t("docks.withoutNothing")
              : t("docks.withoutShare", { share: shareText(without), less: shareText(coverage.covered_share - without) }),
          ),
        ]}
      />
      {drone?.connected && drone.not_ready !== null && <Alert type="warning" message={`${t("drone.notReady")}: ${saidIn(drone.not_ready, language)}`} />}
    </div>
  );
}

function Weather({ row: { dock, site } }: { row: DockRow }) {
  const { t } = useTranslation();
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const weather = dock?.weather;
  if (weather == null) return null;
  const against = weatherAgainst(weather, site);
  return (
    <div className="block">
      <div className="block-head">
        <b>{t("drone.weather")}</b>
        <span className="num">{timeText(Date.parse(weather.at), zone)}</span>
      </div>
      <div className="limits">
        <Limit label={t("drone.gust")} against={against.gust} unit="m/s" digits={1} share={against.gust.value / against.gust.limit} />
        <Limit label={t("drone.rain")} against={against.rain} unit="mm/h" digits={1} share={against.rain.value / against.rain.limit} />
        <Limit
          label={t("drone.temperature")}
          against={against.temperature}
          unit="°C"
          digits={1}
          share={(weather.temperature_c - site.temperature_min_c) / (site.temperature_max_c - site.temperature_min_c)}
        />
      </div>
      <p className="faint num">
        {t("drone.wind")} {withUnit(weather.wind_ms, "m/s", 1)} {headingText(weather.wind_from_deg)} · {t("drone.humidity")} {fixed(weather.humidity_pct)}%
      </p>
    </div>
  );
}

function Limit(props: { label: string; against: Against; unit: string; digits: number; share: number }) {
  const { label, against, unit, digits, share } = props;
  const { t } = useTranslation();
  const colour = against.over ? pace.past : against.near ? pace.short : pace.met;
  return (
    <>
      <span>{label}</span>
      <Progress percent={Math.max(0, Math.min(100, share * 100))} showInfo={false} size={["100%", 5]} strokeColor={colour} aria-hidden />
      <span className="num" style={{ color: against.over ? colour : undefined }}>
        {withUnit(against.value, unit, digits)}
      </span>
      <span className="num faint">{t("docks.limit", { limit: withUnit(against.limit, unit) })}</span>
    </>
  );
}

/** What the drone has flown lately, each with the way to its incident's record. */
function Flights({ drone }: { drone: string }) {
  const { t } = useTranslation();
  const all = useConsole((state) => state.sorties);
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const sorties = Object.values(all)
    .filter((each) => each.drone === drone)
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .slice(0, SORTIES_SHOWN);
  return (
    <div className="block">
      <div className="block-head">
        <b>{t("docks.flights")}</b>
      </div>
      {sorties.length === 0 && <p className="faint">{t("docks.noFlights")}</p>}
      {sorties.map((each) => {
        const told = (
          <>
            <span className="num">{timeText(Date.parse(each.requested_at), zone, true)}</span>
            <span>{each.patrol === null ? t(`sortie.state.${each.state}`) : t("docks.onPatrol")}</span>
            <span className="num">{each.on_scene_s === null ? "" : t("sortie.reached", { time: durationText(each.on_scene_s) })}</span>
          </>
        );
        // one that left on loan or on patrol was for no incident
        return each.incident === null ? (
          <span key={each.id} className="flight">
            {told}
          </span>
        ) : (
          <Link key={each.id} href={`/incidents/${each.incident}`} className="flight">
            {told}
          </Link>
        );
      })}
    </div>
  );
}
