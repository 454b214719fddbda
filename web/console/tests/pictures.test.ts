import { beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import { ApiError, StaffApi } from '../src/api/client';
import { api } from '../src/api/instance';
import MessageBubble from '../src/components/MessageBubble.vue';
import ReplyBox from '../src/components/ReplyBox.vue';
import { LARGEST_PICTURE_BYTES, pastedFiles, pictureProblem } from '../src/lib/files';
import { zh } from '../src/locales/zh';
import { useComposer } from '../src/stores/composer';
import { useDesk } from '../src/stores/desk';
import { useOutbox } from '../src/stores/outbox';
import { usePictures } from '../src/stores/pictures';
import { conversation, update } from './make';
import { all, usePage } from './mounted';

const show = usePage();
const one = <T extends HTMLElement>(id: string) => all(id)[0] as T;
const picture = (name: string, type = 'image/png') => new File(['x'], name, { type });
const text = new File(['x'], 'a.pdf', { type: 'application/pdf' });

/** What a browser holds when files, and perhaps words, are pasted or dropped. */
function transfer(files: File[], ...types: string[]): DataTransfer {
  return { files, types: [...types, ...(files.length > 0 ? ['Files'] : [])] } as unknown as DataTransfer;
}

function fire(name: string, part: Record<string, unknown>): Event {
  const event = Object.assign(new Event(name, { bubbles: true, cancelable: true }), part);
  one('reply-input').dispatchEvent(event);
  return event;
}

beforeEach(() => {
  useDesk().conversations.c1 = conversation();
  vi.spyOn(useDesk(), 'sync').mockResolvedValue(undefined);
  useComposer().begin('h1');
});

describe('a file', () => {
  it.each([
    ['image/png', 10, null],
    ['image/jpeg', LARGEST_PICTURE_BYTES, null],
    ['image/gif', LARGEST_PICTURE_BYTES + 1, 'size'],
    ['image/svg+xml', 10, 'type'],
    ['image/webp', 10, 'type'],
    ['', 10, 'type'],
  ])('of type %s and %d bytes: %s', (type, size, problem) => {
    expect(pictureProblem({ type, size })).toBe(problem);
  });

  it('pasted with words is left to the words', () => {
    expect(pastedFiles(transfer([picture('a.png')]))).toHaveLength(1);
    expect(pastedFiles(transfer([picture('a.png')], 'text/plain', 'text/html'))).toEqual([]);
    expect(pastedFiles(null)).toEqual([]);
  });
});

describe('the reply box', () => {
  beforeEach(() => {
    show(ReplyBox, { conversationId: 'c1', notesOnly: false });
  });

  async function choose(...files: File[]): Promise<void> {
    const input = one<HTMLInputElement>('picture-input');
    Object.defineProperty(input, 'files', { value: files, configurable: true });
    input.dispatchEvent(new Event('change'));
    await nextTick();
  }
  const send = () => one<HTMLButtonElement>('reply-send').click();

  it('opens the chooser of files by its button', () => {
    const click = vi.spyOn(one<HTMLInputElement>('picture-input'), 'click').mockReturnValue(undefined);
    one('picture-add').click();
    expect(click).toHaveBeenCalledOnce();
    expect(one<HTMLInputElement>('picture-input').accept).toBe('image/jpeg,image/png,image/gif');
  });

  it('sends words first and the chosen pictures after them, in their order', async () => {
    const said = vi.spyOn(useOutbox(), 'send').mockReturnValue(undefined);
    const sent = vi.spyOn(api, 'sendPicture').mockResolvedValue(5);
    await choose(picture('a.png'), picture('b.png'));
    useComposer().change('c1', { text: '请看' });
    await nextTick();
    send();
    await vi.waitFor(() => expect(all('picture-chosen')).toEqual([]));
    expect(said).toHaveBeenCalledWith('c1', '请看', 'public');
    expect(sent.mock.calls.map(([id, , file, visibility]) => [id, (file as File).name, visibility])).toEqual([
      ['c1', 'a.png', 'public'],
      ['c1', 'b.png', 'public'],
    ]);
  });

  it('sends a picture without words, and as a note where notes are written', async () => {
    const said = vi.spyOn(useOutbox(), 'send').mockReturnValue(undefined);
    const sent = vi.spyOn(api, 'sendPicture').mockResolvedValue(5);
    expect(one<HTMLButtonElement>('reply-send').disabled).toBe(true);
    useComposer().setVisibility('c1', 'internal');
    await choose(picture('a.png'));
    send();
    await vi.waitFor(() => expect(sent).toHaveBeenCalledWith('c1', expect.any(String), expect.any(File), 'internal'));
    expect(said).not.toHaveBeenCalled();
  });

  it('keeps a picture that was refused, with the reason, and sends the same one again', async () => {
    const refused = new ApiError(413, 'too_large', 'the picture is larger than 10 MB');
    const sent = vi.spyOn(api, 'sendPicture').mockRejectedValueOnce(refused).mockResolvedValueOnce(5);
    await choose(picture('a.png'));
    send();
    await vi.waitFor(() => expect(one('picture-chosen').dataset.state).toBe('failed'));
    expect(document.querySelector('[role=alert]')?.textContent).toContain('没有发出');
    send();
    await vi.waitFor(() => expect(all('picture-chosen')).toEqual([]));
    expect(sent.mock.calls[0]?.[1]).toBe(sent.mock.calls[1]?.[1]);
  });

  it('takes what is pasted and what is dropped', async () => {
    expect(fire('paste', { clipboardData: transfer([picture('a.png')]) }).defaultPrevented).toBe(true);
    expect(fire('dragover', { dataTransfer: transfer([picture('b.png')]) }).defaultPrevented).toBe(true);
    expect(fire('drop', { dataTransfer: transfer([picture('b.png')]) }).defaultPrevented).toBe(true);
    expect(fire('paste', { clipboardData: transfer([], 'text/plain') }).defaultPrevented).toBe(false);
    await nextTick();
    expect(all('picture-chosen')).toHaveLength(2);
  });

  it('says why a file cannot be sent, and forgets the reason with the next', async () => {
    await choose(text, picture('a.png'));
    expect(all('picture-problem').map((each) => each.textContent?.trim())).toEqual([zh.pictures.type]);
    expect(all('picture-chosen')).toHaveLength(1);
    await choose(picture('b.png'));
    expect(all('picture-problem')).toEqual([]);
  });

  it('leaves a picture out on request, and gives its address back', async () => {
    const revoke = vi.spyOn(URL, 'revokeObjectURL');
    await choose(picture('a.png'));
    one('picture-remove').click();
    await nextTick();
    expect([all('picture-chosen'), revoke.mock.calls.length]).toEqual([[], 1]);
  });

  it('shows each conversation its own pictures, and the next person none', async () => {
    const pictures = usePictures();
    pictures.add('c2', [picture('a.png')]);
    expect([pictures.of('c1'), pictures.of('c2').length]).toEqual([[], 1]);
    await pictures.begin('h2');
    expect(pictures.items).toEqual([]);
  });
});

it('a picture is shown in its bubble in place of its words, and as a link while it is missing', async () => {
  useDesk().activeId = 'c1';
  const sent = update(7, 'helper', '[图片]', { payload: { attachment: { kind: 'image' } } });
  const root = show(MessageBubble, { update: sent, voice: 'helper', leads: true, receipt: '' });
  const shown = root.querySelector('img');
  expect(shown?.getAttribute('src')).toBe('/api/staff/conversations/c1/attachment?seq=7');
  expect(root.textContent).not.toContain('[图片]');
  shown?.dispatchEvent(new Event('error'));
  await nextTick();
  expect(one('attachment').textContent).toBe(zh.wechat.open.image);
});

it('the picture is sent as bytes with the token that writes need', async () => {
  const fetcher = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();
  fetcher.mockResolvedValue(Response.json({ seq: 4 }, { status: 201 }));
  const own = new StaffApi(fetcher as typeof fetch);
  own.csrf = 'k';
  const file = picture('a.png');
  expect(await own.sendPicture('c1', 'm1', file, 'public')).toBe(4);
  const [url, init] = fetcher.mock.calls[0] ?? [];
  expect(url).toBe('/api/staff/conversations/c1/pictures?client_message_id=m1&visibility=public');
  expect([init?.method, init?.body]).toEqual(['POST', file]);
  expect(init?.headers).toMatchObject({ 'X-CSRF-Token': 'k' });
});
