import { Alert, Descriptions, Drawer, Tag } from "antd";
import { useTranslation } from "react-i18next";
import type { DockView, DroneTelemetry } from "../contract";
import { fixed, headingText, percentText, positionText, withUnit } from "../format";
import { standing as colours } from "../palette";
import { dockSites, sortieByDrone, standOf } from "../state/derived";
import { clock, selectDrone, useConsole } from "../state/store";
import { useSecond } from "../useTime";
import { VideoPanel } from "../video/VideoPanel";
import { saidIn } from "../words";
import { DroneAlarms } from "./DroneAlarms";
import { DroneOrders } from "./DroneOrders";
import { DroneService } from "./DroneService";
import { useDockNames } from "./names";

const STALE_S = 3;

/** A drone's instruments and its dock's, over the map's edge; under them, where nothing moves them,
 * its alarms and what it may be told. */
export function DroneDrawer() {
  const { t } = useTranslation();
  const chosen = useConsole((state) => state.unit?.drone);
  const district = useConsole((state) => state.district);
  const drone = useConsole((state) => (chosen === undefined ? undefined : state.drones[chosen]));
  const site = dockSites(district).find((each) => each.drone === chosen);
  const dock = useConsole((state) => (site === undefined ? undefined : state.docks[site.id]));
  const sortie = useConsole((state) => (chosen === undefined ? undefined : sortieByDrone(state.sorties)[chosen]));
  const dockName = useDockNames();
  const { standing, word } = standOf(dock, drone, sortie);
  return (
    <Drawer
      open={chosen !== undefined}
      onClose={() => selectDrone(null)}
      mask={false}
      getContainer={false}
      rootStyle={{ position: "absolute" }}
      width={288}
      keyboard={false}
      autoFocus={false}
      footer={
        chosen !== undefined && (
          <>
            <DroneAlarms drone={chosen} />
            <DroneOrders drone={drone} sortie={sortie} site={site} />
          </>
        )
      }
      title={
        <span className="drawer-title" data-testid="drone-drawer">
          <b>{chosen}</b>
          <span>
            {site?.id} {site && dockName(site.id)}
          </span>
          <Tag style={{ color: colours[standing], borderColor: colours[standing], background: "transparent" }}>
            {t(`standing.${word}`)}
          </Tag>
        </span>
      }
    >
      {/* whoever has no mouse scrolls it too */}
      <section className="drawer-scroll" tabIndex={0} aria-label={t("drone.instruments")}>
        {drone && <VideoPanel drone={drone.drone} sortie={sortie} />}
        {drone && <Flight drone={drone} />}
        {dock && <AtDock dock={dock} />}
        {drone && <DroneService key={drone.drone} drone={drone} />}
      </section>
    </Drawer>
  );
}

function Flight({ drone }: { drone: DroneTelemetry }) {
  const { t, i18n } = useTranslation();
  useSecond();
  const silent_s = Math.max(0, (clock.nowMs() - Date.parse(drone.at)) / 1000);
  const figure = (label: string, value: string) => ({ key: label, label: t(`drone.${label}`), children: <span className="num" data-testid={`figure-${label}`}>{value}</span> });
  return (
    <>
      {drone.not_ready !== null && (
        <Alert type="warning" message={`${t("drone.notReady")}: ${saidIn(drone.not_ready, i18n.language)}`} />
      )}
      <Descriptions
        size="small"
        column={2}
        layout="vertical"
        colon={false}
        className="instruments"
        items={[
          figure("relHeight", withUnit(drone.alt_rel_m, "m", 1)),
          figure("amsl", withUnit(drone.alt_amsl_m, "m", 1)),
          figure("speed", withUnit(drone.ground_ms, "m/s", 1)),
          figure("climb", withUnit(drone.climb_ms, "m/s", 1)),
          figure("heading", headingText(drone.heading_deg)),
          figure("battery", `${percentText(drone.battery_pct)}  ${withUnit(drone.battery_v, "V", 1)}`),
          figure("mode", drone.mode ?? "–"),
          figure("armed", t(drone.armed ? "drone.yes" : "drone.no")),
          figure("satellites", fixed(drone.satellites)),
          {
            key: "heard",
            label: t("drone.heard"),
            children: (
              <span className={silent_s > STALE_S * clock.speedup ? "num figure-bad" : "num"}>
                {t("drone.ago", { n: fixed(silent_s) })}
              </span>
            ),
          },
          figure("roll", withUnit(drone.roll_deg, "°", 0).replace(" ", "")),
          figure("pitch", withUnit(drone.pitch_deg, "°", 0).replace(" ", "")),
          {
            key: "position",
            span: 2,
            label: t("drone.position"),
            children: <span className="num">{drone.lon === null || drone.lat === null ? "–" : positionText(drone.lon, drone.lat)}</span>,
          },
          { key: "said", span: 2, label: t("drone.message"), children: drone.statustext ?? "–" },
        ]}
      />
    </>
  );
}

function AtDock({ dock: { state, weather } }: { dock: DockView }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      {state && (
        <Descriptions
          size="small"
          column={2}
          layout="vertical"
        colon={false}
          className="instruments"
          title={t("drone.dock")}
          items={[
            { key: "cover", label: t("drone.cover"), children: t(`cover.${state.cover}`) },
            { key: "pad", label: t("drone.onPad"), children: t(state.drone_present ? "drone.occupied" : "drone.empty") },
            { key: "charger", label: t("drone.charger"), children: t(`charger.${state.charger}`) },
            { key: "power", label: t("drone.power"), children: <span className="num">{withUnit(state.charge_w, "W")}</span> },
            ...(state.faults.length > 0 || state.emergency_stop
              ? [
                  {
                    key: "faults",
                    span: 2,
                    label: t("drone.faults"),
                    children: (
                      <span className="figure-bad">
                        {[...(state.emergency_stop ? [`${t("drone.estop")} ${t("drone.pressed")}`] : []), ...state.faults.map((each) => saidIn(each, i18n.language))].join("; ")}
                      </span>
                    ),
                  },
                ]
              : []),
          ]}
        />
      )}
      {weather && (
        <Descriptions
          size="small"
          column={2}
          layout="vertical"
        colon={false}
          className="instruments"
          title={t("drone.weather")}
          items={[
            { key: "wind", label: t("drone.wind"), children: <span className="num">{`${withUnit(weather.wind_ms, "m/s", 1)} ${headingText(weather.wind_from_deg)}`}</span> },
            { key: "gust", label: t("drone.gust"), children: <span className="num">{withUnit(weather.gust_ms, "m/s", 1)}</span> },
            { key: "rain", label: t("drone.rain"), children: <span className="num">{withUnit(weather.rain_mm_h, "mm/h", 1)}</span> },
            { key: "temperature", label: t("drone.temperature"), children: <span className="num">{withUnit(weather.temperature_c, "°C", 1)}</span> },
          ]}
        />
      )}
    </>
  );
}
