/** What a role opens in the console. The server decides again. */
import type { Role } from '../api/types';

export function isOverseer(role: Role | undefined): boolean {
  return role === 'supervisor' || role === 'administrator';
}

export function isAdministrator(role: Role | undefined): boolean {
  return role === 'administrator';
}
