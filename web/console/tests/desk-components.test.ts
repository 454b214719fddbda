import { beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import { api, repliesApi, teamApi } from '../src/api/instance';
import CallStrip from '../src/components/CallStrip.vue';
import PeopleBar from '../src/components/PeopleBar.vue';
import ReplyBox from '../src/components/ReplyBox.vue';
import { zh } from '../src/locales/zh';
import { useCalls } from '../src/stores/calls';
import { useComposer } from '../src/stores/composer';
import { useDesk } from '../src/stores/desk';
import { useOutbox } from '../src/stores/outbox';
import { useReplies } from '../src/stores/replies';
import { useSession } from '../src/stores/session';
import { useTeam } from '../src/stores/team';
import { useTime } from '../src/stores/time';
import { at, conversation, offer, request, T0 } from './make';
import { byTestid, usePage } from './mounted';

const show = usePage();

beforeEach(() => {
  useTime().now = T0;
  useSession().staff = { id: 'h1', username: 'lin', name: '林晓', role: 'helper', department: '税务局' };
  vi.spyOn(teamApi, 'rang').mockResolvedValue(undefined);
});

describe('the strip of calls', () => {
  it('shows an offer with the time left, and takes it', async () => {
    const desk = useDesk();
    desk.begin('h1');
    vi.spyOn(api, 'claim').mockResolvedValue(request({ status: 'claimed' }));
    vi.spyOn(desk, 'loadMine').mockResolvedValue();
    useCalls().replace([offer()], []);
    const root = show(CallStrip);
    expect(root.textContent).toContain(zh.team.offers.left(15));
    byTestid('call-accept')?.click();
    await vi.waitFor(() => expect(byTestid('call')).toBeNull());
    expect(api.claim).toHaveBeenCalledWith('r1');
  });

  it('has no button to decline an alert', () => {
    useCalls().replace([], [{ request: request({ level: 2 }), reason: 'mine_silent', ring: true }]);
    const root = show(CallStrip);
    expect(root.textContent).toContain(zh.team.offers.reasons.mine_silent);
    expect(byTestid('call-decline')).toBeNull();
    expect(byTestid('call')?.dataset.level).toBe('2');
  });

  it('says late of what is late by now, not that it soon will be', async () => {
    const { reasons, departmentLate } = zh.team.offers;
    const alarm = (level: number) => useCalls().replace([], [{ request: request({ level }), reason: 'department', ring: true }]);
    alarm(3);
    const root = show(CallStrip);
    expect(root.textContent).toContain(reasons.department);
    alarm(4);
    await nextTick();
    expect(root.textContent).toContain(departmentLate);
    expect(root.textContent).not.toContain(reasons.department);
  });
});

describe('the reply box', () => {
  const box = () => byTestid('reply-input') as HTMLTextAreaElement;
  const press = (key: string) => box().dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));

  async function type(text: string): Promise<void> {
    box().value = text;
    box().setSelectionRange(text.length, text.length);
    box().dispatchEvent(new Event('input'));
    await nextTick();
  }

  beforeEach(() => {
    useDesk().conversations.c1 = conversation({ profile: { name: '陈志远' } });
    useComposer().begin('h1');
    useReplies().list = [
      { id: 'p1', scope: 'personal', department: null, shortcut: 'hi', title: '问候', text: '{visitor}您好，我是{helper}。', locale: 'zh', topic: null, uses: 1 },
    ];
    vi.spyOn(repliesApi, 'used').mockResolvedValue(undefined);
    show(ReplyBox, { conversationId: 'c1', notesOnly: false });
  });

  it('puts a canned reply in the place of the slash on Enter, and sends nothing by it', async () => {
    const send = vi.spyOn(useOutbox(), 'send').mockReturnValue(undefined);
    await type('/h');
    expect(byTestid('canned-option')?.textContent).toContain('问候陈志远您好，我是林晓。');
    press('Enter');
    await nextTick();
    expect(useComposer().draftOf('c1').text).toBe('陈志远您好，我是林晓。');
    expect(byTestid('canned-list')).toBeNull();
    expect(send).not.toHaveBeenCalled();
    expect(repliesApi.used).toHaveBeenCalledWith('p1');
    press('Enter');
    expect(send).toHaveBeenCalledWith('c1', '陈志远您好，我是林晓。', 'public');
  });

  it('closes the list on Escape and keeps what was typed', async () => {
    await type('/h');
    press('Escape');
    await nextTick();
    expect(byTestid('canned-list')).toBeNull();
    expect(box().value).toBe('/h');
  });
});

describe('the bar of people', () => {
  const helped = conversation({ participants: [{ id: 's1', name: '王宁', department: null, joined_at: at(0) }] });

  function showBar(part: Partial<typeof helped> = {}): HTMLElement {
    const desk = useDesk();
    desk.begin('h1');
    desk.conversations.c1 = { ...helped, ...part };
    return show(PeopleBar, { conversation: desk.conversations.c1 });
  }

  it('lets the owner transfer, invite and hand over, and says who looks', async () => {
    useTeam().watched = { conversationId: 'c1', people: [{ id: 'x', name: '钱芳', department: null }] };
    const root = showBar();
    await nextTick();
    expect(root.textContent).toContain('钱芳');
    expect(['transfer-conversation', 'invite-conversation', 'hand-over', 'take-over'].map((id) => byTestid(id) !== null)).toEqual([true, true, true, false]);
  });

  it('lets who helps out leave, and nothing more', () => {
    showBar({ helper: { id: 'h2', name: '王敏', department: null }, participants: [{ id: 'h1', name: '林晓', department: null, joined_at: at(0) }] });
    expect(['leave-conversation', 'transfer-conversation', 'reassign'].map((id) => byTestid(id) !== null)).toEqual([true, false, false]);
  });

  it('lets a supervisor take over and reassign', () => {
    useSession().staff = { id: 'h1', username: 'q', name: '钱芳', role: 'supervisor', department: null };
    showBar({ helper: { id: 'h2', name: '王敏', department: null } });
    expect(['take-over', 'reassign', 'transfer-conversation'].map((id) => byTestid(id) !== null)).toEqual([true, true, false]);
  });
});
