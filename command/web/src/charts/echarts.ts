/** The parts of ECharts that are used, in a chunk that is loaded with the first chart. */
import { BarChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, GridComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

export { init };
