/** On a phone the panel fills what the keyboard leaves free, and the page behind it does not scroll. */

const PHONE = '(max-width: 520px)';

export function onPhone(): boolean {
  return window.matchMedia(PHONE).matches;
}

/** Follows the visual viewport with two CSS variables on `host`; returns what ends it. */
export function followViewport(host: HTMLElement): () => void {
  const viewport = window.visualViewport;
  if (!viewport) return () => undefined;
  function fit(): void {
    if (!viewport) return;
    host.style.setProperty('--view-height', `${viewport.height}px`);
    host.style.setProperty('--view-top', `${viewport.offsetTop}px`);
  }
  fit();
  viewport.addEventListener('resize', fit);
  viewport.addEventListener('scroll', fit);
  return () => {
    viewport.removeEventListener('resize', fit);
    viewport.removeEventListener('scroll', fit);
  };
}

let overflowBefore: string | null = null;

export function lockPage(locked: boolean): void {
  const { style } = document.documentElement;
  if (locked && overflowBefore === null && onPhone()) {
    overflowBefore = style.overflow;
    style.overflow = 'hidden';
  } else if (!locked && overflowBefore !== null) {
    style.overflow = overflowBefore;
    overflowBefore = null;
  }
}
