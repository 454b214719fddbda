import { describe, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import { ApiError } from '../src/api/client';
import { api, teamApi } from '../src/api/instance';
import CallStrip from '../src/components/CallStrip.vue';
import ConversationPane from '../src/components/ConversationPane.vue';
import MessageBubble from '../src/components/MessageBubble.vue';
import QueuePanel from '../src/components/QueuePanel.vue';
import { zh } from '../src/locales/zh';
import { useCalls } from '../src/stores/calls';
import { useDesk } from '../src/stores/desk';
import { useQueue } from '../src/stores/queue';
import { useSession } from '../src/stores/session';
import { conversation, invitation, request, update } from './make';
import { byTestid, usePage } from './mounted';

const show = usePage();

it('a message of the bot shows the source it names only in its payload', () => {
  const citation = { document: '行动方案', number: '嘉府办发〔2023〕8号', section: '7', date: '2023-03-01', entry: 'e1' };
  const answer = update(2, 'bot', '可以歇业备案。', { kind: 'answer', payload: { citations: [citation] } });
  const root = show(MessageBubble, { update: answer, voice: 'bot', leads: true, receipt: '' });
  const sources = root.querySelector(`ul[aria-label="${zh.conversation.source}"]`);
  expect(sources?.textContent).toBe('《行动方案》（嘉府办发〔2023〕8号），第7条，2023-03-01');
});

describe('somebody who is away', () => {
  it('is asked in the empty pane to begin, until ready', async () => {
    const session = useSession();
    vi.spyOn(api, 'setPresence').mockImplementation((status) => Promise.resolve(status));
    const root = show(ConversationPane);
    show(QueuePanel);
    expect(root.textContent).toContain(zh.presence.awayTitle);
    expect(document.body.textContent).not.toContain(zh.presence.awayLine);
    byTestid('go-ready')?.click();
    await vi.waitFor(() => expect(byTestid('go-ready')).toBeNull());
    expect(api.setPresence).toHaveBeenCalledWith('ready');
    expect(session.presence).toBe('ready');
    expect(document.body.textContent).not.toContain(zh.presence.becomeReady);
  });

  it('reads how many wait, and is reminded beside the queue while a conversation is open', async () => {
    const [desk, queue] = [useDesk(), useQueue()];
    queue.replace([request()]);
    show(ConversationPane);
    show(QueuePanel);
    expect(document.body.textContent).toContain(zh.presence.awayWaiting(1));
    desk.activeId = 'c1';
    await nextTick();
    expect(byTestid('go-ready')).toBeNull();
    expect(document.body.textContent).toContain(zh.presence.awayLine);
  });
});

it.each([
  ['says no for me', () => vi.spyOn(teamApi, 'answer').mockResolvedValue(invitation()), zh.team.invitations.refused],
  ['had ended before', () => vi.spyOn(teamApi, 'answer').mockRejectedValue(new ApiError(409, 'wrong_state', '')), zh.team.invitations.over],
])('an invitation that I refuse %s, and the console says which', async (_, answer, told) => {
  answer();
  useCalls().setInvitations([invitation()]);
  show(CallStrip);
  byTestid('call-decline')?.click();
  await vi.waitFor(() => expect([...document.querySelectorAll('.el-message')].at(-1)?.textContent).toContain(told));
  expect(useCalls().list).toEqual([]);
});

/** The desk with my conversation open. */
async function showMine(): Promise<void> {
  const [desk, session] = [useDesk(), useSession()];
  session.presence = 'ready';
  desk.begin('h1');
  vi.spyOn(api, 'conversation').mockResolvedValue({ conversation: conversation(), request: request(), brief: null });
  vi.spyOn(api, 'updates').mockResolvedValue({ updates: [], last_seq: 0 });
  await desk.open('c1');
  desk.activeId = 'c1';
  show(ConversationPane);
}

it('my conversation ends with the outcome I choose, and the question stays while that fails', async () => {
  const close = vi.spyOn(api, 'close').mockRejectedValueOnce(new ApiError(503, 'unavailable', '')).mockResolvedValue(request({ status: 'closed' }));
  await showMine();
  byTestid('close-conversation')?.click();
  await vi.waitFor(() => expect(byTestid('close-confirm')).not.toBeNull());
  byTestid('outcome-unresolved')?.querySelector('input')?.click();
  byTestid('close-confirm')?.closest('.el-dialog')?.querySelector('form')?.requestSubmit();
  await vi.waitFor(() => expect(document.querySelector('.el-message--error')).not.toBeNull());
  expect(byTestid('close-confirm')).not.toBeNull();
  byTestid('close-confirm')?.closest('.el-dialog')?.querySelector('form')?.requestSubmit();
  await vi.waitFor(() => expect(close.mock.calls).toEqual([['c1', 'unresolved'], ['c1', 'unresolved']]));
  await vi.waitFor(() => expect(byTestid('close-confirm')).toBeNull());
});

it('a question about one conversation is gone with the next one', async () => {
  await showMine();
  byTestid('close-conversation')?.click();
  await vi.waitFor(() => expect(byTestid('close-confirm')).not.toBeNull());
  useDesk().activeId = 'c2';
  await nextTick();
  useDesk().activeId = 'c1';
  await nextTick();
  expect(byTestid('close-confirm')).toBeNull();
});

it('my conversation goes back to the queue after a confirmation', async () => {
  vi.spyOn(api, 'release').mockResolvedValue(request({ status: 'waiting' }));
  await showMine();
  byTestid('release-conversation')?.click();
  await vi.waitFor(() => expect(byTestid('sure')).not.toBeNull());
  expect(api.release).not.toHaveBeenCalled();
  vi.mocked(api.conversation).mockResolvedValue({ conversation: conversation({ owner: 'queue', helper: null }), request: request(), brief: null });
  byTestid('sure')?.click();
  await vi.waitFor(() => expect(byTestid('release-conversation')).toBeNull());
  expect(api.release).toHaveBeenCalledWith('c1');
});
