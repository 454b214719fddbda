/** Each figure of the reports stands with what it means and over what it was taken. */
import { afterEach, expect, it } from 'vitest';
import type { ReportRow } from '../src/api/reports';
import MetricTile from '../src/components/MetricTile.vue';
import ReportTiles from '../src/components/reports/ReportTiles.vue';
import { setLocale } from '../src/locales';
import { en } from '../src/locales/en';
import { zh } from '../src/locales/zh';
import { usePage } from './mounted';

const show = usePage();

function total(part: Partial<ReportRow> = {}): ReportRow {
  return {
    key: null, requests: 40, answered: 36, within: 35, rate_base: 37, rate: 0.946, median_seconds: 21, p95_seconds: 58, breached: 2,
    breaches: {}, closed: 30, resolved: 18, resolution_base: 24, resolution_rate: 0.75, abandoned: 1, abandonment_rate: 0.025, by_ticket: 3,
    conversations: 200, bot_solved: 150, bot_solved_rate: 0.75, reasons: {}, rated: 10, mean_stars: 4.5, satisfied: 9, satisfied_rate: 0.9,
    tickets: 3, mean_handling_seconds: 300, median_pickup_seconds: null, ...part,
  };
}

/** The label, value, denominator and definition of a figure, as they are read. */
function tile(figure: string): (string | undefined)[] {
  return [...document.querySelectorAll(`[data-figure=${figure}] :is(dt, dd)`)].map((it) => it.textContent ?? undefined);
}

afterEach(() => setLocale('zh'));

it('the resolution rate is printed with its denominator and the server’s definition of both parts', () => {
  const definitions = { resolved: '确认解决或七天未重开的。', resolution_base: '满七天的已结束求助。' };
  show(ReportTiles, { total: total(), definitions });
  expect(tile('resolution_rate')).toEqual([zh.reports.figures.resolution_rate, '75%', '18 ÷ 24', '确认解决或七天未重开的 ÷ 满七天的已结束求助。']);
});

it('the definition is the console’s own where the server gives one of the parts only', () => {
  show(ReportTiles, { total: total(), definitions: { resolved: '确认解决的。' } });
  expect(tile('resolution_rate').at(-1)).toBe(zh.reports.definitions.resolution_rate);
});

it('an English reader gets the definition in English', async () => {
  await setLocale('en');
  show(ReportTiles, { total: total(), definitions: { resolved: '甲。', resolution_base: '乙。' } });
  expect(tile('resolution_rate')).toEqual([en.reports.figures.resolution_rate, '75%', en.reports.base(18, 24), en.reports.definitions.resolution_rate]);
});

it('a rate without a base is a dash over nothing, never zero', () => {
  show(ReportTiles, { total: total({ resolved: 0, resolution_base: 0, resolution_rate: null }), definitions: {} });
  expect(tile('resolution_rate').slice(1, 3)).toEqual(['–', '0 ÷ 0']);
});

it.each([
  [0.95, 'good'], [0.949, 'warn'], [null, 'plain'],
])('the promise kept in %s is shown as %s', (rate, tone) => {
  show(ReportTiles, { total: total({ rate }), definitions: {} });
  expect(document.querySelector('[data-figure=rate]')?.classList.contains(tone)).toBe(true);
});

it('a tile without a denominator or a definition shows neither', () => {
  const root = show(MetricTile, { label: '等候中', value: '3' });
  expect([...root.querySelectorAll('dt, dd')].map((it) => it.textContent)).toEqual(['等候中', '3']);
});
