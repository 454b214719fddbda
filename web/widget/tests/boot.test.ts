import { expect, it, vi } from 'vitest';
import type { Api } from '../api';
import { boot } from '../boot';

function scriptTag(): HTMLScriptElement {
  const script = document.createElement('script');
  Object.assign(script.dataset, { server: 'https://help.example', district: 'jiading' });
  return script;
}

it('boot replays what the page queued, in one widget even when included twice', () => {
  const ready = vi.fn();
  window.bangban = [['open'], ['on', 'ready', ready], ['setLocale', 'en']];
  boot(scriptTag());
  boot(scriptTag());
  expect(document.querySelectorAll('bangban-widget')).toHaveLength(1);
  const root = document.querySelector('bangban-widget')?.shadowRoot;
  expect(root?.querySelector('[data-testid=panel]')?.hasAttribute('hidden')).toBe(false);
  expect(root?.querySelector('[data-testid=human]')?.textContent).toBe('Talk to a person');
  expect(ready).toHaveBeenCalledOnce();
  (window.bangban as Api).close();
  expect(root?.querySelector('[data-testid=panel]')?.hasAttribute('hidden')).toBe(true);
});
