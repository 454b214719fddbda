/** A link sent in WeChat leads here with a one-time code behind the `#`, which never reaches a server's logs. */
import type { Saved } from './storage';
import type { Http } from './transport/http';

const CODE = /^#bangban=([\w-]{8,100})$/;

/**
 * The conversation the page's address leads to, if it does; the code is taken out of the address at once.
 * `token` opens the one it takes the place of: staff are to know that both are of one visitor.
 */
export async function followLink(
  page: Pick<Window, 'location' | 'history'>,
  http: Pick<Http, 'goOn'>,
  token: string | null,
): Promise<Saved | null> {
  const code = CODE.exec(page.location.hash)?.[1];
  if (code === undefined) return null;
  page.history.replaceState(page.history.state, '', page.location.pathname + page.location.search);
  // Used, or too old: the page goes on with what it had.
  const opened = await http.goOn(code, token).catch(() => null);
  return opened && { token: opened.token, conversationId: opened.conversation_id };
}
