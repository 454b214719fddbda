import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BangbanWidget } from '../element';
import { createHttp } from '../transport/http';
import { type World, helper, settle, update, visitor } from './fakes';
import { mount, unmount, within } from './mounted';

customElements.define('bangban-pictured', BangbanWidget);

let world: World;
let element: BangbanWidget;

beforeEach(() => {
  vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:x');
  ({ world, element } = mount());
});
afterEach(() => unmount(element));

const PNG = new Blob(['x'], { type: 'image/png' });
const picture = { attachment: { kind: 'image', type: 'image/png', size: 1 } };
const { all } = within(() => element);
const view = (): HTMLElement | null => all('picture')[0] ?? null;

async function arrive(sender: typeof helper | typeof visitor): Promise<void> {
  world.session.setOpen(true);
  const link = await world.begin('问');
  link.give({ type: 'update', update: update(1, { sender, text: '[图片]', payload: picture }) });
  await settle();
}

describe('a picture', () => {
  it.each([helper, visitor])('of a $kind is shown in place of its words', async (sender) => {
    world.http.pictures = [PNG];
    await arrive(sender);
    expect(view()?.querySelector('img')?.getAttribute('src')).toBe('blob:x');
    expect(view()?.querySelector('a')?.target).toBe('_blank');
    expect(view()?.closest('.row')?.textContent).not.toContain('[图片]');
  });

  it('stays a link where the page forbids to show it', async () => {
    world.http.pictures = [PNG];
    await arrive(helper);
    view()?.querySelector('img')?.dispatchEvent(new Event('error'));
    expect(view()?.querySelector('a')?.textContent).toBe('图片');
    expect(view()?.querySelector('img')).toBeNull();
  });

  it('is asked for again when it could not be fetched', async () => {
    world.http.pictures = [null, PNG];
    await arrive(helper);
    expect(view()?.textContent).toContain('没有取到');
    view()?.querySelector('button')?.click();
    await settle();
    expect(view()?.querySelector('img')).not.toBeNull();
  });
});

describe('fetching a picture', () => {
  const fetched = (answer: Response) => {
    const fetcher = vi.fn<typeof fetch>(() => Promise.resolve(answer));
    return { fetcher, got: createHttp('https://help.example', fetcher).picture('t', 4) };
  };

  it('shows the token in a header, never in the address', async () => {
    const { fetcher, got } = fetched(new Response(PNG, { headers: { 'Content-Type': 'image/png' } }));
    expect((await got).type).toBe('image/png');
    const [url, init] = fetcher.mock.calls[0] ?? [];
    expect(url).toBe('https://help.example/api/visitor/attachment?seq=4');
    expect(init?.headers).toEqual({ Authorization: 'Bearer t' });
  });

  it.each(['text/html', 'image/svg+xml'])('takes nothing that is no picture: %s', async (type) => {
    const { got } = fetched(new Response('x', { headers: { 'Content-Type': type } }));
    await expect(got).rejects.toMatchObject({ code: 'internal' });
  });

  it('tells what the server says', async () => {
    const { got } = fetched(Response.json({ error: { code: 'unavailable', message: '' } }, { status: 503 }));
    await expect(got).rejects.toMatchObject({ status: 503, code: 'unavailable' });
  });
});
