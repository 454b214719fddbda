/** Which key press means what. Letters and digits go by `code`: with Alt held, a Mac types other characters. */

export type Command =
  | { do: 'claim'; index: number }
  | { do: 'insert-suggestion'; index: number }
  | { do: 'accept' }
  | { do: 'decline' }
  | { do: 'transfer' }
  | { do: 'invite' }
  | { do: 'ticket' }
  | { do: 'mute' }
  | { do: 'next' }
  | { do: 'previous' }
  | { do: 'toggle-note' }
  | { do: 'search' }
  | { do: 'reply' }
  | { do: 'close' }
  | { do: 'help' };

export interface KeyPress {
  key: string;
  code: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  isComposing: boolean;
  keyCode?: number;
}

/** While an input method composes, keys belong to it (Safari says so only by code 229). */
export function isComposing(press: KeyPress): boolean {
  return press.isComposing || press.keyCode === 229;
}

/** Enter sends, also with Ctrl or ⌘; Shift breaks the line and Alt means the suggestion. */
export function isSendKey(press: KeyPress): boolean {
  return press.key === 'Enter' && !press.shiftKey && !press.altKey && !isComposing(press);
}

/** How many suggestions have a key of their own. */
export const SUGGESTION_KEYS = 3;

const ALT_COMMANDS: Record<string, Command> = {
  Enter: { do: 'insert-suggestion', index: 0 },
  NumpadEnter: { do: 'insert-suggestion', index: 0 },
  ArrowDown: { do: 'next' },
  ArrowUp: { do: 'previous' },
  KeyN: { do: 'toggle-note' },
  KeyK: { do: 'search' },
  KeyR: { do: 'reply' },
  KeyW: { do: 'close' },
  KeyA: { do: 'accept' },
  KeyX: { do: 'decline' },
  KeyT: { do: 'transfer' },
  KeyI: { do: 'invite' },
  KeyG: { do: 'ticket' },
  KeyM: { do: 'mute' },
};

/** With Shift the digits take from the queue; without, the first three insert a suggestion. */
function digitCommand(press: KeyPress): Command | null {
  const digit = Number(/^(?:Digit|Numpad)([1-9])$/.exec(press.code)?.[1] ?? 0);
  if (digit === 0) return null;
  if (press.shiftKey) return { do: 'claim', index: digit - 1 };
  return digit <= SUGGESTION_KEYS ? { do: 'insert-suggestion', index: digit - 1 } : null;
}

/** The command of a key press, or null. `typing`: the focus is in a text field. */
export function commandOf(press: KeyPress, typing: boolean): Command | null {
  if (isComposing(press) || press.ctrlKey || press.metaKey) return null;
  if (press.altKey) return digitCommand(press) ?? ALT_COMMANDS[press.code] ?? null;
  if (typing) return null;
  if (press.code === 'KeyC') return { do: 'claim', index: 0 };
  return press.key === '?' ? { do: 'help' } : null;
}
