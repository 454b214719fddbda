/** The language of the page. `words` reads like an object of texts and follows a change of language. */
import { readonly, ref, shallowRef } from 'vue';
import type { AlertReason } from '../api/teamTypes';
import { BREACHED } from '../lib/ladder';
import { type Messages, zh } from './zh';

export type LocaleName = 'zh' | 'en';

const KEY = 'bangban.locale';
const current = shallowRef<Messages>(zh);
const name = ref<LocaleName>('zh');

export const locale = readonly(name);

export const words = new Proxy(zh, {
  get: (_, key) => Reflect.get(current.value, key) as unknown,
});

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Shows the page in a language; the other one than Chinese is fetched when first wanted. */
export async function setLocale(next: LocaleName): Promise<void> {
  current.value = next === 'en' ? (await import('./en')).en : zh;
  name.value = next;
  document.documentElement.lang = next === 'en' ? 'en' : 'zh-CN';
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // The choice lasts as long as the page.
  }
}

/** The language chosen before, at the start of the page. Chinese when that one cannot be fetched. */
export async function restoreLocale(): Promise<void> {
  if (stored() === 'en') await setLocale('en').catch(() => undefined);
}

export const districtName = (code: string | null): string => (code ? (words.names.districts[code] ?? code) : '');

/** Names of topics as the server has them: administrators add topics and rename them, in their language. */
const served = shallowRef<Readonly<Record<string, string>>>({});

export function setTopicNames(names: Readonly<Record<string, string>>): void {
  served.value = names;
}

/** What a topic is called. In Chinese what the administrator wrote, in another language our own word for it if any. */
export function topicName(code: string | null): string {
  if (!code) return '';
  const [theirs, ours] = [served.value[code], words.names.topics[code]];
  return (name.value === 'zh' ? (theirs ?? ours) : (ours ?? theirs)) ?? code;
}

/** Whether the server has told its name. */
export const isTopicTold = (code: string): boolean => code in served.value;

export const channelName = (code: string): string => words.names.channels[code] ?? code;
export const reasonName = (code: string): string => words.names.reasons[code] ?? code;
export const reasonDetail = (code: string): string => words.names.reasonDetails[code] ?? code;
/** Why an alert came, at the step its request has reached. */
export const alertLead = (reason: AlertReason, level: number): string => {
  const { reasons, departmentLate } = words.team.offers;
  return reason === 'department' && level >= BREACHED ? departmentLate : reasons[reason];
};
export const profileLabel = (key: string): string => words.names.profileLabels[key] ?? key;
