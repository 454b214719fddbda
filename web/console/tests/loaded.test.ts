import { describe, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import type { AuditPage, AuditRow } from '../src/api/admin';
import { adminApi } from '../src/api/instance';
import AuditSection from '../src/components/admin/AuditSection.vue';
import { type Loaded, useLoaded } from '../src/composables/loaded';
import { all, usePage } from './mounted';

const show = usePage();

/** A question whose answers come when the test says so, in any order. */
function asked<T>() {
  const answers: ((value: T) => void)[] = [];
  return { ask: () => new Promise<T>((resolve) => answers.push(resolve)), answers };
}

describe('something loaded', () => {
  function load<T>(read: () => Promise<T>): Loaded<T> {
    let loaded: Loaded<T> | undefined;
    show({ setup: () => ((loaded = useLoaded(read)), () => null) });
    return loaded as Loaded<T>;
  }

  it('is the answer to the newest question, and busy until that one comes', async () => {
    const { ask, answers } = asked<string>();
    const loaded = load(ask);
    const newest = loaded.reload();
    answers[0]?.('old');
    await nextTick();
    expect([loaded.value.value, loaded.busy.value]).toEqual([null, true]);
    answers[1]?.('new');
    await newest;
    expect([loaded.value.value, loaded.busy.value]).toEqual(['new', false]);
  });

  it('stays when it cannot be read again, and says why', async () => {
    const away = new Error('away');
    const read = vi.fn<() => Promise<string>>().mockResolvedValueOnce('first').mockRejectedValueOnce(away);
    const loaded = load(read);
    await vi.waitFor(() => expect(loaded.busy.value).toBe(false));
    await loaded.reload();
    expect([loaded.value.value, loaded.failed.value, loaded.busy.value]).toEqual(['first', away, false]);
  });
});

describe('the audit trail', () => {
  const row = (id: number): AuditRow => ({ id, at: '2026-01-05T01:00:00Z', actor: { kind: 'staff', id: 'h1', name: '林晓' }, action: 'hours_saved', subject: null, detail: {} });
  const page = (...ids: number[]): AuditPage => ({ rows: ids.map(row), next: ids.at(-1) ?? null });
  const more = () => document.querySelector<HTMLButtonElement>('button.more');

  it('shows following rows once, however often they are asked for', async () => {
    vi.spyOn(adminApi, 'staff').mockResolvedValue([]);
    const read = vi.spyOn(adminApi, 'audit').mockImplementation((_, after) => Promise.resolve(after === null || after === undefined ? page(9, 8) : page(7)));
    show(AuditSection, { writes: true });
    await vi.waitFor(() => expect(all('audit-row')).toHaveLength(2));
    more()?.click();
    more()?.click();
    await vi.waitFor(() => expect(all('audit-row')).toHaveLength(3));
    await nextTick();
    expect([all('audit-row').length, read.mock.calls.length]).toEqual([3, 3]);
  });

  it('shows none of the former filter after a new one was asked for', async () => {
    vi.spyOn(adminApi, 'staff').mockResolvedValue([]);
    const { ask, answers } = asked<AuditPage>();
    vi.spyOn(adminApi, 'audit').mockImplementation(ask);
    show(AuditSection, { writes: true });
    answers[0]?.(page(9, 8));
    await vi.waitFor(() => expect(all('audit-row')).toHaveLength(2));
    more()?.click();
    all('audit-action')[0]?.dispatchEvent(new Event('change'));
    answers[1]?.(page(7));
    answers[2]?.(page(5));
    await vi.waitFor(() => expect(all('audit-row')).toHaveLength(1));
    await nextTick();
    expect(all('audit-row')).toHaveLength(1);
  });
});
