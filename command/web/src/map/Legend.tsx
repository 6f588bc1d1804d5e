import { useTranslation } from "react-i18next";
import { map as colours, standing } from "../palette";

const SHOWN = ["ready", "charging", "flying", "not_ready", "fault", "offline"] as const;
const HOLLOW = new Set(["flying", "not_ready", "offline"]);

/** What the map's signs mean, and that its borders are not official. */
export function Legend({ schematic }: { schematic: boolean }) {
  const { t } = useTranslation();
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
      <span>
        <i style={{ boxShadow: `inset 0 0 0 1px ${colours.gap}`, background: `color-mix(in srgb, ${colours.gap} 22%, transparent)` }} />
        {t("map.gap")}
      </span>
      <span>
        <i
          style={{
            boxShadow: `inset 0 0 0 1px ${colours.noFly}`,
            background: `repeating-linear-gradient(135deg, transparent 0 2px, ${colours.noFly} 2px 3px)`,
          }}
        />
        {t("map.noFly")}
      </span>
    </div>
  );
}
