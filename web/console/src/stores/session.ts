/** Who is logged in and how present they are. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { ApiError } from '../api/client';
import { api } from '../api/instance';
import type { Presence, SessionReply, Staff } from '../api/types';

/** `unreachable`: the server did not say whether we are logged in. */
export type SessionPhase = 'unknown' | 'in' | 'out' | 'unreachable';

export const useSession = defineStore('session', () => {
  const phase = ref<SessionPhase>('unknown');
  const staff = ref<Staff | null>(null);
  const presence = ref<Presence>('away');
  /** True when the session ended by itself, which the login page explains. */
  const expired = ref(false);

  function enter(session: SessionReply): void {
    staff.value = session.staff;
    presence.value = session.presence;
    phase.value = 'in';
    expired.value = false;
  }

  function leave(byItself: boolean): void {
    expired.value = byItself && phase.value === 'in';
    staff.value = null;
    api.csrf = null;
    phase.value = 'out';
  }

  async function restore(): Promise<void> {
    try {
      enter(await api.me());
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) leave(false);
      else phase.value = 'unreachable';
    }
  }

  async function login(username: string, password: string): Promise<void> {
    enter(await api.login(username, password));
  }

  async function logout(): Promise<void> {
    try {
      await api.logout();
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) throw error;
    }
    leave(false);
  }

  /** Shown at once, taken back when the server refuses. */
  async function setPresence(status: Presence): Promise<void> {
    const before = presence.value;
    presence.value = status;
    try {
      presence.value = await api.setPresence(status);
    } catch (error) {
      presence.value = before;
      throw error;
    }
  }

  return { phase, staff, presence, expired, restore, login, logout, leave, setPresence };
});
