import type { EChartsCoreOption, EChartsType } from "echarts/core";
import { useEffect, useRef, useState } from "react";

interface Props {
  option: EChartsCoreOption;
  /** What it shows, for who cannot see it. */
  label: string;
  onPick?: (index: number) => void;
  className?: string;
}

/** A chart of ECharts, which is loaded with the first one; its place is kept meanwhile. */
export function Chart({ option, label, onPick, className }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType | null>(null);
  const pick = useRef(onPick);
  pick.current = onPick;

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    let end = () => {};
    let wanted = true;
    void import("./echarts").then(({ init }) => {
      if (!wanted) return;
      const made = init(element);
      made.on("click", ({ dataIndex }) => pick.current?.(dataIndex));
      const observer = new ResizeObserver(() => made.resize());
      observer.observe(element);
      end = () => {
        observer.disconnect();
        made.dispose();
      };
      setChart(made);
    });
    return () => {
      wanted = false;
      end();
    };
  }, []);

  useEffect(() => chart?.setOption(option, { notMerge: true }), [chart, option]);
  return <div ref={holder} className={className} role="img" aria-label={label} data-testid="chart" data-drawn={chart !== null} />;
}
