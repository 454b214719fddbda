/** What the page says about itself and its visitor: attributes of the script tag, later calls of the API. */
import type { Profile } from './protocol';
import type { StartRequest } from './transport/http';

export type Locale = 'zh' | 'zh-Hant' | 'en';

export interface Settings {
  /** Origin (and path, if any) of the server, without a slash at the end. */
  server: string;
  district: string | null;
  locale: Locale;
  title: string | null;
  visitor: Profile | null;
  page: string | null;
}

/** Traditional signs where the language says so, or the place it names writes them. */
const HANT = /^zh[-_](hant|tw|hk|mo)/i;

export function toLocale(value: unknown): Locale {
  if (/^en/i.test(String(value))) return 'en';
  return HANT.test(String(value)) ? 'zh-Hant' : 'zh';
}

const PROFILE_FIELDS = ['name', 'phone', 'company'] as const;

/** Only the known fields, only texts that say something; null when nothing is left. */
export function toProfile(raw: unknown): Profile | null {
  if (typeof raw !== 'object' || raw === null) return null;
  const profile: Profile = {};
  for (const name of PROFILE_FIELDS) {
    const value = (raw as Record<string, unknown>)[name];
    if (typeof value === 'string' && value.trim() !== '') profile[name] = value.trim();
  }
  return Object.keys(profile).length > 0 ? profile : null;
}

/** Address without query and fragment: they may hold what is none of the helper's business. */
export function toPage(address: unknown, base: string): string | null {
  try {
    const { origin, pathname } = new URL(typeof address === 'string' ? address : base, base);
    return origin + pathname;
  } catch {
    return null;
  }
}

export function readSettings(script: HTMLScriptElement | null, here: string): Settings {
  const data = script?.dataset ?? {};
  const source = script?.src ? new URL(script.src, here).origin : new URL(here).origin;
  return {
    server: (data.server ? new URL(data.server, here).href : source).replace(/\/+$/, ''),
    district: data.district?.trim() ? data.district.trim() : null,
    locale: toLocale(data.locale ?? 'zh'),
    title: data.title?.trim() ? data.title.trim() : null,
    visitor: null,
    page: toPage(here, here),
  };
}

/** What the first message tells of the page and its visitor. */
export function startRequest({ district, page, visitor, locale }: Settings): StartRequest {
  return {
    channel: 'widget',
    locale,
    ...(district === null ? {} : { district }),
    ...(page === null ? {} : { page }),
    ...(visitor === null ? {} : { profile: visitor }),
  };
}
