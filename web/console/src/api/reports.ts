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
  /** Null while nothing is known of how long handling takes, and when no number keeps the promise. */
  helpers: number | null;
  forecast_share: number | null;
  actual_share: number | null;
  actual_helpers: number | null;
}

export interface StaffingBasis {
  days: number;
  handling_seconds: number | null;
  /** Hearing, taking, typing where a place is free: the median of `pickups`; null of fewer than needed. */
  pickup_seconds: number | null;
  pickups: number;
  pickups_needed: number;
  /** What that leaves for the wait for a place; null: nothing, no number of helpers keeps the promise. */
  place_seconds: number | null;
}

export interface StaffingQuery {
  department: string;
  share: number;
  /** Null: those of the promise. */
  seconds: number | null;
}

export interface Staffing {
  day: string;
  seconds: number;
  promise_seconds: number;
  basis: StaffingBasis;
  slots: StaffingSlot[];
}

/** Each day through the advice for it; a slot is a half hour, with means of the days that could be checked. */
export interface Replay {
  days: number;
  checked: number;
  unforeseen: number;
  slots: {
    starts: string;
    expected: number;
    arrivals: number;
    requests: number;
    helpers: number;
    forecast_share: number;
    replayed_share: number;
  }[];
  forecast_share: number | null;
  replayed_share: number | null;
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

  staffing(query: StaffingQuery & { day: string }): Promise<Staffing> {
    return this.api.call('GET', '/reports/staffing', { query: { ...query } });
  }

  replay(query: StaffingQuery & { from: string; to: string }): Promise<Replay> {
    return this.api.call('GET', '/reports/staffing/replay', { query: { ...query } });
  }
}
