import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, urlOf } from '../src/api/client';
import { api, teamApi } from '../src/api/instance';
import { isNearlyLate, levelOf, secondsLeft, toneOf } from '../src/lib/ladder';
import { orderColleagues } from '../src/lib/people';
import { allows } from '../src/router';
import { useCalls } from '../src/stores/calls';
import { useDesk } from '../src/stores/desk';
import { useSession } from '../src/stores/session';
import { useTeam } from '../src/stores/team';
import { useTime } from '../src/stores/time';
import { at, colleague, conversation, invitation, offer, request, T0, update } from './make';

beforeEach(() => {
  setActivePinia(createPinia());
  useTime().now = T0;
  useSession().staff = { id: 'h1', username: 'lin', name: '林晓', role: 'helper', department: null };
  vi.spyOn(teamApi, 'rang').mockResolvedValue(undefined);
});

describe('departments to choose from', () => {
  it('are read again each time, for an administrator may have added one', async () => {
    const department = (name: string) => ({ name, fallback: null, topics: [], ready: 0, on_duty: true, next_start: null });
    vi.spyOn(teamApi, 'departments')
      .mockResolvedValueOnce([department('税务局')])
      .mockResolvedValueOnce([department('税务局'), department('人社局')]);
    const team = useTeam();
    await team.loadDepartments();
    await team.loadDepartments();
    expect(team.departments.map((it) => it.name)).toEqual(['税务局', '人社局']);
  });
});

describe('what asks for me', () => {
  it('rings for offers and invitations, and tells the server once that it rang', () => {
    const calls = useCalls();
    calls.replace([offer()], []);
    calls.replace([offer()], []);
    calls.setInvitations([invitation()]);
    expect(calls.ringing.map((call) => call.kind)).toEqual(['offer', 'invitation']);
    expect(teamApi.rang).toHaveBeenCalledTimes(1);
  });

  it('shows an alert without ringing when it does not ring, and not beside an offer of the same request', () => {
    const calls = useCalls();
    const other = request({ id: 'r2' });
    calls.replace([offer()], [
      { request: request(), reason: 'department', ring: true },
      { request: other, reason: 'supervisor', ring: false },
    ]);
    expect(calls.list.map((call) => call.key)).toEqual(['o-1', 'a-r2']);
    expect(calls.ringing).toHaveLength(1);
  });

  it('forgets an offer whose time ran out before the server says so', () => {
    const calls = useCalls();
    calls.replace([offer({ expires_at: at(-1) })], []);
    expect(calls.list).toEqual([]);
  });

  it('stops ringing for what I declined, also when the offer had ended', async () => {
    const calls = useCalls();
    vi.spyOn(teamApi, 'decline').mockRejectedValue(new ApiError(409, 'wrong_state', ''));
    calls.replace([offer()], []);
    await calls.decline(offer());
    expect(calls.list).toEqual([]);
  });

  it('keeps the offer ringing when I am full', async () => {
    const calls = useCalls();
    vi.spyOn(api, 'claim').mockRejectedValue(new ApiError(409, 'at_capacity', ''));
    calls.replace([offer()], []);
    await expect(calls.accept(request())).rejects.toBeInstanceOf(ApiError);
    expect(calls.list).toHaveLength(1);
  });

  it('lists my own invitation with its conversation, not among what asks for me', () => {
    const calls = useCalls();
    calls.add(invitation({ invited_by: { id: 'h1', name: '林晓', department: null } }));
    expect(calls.list).toEqual([]);
    expect(calls.sentIn('c1')).toHaveLength(1);
  });

  it('says nothing was agreed when a colleague was faster', async () => {
    const calls = useCalls();
    calls.setInvitations([invitation()]);
    vi.spyOn(teamApi, 'answer').mockRejectedValue(new ApiError(409, 'already_claimed', ''));
    expect(await calls.answer('i1', 'accept')).toBeNull();
    expect(calls.invitations).toEqual([]);
  });

  it('does not let an older answer undo a newer push', async () => {
    const calls = useCalls();
    vi.spyOn(teamApi, 'invitations').mockResolvedValue([]);
    vi.spyOn(teamApi, 'offers').mockImplementation(() => {
      calls.replace([offer()], []);
      return Promise.resolve({ offers: [], alerts: [] });
    });
    await calls.load();
    expect(calls.offers).toHaveLength(1);
  });
});

describe('a conversation beside its owner', () => {
  const joined = conversation({
    helper: { id: 'h2', name: '王敏', department: null },
    participants: [{ id: 'h1', name: '林晓', department: null, joined_at: at(0) }],
  });

  it('is among mine, may be written to, and is not mine', async () => {
    const desk = useDesk();
    desk.begin('h1');
    vi.spyOn(api, 'conversation').mockResolvedValue({ conversation: joined, request: request(), brief: null });
    vi.spyOn(api, 'updates').mockResolvedValue({ updates: [update(1, 'visitor', '问')], last_seq: 1 });
    await desk.setParts([{ conversation_id: 'c1', role: 'participant' }]);
    expect(desk.mine.map((it) => it.id)).toEqual(['c1']);
    expect([desk.isIn('c1'), desk.isMine('c1')]).toEqual([true, false]);
    expect(desk.unreadTotal).toBe(1);
    await desk.setParts([]);
    expect(desk.mine).toEqual([]);
  });
});

describe('the ladder', () => {
  it('follows the server, and the own clock when that is further', () => {
    expect(levelOf(request({ level: 2 }), T0)).toBe(2);
    expect(levelOf(request({ level: 1 }), T0 + 60_000)).toBe(4);
    expect([0, 1, 2, 3, 4].map(toneOf)).toEqual(['jade', 'lime', 'amber', 'orange', 'red']);
  });

  it('counts as nearly late from the warning on, until there is an answer', () => {
    expect(isNearlyLate(request({ level: 1 }), T0)).toBe(false);
    expect(isNearlyLate(request({ level: 2 }), T0)).toBe(true);
    expect(isNearlyLate(request({ level: 4 }), T0)).toBe(false);
    expect(isNearlyLate(request({ level: 2, first_response_at: at(20) }), T0)).toBe(false);
    expect(secondsLeft(at(15), T0)).toBe(15);
    expect([secondsLeft(at(-1), T0), secondsLeft(null, T0)]).toEqual([0, null]);
  });
});

it('colleagues who are ready and free come first, and are found by any word', () => {
  const people = [
    colleague({ id: 'a', name: '甲', presence: 'away' }),
    colleague({ id: 'b', name: '乙', held: 5 }),
    colleague({ id: 'c', name: '丙', held: 1, skills: ['tax'] }),
  ];
  const ids = (search: string) => orderColleagues(people, search, (code) => (code === 'tax' ? '税费' : code)).map((it) => it.id);
  expect(ids('')).toEqual(['c', 'b', 'a']);
  expect(ids('税费 丙')).toEqual(['c']);
  expect(ids('税费 甲')).toEqual([]);
});

it('pages of overseers are closed to helpers and specialists', () => {
  const board = { meta: { overseer: true } };
  expect(['helper', 'specialist', 'supervisor', 'administrator'].map((role) => allows(board, role as 'helper'))).toEqual([false, false, true, true]);
  expect(allows({ meta: {} }, 'helper')).toBe(true);
});

it('an address carries only what was asked for', () => {
  expect(urlOf('/tickets', { status: '', mine: true, late: false, q: '税', after: null, n: 0 })).toBe('/api/staff/tickets?mine=1&q=%E7%A8%8E&n=0');
});
