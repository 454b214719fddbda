/** Asks the server for a conversation, and goes on asking while that may help. */
import { isPassing } from './protocol';
import { backoff } from './transport/backoff';
import { type Http, HttpError, type StartRequest } from './transport/http';

export interface OpeningEvents {
  waiting(): void;
  started(conversationId: string, token: string): void;
  /** The server said no; asking again would not change that. */
  refused(code: string): void;
}

type Started = Awaited<ReturnType<Http['start']>>;

const isStarted = (answer: unknown): answer is Started =>
  typeof answer === 'object' && answer !== null && 'token' in answer;

export class Opening {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempts = 0;
  private asking = false;

  constructor(
    private readonly http: Http,
    private readonly request: () => StartRequest,
    private readonly random: () => number,
    private readonly events: OpeningEvents,
  ) {}

  /** Starts, or hurries one that waits for its next attempt. */
  start(): void {
    if (this.asking) return;
    clearTimeout(this.timer);
    void this.ask();
  }

  private async ask(): Promise<void> {
    this.asking = true;
    const answer = await this.http.start(this.request()).catch((error: unknown) => error);
    this.asking = false;
    if (!isStarted(answer)) return this.failed(answer);
    this.attempts = 0;
    this.events.started(answer.conversation_id, answer.token);
  }

  private failed(error: unknown): void {
    if (error instanceof HttpError && !error.passing && !isPassing(error.code)) return this.events.refused(error.code);
    this.events.waiting();
    this.timer = setTimeout(() => this.start(), backoff(this.attempts, this.random()));
    this.attempts += 1;
  }
}
