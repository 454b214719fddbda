import type { KeyValueStore } from '../src/lib/drafts';

/** A store for tests; `broken` refuses everything, as a browser does that forbids storage. */
export class MemoryStore implements KeyValueStore {
  readonly values = new Map<string, string>();
  broken = false;

  getItem(key: string): string | null {
    this.check();
    return this.values.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.check();
    this.values.set(key, value);
  }

  removeItem(key: string): void {
    this.check();
    this.values.delete(key);
  }

  private check(): void {
    if (this.broken) throw new DOMException('denied', 'SecurityError');
  }
}
