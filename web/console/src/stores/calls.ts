/** What asks for me right now: offers, alerts of the ladder, invitations. All of it rings until it is gone. */
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { ApiError } from '../api/client';
import { teamApi } from '../api/instance';
import type { Alert, Invitation, Offer } from '../api/teamTypes';
import type { HelpRequest } from '../api/types';
import { levelOf } from '../lib/ladder';
import { useQueue } from './queue';
import { useSession } from './session';
import { useTime } from './time';

export type Call =
  | { kind: 'offer'; key: string; request: HelpRequest; offer: Offer }
  | { kind: 'alert'; key: string; request: HelpRequest; alert: Alert }
  | { kind: 'invitation'; key: string; request: HelpRequest; invitation: Invitation };

export const useCalls = defineStore('calls', () => {
  const session = useSession();
  const queue = useQueue();
  const time = useTime();
  const offers = ref<Offer[]>([]);
  const alerts = ref<Alert[]>([]);
  const invitations = ref<Invitation[]>([]);
  /** Offers the server was told about: it measures how long it took until it rang. */
  const told = new Set<number>();
  let version = 0;

  const asked = computed(() => invitations.value.filter((it) => it.status === 'pending' && askedOfMe(it)));
  /** By urgency: who waits before who may wait; an offer before an alert, since only it is kept for me. */
  const list = computed<Call[]>(() => [...openOffers(), ...otherAlerts(), ...asked.value.map(asCall)]);
  const ringing = computed(() => list.value.filter((call) => call.kind !== 'alert' || call.alert.ring));
  /** The highest step of the ladder among what rings. */
  const level = computed(() => Math.max(0, ...ringing.value.map((call) => levelOf(call.request, time.now))));

  function askedOfMe(invitation: Invitation): boolean {
    return invitation.invited_by.id !== session.staff?.id;
  }

  function asCall(invitation: Invitation): Call {
    return { kind: 'invitation', key: `i-${invitation.id}`, request: invitation.request, invitation };
  }

  /** An offer whose time ran out is over here before the server's next word. */
  function openOffers(): Call[] {
    return offers.value
      .filter((offer) => offer.expires_at === null || Date.parse(offer.expires_at) > time.now)
      .map((offer) => ({ kind: 'offer', key: `o-${offer.id}`, request: offer.request, offer }));
  }

  /** An alert about what is offered to me as well would say it twice. */
  function otherAlerts(): Call[] {
    const offered = new Set(offers.value.map((offer) => offer.request.id));
    return alerts.value
      .filter((alert) => !offered.has(alert.request.id))
      .map((alert) => ({ kind: 'alert', key: `a-${alert.request.id}`, request: alert.request, alert }));
  }

  function replace(next: Offer[], nextAlerts: Alert[]): void {
    version += 1;
    offers.value = next;
    alerts.value = nextAlerts;
    for (const offer of next) tell(offer.id);
  }

  function setInvitations(next: Invitation[]): void {
    version += 1;
    invitations.value = next;
  }

  function tell(offer: number): void {
    if (told.has(offer)) return;
    told.add(offer);
    // A lost word costs one measurement and nothing else.
    teamApi.rang(offer).catch(() => undefined);
  }

  async function load(): Promise<void> {
    const before = version;
    const [ring, pending] = await Promise.all([teamApi.offers(), teamApi.invitations()]);
    // A push that came meanwhile is newer and wins.
    if (version !== before) return;
    replace(ring.offers, ring.alerts);
    setInvitations(pending);
  }

  /** Not mine any more, whatever the server's answer is. */
  async function decline(offer: Offer): Promise<void> {
    offers.value = offers.value.filter((other) => other.id !== offer.id);
    try {
      await teamApi.decline(offer.id);
    } catch (error) {
      if (!isOver(error)) throw error;
    }
  }

  /** Takes the offered request by claiming it; the answer is that of the queue. */
  async function accept(request: HelpRequest): ReturnType<typeof queue.claim> {
    const result = await queue.claim(request);
    if (result) drop(request.id);
    return result;
  }

  function drop(requestId: string): void {
    version += 1;
    offers.value = offers.value.filter((offer) => offer.request.id !== requestId);
    alerts.value = alerts.value.filter((alert) => alert.request.id !== requestId);
  }

  /** Answers an invitation; null when somebody or time was faster. */
  async function answer(id: string, how: 'accept' | 'refuse' | 'cancel', reason?: string): Promise<Invitation | null> {
    try {
      return await teamApi.answer(id, how, reason);
    } catch (error) {
      if (isOver(error)) return null;
      throw error;
    } finally {
      invitations.value = invitations.value.filter((other) => other.id !== id);
    }
  }

  /** My own pending invitation in a conversation: what its other people are waited for. */
  function sentIn(conversationId: string): Invitation[] {
    return invitations.value.filter((it) => it.conversation_id === conversationId && !askedOfMe(it));
  }

  function add(invitation: Invitation): void {
    invitations.value = [...invitations.value.filter((other) => other.id !== invitation.id), invitation];
  }

  function reset(): void {
    offers.value = [];
    alerts.value = [];
    invitations.value = [];
  }

  return {
    offers, invitations, list, ringing, level,
    replace, setInvitations, load, decline, accept, answer, sentIn, add, reset,
  };
});

function isOver(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 409 || error.status === 404);
}
