/** A flight time in its parts, as one stacked bar against the window. Pure. */
import type { EChartsCoreOption } from "echarts/core";
import type { LaunchParts } from "../contract";
import type { Palette } from "../palette";

export const PARTS = ["launch_s", "climb_s", "cruise_s", "descent_s"] as const;

/** The bar's length is one and a half windows, so that bars can be compared; longer ones are cut off. */
export const SCALE = 1.5;

export function etaOption(parts: LaunchParts, window_s: number, { parts: colours, ground }: Palette): EChartsCoreOption {
  return {
    animation: false,
    grid: { left: 0, right: 0, top: 0, bottom: 0 },
    xAxis: { type: "value", show: false, min: 0, max: window_s * SCALE },
    yAxis: { type: "category", show: false, data: [""] },
    series: PARTS.map((part, index) => ({
      type: "bar",
      stack: "eta",
      silent: true,
      barWidth: "100%",
      data: [parts[part]],
      itemStyle: { color: colours[part], borderColor: ground.panel, borderWidth: 0.5 },
      ...(index === PARTS.length - 1 && {
        markLine: {
          silent: true,
          symbol: "none",
          animation: false,
          lineStyle: { color: ground.mark, type: "solid", width: 1 },
          label: { show: false },
          data: [{ xAxis: window_s }],
        },
      }),
    })),
  };
}
