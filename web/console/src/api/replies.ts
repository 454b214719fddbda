/** Canned replies (docs/protocol.md): prepared texts, one's own, a department's, everybody's. */
import type { StaffApi } from './client';

export type ReplyScope = 'personal' | 'department' | 'all';

export interface CannedReply {
  id: string;
  scope: ReplyScope;
  department: string | null;
  shortcut: string;
  title: string;
  text: string;
  locale: string;
  topic: string | null;
  uses: number;
}

export interface CannedReplyDraft {
  scope: ReplyScope;
  department?: string;
  shortcut: string;
  title: string;
  text: string;
  locale: string;
  topic?: string;
}

export class RepliesApi {
  constructor(private readonly api: StaffApi) {}

  async list(): Promise<CannedReply[]> {
    return (await this.api.call<{ replies: CannedReply[] }>('GET', '/canned-replies')).replies;
  }

  async save(id: string | null, draft: CannedReplyDraft): Promise<CannedReply> {
    const [method, path] = id ? ['PUT', `/canned-replies/${encodeURIComponent(id)}`] : ['POST', '/canned-replies'];
    return (await this.api.call<{ reply: CannedReply }>(method, path, { body: draft })).reply;
  }

  async remove(id: string): Promise<void> {
    await this.api.call('DELETE', `/canned-replies/${encodeURIComponent(id)}`);
  }

  async used(id: string): Promise<void> {
    await this.api.call('POST', `/canned-replies/${encodeURIComponent(id)}/used`, { body: {} });
  }
}
