/** `<bangban-widget>`: launcher and panel in an open shadow root, drawn from a session. */
import { textsOf } from './locales';
import { unread } from './select';
import type { Session } from './session';
import css from './styles.css?inline';
import { Launcher } from './view/launcher';
import { Panel } from './view/panel';
import { followViewport, lockPage, onPhone } from './view/viewport';

export const TAG = 'bangban-widget';

function addStyles(root: ShadowRoot): void {
  // A constructed sheet needs no exception in the page's content security policy; a style element would.
  if ('adoptedStyleSheets' in root && 'replaceSync' in CSSStyleSheet.prototype) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    return;
  }
  const style = document.createElement('style');
  style.textContent = css;
  (root as ShadowRoot).append(style);
}

export class BangbanWidget extends HTMLElement {
  private session: Session | null = null;
  private panel: Panel | null = null;
  private launcher: Launcher | null = null;
  private undo: (() => void)[] = [];

  constructor() {
    super();
    addStyles(this.attachShadow({ mode: 'open' }));
  }

  attach(session: Session): void {
    this.session = session;
    if (this.isConnected) this.connectedCallback();
  }

  connectedCallback(): void {
    const { session } = this;
    if (!session || this.undo.length > 0) return;
    const hurry = (): void => session.hurry();
    const look = (): void => {
      if (document.visibilityState === 'visible') hurry();
      this.look();
    };
    document.addEventListener('visibilitychange', look);
    window.addEventListener('online', hurry);
    this.undo = [
      session.subscribe((after, before) => this.render(before.panelOpen !== after.panelOpen)),
      followViewport(this),
      () => document.removeEventListener('visibilitychange', look),
      () => window.removeEventListener('online', hurry),
    ];
    this.rebuild();
  }

  disconnectedCallback(): void {
    this.undo.forEach((undo) => undo());
    this.undo = [];
    this.panel?.destroy();
    lockPage(false);
  }

  /** Draws everything anew, as after a change of language. */
  rebuild(): void {
    const { session, shadowRoot } = this;
    if (!session || !shadowRoot) return;
    this.panel?.destroy();
    this.panel?.node.remove();
    this.launcher?.node.remove();
    const texts = textsOf(session.settings.locale);
    this.panel = new Panel(session, texts, () => session.setOpen(false));
    this.launcher = new Launcher(texts, () => session.setOpen(true));
    this.panel.node.addEventListener('keydown', (event) => this.keyed(event));
    shadowRoot.append(this.launcher.node, this.panel.node);
    this.render(false);
    lockPage(session.state.panelOpen);
    if (session.state.panelOpen) this.panel.shown();
  }

  private keyed(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || this.panel?.composer.isComposing(event)) return;
    event.stopPropagation();
    this.session?.setOpen(false);
  }

  private render(toggled: boolean): void {
    const { session, panel, launcher } = this;
    if (!session || !panel || !launcher) return;
    const { state } = session;
    const hadFocus = panel.node.contains(this.shadowRoot?.activeElement ?? null);
    panel.render(state);
    panel.node.toggleAttribute('hidden', !state.panelOpen);
    launcher.render(state.panelOpen, unread(state));
    if (toggled) this.toggled(state.panelOpen, hadFocus);
    this.look();
  }

  private toggled(open: boolean, hadFocus: boolean): void {
    lockPage(open);
    if (!open) {
      if (hadFocus) this.launcher?.node.focus();
      return;
    }
    this.panel?.shown();
    // On a phone focus in the input would bring up the keyboard over what is to be read.
    if (!onPhone()) this.panel?.composer.input.focus();
  }

  private look(): void {
    if (document.visibilityState === 'visible' && this.session?.state.panelOpen) this.session.see();
  }
}
