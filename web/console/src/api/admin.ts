/** Administration (docs/protocol.md). Overseers read, administrators write; the server says no to others. */
import type { StaffApi } from './client';
import type { Presence, Role } from './types';

export interface StaffAccount {
  id: string;
  username: string;
  name: string;
  role: Role;
  department: string | null;
  active: boolean;
  capacity: number | null;
  skills: string[];
  presence: Presence;
  connected: boolean;
  created_at: string;
}

export interface StaffForm {
  username: string;
  name: string;
  role: Role;
  department: string | null;
  capacity: number | null;
  skills: string[];
  active: boolean;
}

export interface Department {
  /** It serves all, after the chain of any other department. */
  last_resort: boolean;
  name: string;
  fallback: string | null;
  capacity: number | null;
  active: boolean;
  staff: number;
}

export interface Topic {
  code: string;
  name: string;
  department: string | null;
  active: boolean;
}

export interface Span {
  weekday: number;
  starts: string;
  ends: string;
}

export interface Hours {
  department: string | null;
  spans: Span[];
}

export interface DutyException {
  id: string;
  department: string | null;
  day: string;
  spans: [string, string][];
  reason: string;
}

export interface CalendarDay {
  day: string;
  kind: 'work' | 'rest' | 'holiday' | 'make_up' | 'exception';
  name: string | null;
  spans: [string, string][];
}

export interface Threshold {
  name: string;
  value: number | boolean;
  default: number | boolean;
  minimum: number | null;
  maximum: number | null;
  unit: string | null;
  changed_at: string | null;
  changed_by: string | null;
}

export interface AuditRow {
  id: number;
  at: string;
  actor: { kind: string; id: string | null; name: string | null };
  action: string;
  subject: string | null;
  detail: { before?: unknown; after?: unknown; [key: string]: unknown } | null;
}

export interface AuditPage {
  rows: AuditRow[];
  /** Where the following page begins; null at the end. */
  next: number | null;
}

export interface AuditFilter {
  from: string;
  to: string;
  actor: string;
  action: string;
}

const at = (path: string, id = '') => `/admin/${path}${id ? `/${encodeURIComponent(id)}` : ''}`;

export class AdminApi {
  constructor(private readonly api: StaffApi) {}

  async staff(): Promise<StaffAccount[]> {
    return (await this.api.call<{ staff: StaffAccount[] }>('GET', at('staff'))).staff;
  }

  addStaff(form: Omit<StaffForm, 'active'>): Promise<{ staff: StaffAccount; password: string }> {
    return this.api.call('POST', at('staff'), { body: form });
  }

  async changeStaff(id: string, form: Partial<Omit<StaffForm, 'username'>>): Promise<StaffAccount> {
    return (await this.api.call<{ staff: StaffAccount }>('PUT', at('staff', id), { body: form })).staff;
  }

  async newPassword(id: string): Promise<string> {
    const path = `${at('staff', id)}/password`;
    return (await this.api.call<{ password: string }>('POST', path, { body: {} })).password;
  }

  async ownPassword(old: string, next: string): Promise<void> {
    await this.api.call('POST', '/password', { body: { old, new: next } });
  }

  async departments(): Promise<Department[]> {
    return (await this.api.call<{ departments: Department[] }>('GET', at('departments'))).departments;
  }

  async saveDepartment(form: Omit<Department, 'staff'>): Promise<void> {
    await this.api.call('PUT', at('departments'), { body: form });
  }

  async topics(): Promise<Topic[]> {
    return (await this.api.call<{ topics: Topic[] }>('GET', at('topics'))).topics;
  }

  async saveTopic(topic: Topic): Promise<void> {
    await this.api.call('PUT', at('topics'), { body: topic });
  }

  async hours(): Promise<Hours[]> {
    return (await this.api.call<{ hours: Hours[] }>('GET', at('hours'))).hours;
  }

  async saveHours(hours: Hours): Promise<void> {
    await this.api.call('PUT', at('hours'), { body: hours });
  }

  async exceptions(from: string, to: string): Promise<DutyException[]> {
    const query = { from, to };
    return (await this.api.call<{ exceptions: DutyException[] }>('GET', at('exceptions'), { query })).exceptions;
  }

  async addException(form: Omit<DutyException, 'id'>): Promise<void> {
    await this.api.call('POST', at('exceptions'), { body: form });
  }

  async removeException(id: string): Promise<void> {
    await this.api.call('DELETE', at('exceptions', id));
  }

  /** `missing_years`: of these no public holidays are known, so weekdays decide. */
  calendar(department: string | null, from: string, to: string): Promise<{ days: CalendarDay[]; missing_years: number[] }> {
    return this.api.call('GET', at('calendar'), { query: { department, from, to } });
  }

  async thresholds(): Promise<Threshold[]> {
    return (await this.api.call<{ thresholds: Threshold[] }>('GET', at('thresholds'))).thresholds;
  }

  async saveThreshold(name: string, value: number | boolean | null): Promise<void> {
    await this.api.call('PUT', at('thresholds'), { body: { name, value } });
  }

  audit(filter: Partial<AuditFilter>, after: number | null = null): Promise<AuditPage> {
    return this.api.call('GET', at('audit'), { query: { ...filter, after } });
  }
}
