import { describe, expect, it } from 'vitest';
import page from '../../demo/index.html?raw';
import { spanOf } from '../view/queue';
import en from '../locales/en';
import zh from '../locales/zh';
import { buttons, citations } from '../payload';
import { readFrame } from '../protocol';
import { readSettings, toPage, toProfile } from '../settings';
import { createMemory, usable } from '../storage';
import { linkify } from '../view/linkify';
import { FakeArea, update } from './fakes';

describe('readFrame', () => {
  it('reads the frames of the protocol', () => {
    const read = (frame: unknown) => readFrame(JSON.stringify(frame));
    expect(read({ type: 'ack', client_message_id: 'a', seq: 3 })).toEqual({ type: 'ack', client_message_id: 'a', seq: 3 });
    expect(read({ type: 'queue', position: 1, wait_seconds: null })).toEqual({ type: 'queue', position: 1, wait_seconds: null });
    expect(read({ type: 'state', owner: 'helper', helper: { name: '陈', department: null } })).toMatchObject({ owner: 'helper' });
    expect(read({ type: 'error', error: { code: 'bad_request', message: 'm' } })).toMatchObject({ error: { code: 'bad_request' } });
  });

  it('reads a hidden update whose other fields are null', () => {
    const raw = { seq: 4, kind: 'hidden', sender: null, text: null, payload: null, at: null, client_message_id: null };
    expect(readFrame(JSON.stringify({ type: 'update', update: raw }))).toEqual({ type: 'update', update: { ...raw, payload: {} } });
  });

  it.each(['', 'null', '[]', '{"type":"toString"}', '{"type":"ack","seq":1}', '{"type":"update","update":{"seq":0,"kind":"x"}}', '{"type":"state","owner":"?"}'])(
    'gives null for %s', (text) => expect(readFrame(text)).toBeNull());
});

describe('payload', () => {
  it('gives each citation once and leaves out what names no document', () => {
    const one = { document: '方案', number: '2号', section: 7, date: '2023-03-31', entry: 'x' };
    const said = update(1, { payload: { citations: [one, { ...one, entry: 'y' }, { section: '1' }, null, 'x'] } });
    expect(citations(said)).toEqual([{ document: '方案', number: '2号', section: '7', date: '2023-03-31' }]);
  });

  it('takes the options of choices only when there are no buttons', () => {
    const options = [{ entry: 'a', label: '甲' }];
    expect(buttons(update(1, { kind: 'choices', payload: { options } }))).toEqual([{ id: null, label: '甲' }]);
    expect(buttons(update(1, { kind: 'choices', payload: { options, buttons: [{ id: 'x', label: '乙' }] } }))).toEqual([{ id: 'x', label: '乙' }]);
    expect(buttons(update(1, { kind: 'answer', payload: { options } }))).toEqual([]);
  });
});

describe('settings', () => {
  it('come from the script tag, the server from its address', () => {
    const script = document.createElement('script');
    script.src = 'https://help.example/widget.js';
    Object.assign(script.dataset, { district: 'jiading', locale: 'en-GB', title: '企业帮手' });
    expect(readSettings(script, 'https://shop.example/a?b=c#d')).toEqual({
      server: 'https://help.example', district: 'jiading', locale: 'en', title: '企业帮手', visitor: null, page: 'https://shop.example/a',
    });
  });

  it('prefer data-server', () => {
    const script = document.createElement('script');
    Object.assign(script.dataset, { server: 'https://other.example/bangban/' });
    expect(readSettings(script, 'https://shop.example/').server).toBe('https://other.example/bangban');
  });

  it('keep queries out of the page address', () => {
    expect(toPage('/办理?token=secret', 'https://shop.example/')).toBe('https://shop.example/%E5%8A%9E%E7%90%86');
  });

  it('take only the known fields of a visitor', () => {
    expect(toProfile({ name: ' 王 ', phone: 5, company: '', admin: true })).toEqual({ name: '王' });
    expect(toProfile('x')).toBeNull();
  });
});

describe('storage', () => {
  it('serves from memory when the browser refuses', () => {
    const area = usable(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    const memory = createMemory('s', area, area);
    memory.save({ token: 't', conversationId: 'c' });
    expect(memory.saved()).toEqual({ token: 't', conversationId: 'c' });
  });

  it('keeps two servers apart and orders unsent messages by time', () => {
    const area = new FakeArea();
    const [one, two] = [createMemory('a', area, area), createMemory('b', area, area)];
    const message = { text: 'x', choice: null, status: 'sending', reason: null } as const;
    one.keep({ id: 'late', at: 2, ...message });
    one.keep({ id: 'early', at: 1, ...message });
    expect(one.unsent().map(({ id }) => id)).toEqual(['early', 'late']);
    expect(two.unsent()).toEqual([]);
  });

  it('survives a full disk and garbage', () => {
    const area = new FakeArea();
    area.setItem('bangban:s:conversation', '{broken');
    area.setItem('bangban:s:unsent:x', '{"id":1}');
    const memory = createMemory('s', area, area);
    expect(memory.saved()).toBeNull();
    expect(memory.unsent()).toEqual([]);
    area.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    expect(() => memory.saveSeen(3)).not.toThrow();
  });
});

describe('linkify', () => {
  const shown = (text: string) => linkify(text).map((part) => (typeof part === 'string' ? part : `<${(part as HTMLAnchorElement).href}>`));

  it('ends an address where Chinese text goes on', () => {
    expect(shown('网址：https://a.example/b?c=d，见https://e.example。')).toEqual(['网址：', '<https://a.example/b?c=d>', '，见', '<https://e.example/>', '。']);
  });

  it('never makes a link of another scheme or of markup', () => {
    expect(shown('javascript:alert(1) <img src=x onerror=alert(1)>')).toEqual(['javascript:alert(1) <img src=x onerror=alert(1)>']);
  });

  it('opens links away from the page, without telling where from', () => {
    const anchor = linkify('https://a.example/')[0] as HTMLAnchorElement;
    expect(anchor.target).toBe('_blank');
    expect(anchor.rel).toContain('noopener');
  });
});

describe('spanOf', () => {
  it.each([
    [12, 38, 10, 40, 'seconds'],
    [0, 3, 5, 5, 'seconds'],
    [30, 30, 30, 30, 'seconds'],
    [40, 150, 1, 3, 'minutes'],
    [130, 240, 2, 4, 'minutes'],
  ])('says %i to %i seconds as %i to %i %s', (low, high, from, to, unit) => {
    expect(spanOf(low, high)).toEqual({ from, to, unit });
  });
});

describe('locales', () => {
  it('say the same things, with no text left empty', () => {
    const shape = (value: object): string[] => Object.entries(value).map(([key, text]) => `${key}:${typeof text}`);
    expect(shape(en)).toEqual(shape(zh));
    expect(en.examples).toHaveLength(zh.examples.length);
    expect(Object.values(zh).filter((text) => text === '')).toEqual([]);
  });

  it('offer the question on suspending business as an example', () => {
    expect(zh.examples).toContain('公司先不干了但不想注销怎么办');
  });
});

describe('the demo page', () => {
  it('carries the promised script tag and nothing inline', () => {
    expect(page).toContain('<script src="/widget.js" data-district="jiading" async></script>');
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
  });
});
