/** Working together: offers, moving conversations, inviting, the board. */
import type { StaffApi } from './client';
import type * as t from './teamTypes';
import type { Conversation, HelpRequest } from './types';

const id = encodeURIComponent;
interface InvitationReply { invitation: t.Invitation }
interface RequestReply { request: HelpRequest }

export class TeamApi {
  constructor(private readonly api: StaffApi) {}

  offers(): Promise<{ offers: t.Offer[]; alerts: t.Alert[] }> {
    return this.api.call('GET', '/offers');
  }

  async rang(offer: number): Promise<void> {
    await this.post(`/offers/${offer}/rang`);
  }

  async decline(offer: number): Promise<void> {
    await this.post(`/offers/${offer}/decline`);
  }

  async people(): Promise<t.Colleague[]> {
    return (await this.api.call<{ people: t.Colleague[] }>('GET', '/people')).people;
  }

  async departments(): Promise<t.DepartmentInfo[]> {
    return (await this.api.call<{ departments: t.DepartmentInfo[] }>('GET', '/departments')).departments;
  }

  /** All topics, closed ones too: old requests still have them. */
  async topics(): Promise<{ code: string; name: string }[]> {
    return (await this.api.call<{ topics: { code: string; name: string }[] }>('GET', '/topics')).topics;
  }

  async invitations(): Promise<t.Invitation[]> {
    return (await this.api.call<{ invitations: t.Invitation[] }>('GET', '/invitations')).invitations;
  }

  async transfer(conversation: string, target: t.Target, note: string): Promise<t.Invitation> {
    const path = `/conversations/${id(conversation)}/transfer`;
    return (await this.post<InvitationReply>(path, { ...target, note })).invitation;
  }

  async invite(conversation: string, target: t.Target, note: string): Promise<t.Invitation> {
    const path = `/conversations/${id(conversation)}/invite`;
    return (await this.post<InvitationReply>(path, { ...target, note })).invitation;
  }

  async answer(invitation: string, how: 'accept' | 'refuse' | 'cancel', reason?: string): Promise<t.Invitation> {
    const body = reason ? { reason } : {};
    return (await this.post<InvitationReply>(`/invitations/${id(invitation)}/${how}`, body)).invitation;
  }

  async leave(conversation: string): Promise<void> {
    await this.post(`/conversations/${id(conversation)}/leave`);
  }

  async handOver(conversation: string, staffId: string, stay: boolean): Promise<HelpRequest> {
    const body = { staff_id: staffId, stay };
    return (await this.post<RequestReply>(`/conversations/${id(conversation)}/hand-over`, body)).request;
  }

  async takeOver(conversation: string, reason: string): Promise<HelpRequest> {
    const body = reason ? { reason } : {};
    return (await this.post<RequestReply>(`/conversations/${id(conversation)}/take-over`, body)).request;
  }

  async reassign(conversation: string, target: t.Target, reason: string): Promise<HelpRequest> {
    const body = reason ? { ...target, reason } : { ...target };
    return (await this.post<RequestReply>(`/conversations/${id(conversation)}/reassign`, body)).request;
  }

  async endShift(shift: { to: string | null; note?: string; staff_id?: string }): Promise<number> {
    return (await this.post<{ moved: unknown[] }>('/shift/end', shift)).moved.length;
  }

  board(): Promise<t.Board> {
    return this.api.call('GET', '/board');
  }

  async history(request: string): Promise<t.HistoryEvent[]> {
    const path = `/help-requests/${id(request)}/history`;
    return (await this.api.call<{ events: t.HistoryEvent[] }>('GET', path)).events;
  }

  async earlier(conversation: string): Promise<Conversation[]> {
    const path = `/conversations/${id(conversation)}/earlier`;
    return (await this.api.call<{ conversations: Conversation[] }>('GET', path)).conversations;
  }

  private post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.api.call<T>('POST', path, { body });
  }
}
