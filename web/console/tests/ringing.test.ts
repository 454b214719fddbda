/** What the browser is asked for when something rings: notifications and tones, recorded at its edge. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defineComponent, nextTick } from 'vue';
import { useRoute } from 'vue-router';
import { teamApi } from '../src/api/instance';
import TopBar from '../src/components/TopBar.vue';
import { useCallings } from '../src/composables/callings';
import { FORGET_MS, isNews, readTold, writeTold } from '../src/lib/told';
import { zh } from '../src/locales/zh';
import { useAlerts } from '../src/stores/alerts';
import { useCalls } from '../src/stores/calls';
import { useDesk } from '../src/stores/desk';
import { useSession } from '../src/stores/session';
import { useTime } from '../src/stores/time';
import { MemoryStore } from './memory';
import { conversation, invitation, offer, request, T0, update } from './make';
import { usePage } from './mounted';

/** A browser's desktop notifications. */
class Note {
  static permission: NotificationPermission = 'granted';
  static readonly requestPermission = vi.fn(() => Promise.resolve((Note.permission = 'granted')));
  static made: Note[] = [];
  onclick: (() => void) | null = null;
  readonly close = vi.fn();
  constructor(
    readonly title: string,
    readonly options: NotificationOptions & { renotify?: boolean },
  ) {
    Note.made.push(this);
  }
}

/** A browser's sound: silent until it may play, then it notes every tone. */
class Sound {
  static allowed = true;
  static tones: number[] = [];
  state = 'suspended';
  currentTime = 0;
  destination = {};
  resume(): Promise<void> {
    if (Sound.allowed) this.state = 'running';
    return Promise.resolve();
  }
  createGain() {
    return { gain: { setValueAtTime: vi.fn(), exponentialRampToValueAtTime: vi.fn() }, connect: (next: unknown) => next };
  }
  createOscillator() {
    const frequency = { value: 0 };
    return { frequency, connect: (next: unknown) => next, start: () => Sound.tones.push(frequency.value), stop: vi.fn() };
  }
}

let path = '';
const Shell = defineComponent({
  setup() {
    const [told, route] = [useCallings(), useRoute()];
    return { told, route };
  },
  updated() {
    path = this.route.path;
  },
  template: '<p role="alert">{{ told }} {{ route.path }}</p>',
});

const show = usePage();

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ['Date'] });
  vi.stubGlobal('Notification', Note);
  vi.stubGlobal('AudioContext', Sound);
  Object.assign(Note, { made: [], permission: 'granted' });
  Object.assign(Sound, { tones: [], allowed: true });
  Note.requestPermission.mockClear();
  sessionStorage.clear();
  vi.spyOn(document, 'hasFocus').mockReturnValue(false);
  vi.spyOn(teamApi, 'rang').mockResolvedValue(undefined);
  useTime().now = T0;
  Object.assign(useSession(), { staff: { id: 'h1', username: 'lin', name: '林晓', role: 'helper', department: null }, presence: 'ready' });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const climb = (level: number) => useCalls().replace([offer({ id: level + 1, level, request: request({ level }), expires_at: null })], []);
const made = () => Note.made.map((note) => note.title);

describe('a desktop notification', () => {
  beforeEach(() => void show(Shell));

  it('names the matter and the question, under the tag of the request', async () => {
    climb(0);
    await nextTick();
    expect(made()).toEqual([zh.alerts.request('税费')]);
    expect(Note.made[0]?.options).toEqual({ body: '退税多久到账', tag: 'r-r1', silent: false, renotify: true });
  });

  it('brings the conversation when it is clicked, and goes', async () => {
    const focus = vi.spyOn(window, 'focus').mockReturnValue(undefined);
    climb(0);
    await nextTick();
    Note.made[0]?.onclick?.();
    await vi.waitFor(() => expect(path).toBe('/c/c1'));
    expect([focus.mock.calls.length, Note.made[0]?.close.mock.calls.length]).toEqual([1, 1]);
  });

  it.each([
    ['taken', () => useCalls().replace([], [])],
    ['past its time', () => void (useTime().now = T0 + 16_000)],
  ])('is taken back once the offer is %s', async (_, end) => {
    useCalls().replace([offer()], []);
    await nextTick();
    end();
    await nextTick();
    expect(Note.made.map((note) => note.close.mock.calls.length)).toEqual([1]);
  });

  it('comes again with every step of the ladder, and never twice for one', async () => {
    for (const level of [0, 0, 1, 2, 2, 3, 4, 4]) {
      climb(level);
      await nextTick();
    }
    expect(Note.made.map((note) => note.options.tag)).toEqual(Array(5).fill('r-r1'));
  });

  it('comes at the deadline by the own clock, and not again by the push for the same step', async () => {
    climb(3);
    await nextTick();
    useTime().now = T0 + 61_000;
    await nextTick();
    climb(4);
    await nextTick();
    expect(made()).toHaveLength(2);
  });

  it('comes once for an offer and for the alert that follows it on the same step', async () => {
    climb(2);
    await nextTick();
    useCalls().replace([], [{ request: request({ level: 2 }), reason: 'department', ring: true }]);
    await nextTick();
    expect(made()).toHaveLength(1);
  });

  it('is taken back when I take the request, and another one comes when I then say nothing', async () => {
    climb(2);
    await nextTick();
    useCalls().replace([], [{ request: request({ level: 2, status: 'claimed' }), reason: 'mine_silent', ring: true }]);
    await nextTick();
    expect(Note.made.map((note) => [note.title, note.close.mock.calls.length])).toEqual([
      [zh.alerts.request('税费'), 1], [zh.team.offers.reasons.mine_silent, 0],
    ]);
  });

  it('comes again for a request that was taken and is back', async () => {
    climb(2);
    await nextTick();
    useCalls().replace([], []);
    await nextTick();
    climb(2);
    await nextTick();
    expect(made()).toHaveLength(2);
  });

  it('does not come again after a reload or a second tab, until the call climbs', async () => {
    climb(1);
    await nextTick();
    show(Shell);
    await nextTick();
    expect(made()).toHaveLength(1);
    climb(2);
    await nextTick();
    // Both pages stand here at once; the first to look tells.
    expect(made()).toHaveLength(2);
  });

  it('stays off while the page is looked at, which counts as told', async () => {
    vi.mocked(document.hasFocus).mockReturnValue(true);
    climb(0);
    await nextTick();
    vi.mocked(document.hasFocus).mockReturnValue(false);
    climb(0);
    await nextTick();
    expect(made()).toEqual([]);
  });

  it('stays off while away, and comes on the return', async () => {
    useSession().presence = 'away';
    climb(0);
    await nextTick();
    expect(made()).toEqual([]);
    useSession().presence = 'ready';
    await nextTick();
    expect(made()).toHaveLength(1);
  });

  it('is without sound when muted, and none is made without permission', async () => {
    useAlerts().toggleMuted();
    climb(0);
    await nextTick();
    Note.permission = 'denied';
    climb(1);
    await nextTick();
    expect(Note.made.map((note) => [note.options.silent, note.options.renotify])).toEqual([[true, false]]);
  });

  it('tells of an invitation with its sender', async () => {
    useCalls().setInvitations([invitation()]);
    await nextTick();
    expect(made()).toEqual([zh.alerts.invitation('王敏')]);
  });

  it('tells of new talk with its words, until it is read', async () => {
    const desk = useDesk();
    desk.conversations.c1 = conversation();
    desk.logs.c1 = { updates: [update(1, 'visitor', '在吗')], request: null, brief: null, ready: true, error: null, typingUntil: 0 };
    desk.mineIds = ['c1'];
    await nextTick();
    desk.logs.c1.updates = [...desk.logs.c1.updates, update(2, 'visitor', '还在吗')];
    await nextTick();
    expect(Note.made.map((note) => [note.options.body, note.options.tag])).toEqual([['还在吗', 'u-c1']]);
    desk.markSeen('c1');
    await nextTick();
    expect(Note.made[0]?.close).toHaveBeenCalledOnce();
  });

  it('of new talk is taken back when somebody else has taken the conversation', async () => {
    const desk = useDesk();
    desk.conversations.c1 = conversation();
    desk.logs.c1 = { updates: [update(1, 'visitor', '在吗')], request: null, brief: null, ready: true, error: null, typingUntil: 0 };
    desk.mineIds = ['c1'];
    await nextTick();
    desk.logs.c1.updates = [...desk.logs.c1.updates, update(2, 'visitor', '还在吗')];
    await nextTick();
    desk.mineIds = [];
    await nextTick();
    expect(Note.made[0]?.close).toHaveBeenCalledOnce();
  });

  it('is taken back when the session ends, and what was told stays told', async () => {
    climb(0);
    await nextTick();
    useSession().leave(true);
    useCalls().reset();
    useAlerts().end();
    await nextTick();
    expect(Note.made[0]?.close).toHaveBeenCalledOnce();
    expect([...readTold(localStorage, 'h1', T0)]).toEqual([['r-r1', { level: 0, at: T0 }]]);
  });
});

describe('permission for notifications', () => {
  const button = () => document.querySelector<HTMLElement>('[data-testid=allow-notifications]');

  it('is asked for by the helper’s press only, and once', async () => {
    Note.permission = 'default';
    show(Shell);
    show(TopBar);
    climb(0);
    useAlerts().beat();
    await nextTick();
    expect([Note.requestPermission.mock.calls.length, made()]).toEqual([0, []]);
    button()?.click();
    await vi.waitFor(() => expect(button()).toBeNull());
    expect([useAlerts().permission, Note.requestPermission.mock.calls.length]).toEqual(['granted', 1]);
    climb(1);
    await nextTick();
    expect(made()).toHaveLength(1);
  });

  it('is not asked for again where it was refused', async () => {
    Note.permission = 'denied';
    show(TopBar);
    await nextTick();
    expect(button()).toBeNull();
  });
});

describe('the bell', () => {
  const CALM = [784, 659];
  const URGENT = [988, 784, 988];

  /** So many beats, half a second each, as the ticker gives them. */
  function beats(count: number): number[] {
    Sound.tones = [];
    for (let n = 0; n < count; n += 1) {
      vi.setSystemTime(Date.now() + 500);
      useAlerts().beat();
    }
    return Sound.tones;
  }

  beforeEach(async () => {
    show(Shell);
    await useAlerts().unlock();
  });

  it('is silent while nothing asks for me', () => {
    expect([beats(20), useAlerts().state]).toEqual([[], 'idle']);
  });

  it('repeats until the call is taken, and is silent from that moment', () => {
    climb(0);
    expect(beats(14)).toEqual([...CALM, ...CALM]);
    useCalls().replace([], []);
    expect(beats(20)).toEqual([]);
  });

  it('sounds at once, and more urgent, when the call climbs', async () => {
    climb(0);
    expect(beats(1)).toEqual(CALM);
    climb(2);
    await nextTick();
    expect(beats(1)).toEqual(URGENT);
    expect(beats(4)).toEqual([]);
    climb(3);
    await nextTick();
    expect(beats(5)).toEqual([...URGENT, ...URGENT]);
  });

  it.each([
    ['muted', () => useAlerts().toggleMuted()],
    ['away', () => void (useSession().presence = 'away')],
  ])('is silent while %s', (state, act) => {
    climb(0);
    act();
    expect([beats(20), useAlerts().state]).toEqual([[], state]);
  });

  it('stays muted after a reload, and rings again once it is not', () => {
    useAlerts().toggleMuted();
    expect(sessionStorage.getItem('bangban.muted')).toBe('1');
    useAlerts().toggleMuted();
    climb(0);
    expect(beats(1)).toEqual(CALM);
  });
});

it('the bell is blocked until the browser lets the page sound', async () => {
  Sound.allowed = false;
  const alerts = useAlerts();
  useCalls().replace([offer()], []);
  await alerts.unlock();
  alerts.beat();
  expect([alerts.state, Sound.tones]).toEqual(['blocked', []]);
  Sound.allowed = true;
  await alerts.unlock();
  alerts.beat();
  expect([alerts.state, Sound.tones.length]).toEqual(['ringing', 2]);
});

describe('what was told', () => {
  it('is news again only on a higher step', () => {
    const told = new Map([['a', { level: 2, at: T0 }]]);
    expect([isNews(told, 'a', 2), isNews(told, 'a', 1), isNews(told, 'a', 3), isNews(told, 'b', 0)]).toEqual([false, false, true, true]);
  });

  it('is each person’s own, and forgotten after half a day', () => {
    const store = new MemoryStore();
    writeTold(store, 'h1', new Map([['old', { level: 1, at: T0 }], ['new', { level: 1, at: T0 + 1000 }]]));
    expect([...readTold(store, 'h1', T0 + FORGET_MS).keys()]).toEqual(['new']);
    expect(readTold(store, 'h2', T0).size).toBe(0);
    store.values.set('bangban.told.h1', '{"r":{"level":"x"}}');
    expect(readTold(store, 'h1', T0).size).toBe(0);
  });
});
