import { describe, expect, it, vi } from 'vitest';
import { followLink } from '../link';
import { HttpError } from '../transport/http';

function page(hash: string) {
  const replaceState = vi.fn();
  const location = { hash, pathname: '/help', search: '?a=1' } as Location;
  return { location, history: { state: null, replaceState } as unknown as History, replaceState };
}

const opens = { goOn: vi.fn(() => Promise.resolve({ conversation_id: 'c1', token: 't1' })) };

describe('a link sent in WeChat', () => {
  it('opens its conversation and leaves no code in the address', async () => {
    const shown = page('#bangban=abcDEF12-_34');
    const open = followLink(shown, opens);
    expect(opens.goOn).not.toHaveBeenCalled(); // not before the visitor was asked
    expect(await open?.('before')).toEqual({ token: 't1', conversationId: 'c1' });
    expect(opens.goOn).toHaveBeenCalledWith('abcDEF12-_34', 'before');
    expect(shown.replaceState).toHaveBeenCalledWith(null, '', '/help?a=1');
  });

  it('changes nothing when it was used before', async () => {
    const used = { goOn: () => Promise.reject(new HttpError(404, 'not_found')) };
    expect(await followLink(page('#bangban=abcDEF12'), used)?.(null)).toBeNull();
  });

  it.each(['', '#other', '#bangban=', '#bangban=a b c d e f g'])('is none: %s', (hash) => {
    const shown = page(hash);
    expect(followLink(shown, opens)).toBeNull();
    expect(shown.replaceState).not.toHaveBeenCalled();
  });
});
