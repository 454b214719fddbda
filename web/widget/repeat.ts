/** One thing to be done again after a pause; the pauses grow until something succeeds. */
import { backoff } from './transport/backoff';

export class Repeat {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempts = 0;

  constructor(
    private readonly act: () => void,
    private readonly random: () => number,
  ) {}

  get waiting(): boolean {
    return this.timer !== undefined;
  }

  /** Several refusals within one pause are one reason to try again. */
  later(): void {
    if (this.waiting) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.act();
    }, backoff(this.attempts, this.random()));
    this.attempts += 1;
  }

  cancel(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  succeeded(): void {
    this.attempts = 0;
  }
}
