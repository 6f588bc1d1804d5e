import { Tooltip } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Chart } from "../charts/Chart";
import { etaOption, PARTS } from "../charts/eta";
import type { LaunchParts } from "../contract";
import { durationText } from "../format";
import { palettes } from "../palette";
import { useHabits } from "../state/habits";

/** The parts of a flight time on a common scale, with a mark where the window ends. */
export function EtaBar({ parts, window_s }: { parts: LaunchParts; window_s: number }) {
  const { t } = useTranslation();
  const theme = useHabits((habits) => habits.theme);
  const option = useMemo(() => etaOption(parts, window_s, palettes[theme]), [parts, window_s, theme]);
  const text = PARTS.map((each) => `${t(`ranking.part.${each}`)} ${durationText(parts[each])}`).join(" · ");
  return (
    <Tooltip title={text} mouseEnterDelay={0.3}>
      <span className="eta">
        <Chart option={option} label={text} />
      </span>
    </Tooltip>
  );
}
