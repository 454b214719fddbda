/** A link sent in WeChat leads here with a one-time code behind the `#`, which never reaches a server's logs. */
import type { Saved } from './storage';
import type { Http } from './transport/http';

/**
 * Opens the conversation a link leads to, which uses the link up; null when it was used before, or is too old.
 * `own` opens the one it takes the place of, if there is one: staff are to know that both are of one visitor.
 */
export type Open = (own: string | null) => Promise<Saved | null>;

const CODE = /^#bangban=([\w-]{8,100})$/;

/** How to open what the page's address leads to, if it does; the code is taken out of the address at once. */
export function followLink(page: Pick<Window, 'location' | 'history'>, http: Pick<Http, 'goOn'>): Open | null {
  const code = CODE.exec(page.location.hash)?.[1];
  if (code === undefined) return null;
  page.history.replaceState(page.history.state, '', page.location.pathname + page.location.search);
  return async (own) => {
    const opened = await http.goOn(code, own).catch(() => null);
    return opened && { token: opened.token, conversationId: opened.conversation_id };
  };
}
