import { memo, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { fixed, percentText } from "../format";
import { lookAt } from "../map/view";
import { pace, standing as colours } from "../palette";
import { unread } from "../state/droneAlarms";
import { dockSites, sortieByDrone, standOf, type DockSite } from "../state/derived";
import { selectDrone, useConsole } from "../state/store";

const ROWS = 2;

/** Every dock with its drone, always at the same place. */
export function FleetStrip() {
  const { t } = useTranslation();
  const district = useConsole((state) => state.district);
  const sites = useMemo(() => dockSites(district), [district]);
  const columns = Math.max(1, Math.ceil((sites.length + 1) / ROWS));
  return (
    <footer className="fleet" style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }} aria-label={t("fleet.title")}>
      <Count sites={sites} />
      {sites.map((site) => (
        <Tile key={site.id} site={site} />
      ))}
    </footer>
  );
}

function Count({ sites }: { sites: DockSite[] }) {
  const { t } = useTranslation();
  const text = useConsole((state) => {
    const flying = sortieByDrone(state.sorties);
    const stands = sites.map((site) => standOf(state.docks[site.id], state.drones[site.drone], flying[site.drone]).standing);
    const count = (...which: string[]) => stands.filter((each) => which.includes(each)).length;
    return `${count("ready", "charging")} ${count("flying")} ${count("fault", "offline", "not_ready")}`;
  });
  const [ready, away, trouble] = text.split(" ");
  return (
    <div className="tile tile-count">
      <Line label={t("fleet.ready")} value={ready} colour={colours.ready} />
      <Line label={t("fleet.away")} value={away} colour={colours.flying} />
      <Line label={t("fleet.trouble")} value={trouble} colour={trouble === "0" ? undefined : colours.fault} />
    </div>
  );
}

function Line({ label, value, colour }: { label: string; value: string | undefined; colour: string | undefined }) {
  return (
    <span>
      {label}
      <b style={{ color: colour }}>{value}</b>
    </span>
  );
}

const LOW_PCT = 40;

const Tile = memo(function Tile({ site }: { site: DockSite }) {
  const { t } = useTranslation();
  const dock = useConsole((state) => state.docks[site.id]);
  const drone = useConsole((state) => state.drones[site.drone]);
  const sortie = useConsole((state) => sortieByDrone(state.sorties)[site.drone]);
  const chosen = useConsole((state) => state.unit?.drone === site.drone);
  const alarmed = useConsole(({ alarms }) => unread(alarms, site.drone).length > 0);
  const { standing, word } = standOf(dock, drone, sortie);
  const charge = drone?.battery_pct ?? dock?.state?.battery_pct ?? null;
  const inAir = drone?.armed === true;
  const show = () => {
    selectDrone(chosen ? null : site.drone);
    if (chosen) return;
    const at = inAir && drone.lon !== null && drone.lat !== null ? [drone.lon, drone.lat] : site.at;
    lookAt(at[0] as number, at[1] as number);
  };
  return (
    <button
      type="button"
      className={`tile${chosen ? " tile-chosen" : ""}`}
      style={{ borderTopColor: colours[standing] }}
      onClick={show}
      aria-pressed={chosen}
      data-testid={`tile-${site.id}`}
      data-standing={standing}
      data-word={word}
    >
      <span>
        <b>
          {site.id}
          {alarmed && (
            <span className="figure-bad" role="img" aria-label={t("alarm.unread")}>
              {" "}▲
            </span>
          )}
        </b>
        <b className="tile-word" style={{ color: colours[standing] }}>
          {t(`standing.${word}`)}
        </b>
      </span>
      <span>
        <span className="tile-mode">{inAir ? drone.mode : dock?.state ? t(`cover.${dock.state.cover}`) : ""}</span>
        <span className="num" style={{ color: charge !== null && charge < LOW_PCT ? pace.short : undefined }}>
          {percentText(charge)}
        </span>
      </span>
      <span className="num">
        {inAir ? (
          <>
            <span>{fixed(drone.alt_rel_m)} m</span>
            <span>{fixed(drone.ground_ms)} m/s</span>
          </>
        ) : (
          <span className="charge">
            <i style={{ width: `${charge ?? 0}%` }} />
          </span>
        )}
      </span>
    </button>
  );
});
