/** The wire formats of docs/protocol.md as the staff console meets them. Times are ISO 8601, UTC. */

export type Presence = 'ready' | 'busy' | 'away';
export type Owner = 'bot' | 'queue' | 'helper';
export type Visibility = 'public' | 'internal';
export type Outcome = 'resolved' | 'unresolved' | 'no_response' | 'ticket' | 'abandoned';
export type RequestStatus = 'waiting' | 'offered' | 'claimed' | 'closed';
export type SenderKind = 'visitor' | 'bot' | 'helper' | 'system';

export type Role = 'helper' | 'specialist' | 'supervisor' | 'administrator';

export interface Staff {
  id: string;
  username: string;
  name: string;
  role: Role;
  department: string | null;
}

export interface SessionReply {
  staff: Staff;
  csrf: string;
  presence: Presence;
}

export interface HelpRequest {
  id: string;
  conversation_id: string;
  status: RequestStatus;
  reason: string;
  topic: string | null;
  department: string | null;
  district: string | null;
  channel: string;
  question: string;
  requested_at: string;
  deadline_at: string;
  claimed_at: string | null;
  claimed_by: { id: string; name: string } | null;
  first_response_at: string | null;
  closed_at: string | null;
  outcome: Outcome | null;
  /** How far up the ladder of docs/help-engine.md: 0 to 4. */
  level: number;
  waiting_since: string | null;
  breached_at: string | null;
}

export interface Participant {
  id: string;
  name: string;
  department: string | null;
  joined_at: string;
}

export interface Conversation {
  id: string;
  channel: string;
  district: string | null;
  page: string | null;
  locale: string;
  profile: Record<string, unknown> | null;
  owner: Owner;
  helper: { id: string; name: string; department: string | null } | null;
  created_at: string;
  last_seq: number;
  last_text: string | null;
  last_at: string | null;
  closed_at: string | null;
  visitor_online: boolean;
  visitor_read_seq: number;
  resolved: boolean | null;
  stars: number | null;
  participants: Participant[];
  wechat?: WechatQuota | null;
}

/** How many messages may still be sent in WeChat, of how many, and until when; null: the window is closed. */
export interface WechatWindow {
  remaining: number;
  limit: number;
  window_ends_at: string | null;
}

/** The window of the visitor's last message, and the minute after a tap, a scan or a subscription while it lasts. */
export interface WechatQuota extends WechatWindow {
  event: WechatWindow | null;
}

export type Delivery = 'sent' | 'pending' | 'undelivered';

export interface WechatState {
  wechat: WechatQuota | null;
  deliveries: { seq: number; delivery: Delivery }[];
}

/** The official account: what a person must set right, by code, newest first. */
export interface WechatAccount {
  connected: boolean;
  alarms: { code: string; last_at: string; count: number }[];
}

export interface Citation {
  document: string;
  number: string | null;
  section: string | null;
  date: string | null;
  entry?: string;
}

export interface KnowledgeResult {
  id: string;
  point: string | null;
  title: string;
  answer: string;
  score: number;
  citation: Citation | null;
}

export interface Brief {
  question: string;
  facts: { label: string; value: string }[];
  offered: { id: string; title: string | null }[];
  reason: string;
  suggestions: KnowledgeResult[];
}

export interface ConversationDetail {
  conversation: Conversation;
  request: HelpRequest | null;
  brief: Brief | null;
}

/** What came with a message besides words; fetched by the message's `seq`. */
export interface Attachment {
  kind: string;
  type?: string;
  size?: number;
}

/** The union of what the kinds of update carry; every part is optional because kinds differ. */
export interface UpdatePayload {
  visibility?: Visibility;
  citations?: Citation[];
  entries?: { id: string; point?: string; score?: number; title?: string }[];
  options?: { entry: string; label: string }[];
  buttons?: { id: string; label: string }[];
  code?: string;
  cause?: string;
  name?: string;
  department?: string | null;
  note?: string;
  number?: string;
  status?: string;
  next_start?: string | null;
  attachment?: Attachment;
  outcome?: Outcome;
  reason?: string;
  resolved?: boolean | null;
  stars?: number | null;
  [key: string]: unknown;
}

export interface Update {
  seq: number;
  kind: string;
  sender: { kind: SenderKind; name: string | null; department: string | null } | null;
  text: string | null;
  payload: UpdatePayload | null;
  at: string | null;
  client_message_id: string | null;
  delivery?: Delivery | null;
}

export interface UpdatesPage {
  updates: Update[];
  last_seq: number;
}

export interface OutgoingMessage {
  client_message_id: string;
  text: string;
  visibility: Visibility;
}

export interface ErrorBody {
  error: { code: string; message: string };
}
