import { useTranslation } from "react-i18next";
import { map as colours, standing } from "../palette";
import { useLayers } from "../state/layers";
import { useTiles } from "./tiles";

const SHOWN = ["ready", "charging", "flying", "not_ready", "fault", "offline"] as const;
const HOLLOW = new Set(["flying", "not_ready", "offline"]);

/** What the map's signs mean, and that its borders are not official. */
export function Legend({ schematic }: { schematic: boolean }) {
  const { t } = useTranslation();
  const shown = useLayers((state) => state.shown);
  const tiles = useTiles((state) => state.tiles);
  return (
    <div className="legend">
      {schematic && (
        <span className="legend-schematic" data-testid="schematic">
          {t("map.schematic")}
        </span>
      )}
      {SHOWN.map((each) => (
        <span key={each}>
          <i
            style={
              HOLLOW.has(each)
                ? { boxShadow: `inset 0 0 0 2px ${standing[each]}` }
                : { background: standing[each] }
            }
          />
          {t(`legend.${each}`)}
        </span>
      ))}
      {shown.coverage && (
        <span>
          <i style={{ boxShadow: `inset 0 0 0 1px ${colours.gap}`, background: `color-mix(in srgb, ${colours.gap} 22%, transparent)` }} />
          {t("map.gap")}
        </span>
      )}
      {shown.noFly && (
        <span>
          <i
            style={{
              boxShadow: `inset 0 0 0 1px ${colours.noFly}`,
              background: `repeating-linear-gradient(135deg, transparent 0 2px, ${colours.noFly} 2px 3px)`,
            }}
          />
          {t("map.noFly")}
        </span>
      )}
      {shown.rally && (
        <span>
          <i className="legend-round" style={{ boxShadow: `inset 0 0 0 1.5px ${colours.rally}` }} />
          {t("layers.rally")}
        </span>
      )}
      {tiles !== null && shown.tiles && tiles.attribution !== "" && <span data-testid="attribution">© {tiles.attribution}</span>}
    </div>
  );
}
