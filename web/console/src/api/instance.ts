import { StaffApi } from './client';

/** The one client of the page: it holds the CSRF token and the estimate of the server's clock. */
export const api = new StaffApi();
