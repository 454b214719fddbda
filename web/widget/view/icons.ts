/** Line icons on a 24 grid, drawn for this widget. */
import { svg } from './dom';

const PATHS = {
  close: ['M6 6l12 12', 'M18 6L6 18'],
  down: ['M6 9.5l6 6 6-6'],
  send: ['M12 19V5', 'M5.5 11.5L12 5l6.5 6.5'],
  person: [
    'M4.5 13.5v-1.6a7.5 7.5 0 0 1 15 0v1.6',
    'M4.5 13h1.8c.7 0 1.2.5 1.2 1.2v3.1c0 .7-.5 1.2-1.2 1.2h-.6a1.2 1.2 0 0 1-1.2-1.2z',
    'M19.5 13h-1.8c-.7 0-1.2.5-1.2 1.2v3.1c0 .7.5 1.2 1.2 1.2h.6a1.2 1.2 0 0 0 1.2-1.2z',
    'M18.3 18.5c0 1.5-1.8 2.5-4.3 2.5',
  ],
  document: ['M7 3.5h7l4 4v12a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1v-15a1 1 0 0 1 1-1z', 'M14 3.5v4h4', 'M9 12h6', 'M9 15.5h4'],
  check: ['M5 12.5l4.5 4.5L19 7.5'],
  alert: ['M12 7.5v5.5', 'M12 16.4v.1', 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17z'],
  arrow: ['M9.5 6l6 6-6 6'],
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): SVGElement {
  const paths = PATHS[name].map((d) => svg('path', { d }));
  return svg('svg', { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true', focusable: 'false' }, ...paths);
}

export function star(): SVGElement {
  const d = 'M12 3.2l2.7 5.5 6.1.9-4.4 4.3 1 6-5.4-2.8-5.4 2.8 1-6L3.2 9.6l6.1-.9z';
  return svg('svg', { viewBox: '0 0 24 24', class: 'star', 'aria-hidden': 'true' }, svg('path', { d }));
}

/** The mark of the product: a speech bubble with a tick, a question that gets settled. */
export function mark(): SVGElement {
  const bubble =
    'M12 3.6c5 0 9 3.4 9 7.7s-4 7.7-9 7.7c-1 0-2-.1-2.9-.4L4.6 20.4l.9-3.7C3.9 15.3 3 13.4 3 11.3c0-4.3 4-7.7 9-7.7z';
  const tick = 'M8.2 11.4l2.7 2.7 5-5.2';
  return svg(
    'svg',
    { viewBox: '0 0 24 24', class: 'mark', 'aria-hidden': 'true' },
    svg('path', { d: bubble, class: 'mark-body' }),
    svg('path', { d: tick, class: 'mark-tick' }),
  );
}
