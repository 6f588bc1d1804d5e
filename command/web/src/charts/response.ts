/** How soon drones were over incidents, as bars against the window. Pure. */
import type { EChartsCoreOption } from "echarts/core";
import type { IncidentView } from "../contract";
import { clockText, timeText } from "../format";
import type { Palette } from "../palette";

export const MOST_BARS = 80;

/** Those that a drone reached, the oldest first, and no more than can be told apart. */
export function reachedOf(incidents: readonly IncidentView[]): IncidentView[] {
  return incidents.filter((each) => each.on_scene_s !== null).slice(0, MOST_BARS).reverse();
}

/** Bars in the colour of the clock: within the incident's own window or not. */
export function responseOption(
  reached: readonly IncidentView[],
  window_s: number,
  zone: string,
  nameOf: (incident: IncidentView) => string,
  { ground, pace }: Palette,
): EChartsCoreOption {
  const text = { color: ground.dim, fontSize: 11 };
  return {
    animation: false,
    grid: { left: 44, right: 12, top: 10, bottom: 20 },
    tooltip: {
      trigger: "item",
      backgroundColor: ground.panel,
      borderColor: ground.line,
      textStyle: { color: ground.text, fontSize: 12 },
    },
    xAxis: {
      type: "category",
      data: reached.map((each) => timeText(Date.parse(each.reported_at), zone, true).slice(5, 16)),
      axisLabel: { ...text, hideOverlap: true },
      axisLine: { lineStyle: { color: ground.line } },
      axisTick: { show: false },
    },
    yAxis: {
      type: "value",
      interval: 60 * Math.ceil(Math.max(window_s, ...reached.map((each) => each.on_scene_s ?? 0)) / 240),
      axisLabel: { ...text, formatter: clockText },
      splitLine: { lineStyle: { color: ground.line } },
    },
    series: [
      {
        type: "bar",
        barMaxWidth: 14,
        data: reached.map((each) => ({
          value: each.on_scene_s,
          name: nameOf(each),
          itemStyle: { color: (each.on_scene_s ?? 0) <= each.window_s ? pace.met : pace.past },
        })),
        tooltip: { formatter: ({ name, value }: { name: string; value: number }) => `${name}<br>${clockText(value)}` },
        markLine: {
          silent: true,
          symbol: "none",
          lineStyle: { color: ground.mark, type: "solid", width: 1 },
          label: { ...text, position: "insideEndTop", formatter: clockText(window_s) },
          data: [{ yAxis: window_s }],
        },
      },
    ],
  };
}
