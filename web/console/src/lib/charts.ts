/** Report figures as charts. Pure: the page draws what comes out. */
import type { ReportRow, StaffingSlot } from '../api/reports';
import type { BreachCause } from '../api/teamTypes';
import { reasonName, words } from '../locales';
import type { ChartOption } from '../services/chart';
import { GOAL, percent } from './figures';

const JADE = '#0b6b5d';
const SAND = '#b9d3cd';
const INK = '#465660';
const LINE = '#e4eae9';
const CAUSES: Record<BreachCause, string> = {
  nobody_on_duty: '#8d99a1', all_full: '#d98a2b', offered_and_ignored: '#c2410c', claimed_and_silent: '#b42318',
};
const text = { color: INK, fontSize: 12 };

/** The tooltip is drawn on the canvas: the page allows no markup from elsewhere. */
const base = {
  animation: false,
  tooltip: { trigger: 'axis' as const, renderMode: 'richText' as const, axisPointer: { type: 'shadow' as const } },
  legend: { top: 4, right: 8, itemWidth: 14, itemHeight: 8, textStyle: text },
  grid: { top: 40, right: 44, bottom: 26, left: 40 },
};
const counts = { type: 'value' as const, minInterval: 1, axisLabel: text, splitLine: { lineStyle: { color: LINE } } };
const shares = {
  type: 'value' as const, min: 0, max: 1, splitLine: { show: false }, axisLabel: { ...text, formatter: (it: number) => percent(it) },
};

/** Keys as axis labels: days without their year. */
export function labelsOf(rows: readonly ReportRow[]): string[] {
  return rows.map((row) => (row.key ?? '').replace(/^\d{4}-(?=\d\d-\d\d$)/, '') || words.reports.unnamed);
}

export function serviceOption(rows: readonly ReportRow[]): ChartOption {
  return {
    ...base,
    xAxis: { type: 'category', data: labelsOf(rows), axisLabel: text },
    yAxis: [counts, shares],
    series: [
      { name: words.reports.charts.requests, type: 'bar', data: rows.map((row) => row.requests), itemStyle: { color: SAND }, barMaxWidth: 36 },
      {
        name: words.reports.charts.rate, type: 'line', yAxisIndex: 1, data: rows.map((row) => row.rate), itemStyle: { color: JADE },
        symbolSize: 7, tooltip: { valueFormatter: (value) => percent(typeof value === 'number' ? value : null) },
        markLine: {
          silent: true, symbol: 'none', lineStyle: { color: '#b45309', type: 'dashed' },
          label: { formatter: words.reports.charts.goal, position: 'insideStartTop', color: '#8f4a00', backgroundColor: 'rgba(255, 255, 255, .85)', padding: [0, 3] }, data: [{ yAxis: GOAL }],
        },
      },
    ],
  };
}

export function breachOption(rows: readonly ReportRow[]): ChartOption {
  const causes = Object.keys(CAUSES) as BreachCause[];
  return {
    ...base,
    legend: { ...base.legend, type: 'scroll', left: 8 },
    xAxis: { type: 'category', data: labelsOf(rows), axisLabel: text },
    yAxis: counts,
    series: causes.map((cause) => ({
      name: words.board.causes[cause], type: 'bar', stack: 'breach', barMaxWidth: 30, itemStyle: { color: CAUSES[cause] },
      data: rows.map((row) => row.breaches[cause] ?? 0),
    })),
  };
}

export function reasonOption(total: ReportRow): ChartOption {
  const reasons = Object.entries(total.reasons).sort((a, b) => a[1] - b[1]);
  return {
    ...base,
    legend: { show: false },
    grid: { top: 12, right: 32, bottom: 26, left: 96 },
    xAxis: counts,
    yAxis: { type: 'category', data: reasons.map(([code]) => reasonName(code)), axisLabel: text },
    series: [{
      type: 'bar', data: reasons.map(([, count]) => count), itemStyle: { color: '#2f8375' }, barMaxWidth: 18,
      label: { show: true, position: 'right', color: INK },
    }],
  };
}

export function staffingOption(slots: readonly StaffingSlot[]): ChartOption {
  return {
    ...base,
    xAxis: { type: 'category', data: slots.map((slot) => slotName(slot.starts)), axisLabel: text },
    yAxis: counts,
    series: [
      { name: words.staffing.arrivals, type: 'bar', data: slots.map((slot) => slot.arrivals), itemStyle: { color: SAND }, barMaxWidth: 22 },
      { name: words.staffing.helpers, type: 'line', step: 'middle', data: slots.map((slot) => slot.helpers), itemStyle: { color: JADE }, symbol: 'none', lineStyle: { width: 2.5 } },
      { name: words.staffing.actual, type: 'line', step: 'middle', data: slots.map((slot) => slot.actual_helpers), itemStyle: { color: '#b45309' }, symbol: 'none', lineStyle: { type: 'dashed' } },
    ],
  };
}

const slotTime = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** `09:30` of a time, or of a time of day (`09:30:00`). Half hours are those of the service's day, wherever one looks. */
export const slotName = (starts: string): string => (starts.includes('T') ? slotTime.format(new Date(starts)) : starts.slice(0, 5));
