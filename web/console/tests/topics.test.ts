import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { teamApi } from '../src/api/instance';
import { changesOf } from '../src/lib/audit';
import { setLocale, setTopicNames, topicName } from '../src/locales';
import { zh } from '../src/locales/zh';
import { useTopics } from '../src/stores/topics';

beforeEach(() => setActivePinia(createPinia()));
afterEach(async () => {
  setTopicNames({});
  await setLocale('zh');
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it('calls a topic what the administrator called it, and its code only when nobody gave it a name', async () => {
  expect([topicName('night'), topicName('tax'), topicName(null)]).toEqual(['night', zh.names.topics.tax, '']);
  setTopicNames({ night: '夜间经济', tax: '税务事项' });
  expect([topicName('night'), topicName('tax')]).toEqual(['夜间经济', '税务事项']);
  await setLocale('en');
  expect([topicName('night'), topicName('tax')]).toEqual(['夜间经济', 'Taxes']);
});

it('asks again when an unknown topic turns up, and not at every push', async () => {
  vi.useFakeTimers();
  const ask = vi.spyOn(teamApi, 'topics').mockResolvedValue([{ code: 'tax', name: '税费' }]);
  const topics = useTopics();
  await topics.load();
  topics.need(['tax', null]);
  topics.need(['night']);
  expect(ask).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(30_000);
  ask.mockResolvedValue([{ code: 'night', name: '夜间经济' }]);
  topics.need(['night']);
  topics.need(['night']);
  await vi.waitFor(() => expect(topicName('night')).toBe('夜间经济'));
  expect(ask).toHaveBeenCalledTimes(2);
});

it('names topics in the audit trail', () => {
  setTopicNames({ night: '夜间经济' });
  expect(changesOf({ before: null, after: { topic: 'night' } })).toEqual([{ field: '类别', before: null, after: '夜间经济' }]);
});
