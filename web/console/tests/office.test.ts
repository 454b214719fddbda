import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Department, Threshold } from '../src/api/admin';
import { adminApi, reportsApi, teamApi, ticketsApi } from '../src/api/instance';
import type { ReportRow } from '../src/api/reports';
import type { Ticket } from '../src/api/tickets';
import { fallbackChain, groupOf, isWithin, parseSpans, spansFit, spansText } from '../src/lib/admin';
import { changesOf } from '../src/lib/audit';
import { breachOption, labelsOf, serviceOption, slotName } from '../src/lib/charts';
import { dueOf, dueText } from '../src/lib/due';
import { decimal, percent, promiseText, secondsText, withinChoices } from '../src/lib/figures';
import { moveOf, movesOf } from '../src/lib/ticketMoves';
import { useTickets } from '../src/stores/tickets';
import { at, T0, ticket } from './make';

beforeEach(() => {
  setActivePinia(createPinia());
  vi.spyOn(teamApi, 'topics').mockResolvedValue([]);
});

describe('the deadline of a ticket', () => {
  it('is that of the contact until there was one, then that of the result', () => {
    expect(dueOf(ticket(), T0)).toEqual({ at: at(86_400), what: 'contact', tone: 'soon' });
    expect(dueOf(ticket({ contacted_at: at(1) }), T0)).toMatchObject({ what: 'done', tone: 'calm' });
  });

  it('is late once it has passed, and none when the ticket is over', () => {
    const now = T0 + 90_000_000;
    expect(dueOf(ticket(), now).tone).toBe('late');
    expect(dueText(dueOf(ticket(), now), now)).toBe('联系 逾期 1 小时');
    expect(dueText(dueOf(ticket({ contacted_at: at(1) }), T0), T0)).toBe('办结 剩 5 天');
    expect(dueOf(ticket({ status: 'closed' }), now).tone).toBe('none');
  });
});

describe('the moves of a ticket', () => {
  it('are those its state allows, contact only once', () => {
    expect(movesOf(ticket())[0]).toBe('assignMe');
    expect(movesOf(ticket({ status: 'in_progress' }))[0]).toBe('resolve');
    expect(movesOf(ticket({ status: 'assigned', contacted_at: at(1) }))).not.toContain('contacted');
    expect(movesOf(ticket({ status: 'resolved' }))).not.toContain('resolve');
    expect(movesOf(ticket({ status: 'closed' }))).toEqual(['reopen', 'note']);
  });

  it('send what the protocol wants', () => {
    expect(moveOf('assignMe', '', '')).toEqual({ do: 'assign', body: {} });
    expect(moveOf('assign', '熟悉', 'h2')).toEqual({ do: 'assign', body: { staff_id: 'h2', reason: '熟悉' } });
    expect(moveOf('transfer', '', '税务局')).toEqual({ do: 'assign', body: { department: '税务局' } });
    expect(moveOf('resolve', '已到账', '')).toEqual({ do: 'resolve', body: { result: '已到账' } });
    expect(moveOf('contacted', '', '')).toEqual({ do: 'contacted', body: {} });
    expect(moveOf('cancel', '重复', '')).toEqual({ do: 'cancel', body: { reason: '重复' } });
  });
});

describe('the list of tickets', () => {
  const page = (tickets: Ticket[], next: string | null = null) => Promise.resolve({ tickets, next });

  it('shows the answer to the newest question only', async () => {
    let answerFirst: () => void = () => undefined;
    const first = new Promise<{ tickets: Ticket[]; next: null }>((resolve) => {
      answerFirst = () => resolve({ tickets: [ticket({ id: 'old' })], next: null });
    });
    vi.spyOn(ticketsApi, 'list').mockReturnValueOnce(first).mockReturnValueOnce(page([ticket({ id: 'new' })]));
    const tickets = useTickets();
    const slow = tickets.load();
    await tickets.load();
    answerFirst();
    await slow;
    expect(tickets.list.map((it) => it.id)).toEqual(['new']);
  });

  it('goes on page by page without doubles', async () => {
    vi.spyOn(ticketsApi, 'list')
      .mockReturnValueOnce(page([ticket({ id: 'a' }), ticket({ id: 'b' })], 'n'))
      .mockReturnValueOnce(page([ticket({ id: 'b' }), ticket({ id: 'c' })]));
    const tickets = useTickets();
    await tickets.load();
    await tickets.more();
    expect(tickets.list.map((it) => it.id)).toEqual(['a', 'b', 'c']);
    expect(ticketsApi.list).toHaveBeenLastCalledWith(tickets.filter, 'n');
    expect(tickets.next).toBeNull();
  });

  it('shows a moved ticket at once, in the list and open', async () => {
    const moved = ticket({ status: 'assigned' });
    vi.spyOn(ticketsApi, 'list').mockReturnValue(page([ticket()]));
    vi.spyOn(ticketsApi, 'detail').mockResolvedValue({ ticket: moved, events: [] });
    vi.spyOn(ticketsApi, 'move').mockResolvedValue(moved);
    const tickets = useTickets();
    await tickets.load();
    await tickets.open('t1');
    await tickets.move('t1', { do: 'assign', body: {} });
    expect([tickets.list[0]?.status, tickets.detail?.ticket.status]).toEqual(['assigned', 'assigned']);
  });
});

describe('figures', () => {
  it('say what picking up leaves of the promise, and when that is unknown or nothing', () => {
    const basis = { days: 8, handling_seconds: 300, pickup_seconds: 12.5, pickups: 40, pickups_needed: 5, place_seconds: 47.5 };
    expect(promiseText(basis, 60)).toBe('60 秒里，听到、接单、打字要用 12.5 秒（40 件有空位的求助的中位数），留给等空位的是 47.5 秒。');
    expect(promiseText({ ...basis, pickups: 4, pickup_seconds: null, place_seconds: 60 }, 60)).toContain('只有 4 件，不足 5 件');
    expect(promiseText({ ...basis, pickup_seconds: 70, place_seconds: null }, 60)).toContain('加多少人都做不到');
  });

  it('can be asked for within the promise, whatever that is', () => {
    expect(withinChoices(undefined)).toEqual([30, 60, 90, 120]);
    expect(withinChoices(45)).toEqual([30, 45, 60, 90, 120]);
  });

  it('without a base are a dash, never zero', () => {
    expect([percent(null), percent(0), percent(0.9533), percent(1)]).toEqual(['–', '0%', '95.3%', '100%']);
    expect([secondsText(null), secondsText(51.26), secondsText(380)]).toEqual(['–', '51.3 秒', '6.3 分']);
    expect([decimal(null), decimal(4.55)]).toEqual(['–', '4.5']);
  });

  it('are drawn under short labels, a rate without a base as a gap', () => {
    const rows = [
      { key: '2026-01-05', requests: 3, rate: null, breaches: { all_full: 2 } },
      { key: null, requests: 1, rate: 1, breaches: {} },
    ] as ReportRow[];
    expect(labelsOf(rows)).toEqual(['01-05', '（未分）']);
    expect(serviceOption(rows).series).toMatchObject([{ data: [3, 1] }, { data: [null, 1] }]);
    expect(breachOption(rows).series).toMatchObject([{ data: [0, 0] }, { data: [2, 0] }, {}, {}]);
    expect(['09:30:00', '2026-01-05T01:30:00.000Z', '2026-01-04T16:00:00.000Z'].map(slotName)).toEqual(['09:30', '09:30', '00:00']);
  });

  it('are downloaded under the same question', () => {
    const query = { from: '2026-01-01', to: '2026-01-07', by: 'day' as const, department: '' };
    expect(reportsApi.downloadUrl(query, 'csv')).toBe('/api/staff/reports/service.csv?from=2026-01-01&to=2026-01-07&by=day');
  });
});

describe('working time', () => {
  const span = (weekday: number, starts: string, ends: string) => ({ weekday, starts, ends });

  it('has spans that end after they start and do not overlap on a day', () => {
    expect(spansFit([span(1, '13:30', '17:30'), span(1, '09:00', '12:00'), span(2, '09:00', '12:00')])).toBe(true);
    expect(spansFit([span(1, '09:00', '12:00'), span(1, '11:59', '13:00')])).toBe(false);
    expect(spansFit([span(1, '12:00', '09:00')])).toBe(false);
    expect(spansFit([span(1, '9', '12:00')])).toBe(false);
    expect(spansFit([span(1, '09:61', '12:00')])).toBe(false);
  });

  it('of a special day is read as people write it; nothing means closed', () => {
    expect(parseSpans('9:00-12:00，13:30–17:30')).toEqual([['09:00', '12:00'], ['13:30', '17:30']]);
    expect(parseSpans(' ')).toEqual([]);
    expect(parseSpans('上午')).toBeNull();
    expect(parseSpans('12:00-09:00')).toBeNull();
    expect(spansText([['09:00:00', '12:00:00']])).toBe('09:00–12:00');
  });
});

describe('administration', () => {
  it('shows who steps in for whom, and stops at a circle', () => {
    const department = (name: string, fallback: string | null): Department => ({ name, fallback, capacity: null, active: true, last_resort: false, staff: 0 });
    const all = [department('甲', '乙'), department('乙', '丙'), department('丙', '甲'), department('丁', null)];
    expect(fallbackChain(all, '甲')).toEqual(['甲', '乙', '丙']);
    expect(fallbackChain(all, '丁')).toEqual(['丁']);
  });

  it('puts thresholds where they belong and knows their bounds', () => {
    expect(['warn_seconds', 'helper_capacity', 'ticket_simple_days', 'wait_minimum', 'x'].map(groupOf)).toEqual(['ladder', 'dispatch', 'tickets', 'wait', 'other']);
    const threshold = { minimum: 1, maximum: 60 } as Threshold;
    expect([0, 1, 60, 61, NaN].map((value) => isWithin(threshold, value))).toEqual([false, true, true, false, false]);
  });

  it('tells of a change only what differs, and of the rest what there is', () => {
    expect(changesOf({ before: { name: '甲', role: 'helper' }, after: { name: '甲', role: 'supervisor' } })).toEqual([{ field: '角色', before: '帮办员', after: '主管' }]);
    expect(changesOf({ before: null, after: { name: '甲', skills: [] } })).toEqual([{ field: '名称', before: null, after: '甲' }]);
    expect(changesOf({ before: { value: null }, after: { value: 6 } })).toEqual([{ field: '值', before: '默认值', after: '6' }]);
    expect(changesOf({ role: 'helper' })).toEqual([{ field: '角色', before: null, after: '帮办员' }]);
    expect(changesOf(null)).toEqual([]);
  });

  it('asks under the addresses of the protocol', async () => {
    const call = vi.spyOn(adminApi['api'], 'call').mockResolvedValue({ thresholds: [] });
    await adminApi.saveThreshold('warn_seconds', null);
    expect(call).toHaveBeenCalledWith('PUT', '/admin/thresholds', { body: { name: 'warn_seconds', value: null } });
    await adminApi.changeStaff('a/b', { active: false }).catch(() => undefined);
    expect(call).toHaveBeenLastCalledWith('PUT', '/admin/staff/a%2Fb', { body: { active: false } });
  });
});
