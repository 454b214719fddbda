/** ECharts, only the parts in use. Loaded with the pages that draw, never with the desk. */
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { type ComposeOption, type ECharts, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { BarSeriesOption, LineSeriesOption } from 'echarts/charts';
import type { GridComponentOption, LegendComponentOption, MarkLineComponentOption, TooltipComponentOption } from 'echarts/components';

export type ChartOption = ComposeOption<
  | BarSeriesOption | LineSeriesOption | GridComponentOption | LegendComponentOption | MarkLineComponentOption
  | TooltipComponentOption
>;
export type Chart = ECharts;

use([BarChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

/** Draws a chart into a box, or draws it anew. A canvas does not inherit the font of the page. */
export function drawChart(box: HTMLElement, option: ChartOption, drawn?: Chart): Chart {
  const chart = drawn ?? init(box);
  chart.setOption({ textStyle: { fontFamily: getComputedStyle(box).fontFamily }, ...option }, true);
  return chart;
}
