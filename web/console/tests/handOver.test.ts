/** Handing over, at once and at the end of a shift: what is sent, and that a failure loses nothing. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import { ApiError } from '../src/api/client';
import { teamApi } from '../src/api/instance';
import HandOverDialog from '../src/components/dialogs/HandOverDialog.vue';
import ShiftDialog from '../src/components/dialogs/ShiftDialog.vue';
import { zh } from '../src/locales/zh';
import { useDesk } from '../src/stores/desk';
import type { DialogRequest } from '../src/stores/dialogs';
import { useSession } from '../src/stores/session';
import { useTeam } from '../src/stores/team';
import { at, colleague, conversation, request } from './make';
import { usePage } from './mounted';

const show = usePage();
const REFUSED = new ApiError(409, 'wrong_state', '会话已经结束');

const form = () => document.querySelector('form') as HTMLFormElement;
const select = () => form().querySelector('select') as HTMLSelectElement;
const errors = () => [...document.querySelectorAll('.el-message--error')].map((it) => it.textContent);

async function choose(value: string): Promise<void> {
  select().value = value;
  select().dispatchEvent(new Event('change'));
  await nextTick();
}

function open(component: Parameters<typeof show>[0], kind: DialogRequest['kind']): { close: ReturnType<typeof vi.fn> } {
  const close = vi.fn();
  show(component, { request: { kind, conversationId: 'c1', person: null }, onClose: close });
  return { close };
}

beforeEach(() => {
  useSession().staff = { id: 'h1', username: 'lin', name: '林晓', role: 'helper', department: null };
});

describe('handing a conversation over', () => {
  beforeEach(() => {
    useDesk().conversations.c1 = conversation({
      participants: [
        { id: 's1', name: '王宁', department: '税务局', joined_at: at(0) }, { id: 's2', name: '赵强', department: null, joined_at: at(1) },
      ],
    });
    vi.spyOn(useDesk(), 'moved').mockResolvedValue(undefined);
  });

  it('goes to whom is chosen, and one stays unless one says otherwise', async () => {
    const sent = vi.spyOn(teamApi, 'handOver').mockResolvedValue(request());
    open(HandOverDialog, 'handOver');
    await vi.waitFor(() => expect([...select().options].map((it) => it.textContent?.trim())).toEqual(['王宁 · 税务局', '赵强']));
    await choose('s2');
    form().querySelector<HTMLInputElement>('input[type=checkbox]')?.click();
    await nextTick();
    form().requestSubmit();
    await vi.waitFor(() => expect(document.querySelector('.el-message--success')?.textContent).toContain(zh.team.actions.handedOver));
    expect(sent.mock.calls).toEqual([['c1', 's2', false]]);
    expect(useDesk().moved).toHaveBeenCalledWith('c1');
  });

  it('tells a refusal, keeps what was chosen, and sends it again', async () => {
    const sent = vi.spyOn(teamApi, 'handOver').mockRejectedValueOnce(REFUSED).mockResolvedValue(request());
    open(HandOverDialog, 'handOver');
    await vi.waitFor(() => expect(select()).not.toBeNull());
    await choose('s2');
    form().requestSubmit();
    await vi.waitFor(() => expect(errors()).toEqual([REFUSED.message]));
    expect([select().value, vi.mocked(useDesk().moved).mock.calls.length]).toEqual(['s2', 0]);
    await nextTick();
    form().requestSubmit();
    await vi.waitFor(() => expect(sent.mock.calls).toEqual([['c1', 's2', true], ['c1', 's2', true]]));
  });
});

describe('the end of a shift', () => {
  const note = () => form().querySelector('textarea') as HTMLTextAreaElement;

  beforeEach(() => {
    useTeam().people = [colleague({ presence: 'ready' }), colleague({ id: 'h3', name: '不在', presence: 'away' })];
    vi.spyOn(useTeam(), 'load').mockResolvedValue(undefined);
    vi.spyOn(useDesk(), 'loadMine').mockResolvedValue(undefined);
  });

  async function fill(): Promise<void> {
    await vi.waitFor(() => expect(select()).not.toBeNull());
    await choose('h2');
    note().value = ' 等材料 ';
    note().dispatchEvent(new Event('input'));
    await nextTick();
  }

  it('hands everything to the colleague chosen, with the note', async () => {
    const sent = vi.spyOn(teamApi, 'endShift').mockResolvedValue(3);
    open(ShiftDialog, 'shift');
    await fill();
    expect([...select().options].some((it) => it.textContent?.includes('不在'))).toBe(false);
    form().requestSubmit();
    await vi.waitFor(() => expect(document.querySelector('.el-message--success')?.textContent).toContain(zh.team.shift.done(3)));
    expect(sent.mock.calls).toEqual([[{ to: 'h2', note: '等材料' }]]);
  });

  it('tells a refusal, and keeps the colleague and the note', async () => {
    // A text of its own: the same one again would only count up on the page of the test before.
    vi.spyOn(teamApi, 'endShift').mockRejectedValue(new ApiError(409, 'at_capacity', '对方已满'));
    open(ShiftDialog, 'shift');
    await fill();
    form().requestSubmit();
    await vi.waitFor(() => expect(errors()).toEqual(['对方已满']));
    expect([select().value, note().value]).toEqual(['h2', ' 等材料 ']);
  });
});
