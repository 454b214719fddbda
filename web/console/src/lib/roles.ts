/** What a role opens in the console. The server decides again. */
import type { Role } from '../api/types';

export function isOverseer(role: Role | undefined): boolean {
  return role === 'supervisor' || role === 'administrator';
}

/** A specialist is called in by a helper and takes nothing from the queue. */
export function takesRequests(role: Role | undefined): boolean {
  return role !== 'specialist';
}

export function isAdministrator(role: Role | undefined): boolean {
  return role === 'administrator';
}
