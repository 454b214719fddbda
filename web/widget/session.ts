/** The conversation of this page: joins state, storage and connection. The view calls it and draws its state. */
import type { Open } from './link';
import { Opening } from './opening';
import type { Button } from './payload';
import { type ClientFrame, type Leave, MAX_TEXT, type Rating, type ServerFrame, type WechatCode, isPassing } from './protocol';
import { Repeat } from './repeat';
import { hasGap, waitingSeq } from './select';
import { type Settings, startRequest } from './settings';
import { type Event, type Outgoing, type State, frameOf, initialState, queued, reduce, withoutChoices } from './state';
import { type Memory, type Saved, continueWith, goBack } from './storage';
import { Connection, type ConnectionEvents } from './transport/connection';
import { type Http, HttpError } from './transport/http';

/** A message on a healthy link is acknowledged well within this; else the link is replaced. */
export const ACK_MS = 10_000;
export const TYPING_EVERY_MS = 3_000;

export interface SessionParts {
  settings: Settings;
  memory: Memory;
  http: Http;
  connect: (token: string, events: ConnectionEvents) => Connection;
  random: () => number;
  newId: () => string;
}

export type Listener = (after: State, before: State) => void;

export class Session {
  state: State = initialState;
  readonly settings: Settings;
  private readonly listeners = new Set<Listener>();
  private readonly opening: Opening;
  private connection: Connection | null = null;
  private saved: Saved | null = null;
  private rating: Rating | null = null;
  /** The link that waits for the visitor's answer. */
  private invitation: Open | null = null;
  private typedAt = 0;
  private ackTimer: ReturnType<typeof setTimeout> | undefined;
  private askedAfter = -1;
  /** A resume is on its way: the server answers it with the state. */
  private resuming = false;
  private readonly repeat: Repeat;

  constructor(private readonly parts: SessionParts) {
    this.settings = parts.settings;
    this.repeat = new Repeat(() => this.again(), parts.random);
    this.opening = new Opening(parts.http, () => startRequest(this.settings), parts.random, {
      waiting: () => this.dispatch({ type: 'linked', link: 'waiting' }),
      started: (conversationId, token) => this.onStarted(conversationId, token),
      refused: (code) => this.failUnsent(code),
    });
  }

  /** Takes up what the last page left: the conversation, messages not yet acknowledged, the open panel. */
  restore(): void {
    const { memory } = this.parts;
    this.saved = memory.saved();
    this.dispatch({
      type: 'restored',
      conversationId: this.saved?.conversationId ?? null,
      seenSeq: memory.seenSeq(),
      outbox: memory.unsent(),
      panelOpen: memory.panelOpen(),
    });
    this.showOrigin();
    if (this.saved) this.connect(this.saved.token);
    else if (this.state.outbox.length > 0) this.opening.start();
  }

  /**
   * A link leads to another conversation. Anybody may have sent it: who has one of their own is asked before,
   * lest they write into somebody else's unawares.
   */
  async follow(open: Open): Promise<void> {
    this.invitation = open;
    if (!this.saved) return this.acceptLink();
    this.dispatch({ type: 'origin', origin: 'asked' });
    this.setOpen(true);
  }

  /** Goes on with the conversation of the link; the one of this page is kept to come back to. */
  async acceptLink(): Promise<void> {
    const saved = await this.invitation?.(this.saved?.token ?? null);
    this.declineLink();
    if (!saved) return;
    if (saved.conversationId !== this.saved?.conversationId) this.goOn(saved);
    this.setOpen(true);
  }

  declineLink(): void {
    this.invitation = null;
    this.showOrigin();
  }

  private goOn(saved: Saved): void {
    continueWith(this.parts.memory, saved, this.saved);
    this.adopt(saved);
  }

  /** Leaves the conversation of a link for the one this page had before, or for a new one. */
  back(): void {
    const former = goBack(this.parts.memory);
    if (former) return this.adopt(former);
    this.connection?.stop();
    this.connection = null;
    this.saved = null;
    this.dispatch({ type: 'forgotten' });
    this.showOrigin();
  }

  private showOrigin(): void {
    const continued = this.parts.memory.continued();
    this.dispatch({ type: 'origin', origin: continued ? (continued.former ? 'continued' : 'continuedAlone') : 'own' });
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  setOpen(open: boolean): void {
    if (open === this.state.panelOpen) return;
    this.parts.memory.savePanel(open);
    this.dispatch({ type: 'panel', open });
  }

  /** False when there is nothing to send, or too much. */
  send(text: string): boolean {
    const trimmed = text.trim();
    if (trimmed === '' || trimmed.length > MAX_TEXT) return false;
    this.compose(trimmed, null);
    return true;
  }

  choose(seq: number, button: Button): void {
    this.compose(button.label, button.id === null ? null : { seq, option: button.id });
  }

  retry(id: string): void {
    const message = this.state.outbox.find((candidate) => candidate.id === id);
    if (message?.status !== 'failed') return;
    this.dispatch({ type: 'retried', id, now: Date.now() });
    this.parts.memory.keep(message);
    this.deliver(message);
  }

  rate(rating: Rating): void {
    this.rating = rating;
    this.dispatch({ type: 'rating', status: 'sending' });
    this.push({ type: 'rate', ...rating });
  }

  /** Leaves a message that becomes a ticket. Null when it went well, else the code of the refusal. */
  leave(message: Leave): Promise<string | null> {
    return this.ask((token) => this.parts.http.leave(token, message));
  }

  /** Opens the form for a call, or puts away the one that is open. */
  contact(open: boolean): void {
    this.dispatch({ type: 'contact', open });
  }

  /** Waits for a person no longer; answered like `leave`. */
  leaveQueue(): Promise<string | null> {
    return this.ask((token) => this.parts.http.leaveQueue(token, waitingSeq(this.state)));
  }

  /** A verdict on the result of a ticket; answered like `leave`. */
  rateTicket(ticket: string, rating: Rating): Promise<string | null> {
    return this.ask((token) => this.parts.http.rateTicket(token, ticket, rating));
  }

  /** The picture that came with an update; null when it cannot be had now. */
  async picture(seq: number): Promise<Blob | null> {
    return this.saved && this.parts.http.picture(this.saved.token, seq).catch(() => null);
  }

  /** A code that goes on with this conversation in WeChat; null when there is none now. */
  async wechatCode(): Promise<WechatCode | null> {
    return this.saved && this.parts.http.wechatCode(this.saved.token).catch(() => null);
  }

  typing(): void {
    const now = Date.now();
    if (this.state.owner !== 'helper' || now - this.typedAt < TYPING_EVERY_MS) return;
    this.typedAt = now;
    this.push({ type: 'typing' });
  }

  /** Everything that is there has been looked at. */
  see(): void {
    const seq = this.state.lastSeq;
    if (seq <= this.state.seenSeq) return;
    this.parts.memory.saveSeen(seq);
    this.dispatch({ type: 'seen', seq });
    this.push({ type: 'read', seq });
  }

  /** Do not sit out a delay: the network is back, or the visitor asks for it. */
  hurry(): void {
    if (this.connection) this.connection.hurry();
    else if (this.state.outbox.some((message) => message.status === 'sending')) this.opening.start();
  }

  /** Another tab changed the storage. */
  storageChanged(key: string | null): void {
    const part = this.parts.memory.partOf(key);
    if (part === 'seen') this.dispatch({ type: 'seen', seq: this.parts.memory.seenSeq() });
    const saved = part === 'saved' ? this.parts.memory.saved() : null;
    if (saved && saved.token !== this.saved?.token) this.adopt(saved);
  }

  private dispatch(event: Event): void {
    const before = this.state;
    this.state = reduce(before, event);
    if (this.state === before) return;
    this.listeners.forEach((listener) => listener(this.state, before));
  }

  private async ask(call: (token: string) => Promise<void>): Promise<string | null> {
    if (!this.saved) return 'not_authenticated';
    try {
      await call(this.saved.token);
      return null;
    } catch (error) {
      return error instanceof HttpError ? error.code : 'internal';
    }
  }

  private compose(text: string, choice: Outgoing['choice']): void {
    const { newId, memory } = this.parts;
    const message: Outgoing = { id: newId(), text, choice, status: 'sending', reason: null, at: Date.now() };
    memory.keep(message);
    this.dispatch({ type: 'composed', message });
    this.deliver(message);
  }

  private deliver(message: Outgoing): void {
    if (!this.connection) return this.opening.start();
    this.connection.hurry();
    // What was put off goes first: messages keep their order.
    if (this.repeat.waiting) this.again();
    else if (this.push(frameOf(message))) this.expectAck();
  }

  private push(frame: ClientFrame): boolean {
    return this.connection?.send(frame) ?? false;
  }

  private expectAck(): void {
    clearTimeout(this.ackTimer);
    this.ackTimer = setTimeout(() => {
      if (this.state.outbox.some((message) => message.status === 'sending')) this.connection?.restart();
    }, ACK_MS);
  }

  private onStarted(conversationId: string, token: string): void {
    // Another tab may have been faster: one visitor, one conversation.
    const other = this.parts.memory.saved();
    if (other) return this.adopt(other);
    this.saved = { token, conversationId };
    this.parts.memory.save(this.saved);
    this.dispatch({ type: 'started', conversationId });
    this.connect(token);
  }

  private adopt(saved: Saved): void {
    this.connection?.stop();
    this.saved = saved;
    const { outbox, panelOpen } = this.state;
    const unsent = outbox.filter((message) => message.status !== 'sent');
    const { conversationId } = saved;
    const seenSeq = this.parts.memory.seenSeq();
    this.dispatch({ type: 'restored', conversationId, seenSeq, outbox: withoutChoices(unsent), panelOpen });
    this.showOrigin();
    this.rekeep();
    this.connect(saved.token);
  }

  private connect(token: string): void {
    this.askedAfter = -1;
    this.repeat.succeeded();
    this.connection = this.parts.connect(token, {
      status: (link) => this.dispatch({ type: 'linked', link }),
      up: () => this.onUp(),
      frame: (frame) => this.onFrame(frame),
      refused: () => this.onRefused(),
    });
    this.connection.start();
  }

  private onUp(): void {
    this.resuming = true;
    this.again();
    if (this.state.seenSeq > 0 && this.state.panelOpen) this.push({ type: 'read', seq: this.state.seenSeq });
  }

  /** Everything the server owes an answer to, once more; it knows a message by its id and saves it once. */
  private again(): void {
    this.repeat.cancel();
    if (this.resuming) this.resume();
    const unsent = this.state.outbox.filter((message) => message.status === 'sending');
    const sent = unsent.map((message) => this.push(frameOf(message)));
    if (sent.includes(true)) this.expectAck();
    if (this.rating && this.state.rating === 'sending') this.push({ type: 'rate', ...this.rating });
  }

  private resume(): void {
    this.resuming = true;
    this.askedAfter = this.state.lastSeq;
    this.push({ type: 'resume', after: this.state.lastSeq });
  }

  private onFrame(frame: ServerFrame): void {
    const now = Date.now();
    switch (frame.type) {
      case 'ack':
        this.parts.memory.drop(frame.client_message_id);
        this.repeat.succeeded();
        return this.dispatch({ type: 'acknowledged', id: frame.client_message_id, now });
      case 'update':
        return this.onUpdate(frame.update, now);
      case 'queue':
        return this.dispatch(queued(frame, now));
      case 'typing':
        return this.dispatch({ type: 'typing', who: frame.who, now });
      case 'read':
        return this.dispatch({ type: 'helperRead', seq: frame.seq });
      case 'state':
        this.resuming = false;
        this.repeat.succeeded();
        return this.dispatch({ type: 'owned', owner: frame.owner, helper: frame.helper, wechat: frame.wechat, now });
      case 'error':
        return this.onError(frame.error.code, frame.client_message_id);
      case 'pong':
        return;
    }
  }

  private onUpdate(update: Extract<ServerFrame, { type: 'update' }>['update'], now: number): void {
    if (update.client_message_id !== null) this.parts.memory.drop(update.client_message_id);
    this.dispatch({ type: 'updated', updates: [update], now });
    // One question per gap: the answer may still be on its way.
    if (hasGap(this.state) && this.askedAfter !== this.state.lastSeq) this.resume();
  }

  private onError(code: string, id: string | undefined): void {
    const rating = this.state.rating === 'sending';
    if (id !== undefined) {
      if (isPassing(code)) this.putOff();
      else this.fail(id, code);
    } else if (rating && code === 'wrong_state') {
      this.dispatch({ type: 'rating', status: 'gone' });
    } else if (this.resuming) {
      // Without the resume there is no live feed, however alive the connection looks.
      this.putOff();
    } else if (rating) {
      this.dispatch({ type: 'rating', status: 'failed' });
    }
  }

  private putOff(): void {
    // The server has answered: nothing is wrong with the link.
    clearTimeout(this.ackTimer);
    this.repeat.later();
  }

  private fail(id: string, reason: string): void {
    this.parts.memory.drop(id);
    this.dispatch({ type: 'refused', id, reason });
  }

  private failUnsent(code: string): void {
    for (const { id, status } of this.state.outbox) if (status === 'sending') this.fail(id, code);
  }

  /** A reload must find the unsent as they are now. */
  private rekeep(): void {
    for (const message of this.state.outbox) if (message.status === 'sending') this.parts.memory.keep(message);
  }

  private onRefused(): void {
    this.connection = null;
    // Another tab may have started afresh already.
    const other = this.parts.memory.saved();
    if (other && other.token !== this.saved?.token) return this.adopt(other);
    if (this.parts.memory.continued()?.former) return this.back();
    this.saved = null;
    this.parts.memory.forget();
    this.dispatch({ type: 'forgotten' });
    this.showOrigin();
    this.rekeep();
    if (this.state.outbox.some((message) => message.status === 'sending')) this.opening.start();
  }
}
