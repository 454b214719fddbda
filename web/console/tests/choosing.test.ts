/** What is offered to choose from: by whom, and in which order. */
import { describe, expect, it } from 'vitest';
import QueueItem from '../src/components/QueueItem.vue';
import { orderDepartments } from '../src/lib/people';
import type { Role } from '../src/api/types';
import { useSession } from '../src/stores/session';
import { request } from './make';
import { all, usePage } from './mounted';

const show = usePage();

describe('departments to hand on to', () => {
  const topic = { code: 'tax', name: '税费' };
  const place = (name: string, ready: number, topics = [topic]) => ({ name, fallback: null, topics, ready, on_duty: true, next_start: null });
  const places = [place('商务委', 0, []), place('税务局', 0), place('科委', 2, [])];
  const names = (search: string) => orderDepartments(places, search).map((it) => it.name);

  it('come with those first where somebody is ready', () => {
    expect(names('')).toEqual(['科委', '商务委', '税务局']);
  });

  it('are found by their name and by their topics', () => {
    expect([names(' 科 '), names('税费'), names('没有')]).toEqual([['科委'], ['税务局'], []]);
  });
});

describe('a waiting request', () => {
  const buttons = (role: Role) => {
    useSession().staff = { id: 'h1', username: 'lin', name: '林晓', role, department: null };
    show(QueueItem, { request: request(), index: 0 });
    return all('claim').length;
  };

  it('can be taken by a helper', () => expect(buttons('helper')).toBe(1));

  it('cannot be taken by a specialist, who is called in', () => expect(buttons('specialist')).toBe(0));
});
