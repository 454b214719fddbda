import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BangbanWidget, TAG } from '../element';
import { World, settle } from './fakes';
import { mount, unmount, within } from './mounted';

customElements.define(TAG, BangbanWidget);

let world: World;
let element: BangbanWidget;

beforeEach(() => {
  ({ world, element } = mount());
});
afterEach(() => unmount(element));

const { one, shown } = within(() => element);
const open = () => world.begin('问');

describe('a link to another conversation', () => {
  const other = { token: 'token-x', conversationId: 'x' };

  it('is asked about, and nothing is opened when the visitor stays', async () => {
    await open();
    const opening = vi.fn(() => Promise.resolve(other));
    await world.session.follow(opening);
    expect(shown('link-accept')).toBe(true);
    one('link-decline').click();
    expect(opening).not.toHaveBeenCalled();
    expect(shown('origin')).toBe(false);
    expect(world.session.state.conversationId).toBe('c1');
  });

  it('is shown as such once opened, also after a reload, and leads back to the own one', async () => {
    await open();
    await world.session.follow(() => Promise.resolve(other));
    one('link-accept').click();
    await settle();
    expect(world.session.state.conversationId).toBe('x');
    const reloaded = new World(world.local, world.tab);
    reloaded.session.restore();
    expect(reloaded.session.state).toMatchObject({ conversationId: 'x', origin: 'continued' });
    one('link-back').click();
    expect(world.session.state).toMatchObject({ conversationId: 'c1', origin: 'own' });
    expect(shown('origin')).toBe(false);
  });

  it('opens at once when there is none yet, says so, and can be left for a new one', async () => {
    world.session.restore();
    await world.session.follow(() => Promise.resolve(other));
    expect(world.session.state).toMatchObject({ conversationId: 'x', origin: 'continuedAlone', panelOpen: true });
    one('link-back').click();
    expect(world.session.state).toMatchObject({ conversationId: null, origin: 'own' });
    expect(world.link.closed).toBe(true);
  });

  it('changes nothing when it was used before', async () => {
    await open();
    await world.session.follow(() => Promise.resolve(null));
    one('link-accept').click();
    await settle();
    expect(world.session.state).toMatchObject({ conversationId: 'c1', origin: 'own' });
  });
});
