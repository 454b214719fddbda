/** Reports and staffing advice (docs/protocol.md). */
import { type StaffApi, urlOf } from './client';
import type { BreachCause } from './teamTypes';

export type ReportBy = 'day' | 'department' | 'helper';

export interface ReportRow {
  key: string | null;
  requests: number;
  answered: number;
  within: number;
  rate_base: number;
  rate: number | null;
  median_seconds: number | null;
  p95_seconds: number | null;
  breached: number;
  breaches: Partial<Record<BreachCause, number>>;
  closed: number;
  resolved: number;
  resolution_base: number;
  resolution_rate: number | null;
  abandoned: number;
  abandonment_rate: number | null;
  by_ticket: number;
  conversations: number;
  bot_solved: number;
  bot_solved_rate: number | null;
  reasons: Record<string, number>;
  rated: number;
  mean_stars: number | null;
  satisfied: number;
  satisfied_rate: number | null;
  tickets: number;
  mean_handling_seconds: number | null;
  median_pickup_seconds: number | null;
}

export interface ReportQuery {
  from: string;
  to: string;
  by: ReportBy;
  department: string;
}

export interface ServiceReport {
  from: string;
  to: string;
  by: ReportBy;
  definitions: Record<string, string>;
  total: ReportRow;
  rows: ReportRow[];
}

export interface StaffingSlot {
  starts: string;
  arrivals: number;
  /** Null while nothing is known of how long handling takes. */
  helpers: number | null;
  forecast_share: number | null;
  actual_share: number | null;
  actual_helpers: number | null;
}

export interface Staffing {
  day: string;
  basis: { days: number; handling_seconds: number | null };
  slots: StaffingSlot[];
}

export interface Replay {
  slots: {
    starts: string;
    arrivals: number;
    helpers: number | null;
    forecast_share: number | null;
    replayed_share: number | null;
  }[];
  mean_error: number | null;
}

export class ReportsApi {
  constructor(private readonly api: StaffApi) {}

  service(query: ReportQuery): Promise<ServiceReport> {
    return this.api.call('GET', '/reports/service', { query: { ...query } });
  }

  /** Where the browser downloads the rows behind the figures; the session's cookie goes with it. */
  downloadUrl(query: ReportQuery, format: 'csv' | 'xlsx'): string {
    return urlOf(`/reports/service.${format}`, { ...query });
  }

  staffing(query: { day: string; department: string; share: number; seconds: number }): Promise<Staffing> {
    return this.api.call('GET', '/reports/staffing', { query });
  }

  replay(from: string, to: string): Promise<Replay> {
    return this.api.call('GET', '/reports/staffing/replay', { query: { from, to } });
  }
}
