/** The widget on a page, with a clock that the test moves, and what the test finds in it. */
import { vi } from 'vitest';
import { BangbanWidget } from '../element';
import { World } from './fakes';

/** A widget just put on the page. Its class must be defined as a custom element. */
export function mount(): { world: World; element: BangbanWidget } {
  vi.useFakeTimers();
  const world = new World();
  const element = new BangbanWidget();
  element.attach(world.session);
  document.body.append(element);
  return { world, element };
}

export function unmount(element: BangbanWidget): void {
  element.remove();
  vi.useRealTimers();
}

/** Finds parts of the widget by their test id; `one` throws unless there is exactly one. */
export function within(current: () => BangbanWidget) {
  const all = (testid: string): HTMLElement[] => [
    ...(current().shadowRoot?.querySelectorAll<HTMLElement>(`[data-testid="${testid}"]`) ?? []),
  ];
  function one<T extends HTMLElement = HTMLElement>(testid: string): T {
    const found = all(testid);
    if (found.length !== 1) throw new Error(`${found.length} of ${testid}`);
    return found[0] as T;
  }
  const shown = (testid: string): boolean => one(testid).closest('[hidden]') === null;
  return { all, one, shown };
}
