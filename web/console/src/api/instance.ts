import { AdminApi } from './admin';
import { StaffApi } from './client';
import { RepliesApi } from './replies';
import { ReportsApi } from './reports';
import { TeamApi } from './team';
import { TicketsApi } from './tickets';

/** The one client of the page: it holds the CSRF token and the estimate of the server's clock. */
export const api = new StaffApi();
export const teamApi = new TeamApi(api);
export const ticketsApi = new TicketsApi(api);
export const repliesApi = new RepliesApi(api);
export const adminApi = new AdminApi(api);
export const reportsApi = new ReportsApi(api);
